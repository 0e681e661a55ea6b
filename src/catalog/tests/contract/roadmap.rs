//! Roadmaps: attachment of batches, progress of targets, sharing of workers.

use super::*;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::attachment::{AttachmentSource, ListedTarget};
use sohoa_base::model::roadmap::ledger::ProgressStep as Done;
use sohoa_base::model::roadmap::ledger::{ItemCounts, TargetLedger};
use sohoa_base::model::roadmap::plan::{Adjustment, Measure, Roadmap, Target};
use sohoa_catalog::{AttachmentRequest, BatchLedger};

pub(super) fn target(code: &str, dossiers: &[&str]) -> Target {
    Target {
        code: code.to_owned(),
        name: format!("Chỉ tiêu {code}"),
        unit: "F1".to_owned(),
        unit_group: String::new(),
        phase: String::new(),
        fonds: String::new(),
        kind: String::new(),
        retention: String::new(),
        years: String::new(),
        measure: Measure::Page,
        baseline: 0.0,
        quantity: 100.0,
        holdings_pages: 0.0,
        deadline: Day::from_ymd(2027, 12, 31).unwrap(),
        priority: 3,
        budget: 0,
        owner: String::new(),
        dossier_prefixes: dossiers.iter().map(|code| (*code).to_owned()).collect(),
    }
}

pub(super) fn roadmap(decision: &str, version: u32, lines: Vec<Target>) -> Roadmap {
    let adjustment =
        Adjustment { version, at: String::new(), by: "lan".to_owned(), decision: String::new(), reason: String::new(), changes: vec![] };
    Roadmap {
        decision: decision.to_owned(),
        authority: "UBND".to_owned(),
        issued: Day::from_ymd(2027, 1, 1).unwrap(),
        from: Day::from_ymd(2027, 1, 1).unwrap(),
        to: Day::from_ymd(2027, 12, 31).unwrap(),
        phases: vec![],
        targets: lines,
        conversions: vec![],
        adjustments: vec![adjustment],
    }
}

async fn save(catalog: &Catalog, roadmap: &Roadmap, weights: &[(&str, u32)]) -> Result<(), Error> {
    let weights = weights.iter().map(|(line, weight)| ((*line).to_owned(), *weight)).collect();
    catalog.save_roadmap(roadmap, &weights).await
}

fn amount(pages: i64, documents: i64, dossiers: i64) -> ItemCounts {
    ItemCounts { pages, documents, dossiers }
}

pub(super) async fn roadmap_update_requires_newer_version(home: TestCatalog) {
    let catalog = &home.catalog;
    save(catalog, &roadmap("1/QD", 1, vec![target("A", &[]), target("B", &[])]), &[]).await.unwrap();
    assert_eq!(
        save(catalog, &roadmap("1/QD", 1, vec![target("A", &[])]), &[]).await.unwrap_err().kind(),
        ErrorKind::Conflict,
        "an old form"
    );
    assert_eq!(
        save(catalog, &roadmap("2/QD", 1, vec![target("B", &[])]), &[]).await.unwrap_err().kind(),
        ErrorKind::Conflict,
        "a line of another"
    );
    assert_eq!(catalog.roadmaps().await.unwrap().len(), 1);
    let batch = deliver(catalog, "k", "A", &[file("x-2.pdf", "x")]).await;
    catalog.attach_batch(&batch.id, Some("B"), "lan").await.unwrap();
    assert_eq!(catalog.attach_batch(&batch.id, Some("C"), "lan").await.unwrap_err().kind(), ErrorKind::NotFound);
    // No batch is left outside the roadmap, so that its queue ends.
    let held = catalog.claim("w", LEASE, 10, None).await.unwrap();
    assert!(catalog.claim("w", LEASE, 10, None).await.unwrap().is_empty());
    for claim in &held {
        catalog.release_unchanged(claim).await.unwrap();
    }
    let mut other = target("A", &[]);
    other.unit = "F2".to_owned();
    save(catalog, &roadmap("1/QD", 2, vec![other]), &[]).await.unwrap();
    assert_eq!(catalog.attach_batch(&batch.id, Some("A"), "lan").await.unwrap_err().kind(), ErrorKind::Invalid, "a line of another unit");
    // Target B is deleted: the batch is detached, and its tasks go on.
    assert_eq!(catalog.targets_of_batches(std::slice::from_ref(&batch.id)).await.unwrap(), BTreeMap::new());
    assert_eq!(catalog.roadmaps().await.unwrap()[0].version(), 2);
    assert_eq!(home.reopen().await.roadmaps().await.unwrap()[0].targets[0].unit, "F2");
    assert!(run_until_idle(catalog, &[&batch]).await > 0);
}

pub(super) async fn progress_is_counted_for_attached_target(home: TestCatalog) {
    let catalog = &home.catalog;
    save(catalog, &roadmap("1/QD", 1, vec![target("A", &["nha/"]), target("B", &["nha/dat"])]), &[]).await.unwrap();
    let batch = deliver(catalog, "k", "nha/dat-1", &[file("x-3.pdf", "x"), file("doubt-2.pdf", "y"), file("torn-2.pdf", "t")]).await;
    let outside = deliver(catalog, "l", "xe", &[file("z-1.pdf", "z")]).await;
    let ids = [batch.id.clone(), outside.id.clone()];
    assert_eq!(
        catalog.targets_of_batches(&ids).await.unwrap(),
        BTreeMap::from([(batch.id.clone(), "B".to_owned())]),
        "the longest beginning"
    );
    home.advance_clock(Duration::from_secs(86_400));
    run_until_idle(catalog, &[&batch, &outside]).await;
    let of = async |line: &str, step| catalog.roadmap_progress("1/QD").await.unwrap().get(line).cloned().unwrap_or_default().total(step);
    assert_eq!(of("B", Done::Received).await, amount(7, 0, 0));
    assert_eq!(of("B", Done::Read).await, amount(6, 0, 0));
    // Two pages wait for review, so that the dossier does not count; a page of the torn document was refused.
    assert_eq!(of("B", Done::Stored).await, amount(4, 2, 0));
    assert_eq!(catalog.daily_progress(None).await.unwrap().iter().map(|fact| fact.amount.pages).collect::<Vec<_>>(), [1, 1, 1]);
    // A second deposit counts nothing again.
    let again = deliver(catalog, "m", "nha/dat-1", &[file("w-1.pdf", "w")]).await;
    run_until_idle(catalog, &[&batch, &again]).await;
    assert_eq!(of("B", Done::Stored).await, amount(5, 3, 0));
    let before = target_progress(catalog).await;
    let ledgers: Vec<BatchLedger> = vec![catalog.batch_ledger(&batch.id).await.unwrap(), catalog.batch_ledger(&again.id).await.unwrap()];
    assert_eq!(ledgers[0].line.as_deref(), Some("B"));
    // Attached to another target, all its progress counts there; then back.
    catalog.attach_batch(&again.id, Some("A"), "lan").await.unwrap();
    assert_eq!((of("A", Done::Stored).await, of("B", Done::Stored).await), (amount(1, 1, 0), amount(4, 2, 0)));
    catalog.attach_batch(&again.id, None, "lan").await.unwrap();
    assert_eq!(of("A", Done::Stored).await, amount(0, 0, 0));
    catalog.attach_batch(&again.id, Some("B"), "lan").await.unwrap();
    let mut after = target_progress(catalog).await;
    after.remove("A");
    assert_eq!(after, before);
    let mut counted = TargetLedger::default();
    for fact in catalog.daily_progress(Some("B")).await.unwrap() {
        counted.add(fact.day, fact.step, fact.amount);
    }
    assert_eq!(counted, before["B"], "the sum is that of the facts");
}

/// Progress of the targets of roadmap 1/QD.
async fn target_progress(catalog: &Catalog) -> BTreeMap<String, TargetLedger> {
    catalog.roadmap_progress("1/QD").await.unwrap().targets().map(|(line, work)| (line.to_owned(), work.clone())).collect()
}

pub(super) async fn cached_progress_sees_changes_of_other_processes(home: TestCatalog) {
    let catalog = &home.catalog;
    let plan = |version, codes: &[&str]| roadmap("1/QD", version, codes.iter().map(|code| target(code, &[code])).collect());
    save(catalog, &plan(1, &["A", "B"]), &[]).await.unwrap();
    let first = deliver(catalog, "a", "A", &[file("x-3.pdf", "x")]).await;
    run_until_idle(catalog, &[&first]).await;
    let second = deliver(catalog, "b", "B", &[file("y-2.pdf", "y")]).await;
    let other = Catalog::open(&home.url).await.unwrap();
    let pages = async |catalog: &Catalog, line: &str| {
        catalog.roadmap_progress("1/QD").await.unwrap().get(line).map(|work| work.total(Done::Stored).pages)
    };
    // A catalogue that has cached the progress sees later changes of another process.
    assert_eq!((pages(&other, "A").await, pages(&other, "B").await), (Some(3), Some(0)));
    run_until_idle(catalog, &[&second]).await;
    assert_eq!((pages(&other, "A").await, pages(&other, "B").await, pages(catalog, "B").await), (Some(3), Some(2), Some(2)));
    // Without a change the same cached value is returned.
    assert!(std::ptr::eq(
        &raw const *other.roadmap_progress("1/QD").await.unwrap(),
        &raw const *other.roadmap_progress("1/QD").await.unwrap()
    ));
    // A target that left the roadmap and returned has no progress.
    save(catalog, &plan(2, &["A"]), &[]).await.unwrap();
    save(catalog, &plan(3, &["A", "B"]), &[]).await.unwrap();
    assert_eq!((pages(&other, "A").await, pages(&other, "B").await), (Some(3), None));
}

pub(super) async fn progress_is_rebuilt_from_ledgers(home: TestCatalog) {
    let catalog = &home.catalog;
    let plan = roadmap("1/QD", 1, vec![target("A", &["A"])]);
    save(catalog, &plan, &[]).await.unwrap();
    let batch = deliver(catalog, "k", "A", &[file("x-3.pdf", "x")]).await;
    run_until_idle(catalog, &[&batch]).await;
    let (before, ledger) = (target_progress(catalog).await, catalog.batch_ledger(&batch.id).await.unwrap());
    assert_eq!(before["A"].total(Done::Stored), amount(3, 1, 1));
    let contents = dossier(catalog, "A").await;
    let engine = if home.url.starts_with("sqlite") { "sqlite" } else { "postgres" };
    let other = super::open_test_catalog(engine).await.unwrap();
    save(&other.catalog, &plan, &[]).await.unwrap();
    other.catalog.rebuild_dossier(&record_of(&contents), 1, "ab").await.unwrap();
    other.catalog.rebuild_batch(&ledger).await.unwrap();
    assert_eq!(target_progress(&other.catalog).await, before);
    // Later progress is counted once.
    let next = deliver(&other.catalog, "m", "A", &[file("y-1.pdf", "y")]).await;
    run_until_idle(&other.catalog, &[&next]).await;
    assert_eq!(target_progress(&other.catalog).await["A"].total(Done::Stored), amount(4, 2, 1));
}

pub(super) async fn targets_share_workers_by_weight_without_starvation(home: TestCatalog) {
    let catalog = &home.catalog;
    let codes: Vec<String> = (0..50).map(|number| format!("L{number:02}")).collect();
    let lines = codes.iter().map(|code| target(code, &[&format!("{code}/")])).collect();
    let weights: Vec<(&str, u32)> = codes.iter().map(|code| (code.as_str(), if code == "L00" { 40 } else { 10 })).collect();
    save(catalog, &roadmap("1/QD", 1, lines), &weights).await.unwrap();
    // The first target has ten times as many tasks as any other.
    for code in &codes {
        let pages = if code == "L01" { 300 } else { 30 };
        let files: Vec<DeliveredFile> = (0..pages).map(|number| file(&format!("{number}-1.pdf"), &format!("{code}{number}"))).collect();
        deliver(catalog, code, &format!("{code}/1"), &files).await;
    }
    let mut served: BTreeMap<String, u32> = BTreeMap::new();
    let mut first_turn: BTreeMap<String, u32> = BTreeMap::new();
    for turn in 0..530 {
        let claims = catalog.claim("w", LEASE, 1, None).await.unwrap();
        let lines = catalog.targets_of_batches(std::slice::from_ref(&claims[0].batch)).await.unwrap();
        let line = lines.values().next().unwrap().clone();
        *served.entry(line.clone()).or_default() += 1;
        first_turn.entry(line).or_insert(turn);
    }
    // 530 claims by the weights 40 + 49 × 10: ten for each, and 30 (all its tasks) or 40 for the heavy one.
    assert_eq!(served.len(), 50);
    assert!(first_turn.values().all(|turn| *turn < 53), "each within a round: {first_turn:?}");
    assert!(served["L00"] == 30, "{served:?}");
    assert!(served.iter().filter(|(line, _)| *line != "L00").all(|(_, count)| (10..=11).contains(count)), "{served:?}");
    // A new target shares with the others and is not served before all of them.
    save(catalog, &roadmap("2/QD", 1, vec![target("new", &["new/"])]), &[]).await.unwrap();
    let files: Vec<DeliveredFile> = (0..30).map(|number| file(&format!("{number}-1.pdf"), &format!("new{number}"))).collect();
    let new = deliver(catalog, "new", "new/1", &files).await;
    let mut of_new = 0;
    for _ in 0..50 {
        of_new += usize::from(catalog.claim("w", LEASE, 1, None).await.unwrap()[0].batch == new.id);
    }
    assert!((1..=2).contains(&of_new), "{of_new}");
    // An urgent batch is claimed before all targets.
    catalog.set_priority(&new.id, 10).await.unwrap();
    assert_eq!(catalog.claim("w", LEASE, 1, None).await.unwrap()[0].batch, new.id);
}

pub(super) async fn batch_is_attached_by_person_list_or_rule(home: TestCatalog) {
    let catalog = &home.catalog;
    let mut elsewhere = target("X", &[]);
    elsewhere.unit = "F2".to_owned();
    save(catalog, &roadmap("1/QD", 1, vec![target("A", &["nha/"]), target("B", &[]), elsewhere]), &[]).await.unwrap();
    let listed = |list: &str, line: &str| ListedTarget { list: list.to_owned(), row: 2, target: line.to_owned() };
    let begun = async |key: &str, told: &AttachmentRequest<'_>| {
        let batch = super::open(catalog, key).await;
        catalog.attach_by_request(&batch.id, told).await.unwrap();
        // A repeated request, after a crash, changes nothing.
        catalog.attach_by_request(&batch.id, &AttachmentRequest { person: None, lists: &[listed("x", "none")] }).await.unwrap();
        catalog.receive_files(&batch.id, &name("nha/1"), &[file(&format!("nha/1/{key}-1.pdf"), key)], &super::plan()).await.unwrap();
        let (found, count) = catalog.attachment(&batch.id, 10).await.unwrap();
        assert_eq!(found.findings.len() as u64, count);
        let codes: Vec<String> = found.findings.iter().map(|finding| finding.code.clone()).collect();
        (found.target, found.source, codes)
    };
    let is = |line: &str| Some(line.to_owned());
    // A list overrides the rule, whose target would be A, and a person overrides the list.
    let lists = [listed("nha/1/manifest.csv", "B"), listed("nha/2/manifest.csv", "B")];
    assert_eq!(begun("list", &AttachmentRequest { person: None, lists: &lists }).await, (is("B"), Some(AttachmentSource::List), vec![]));
    assert_eq!(
        begun("person", &AttachmentRequest { person: Some(("A", "lan")), lists: &lists }).await,
        (is("A"), Some(AttachmentSource::Person), vec!["line-overruled".to_owned(); 2])
    );
    // An impossible request leaves the batch detached, and the rule does not apply.
    let differ = [listed("nha/1/manifest.csv", "B"), listed("nha/2/manifest.csv", "C")];
    assert_eq!(
        begun("differ", &AttachmentRequest { person: None, lists: &differ }).await,
        (None, Some(AttachmentSource::List), vec!["lines-differ".to_owned(), "line-unknown".to_owned()])
    );
    // The finding is saved with the dossier of the list, and not with the other one.
    let codes = async || {
        let findings = dossier(catalog, "nha/1").await.dossier.list_findings;
        findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(codes().await, ["lines-differ"]);
    let other = [listed("nha/1/manifest.csv", "X")];
    assert_eq!(begun("other", &AttachmentRequest { person: None, lists: &other }).await.2, ["line-of-other-unit"]);
    assert_eq!(codes().await, ["line-of-other-unit"], "the newest delivery tells");
    run_until_idle(catalog, &[]).await;
    assert_eq!(codes().await, ["line-of-other-unit"]);
    let events = catalog.events(0, 1_000).await.unwrap();
    let left = events.iter().filter(|event| event.kind == "batch-not-attached").count();
    assert_eq!(left, 2);
    assert!(catalog.has_events_between(0, events.len() as u64, &["batch-attached"]).await.unwrap());
    assert!(!catalog.has_events_between(events.len() as u64, u64::from(u32::MAX), &["batch-attached"]).await.unwrap());
    // Without a request the rule decides; a batch detached by a person stays detached.
    let batch = deliver(catalog, "rule", "nha/1", &[file("nha/1/r-1.pdf", "r")]).await;
    assert_eq!(catalog.attachment(&batch.id, 1).await.unwrap().0.source, Some(AttachmentSource::Rule));
    catalog.attach_batch(&batch.id, None, "lan").await.unwrap();
    catalog.reopen_receiving(&batch.id).await.unwrap();
    catalog.receive_files(&batch.id, &name("nha/1"), &[file("nha/1/s-1.pdf", "s")], &super::plan()).await.unwrap();
    let (found, _) = catalog.attachment(&batch.id, 1).await.unwrap();
    assert_eq!((found.target, found.source), (None, Some(AttachmentSource::Person)));
    catalog.verify_events().await.unwrap();
}

//! Roadmaps: what belongs to which line, what is counted for it, and how lines share the workers.

use super::*;
use sohoa_base::model::attachment::{AttachedBy, ListedLine};
use sohoa_base::model::day::Day;
use sohoa_base::model::roadmap::{Adjustment, Amount, Line, Measure, Roadmap, Step as Done, Work};
use sohoa_catalog::{Ledger, Told};

fn line(code: &str, dossiers: &[&str]) -> Line {
    Line {
        code: code.to_owned(),
        name: format!("Chỉ tiêu {code}"),
        unit: "F1".to_owned(),
        block: String::new(),
        phase: String::new(),
        fonds: String::new(),
        kind: String::new(),
        retention: String::new(),
        years: String::new(),
        measure: Measure::Page,
        baseline: 0.0,
        target: 100.0,
        whole_pages: 0.0,
        deadline: Day::of(2027, 12, 31).unwrap(),
        priority: 3,
        budget: 0,
        owner: String::new(),
        dossiers: dossiers.iter().map(|code| (*code).to_owned()).collect(),
    }
}

fn roadmap(decision: &str, version: u32, lines: Vec<Line>) -> Roadmap {
    let adjustment =
        Adjustment { version, at: String::new(), by: "lan".to_owned(), decision: String::new(), reason: String::new(), changes: vec![] };
    Roadmap {
        decision: decision.to_owned(),
        authority: "UBND".to_owned(),
        issued: Day::of(2027, 1, 1).unwrap(),
        from: Day::of(2027, 1, 1).unwrap(),
        to: Day::of(2027, 12, 31).unwrap(),
        phases: vec![],
        lines,
        conversions: vec![],
        adjustments: vec![adjustment],
    }
}

async fn keep(catalog: &Catalog, roadmap: &Roadmap, weights: &[(&str, u32)]) -> Result<(), Error> {
    let weights = weights.iter().map(|(line, weight)| ((*line).to_owned(), *weight)).collect();
    catalog.keep_roadmap(roadmap, &weights).await
}

fn amount(pages: i64, documents: i64, dossiers: i64) -> Amount {
    Amount { pages, documents, dossiers }
}

pub(super) async fn a_roadmap_has_one_newest_form(home: Home) {
    let catalog = &home.catalog;
    keep(catalog, &roadmap("1/QD", 1, vec![line("A", &[]), line("B", &[])]), &[]).await.unwrap();
    assert_eq!(keep(catalog, &roadmap("1/QD", 1, vec![line("A", &[])]), &[]).await.unwrap_err().kind(), Kind::Conflict, "an old form");
    assert_eq!(
        keep(catalog, &roadmap("2/QD", 1, vec![line("B", &[])]), &[]).await.unwrap_err().kind(),
        Kind::Conflict,
        "a line of another"
    );
    assert_eq!(catalog.roadmaps().await.unwrap().len(), 1);
    let batch = deliver(catalog, "k", "A", &[file("x-2.pdf", "x")]).await;
    catalog.attach(&batch.id, Some("B"), "lan").await.unwrap();
    assert_eq!(catalog.attach(&batch.id, Some("C"), "lan").await.unwrap_err().kind(), Kind::NotFound);
    // Nothing is left outside the plan, so that its queue ends.
    let held = catalog.claim("w", LEASE, 10, None).await.unwrap();
    assert!(catalog.claim("w", LEASE, 10, None).await.unwrap().is_empty());
    for claim in &held {
        catalog.give_back(claim).await.unwrap();
    }
    let mut other = line("A", &[]);
    other.unit = "F2".to_owned();
    keep(catalog, &roadmap("1/QD", 2, vec![other]), &[]).await.unwrap();
    assert_eq!(catalog.attach(&batch.id, Some("A"), "lan").await.unwrap_err().kind(), Kind::Invalid, "a line of another unit");
    // Line B is gone: the batch is outside the plan, and its work goes on.
    assert_eq!(catalog.lines_of(std::slice::from_ref(&batch.id)).await.unwrap(), BTreeMap::new());
    assert_eq!(catalog.roadmaps().await.unwrap()[0].version(), 2);
    assert_eq!(home.again().await.roadmaps().await.unwrap()[0].lines[0].unit, "F2");
    assert!(work(catalog, &[&batch]).await > 0);
}

pub(super) async fn what_is_done_counts_for_its_line(home: Home) {
    let catalog = &home.catalog;
    keep(catalog, &roadmap("1/QD", 1, vec![line("A", &["nha/"]), line("B", &["nha/dat"])]), &[]).await.unwrap();
    let batch = deliver(catalog, "k", "nha/dat-1", &[file("x-3.pdf", "x"), file("doubt-2.pdf", "y"), file("torn-2.pdf", "t")]).await;
    let outside = deliver(catalog, "l", "xe", &[file("z-1.pdf", "z")]).await;
    let ids = [batch.id.clone(), outside.id.clone()];
    assert_eq!(catalog.lines_of(&ids).await.unwrap(), BTreeMap::from([(batch.id.clone(), "B".to_owned())]), "the longest beginning");
    home.pass(Duration::from_secs(86_400));
    work(catalog, &[&batch, &outside]).await;
    let of = async |line: &str, step| catalog.work("1/QD").await.unwrap().get(line).cloned().unwrap_or_default().of(step);
    assert_eq!(of("B", Done::Received).await, amount(7, 0, 0));
    assert_eq!(of("B", Done::Read).await, amount(6, 0, 0));
    // Two pages wait for a person, so the dossier is not done; a page of the torn document was refused.
    assert_eq!(of("B", Done::Stored).await, amount(4, 2, 0));
    assert_eq!(catalog.facts(None).await.unwrap().iter().map(|fact| fact.amount.pages).collect::<Vec<_>>(), [1, 1, 1]);
    // A second deposit counts nothing twice.
    let again = deliver(catalog, "m", "nha/dat-1", &[file("w-1.pdf", "w")]).await;
    work(catalog, &[&batch, &again]).await;
    assert_eq!(of("B", Done::Stored).await, amount(5, 3, 0));
    let before = done(catalog).await;
    let ledgers: Vec<Ledger> = vec![catalog.ledger(&batch.id).await.unwrap(), catalog.ledger(&again.id).await.unwrap()];
    assert_eq!(ledgers[0].line.as_deref(), Some("B"));
    // Attached to another line, all of it counts there; and back.
    catalog.attach(&again.id, Some("A"), "lan").await.unwrap();
    assert_eq!((of("A", Done::Stored).await, of("B", Done::Stored).await), (amount(1, 1, 0), amount(4, 2, 0)));
    catalog.attach(&again.id, None, "lan").await.unwrap();
    assert_eq!(of("A", Done::Stored).await, amount(0, 0, 0));
    catalog.attach(&again.id, Some("B"), "lan").await.unwrap();
    let mut after = done(catalog).await;
    after.remove("A");
    assert_eq!(after, before);
    let mut counted = Work::default();
    for fact in catalog.facts(Some("B")).await.unwrap() {
        counted.add(fact.day, fact.step, fact.amount);
    }
    assert_eq!(counted, before["B"], "the sum is that of the facts");
}

/// What was done for the lines of roadmap 1/QD.
async fn done(catalog: &Catalog) -> BTreeMap<String, Work> {
    catalog.work("1/QD").await.unwrap().lines().map(|(line, work)| (line.to_owned(), work.clone())).collect()
}

pub(super) async fn what_others_do_for_a_line_is_told_too(home: Home) {
    let catalog = &home.catalog;
    let plan = |version, codes: &[&str]| roadmap("1/QD", version, codes.iter().map(|code| line(code, &[code])).collect());
    keep(catalog, &plan(1, &["A", "B"]), &[]).await.unwrap();
    let first = deliver(catalog, "a", "A", &[file("x-3.pdf", "x")]).await;
    work(catalog, &[&first]).await;
    let second = deliver(catalog, "b", "B", &[file("y-2.pdf", "y")]).await;
    let other = Catalog::open(&home.url).await.unwrap();
    let pages = async |catalog: &Catalog, line: &str| catalog.work("1/QD").await.unwrap().get(line).map(|work| work.of(Done::Stored).pages);
    // Who has read it once tells of what is done elsewhere since.
    assert_eq!((pages(&other, "A").await, pages(&other, "B").await), (Some(3), Some(0)));
    work(catalog, &[&second]).await;
    assert_eq!((pages(&other, "A").await, pages(&other, "B").await, pages(catalog, "B").await), (Some(3), Some(2), Some(2)));
    // Who asks again and nothing was done is given the very same.
    assert!(std::ptr::eq(&raw const *other.work("1/QD").await.unwrap(), &raw const *other.work("1/QD").await.unwrap()));
    // A line that left the plan and came back has done nothing.
    keep(catalog, &plan(2, &["A"]), &[]).await.unwrap();
    keep(catalog, &plan(3, &["A", "B"]), &[]).await.unwrap();
    assert_eq!((pages(&other, "A").await, pages(&other, "B").await), (Some(3), None));
}

pub(super) async fn progress_comes_back_from_ledgers(home: Home) {
    let catalog = &home.catalog;
    let plan = roadmap("1/QD", 1, vec![line("A", &["A"])]);
    keep(catalog, &plan, &[]).await.unwrap();
    let batch = deliver(catalog, "k", "A", &[file("x-3.pdf", "x")]).await;
    work(catalog, &[&batch]).await;
    let (before, ledger) = (done(catalog).await, catalog.ledger(&batch.id).await.unwrap());
    assert_eq!(before["A"].of(Done::Stored), amount(3, 1, 1));
    let contents = dossier(catalog, "A").await;
    let engine = if home.url.starts_with("sqlite") { "sqlite" } else { "postgres" };
    let other = super::home(engine).await.unwrap();
    keep(&other.catalog, &plan, &[]).await.unwrap();
    other.catalog.restore_dossier(&record_of(&contents), 1, "ab").await.unwrap();
    other.catalog.restore_ledger(&ledger).await.unwrap();
    assert_eq!(done(&other.catalog).await, before);
    // What comes after is counted once.
    let next = deliver(&other.catalog, "m", "A", &[file("y-1.pdf", "y")]).await;
    work(&other.catalog, &[&next]).await;
    assert_eq!(done(&other.catalog).await["A"].of(Done::Stored), amount(4, 2, 1));
}

pub(super) async fn lines_share_the_workers_by_weight_and_none_starves(home: Home) {
    let catalog = &home.catalog;
    let codes: Vec<String> = (0..50).map(|number| format!("L{number:02}")).collect();
    let lines = codes.iter().map(|code| line(code, &[&format!("{code}/")])).collect();
    let weights: Vec<(&str, u32)> = codes.iter().map(|code| (code.as_str(), if code == "L00" { 40 } else { 10 })).collect();
    keep(catalog, &roadmap("1/QD", 1, lines), &weights).await.unwrap();
    // The line that comes first has ten times as much to do as any other.
    for code in &codes {
        let pages = if code == "L01" { 300 } else { 30 };
        let files: Vec<NewFile> = (0..pages).map(|number| file(&format!("{number}-1.pdf"), &format!("{code}{number}"))).collect();
        deliver(catalog, code, &format!("{code}/1"), &files).await;
    }
    let mut served: BTreeMap<String, u32> = BTreeMap::new();
    let mut first_turn: BTreeMap<String, u32> = BTreeMap::new();
    for turn in 0..530 {
        let claims = catalog.claim("w", LEASE, 1, None).await.unwrap();
        let lines = catalog.lines_of(std::slice::from_ref(&claims[0].batch)).await.unwrap();
        let line = lines.values().next().unwrap().clone();
        *served.entry(line.clone()).or_default() += 1;
        first_turn.entry(line).or_insert(turn);
    }
    // 530 turns over the weights 40 + 49 × 10: ten each, and 30 (all that it has) or 40 for the heavy one.
    assert_eq!(served.len(), 50);
    assert!(first_turn.values().all(|turn| *turn < 53), "each within a round: {first_turn:?}");
    assert!(served["L00"] == 30, "{served:?}");
    assert!(served.iter().filter(|(line, _)| *line != "L00").all(|(_, count)| (10..=11).contains(count)), "{served:?}");
    // Who comes later stands beside the others, not before all of them.
    keep(catalog, &roadmap("2/QD", 1, vec![line("new", &["new/"])]), &[]).await.unwrap();
    let files: Vec<NewFile> = (0..30).map(|number| file(&format!("{number}-1.pdf"), &format!("new{number}"))).collect();
    let new = deliver(catalog, "new", "new/1", &files).await;
    let mut of_new = 0;
    for _ in 0..50 {
        of_new += usize::from(catalog.claim("w", LEASE, 1, None).await.unwrap()[0].batch == new.id);
    }
    assert!((1..=2).contains(&of_new), "{of_new}");
    // An urgent batch goes before every line.
    catalog.prioritise(&new.id, 10).await.unwrap();
    assert_eq!(catalog.claim("w", LEASE, 1, None).await.unwrap()[0].batch, new.id);
}

pub(super) async fn a_batch_begins_on_the_line_that_is_told(home: Home) {
    let catalog = &home.catalog;
    let mut elsewhere = line("X", &[]);
    elsewhere.unit = "F2".to_owned();
    keep(catalog, &roadmap("1/QD", 1, vec![line("A", &["nha/"]), line("B", &[]), elsewhere]), &[]).await.unwrap();
    let listed = |list: &str, line: &str| ListedLine { list: list.to_owned(), row: 2, line: line.to_owned() };
    let begun = async |key: &str, told: &Told<'_>| {
        let batch = super::open(catalog, key).await;
        catalog.attach_as_told(&batch.id, told).await.unwrap();
        // What is told a second time, after a crash, changes nothing.
        catalog.attach_as_told(&batch.id, &Told { person: None, lists: &[listed("x", "none")] }).await.unwrap();
        catalog.receive(&batch.id, &name("nha/1"), &[file(&format!("nha/1/{key}-1.pdf"), key)], &super::plan()).await.unwrap();
        let (found, count) = catalog.attachment(&batch.id, 10).await.unwrap();
        assert_eq!(found.findings.len() as u64, count);
        let codes: Vec<String> = found.findings.iter().map(|finding| finding.code.clone()).collect();
        (found.line, found.by, codes)
    };
    let is = |line: &str| Some(line.to_owned());
    // A list comes before the rule, whose line would be A, and a person before the list.
    let lists = [listed("nha/1/manifest.csv", "B"), listed("nha/2/manifest.csv", "B")];
    assert_eq!(begun("list", &Told { person: None, lists: &lists }).await, (is("B"), Some(AttachedBy::List), vec![]));
    assert_eq!(
        begun("person", &Told { person: Some(("A", "lan")), lists: &lists }).await,
        (is("A"), Some(AttachedBy::Person), vec!["line-overruled".to_owned(); 2])
    );
    // What cannot be followed leaves the batch outside the plan, where the rule does not guess.
    let differ = [listed("nha/1/manifest.csv", "B"), listed("nha/2/manifest.csv", "C")];
    assert_eq!(
        begun("differ", &Told { person: None, lists: &differ }).await,
        (None, Some(AttachedBy::List), vec!["lines-differ".to_owned(), "line-unknown".to_owned()])
    );
    // The dossier beside which the list lies tells it, and the other one's list is not its own.
    let codes = async || {
        let findings = dossier(catalog, "nha/1").await.dossier.list_findings;
        findings.into_iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    assert_eq!(codes().await, ["lines-differ"]);
    let other = [listed("nha/1/manifest.csv", "X")];
    assert_eq!(begun("other", &Told { person: None, lists: &other }).await.2, ["line-of-other-unit"]);
    assert_eq!(codes().await, ["line-of-other-unit"], "the newest delivery tells");
    work(catalog, &[]).await;
    assert_eq!(codes().await, ["line-of-other-unit"]);
    let events = catalog.events(0, 1_000).await.unwrap();
    let left = events.iter().filter(|event| event.kind == "batch-not-attached").count();
    assert_eq!(left, 2);
    assert!(catalog.happened_between(0, events.len() as u64, &["batch-attached"]).await.unwrap());
    assert!(!catalog.happened_between(events.len() as u64, u64::from(u32::MAX), &["batch-attached"]).await.unwrap());
    // Where nobody says anything the rule decides; who puts a batch outside the plan keeps it there.
    let batch = deliver(catalog, "rule", "nha/1", &[file("nha/1/r-1.pdf", "r")]).await;
    assert_eq!(catalog.attachment(&batch.id, 1).await.unwrap().0.by, Some(AttachedBy::Rule));
    catalog.attach(&batch.id, None, "lan").await.unwrap();
    catalog.receive_again(&batch.id).await.unwrap();
    catalog.receive(&batch.id, &name("nha/1"), &[file("nha/1/s-1.pdf", "s")], &super::plan()).await.unwrap();
    let (found, _) = catalog.attachment(&batch.id, 1).await.unwrap();
    assert_eq!((found.line, found.by), (None, Some(AttachedBy::Person)));
    catalog.verify_events().await.unwrap();
}

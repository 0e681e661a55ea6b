//! A year of work through the real queue and catalogue: what the reports say is recomputed from what was kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::{Calendar, Day};
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::{DeliveredFile, DeliveredName, DossierName, Item};
use sohoa_base::model::page::reading::Quality;
use sohoa_base::model::pipeline_plan::{PipelinePlan, StageConfig as PlanStep, StageGroup, StageLevel};
use sohoa_base::model::record::Description;
use sohoa_base::model::refusal::{Refusal, RefusalClass};
use sohoa_base::model::roadmap::lot::{Lot, LotState, SampledPage};
use sohoa_base::model::roadmap::plan::{Adjustment, Conversion, ItemCounts, Measure, Phase, ProgressStep, Roadmap, Target};
use sohoa_catalog::{BatchLedger, Catalog, Claim, Clock, NewBatch, TargetProgressMap};
use sohoa_roadmap::sampling::{self, DefectSeverity, InspectionLevel as Inspection};
use sohoa_services::roadmap::tracking::compute_progress;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

const DAY_MS: i64 = 86_400_000;
const LEASE: Duration = Duration::from_secs(600);

/// How large the year is.
struct Size {
    targets: usize,
    pages: usize,
    /// Pages of a dossier, two documents each.
    dossier: usize,
    /// Tasks that the workers do on a working day.
    daily: usize,
}

/// What a year came to.
struct Year {
    roadmap: Roadmap,
    work: Arc<TargetProgressMap>,
    /// Its last working day.
    today: Day,
    /// Pages that the stages read, by line.
    read: BTreeMap<String, BTreeSet<String>>,
    shares: BTreeMap<String, Share>,
}

/// How the workers were shared on days that began and ended with work left for several lines.
#[derive(Debug, Default, Clone)]
struct Share {
    days: u32,
    /// Tasks done for the line.
    served: f64,
    /// Those that its weight among the competing lines stands for.
    fair: f64,
    /// Most tasks that were done for others between two of its own turns, and what its weight stood for of them.
    waited: Wait,
}

/// What was done for others since a line that has tasks had its last turn.
#[derive(Debug, Default, Clone, Copy)]
struct Wait {
    tasks: usize,
    /// Of those, the line's own by its weight among the lines that had tasks.
    own: f64,
}

/// Numbers without a pattern, the same every time.
struct Rng(u64);

impl Rng {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

fn plan() -> PipelinePlan {
    let group =
        |level, stage: &str| StageGroup { level, stages: vec![PlanStep { stage: stage.to_owned(), options: serde_json::Value::Null }] };
    PipelinePlan {
        name: "year".to_owned(),
        groups: vec![
            group(StageLevel::File, "intake"),
            group(StageLevel::Page, "read"),
            group(StageLevel::Dossier, "separate"),
            group(StageLevel::Document, "describe"),
            group(StageLevel::Dossier, "deposit"),
        ],
    }
}

/// What stages would decide: a page in 100 is refused, a document in 20 waits for a person.
fn simulate_stage(claim: &Claim) -> Vec<Change> {
    let chance =
        |id: &str, of: u64| id.bytes().rev().take(6).fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte))) % of == 0;
    match &claim.item {
        Item::File { file, .. } => vec![Change::FileIdentified {
            file: file.id.clone(),
            media_type: "application/pdf".into(),
            pages: u32::try_from(file.delivered.bytes).unwrap(),
            signatures: vec![],
            warnings: vec![],
        }],
        Item::Page { page, .. } if chance(&page.id, 100) => {
            vec![Change::PageRefused { page: page.id.clone(), refusal: Refusal { class: RefusalClass::Input, reason: "torn".into() } }]
        }
        Item::Page { page, .. } => vec![Change::PageRead {
            page: page.id.clone(),
            reading: "reading".into(),
            quality: Quality::default(),
            blank: false,
            warnings: vec![],
        }],
        Item::Dossier(contents) if claim.plan.groups[claim.group].stages[0].stage == "separate" => {
            let placed: BTreeSet<&String> = contents.documents.iter().flat_map(|document| &document.pages).collect();
            let mut documents: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for page in contents.pages.iter().filter(|page| page.refusal.is_none() && !placed.contains(&page.id)) {
                documents.entry(page.file.as_str()).or_default().push(page.id.clone());
            }
            vec![Change::DocumentsSeparated { dossier: contents.dossier.id.clone(), documents: documents.into_values().collect() }]
        }
        Item::Dossier(contents) => {
            let dossier = contents.dossier.id.clone();
            vec![Change::DossierDeposited { dossier, version: contents.dossier.version + 1, record_sha512: "ab".into() }]
        }
        Item::Document { document, .. } => {
            let reasons = if chance(document, 20) { vec!["number-unsure".to_owned()] } else { vec![] };
            vec![
                Change::DocumentDescribed { document: document.clone(), description: Description::unknown() },
                Change::DocumentReviewed { document: document.clone(), reasons },
            ]
        }
    }
}

fn roadmap(size: &Size, from: Day) -> Roadmap {
    let share = size.pages / size.targets;
    let lines = (0..size.targets).map(|number| {
        let (measure, target) = match number % 4 {
            0 => (Measure::Page, share as f64 * 0.8),
            1 => (Measure::Dossier, (share / size.dossier) as f64 * 0.8),
            2 => (Measure::Metre, share as f64 * 0.8 / 750.0),
            _ => (Measure::Percent, 80.0),
        };
        Target {
            code: format!("L{number:02}"),
            name: format!("Chỉ tiêu {number}"),
            unit: format!("unit-{}", number % 3),
            unit_group: if number % 3 == 0 { "Sở" } else { "Xã" }.to_owned(),
            phase: if number % 2 == 0 { "H1" } else { "" }.to_owned(),
            fonds: String::new(),
            kind: String::new(),
            retention: String::new(),
            years: String::new(),
            measure,
            baseline: 0.0,
            quantity: target,
            holdings_pages: share as f64,
            deadline: if number % 2 == 0 { Day::from_ymd(2026, 9, 30).unwrap() } else { Day::from_ymd(2026, 12, 31).unwrap() },
            priority: u8::try_from(number % 5 + 1).unwrap(),
            budget: 1_000_000,
            owner: String::new(),
            dossier_prefixes: vec![format!("L{number:02}/")],
        }
    });
    Roadmap {
        decision: "1/QĐ".to_owned(),
        authority: "UBND".to_owned(),
        issued: from,
        from,
        to: Day::from_ymd(2026, 12, 31).unwrap(),
        phases: vec![Phase { code: "H1".to_owned(), from, to: Day::from_ymd(2026, 6, 30).unwrap() }],
        targets: lines.collect(),
        conversions: vec![
            Conversion { fonds: String::new(), measure: Measure::Metre, pages: 750.0 },
            Conversion { fonds: String::new(), measure: Measure::Dossier, pages: size.dossier as f64 },
        ],
        adjustments: vec![Adjustment {
            version: 1,
            at: String::new(),
            by: "lan".to_owned(),
            decision: String::new(),
            reason: String::new(),
            changes: vec![],
        }],
    }
}

/// Works the year through; everything that is kept in an object store comes to lie in `store`.
async fn simulate_year(size: &Size, folder: &Path, store: &Path) -> Year {
    let first = Day::from_ymd(2026, 1, 5).unwrap();
    let now = Arc::new(AtomicI64::new(i64::from(first.0) * DAY_MS));
    let clock = Arc::clone(&now);
    let address = format!("sqlite:{}", folder.join("catalog.db").display());
    let catalog = Catalog::open_with(&address, Clock::from_function(move || clock.load(Ordering::SeqCst))).await.unwrap();
    let roadmap = roadmap(size, Day::from_ymd(2026, 1, 1).unwrap());
    let weights: BTreeMap<String, u32> = roadmap.targets.iter().map(|line| (line.code.clone(), u32::from(6 - line.priority) * 4)).collect();
    let (mut read, mut shares) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeMap::<String, Share>::new());
    // Since when each line that has tasks waits.
    let mut waits_since = BTreeMap::<String, Wait>::new();
    let mut raw = <sqlx::AnyConnection as sqlx::Connection>::connect(&address).await.unwrap();
    catalog.save_roadmap(&roadmap, &weights).await.unwrap();
    let last = Day::from_ymd(2026, 12, 1).unwrap();
    let working: Vec<Day> = (first.0..=last.0).map(Day).filter(|day| Calendar::vietnam().is_working_day(*day)).collect();
    let (dossiers, mut made, mut numbers) = (size.pages / size.dossier, 0, Rng(11));
    let plan = plan();
    let mut batches = Vec::new();
    let mut waits: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    for (place, day) in working.iter().enumerate() {
        now.store(i64::from(day.0) * DAY_MS + 3_600_000, Ordering::SeqCst);
        // What comes in, in equal parts until the end of October.
        let due = (dossiers * (place + 1) / (working.len() * 5 / 6)).min(dossiers);
        for number in made..due {
            let line = number % size.targets;
            let (unit, code) = (format!("unit-{}", line % 3), format!("L{line:02}/{number}"));
            let new = NewBatch { key: &code, unit: &unit, pipeline: "[[stage]]", plan: &plan, priority: 0 };
            let batch = catalog.open_batch(&new).await.unwrap().0;
            let pages = u64::try_from(size.dossier / 2).unwrap();
            let file = |name: &str| DeliveredFile {
                path: DeliveredName::from_bytes(format!("{code}/{name}.pdf").as_bytes()),
                sha256: format!("{number}{name}"),
                bytes: pages,
                container: None,
            };
            let name = DossierName { fonds: unit.clone(), code: code.clone(), title: code.clone() };
            catalog.receive_files(&batch.id, &name, &[file("a"), file("b")], &plan).await.unwrap();
            catalog.finish_receiving(&batch.id).await.unwrap();
            batches.push(batch.id);
        }
        made = due;
        let began_with = targets_with_tasks(&mut raw, i64::MAX).await;
        let (mut done, mut served) = (0, BTreeMap::<String, usize>::new());
        // Scanners and workers stand still on a day in twelve; on the others all that came is worked off, a claim is lost now and then.
        if numbers.below(12) != 0 {
            while done < size.daily {
                let ready = targets_with_tasks(&mut raw, now.load(Ordering::SeqCst)).await;
                let claims = catalog.claim("w", LEASE, AT_ONCE.min(size.daily - done), None).await.unwrap();
                let Some(served_line) = claims.first().map(target_of_task) else { break };
                waits_since.retain(|line, _| ready.contains(line));
                let whole: u32 = ready.iter().filter_map(|line| weights.get(line)).sum();
                for line in &ready {
                    let wait = waits_since.entry(line.clone()).or_default();
                    if *line == served_line {
                        *wait = Wait::default();
                    } else {
                        wait.tasks += claims.len();
                        wait.own += claims.len() as f64 * f64::from(weights[line]) / f64::from(whole);
                    }
                    let longest = &mut shares.entry(line.clone()).or_default().waited;
                    *longest = if wait.own > longest.own { *wait } else { *longest };
                }
                for claim in claims {
                    let line = target_of_task(&claim);
                    *served.entry(line.clone()).or_default() += 1;
                    done += 1;
                    if numbers.below(500) == 0 {
                        catalog.release_unchanged(&claim).await.unwrap();
                        continue;
                    }
                    let changes = simulate_stage(&claim);
                    if let [Change::PageRead { page, .. }] = changes.as_slice() {
                        read.entry(line).or_default().insert(page.clone());
                    }
                    catalog.commit(&claim, &changes, &[]).await.unwrap();
                }
            }
            let left = targets_with_tasks(&mut raw, i64::MAX).await;
            let competing: BTreeMap<&String, u32> =
                left.intersection(&began_with).filter_map(|line| Some((line, *weights.get(line)?))).collect();
            if done == size.daily && competing.len() > 1 {
                let whole: u32 = competing.values().sum();
                let other: usize = served.iter().filter(|(line, _)| !competing.contains_key(*line)).map(|(_, count)| count).sum();
                for (line, weight) in competing.iter().map(|(line, weight)| (*line, weight)) {
                    let count = served.get(line).copied().unwrap_or_default();
                    let (part, share) = (f64::from(*weight) / f64::from(whole), shares.entry(line.clone()).or_default());
                    share.days += 1;
                    share.served += count as f64;
                    share.fair += part * (done - other) as f64;
                }
            }
        }
        // Every second week, what waits of each line comes in a lot; one in ten is sent back, and mended two weeks later.
        if place % 10 == 9 {
            for line in &roadmap.targets {
                process_lots(&catalog, line, &mut numbers, &mut waits, store).await;
            }
        }
    }
    for batch in &batches {
        let ledger = serde_json::to_vec(&catalog.batch_ledger(batch).await.unwrap()).unwrap();
        std::fs::write(store.join(format!("batch-{batch}.json")), ledger).unwrap();
    }
    Year { work: catalog.roadmap_progress("1/QĐ").await.unwrap(), roadmap, today: *working.last().unwrap(), read, shares }
}

/// Tasks that are claimed at once: one, as workers do.
const AT_ONCE: usize = 1;

/// The line of a task: dossiers are named after it.
fn target_of_task(claim: &Claim) -> String {
    let code = match &claim.item {
        Item::File { dossier, .. } | Item::Page { dossier, .. } => &dossier.name.code,
        Item::Dossier(contents) | Item::Document { contents, .. } => &contents.dossier.name.code,
    };
    code.split('/').next().unwrap().to_owned()
}

/// Lines that have tasks which can be done at `now`, milliseconds.
async fn targets_with_tasks(raw: &mut sqlx::AnyConnection, now: i64) -> BTreeSet<String> {
    use sqlx::Row;
    let rows = sqlx::query("SELECT DISTINCT line FROM tasks WHERE ready_at <= $1").bind(now).fetch_all(raw).await.unwrap();
    rows.iter().map(|row| row.get("line")).collect()
}

async fn process_lots(catalog: &Catalog, line: &Target, numbers: &mut Rng, waits: &mut BTreeMap<String, Vec<u32>>, store: &Path) {
    let keep = |lot: &Lot| std::fs::write(store.join(format!("lot-{}.json", lot.id)), serde_json::to_vec(lot).unwrap()).unwrap();
    for lot in catalog.lots(&UnitScope::All, Some(&line.code), 1_000).await.unwrap() {
        if lot.state == LotState::Returned {
            keep(&catalog.mark_lot_reworked(&lot.id, "lan").await.unwrap());
        }
    }
    let found = catalog.eligible_lot_documents(&line.code, 20_000).await.unwrap();
    let pages: u32 = found.iter().map(|document| document.pages).sum();
    if pages == 0 {
        return;
    }
    let id = uuid::Uuid::now_v7().to_string();
    let plan = sampling::sampling_plan(pages, Inspection::II).unwrap();
    let name = |document: &sohoa_base::model::roadmap::lot::LotDocument| {
        format!("urn:sohoa:{}:{}#{}", document.fonds, document.code, document.number)
    };
    let sample = sampling::draw_sample(&id, pages, plan.sample)
        .into_iter()
        .map(|place| SampledPage { index_in_lot: place, document: name(&found[0]), page: 1, inspected: false, defects: vec![] })
        .collect();
    let lot = Lot {
        id: id.clone(),
        target: line.code.clone(),
        unit: line.unit.clone(),
        state: LotState::Open,
        level: "II".to_owned(),
        pages,
        documents: found.iter().map(name).collect(),
        accept_major: plan.accept_major,
        accept_minor: plan.accept_minor,
        seed: id.clone(),
        sample,
        opened: ("lan".to_owned(), String::new()),
        judged: None,
        failed_severities: vec![],
        note: String::new(),
    };
    let ids: Vec<String> = found.into_iter().map(|document| document.id).collect();
    catalog.open_lot(&lot, &ids).await.unwrap();
    let is_bad = numbers.below(10) == 0;
    for (place, page) in lot.sample.iter().enumerate() {
        let defects = if is_bad && place == 0 { vec!["missing-page".to_owned()] } else { vec![] };
        catalog.record_page_inspection(&id, page.index_in_lot, &defects).await.unwrap();
    }
    let refused = if is_bad { vec![DefectSeverity::Critical.as_str().to_owned()] } else { vec![] };
    let judged = catalog.judge_lot(&id, "minh", "", &refused).await.unwrap();
    waits.entry(line.code.clone()).or_default().push(pages);
    keep(&judged);
}

/// What was done by line and step, out of ledgers and lots alone.
fn recompute_amounts(store: &Path) -> BTreeMap<(String, &'static str), ItemCounts> {
    let mut found: BTreeMap<(String, &'static str), ItemCounts> = BTreeMap::new();
    let mut ledgers = Vec::new();
    let mut documents: BTreeMap<String, (String, u32)> = BTreeMap::new();
    for entry in std::fs::read_dir(store).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if name.starts_with("batch-") {
            let ledger: BatchLedger = serde_json::from_slice(&bytes).unwrap();
            let line = ledger.line.clone().unwrap();
            let received = ledger.balance.pages.received;
            found.entry((line.clone(), "received")).or_default().pages += i64::try_from(received).unwrap();
            found.entry((line, "stored")).or_default().pages += i64::try_from(ledger.balance.pages.stored).unwrap();
            ledgers.push(ledger);
        } else {
            let lot: Lot = serde_json::from_slice(&bytes).unwrap();
            let step = if lot.state == LotState::Accepted { "accepted" } else { "returned" };
            let amount = found.entry((lot.target.clone(), step)).or_default();
            amount.pages += i64::from(lot.pages);
            amount.documents += i64::try_from(lot.documents.len()).unwrap();
            for document in lot.documents.iter().filter(|_| lot.state == LotState::Accepted) {
                let dossier = document.rsplit_once('#').unwrap().0.to_owned();
                documents.entry(dossier).or_insert((lot.target.clone(), 0)).1 += 1;
            }
        }
    }
    // A dossier of two documents is done when both are accepted.
    for (line, count) in documents.into_values() {
        found.entry((line, "accepted")).or_default().dossiers += i64::from(count == 2);
    }
    found
}

async fn check_year(size: &Size) -> String {
    let (folder, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let began = Instant::now();
    let Year { roadmap, work, today, read, shares } = simulate_year(size, folder.path(), store.path()).await;
    let seconds = began.elapsed().as_secs_f64();
    let mut found = recompute_amounts(store.path());
    for (line, pages) in read {
        found.entry((line, "read")).or_default().pages = i64::try_from(pages.len()).unwrap();
    }
    let of = |line: &str, step: &'static str| found.get(&(line.to_owned(), step)).copied().unwrap_or_default();
    for (line, work) in work.targets() {
        for step in [ProgressStep::Received, ProgressStep::Read, ProgressStep::Stored, ProgressStep::Accepted, ProgressStep::Returned] {
            assert_eq!(work.total(step).pages, of(line, step.as_str()).pages, "{line} {}", step.as_str());
        }
        assert_eq!(work.total(ProgressStep::Accepted), of(line, "accepted"), "{line}");
        assert_eq!(work.total(ProgressStep::Returned).documents, of(line, "returned").documents, "{line}");
    }
    assert_eq!(work.targets().count(), size.targets);
    // The report, against figures of its own.
    let status = compute_progress(&roadmap, &work, &UnitScope::All, today);
    let (mut target, mut done) = (0.0, 0.0);
    for line in &status.targets {
        let planned = roadmap.targets.iter().find(|one| one.code == line.code).unwrap();
        let accepted = of(&line.code, "accepted");
        let (in_measure, pages) = match planned.measure {
            Measure::Page => (accepted.pages as f64, 1.0),
            Measure::Dossier => (accepted.dossiers as f64, size.dossier as f64),
            Measure::Metre => (accepted.pages as f64 / 750.0, 750.0),
            _ => (accepted.pages as f64 * 100.0 / planned.holdings_pages, planned.holdings_pages / 100.0),
        };
        assert!((line.done - in_measure).abs() < 1e-6, "{}: {} of {in_measure}", line.code, line.done);
        assert!((line.share_done - in_measure / planned.quantity).abs() < 1e-9);
        assert_eq!(line.state.as_str() == "overdue", in_measure < planned.quantity && today > planned.deadline, "{}", line.code);
        let judged = accepted.pages + of(&line.code, "returned").pages;
        let returned = (judged > 0).then(|| of(&line.code, "returned").pages as f64 / judged as f64);
        assert!((line.returned_share.unwrap_or(-1.0) - returned.unwrap_or(-1.0)).abs() < 1e-9, "{}", line.code);
        target += planned.quantity * pages;
        done += in_measure.min(planned.quantity) * pages;
    }
    assert!((status.whole.target_pages - target).abs() < 1e-3 && (status.whole.done_pages - done).abs() < 1e-3);
    let units: f64 = status.units.iter().map(|unit| unit.done_pages).sum();
    assert!((units - done).abs() < 1e-3);
    let mut table = format!(
        "{} pages, {} lines, {seconds:.0} s: {:.1} of {:.1} pages done, {} lines reached, {} overdue\n",
        size.pages, size.targets, done, target, status.whole.done_targets, status.whole.overdue
    );
    for unit in &status.units {
        let _ = writeln!(table, "{} {} rank {}: {:.1} %", unit.unit_group, unit.name, unit.rank, unit.share_done * 100.0);
    }
    for line in &status.targets {
        let target = format!("{:.0} % of the target, {:.0} % of the time", line.share_done * 100.0, line.share_elapsed * 100.0);
        let share = shares.get(&line.code).cloned().unwrap_or_default();
        let Wait { tasks: waited, own } = share.waited;
        let _ = writeln!(
            table,
            "{} priority {}: {target}, {}; {} scarce days: {:.0} tasks, its weight stands for {:.0}; waited for {waited} tasks at most, {own:.0} of them its own by weight",
            line.code,
            line.priority,
            line.state.as_str(),
            share.days,
            share.served,
            share.fair
        );
    }
    println!("{table}");
    for (code, share) in &shares {
        // What is claimed at once goes to one line, so a day's sum may be off by that.
        let off = AT_ONCE as f64 * f64::from(share.days).sqrt().max(1.0);
        assert!((share.served - share.fair).abs() <= off.max(share.fair * 0.05), "{code}: {share:?}");
        // A line's turn is as many tasks as are claimed at once; it comes once one turn would have been its own, and later by
        // what others are ahead by their whole turns.
        assert!(share.waited.own <= 2.5 * AT_ONCE as f64, "{code}: {share:?}");
    }
    table
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_small_year_of_work_is_told_as_it_was() {
    check_year(&Size { targets: 8, pages: 3_200, dossier: 20, daily: usize::MAX }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_with_too_few_workers_is_told_as_it_was() {
    let told = check_year(&Size { targets: 8, pages: 3_200, dossier: 20, daily: 15 }).await;
    assert!(told.contains(", overdue;") && told.contains(", done;"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes long"]
async fn fifty_lines_share_too_few_workers() {
    check_year(&Size { targets: 50, pages: 60_000, dossier: 60, daily: 250 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes long"]
async fn a_year_of_two_hundred_thousand_pages_is_told_as_it_was() {
    check_year(&Size { targets: 40, pages: 200_000, dossier: 40, daily: usize::MAX }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn a_hundred_thousand_lines_open_fast() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("catalog.db").display());
    let today = Day::from_ymd(2026, 11, 26).unwrap();
    let at = i64::from(today.0) * DAY_MS;
    let catalog = Catalog::open_with(&address, Clock::from_function(move || at)).await.unwrap();
    let mut big = roadmap(&Size { targets: 40, pages: 40_000, dossier: 20, daily: usize::MAX }, Day::from_ymd(2022, 1, 1).unwrap());
    let some = big.targets.clone();
    big.targets = (0..100_000)
        .map(|number| Target {
            code: format!("L{number}"),
            unit: format!("u{}", number % 300),
            dossier_prefixes: vec![],
            ..some[number % 40].clone()
        })
        .collect();
    catalog.save_roadmap(&big, &BTreeMap::new()).await.unwrap();
    // What five years of daily facts come to: the sums, and the last days one by one.
    let mut work = sohoa_base::model::roadmap::plan::TargetLedger::default();
    for day in (today.0 - 5 * 365)..today.0 {
        for step in [ProgressStep::Received, ProgressStep::Read, ProgressStep::Stored, ProgressStep::Accepted] {
            work.add(Day(day), step, ItemCounts { pages: 3, documents: 1, dossiers: 0 });
        }
    }
    let mut connection = <sqlx::AnyConnection as sqlx::Connection>::connect(&address).await.unwrap();
    let text = serde_json::to_string(&work).unwrap();
    sqlx::query("UPDATE roadmap_lines SET work = $1, work_version = 1").bind(text).execute(&mut connection).await.unwrap();
    for round in 0..3 {
        let began = Instant::now();
        let known = catalog.roadmaps_with_progress().await.unwrap();
        let read = began.elapsed();
        let status = compute_progress(&known[0].0, &known[0].1, &UnitScope::All, today);
        println!(
            "round {round}: plan and work {read:?}, computed {:?}, in all {:?}: {} lines",
            began.elapsed() - read,
            began.elapsed(),
            status.targets.len()
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement"]
async fn progress_costs_little_in_the_commit() {
    let folder = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(&format!("sqlite:{}", folder.path().join("catalog.db").display())).await.unwrap();
    let size = Size { targets: 40, pages: 4_000, dossier: 100, daily: usize::MAX };
    catalog.save_roadmap(&roadmap(&size, Day::from_ymd(2026, 1, 1).unwrap()), &BTreeMap::new()).await.unwrap();
    let plan = plan();
    let mut attached = BTreeSet::new();
    let mut received = [Vec::new(), Vec::new()];
    for number in 0..80 {
        let code = if number % 2 == 0 { format!("L00/{number}") } else { format!("none/{number}") };
        let new = NewBatch { key: &code, unit: "unit-0", pipeline: "[[stage]]", plan: &plan, priority: 0 };
        let batch = catalog.open_batch(&new).await.unwrap().0;
        let file = DeliveredFile {
            path: DeliveredName::from_bytes(format!("{code}/a.pdf").as_bytes()),
            sha256: code.clone(),
            bytes: 50,
            container: None,
        };
        let name = DossierName { fonds: "unit-0".to_owned(), code: code.clone(), title: code.clone() };
        let began = Instant::now();
        catalog.receive_files(&batch.id, &name, &[file], &plan).await.unwrap();
        received[number % 2].push(began.elapsed());
        catalog.finish_receiving(&batch.id).await.unwrap();
        if number % 2 == 0 {
            attached.insert(batch.id);
        }
    }
    let mut commits = [Vec::new(), Vec::new()];
    loop {
        let claims = catalog.claim("w", LEASE, 32, None).await.unwrap();
        if claims.is_empty() {
            break;
        }
        for claim in claims {
            let changes = simulate_stage(&claim);
            let began = Instant::now();
            catalog.commit(&claim, &changes, &[]).await.unwrap();
            commits[usize::from(!attached.contains(&claim.batch))].push(began.elapsed());
        }
    }
    for (what, mut both) in [("receive", received), ("commit", commits)] {
        both.iter_mut().for_each(|all| all.sort());
        let [on_line, outside] = &both;
        let tell = |all: &[Duration]| format!("{} x, half {:?}, 95 in 100 {:?}", all.len(), all[all.len() / 2], all[all.len() * 95 / 100]);
        println!("{what} of a batch on a line: {}; outside the plan: {}", tell(on_line), tell(outside));
    }
}

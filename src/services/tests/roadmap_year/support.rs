//! A simulated year of work on a roadmap, through the real queue and catalogue.

use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::{Calendar, Day};
use sohoa_base::model::change::Change;
use sohoa_base::model::delivered_file::{DeliveredFile, DeliveredName};
use sohoa_base::model::dossier::{DossierName, Item};
use sohoa_base::model::page::reading::Quality;
use sohoa_base::model::pipeline_plan::{PipelinePlan, StageConfig, StageGroup, StageLevel};
use sohoa_base::model::record::Description;
use sohoa_base::model::refusal::{Refusal, RefusalClass};
use sohoa_base::model::roadmap::lot::{Lot, LotDocument, LotState, SampledPage};
use sohoa_base::model::roadmap::plan::{Adjustment, Conversion, Measure, Phase, Roadmap, Target};
use sohoa_catalog::{Catalog, Claim, Clock, NewBatch, TargetProgressMap};
use sohoa_roadmap::sampling::{self, DefectSeverity, InspectionLevel};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub(crate) const DAY_MS: i64 = 86_400_000;
pub(crate) const LEASE: Duration = Duration::from_secs(600);

/// Size of the simulated year.
pub(crate) struct Size {
    pub(crate) targets: usize,
    pub(crate) pages: usize,
    /// Pages of a dossier; each has two documents.
    pub(crate) dossier: usize,
    /// Tasks done on a working day.
    pub(crate) daily: usize,
}

/// Result of a simulated year.
pub(crate) struct Year {
    pub(crate) roadmap: Roadmap,
    pub(crate) work: Arc<TargetProgressMap>,
    /// Its last working day.
    pub(crate) today: Day,
    /// Pages read, by target.
    pub(crate) read: BTreeMap<String, BTreeSet<String>>,
    pub(crate) shares: BTreeMap<String, Share>,
}

/// Share of the workers that a target got, over the days that began and ended with open tasks of several targets.
#[derive(Debug, Default, Clone)]
pub(crate) struct Share {
    pub(crate) days: u32,
    /// Tasks done for the target.
    pub(crate) served: f64,
    /// Tasks due by its weight among the competing targets.
    pub(crate) fair: f64,
    /// Longest wait between two of its own tasks.
    pub(crate) waited: Wait,
}

/// Tasks done for other targets since the last one of a target with open tasks.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Wait {
    pub(crate) tasks: usize,
    /// Part of them that was due to the target by its weight among the targets with tasks.
    pub(crate) own: f64,
}

/// Reproducible pseudo-random numbers (linear congruential generator).
struct Rng(u64);

impl Rng {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

pub(crate) fn plan() -> PipelinePlan {
    let group =
        |level, stage: &str| StageGroup { level, stages: vec![StageConfig { stage: stage.to_owned(), options: serde_json::Value::Null }] };
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

/// Changes that the stages would return: one page in 100 is refused, one document in 20 goes to review.
pub(crate) fn simulate_stage(claim: &Claim) -> Vec<Change> {
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
            vec![Change::PageRefused {
                page: page.id.clone(),
                refusal: Refusal { class: RefusalClass::Input, reason: "torn".into(), message: None },
            }]
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
            let withheld = contents.withheld.keys().cloned().collect();
            vec![Change::DossierDeposited { dossier, version: contents.dossier.version + 1, record_sha512: "ab".into(), withheld }]
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

pub(crate) fn roadmap(size: &Size, from: Day) -> Roadmap {
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

/// Simulates the year; ledgers and lots, which the archive writes to its object store, are written to the folder `store`.
pub(crate) async fn simulate_year(size: &Size, folder: &Path, store: &Path) -> Year {
    let first = Day::from_ymd(2026, 1, 5).unwrap();
    let now = Arc::new(AtomicI64::new(i64::from(first.0) * DAY_MS));
    let clock = Arc::clone(&now);
    let address = format!("sqlite:{}", folder.join("catalog.db").display());
    let catalog = Catalog::open_with(&address, Clock::from_function(move || clock.load(Ordering::SeqCst))).await.unwrap();
    let roadmap = roadmap(size, Day::from_ymd(2026, 1, 1).unwrap());
    let weights: BTreeMap<String, u32> = roadmap.targets.iter().map(|line| (line.code.clone(), u32::from(6 - line.priority) * 4)).collect();
    let (mut read, mut shares) = (BTreeMap::<String, BTreeSet<String>>::new(), BTreeMap::<String, Share>::new());
    let mut waits_since = BTreeMap::<String, Wait>::new();
    let mut raw = <sqlx::AnyConnection as sqlx::Connection>::connect(&address).await.unwrap();
    catalog.save_roadmap(&roadmap, &weights).await.unwrap();
    let last = Day::from_ymd(2026, 12, 1).unwrap();
    let working: Vec<Day> = (first.0..=last.0).map(Day).filter(|day| Calendar::vietnam().is_working_day(*day)).collect();
    let (dossiers, mut made, mut numbers) = (size.pages / size.dossier, 0, Rng(11));
    let plan = plan();
    let mut batches = Vec::new();
    for (place, day) in working.iter().enumerate() {
        now.store(i64::from(day.0) * DAY_MS + 3_600_000, Ordering::SeqCst);
        // Deliveries arrive in equal parts until the end of October.
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
        // Nothing is done on one day in twelve; on the others one claim in 500 is lost.
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
        // Every second week the waiting documents of each target form a lot; one lot in ten is returned, and reworked two weeks later.
        if place % 10 == 9 {
            for line in &roadmap.targets {
                process_lots(&catalog, line, &mut numbers, store).await;
            }
        }
    }
    for batch in &batches {
        let ledger = serde_json::to_vec(&catalog.batch_ledger(batch).await.unwrap()).unwrap();
        std::fs::write(store.join(format!("batch-{batch}.json")), ledger).unwrap();
    }
    Year { work: catalog.roadmap_progress("1/QĐ").await.unwrap(), roadmap, today: *working.last().unwrap(), read, shares }
}

/// Tasks per claim: one, as workers do.
pub(crate) const AT_ONCE: usize = 1;

/// Code of a task's target: dossier codes begin with it.
fn target_of_task(claim: &Claim) -> String {
    let code = match &claim.item {
        Item::File { dossier, .. } | Item::Page { dossier, .. } => &dossier.name.code,
        Item::Dossier(contents) | Item::Document { contents, .. } => &contents.dossier.name.code,
    };
    code.split('/').next().unwrap().to_owned()
}

/// Targets with tasks that are ready at `now`, milliseconds since 1970.
async fn targets_with_tasks(raw: &mut sqlx::AnyConnection, now: i64) -> BTreeSet<String> {
    use sqlx::Row;
    let rows = sqlx::query("SELECT DISTINCT target FROM tasks WHERE ready_at <= $1").bind(now).fetch_all(raw).await.unwrap();
    rows.iter().map(|row| row.get("target")).collect()
}

async fn process_lots(catalog: &Catalog, line: &Target, numbers: &mut Rng, store: &Path) {
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
    let plan = sampling::sampling_plan(pages, InspectionLevel::II).unwrap();
    let name = |document: &LotDocument| format!("urn:sohoa:{}:{}#{}", document.fonds, document.code, document.number);
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
    keep(&judged);
}

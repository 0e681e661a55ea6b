//! A year of work through the real queue and catalogue: the figures of the reports are recomputed from the ledgers and lots.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod support;

use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::Day;
use sohoa_base::model::delivered_file::{DeliveredFile, DeliveredName};
use sohoa_base::model::dossier::DossierName;
use sohoa_base::model::roadmap::ledger::{ItemCounts, ProgressStep, TargetLedger};
use sohoa_base::model::roadmap::lot::{Lot, LotState};
use sohoa_base::model::roadmap::plan::{Measure, Target};
use sohoa_catalog::{BatchLedger, Catalog, Clock, NewBatch};
use sohoa_services::roadmap::progress::compute_progress;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};
use support::{AT_ONCE, DAY_MS, LEASE, Size, Wait, Year, plan, roadmap, simulate_stage, simulate_year};

/// Work done by target and step, recomputed from ledgers and lots only.
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
    // A dossier is accepted when both of its documents are.
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
    // The computed progress against the recomputed figures.
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
        // Tasks of one claim go to one target, so the sum of a day may be off by that many.
        let off = AT_ONCE as f64 * f64::from(share.days).sqrt().max(1.0);
        assert!((share.served - share.fair).abs() <= off.max(share.fair * 0.05), "{code}: {share:?}");
        // A target is served once a whole claim is due to it, and may wait longer by the whole claims of others before it.
        assert!(share.waited.own <= 2.5 * AT_ONCE as f64, "{code}: {share:?}");
    }
    table
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn small_year_matches_recomputed_report() {
    check_year(&Size { targets: 8, pages: 3_200, dossier: 20, daily: usize::MAX }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_with_too_few_workers_is_told_as_it_was() {
    let table = check_year(&Size { targets: 8, pages: 3_200, dossier: 20, daily: 15 }).await;
    assert!(table.contains(", overdue;") && table.contains(", done;"), "{table}");
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
async fn measure_progress_of_hundred_thousand_targets() {
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
    // Ledger after five years of daily facts.
    let mut work = TargetLedger::default();
    for day in (today.0 - 5 * 365)..today.0 {
        for step in [ProgressStep::Received, ProgressStep::Read, ProgressStep::Stored, ProgressStep::Accepted] {
            work.add(Day(day), step, ItemCounts { pages: 3, documents: 1, dossiers: 0 });
        }
    }
    let mut connection = <sqlx::AnyConnection as sqlx::Connection>::connect(&address).await.unwrap();
    let text = serde_json::to_string(&work).unwrap();
    sqlx::query("UPDATE targets SET ledger = $1, ledger_version = 1").bind(text).execute(&mut connection).await.unwrap();
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
        let summary =
            |all: &[Duration]| format!("{} x, half {:?}, 95 in 100 {:?}", all.len(), all[all.len() / 2], all[all.len() * 95 / 100]);
        println!("{what} of a batch on a line: {}; outside the plan: {}", summary(on_line), summary(outside));
    }
}

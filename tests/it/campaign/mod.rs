//! The seeded fault campaign. The program works on deliveries while its processes, servers, disk and connections fail, one fault at a
//! time; after each one the balance of every batch closes, and at the end of a part every page is in the store once.
//!
//! `make bench-faults` runs 500 faults over more than 20,000 pages in ten parts, each in a home, database and bucket prefix of its own;
//! finished parts in the file of results are skipped. `make bench-faults SEED=7 PART=3` repeats one part. Seed and part decide which
//! faults are made, when and how long, and what is delivered; which task they meet, the machine decides. A short part is one of the
//! tests.

mod checks;
mod deliveries;
mod faults;
mod link;
mod plant;
mod results;
mod scripted_engine;
mod servers;

use checks::{Submitted, check_balances, check_search, check_store, has_retriable, is_idle, read_pages};
use faults::{Fault, Length};
use plant::{Plant, wait_until};
use results::{FaultResult, PartResult, table};
use servers::Servers;
use sohoa_synthetic::random::SeededRng;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Size of a part.
struct PartSize {
    faults: u32,
    /// Pages of one delivery, about.
    pages: u32,
    /// Seconds of a short fault, at most; it lasts a quarter of it at least.
    short: u64,
    /// Seconds of a long fault.
    long: u64,
    /// Whether faults are made that only time limits of a minute and more end.
    with_slow: bool,
}

/// Longest wait until all work is done after a fault has ended.
const RECOVERY: Duration = Duration::from_secs(420);

/// Longest wait for the moment of a fault; deliveries may be done before it.
const MOMENT: Duration = Duration::from_secs(60);

#[test]
fn short_fault_campaign_loses_and_doubles_nothing() {
    let size = PartSize { faults: 10, pages: 15, short: 4, long: 5, with_slow: false };
    let results = run_parts(number("CAMPAIGN_SEED").unwrap_or(1), &[1], &size, None);
    println!("{}", table(&results));
    assert!(!results.iter().any(PartResult::has_findings), "the campaign found something, see above");
}

#[test]
#[ignore = "takes hours: make bench-faults"]
fn fault_campaign_loses_and_doubles_nothing() {
    let size = PartSize { faults: 50, pages: 42, short: 12, long: 60, with_slow: true };
    let parts: Vec<u64> = number("CAMPAIGN_PART").map_or_else(|| (1..=10).collect(), |part| vec![part]);
    let file = std::env::var_os("CAMPAIGN_RESULTS").filter(|file| !file.is_empty()).map(PathBuf::from);
    let results = run_parts(number("CAMPAIGN_SEED").unwrap_or(1), &parts, &size, file);
    println!("{}", table(&results));
    assert!(!results.iter().any(PartResult::has_findings), "the campaign found something, see above");
}

/// Number in an environment variable; none where it is not set or empty.
fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok().filter(|text| !text.is_empty())?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

/// Runs the parts that the file of results does not have, and returns the results of all.
fn run_parts(seed: u64, parts: &[u64], size: &PartSize, file: Option<PathBuf>) -> Vec<PartResult> {
    let runtime = Arc::new(Runtime::new().unwrap());
    let mut results: Vec<PartResult> = file.as_deref().map(PartResult::read_all).unwrap_or_default();
    results.retain(|result| result.seed == seed && parts.contains(&result.part) && !result.has_findings());
    let open: Vec<u64> = parts.iter().copied().filter(|part| !results.iter().any(|result| result.part == *part)).collect();
    let servers = if open.is_empty() { None } else { Servers::start(&runtime).map(Arc::new) };
    for part in open {
        println!("fault campaign: seed {seed}, part {part}");
        let result = run_part((seed, part), size, servers.clone(), Arc::clone(&runtime));
        if let Some(file) = &file {
            result.append_to(file);
        }
        results.push(result);
    }
    results
}

fn run_part((seed, part): (u64, u64), size: &PartSize, servers: Option<Arc<Servers>>, runtime: Arc<Runtime>) -> PartResult {
    let began = Instant::now();
    let mut random = SeededRng::for_purpose(seed, &format!("faults of part {part}"));
    let folder = tempfile::tempdir().unwrap().keep();
    let mut plant = Plant::start(folder, &format!("part{part}"), servers, runtime);
    let (mut possible, skipped) = Fault::possible(&plant);
    possible.retain(|fault| size.with_slow || fault.is_quick());
    let mut result = PartResult {
        seed,
        part,
        planned: size.faults,
        faults: Vec::new(),
        findings: Vec::new(),
        skipped: skipped.into_iter().map(str::to_owned).collect(),
        pages: 0,
        seconds: 0.0,
    };
    let (mut submitted, mut deck) = (Vec::new(), Vec::new());
    for number in 1..=size.faults {
        // Dealt like cards, so that each kind comes about equally often.
        if deck.is_empty() {
            deck = shuffled(&possible, &mut random);
        }
        let Some(fault) = deck.pop() else { break };
        let findings = run_fault(&mut plant, (number, fault), size, &mut submitted, &mut random);
        println!("  {number:>3} {:<32} {:>6.1} s", fault.name(), findings.seconds);
        result.faults.push(findings);
        // What follows would only repeat it.
        if result.has_findings() {
            break;
        }
    }
    if !result.has_findings() {
        result.findings.extend(check_search(&plant, &submitted));
        result.findings.extend(plant.stop());
        result.findings.extend(check_store(&plant, &submitted));
    }
    result.pages = submitted.iter().map(|known| u64::from(known.delivery.pages())).sum();
    result.seconds = began.elapsed().as_secs_f64();
    if result.has_findings() {
        println!("kept for inspection: {}; again: make bench-faults SEED={seed} PART={part}", plant.folder.display());
    } else {
        plant.remove();
    }
    result
}

fn shuffled(faults: &[Fault], random: &mut SeededRng) -> Vec<Fault> {
    let mut keyed: Vec<(u64, Fault)> = faults.iter().map(|fault| (random.next_u64(), *fault)).collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, fault)| fault).collect()
}

/// Submits a delivery, makes the fault while it is worked on, and checks what became of everything.
fn run_fault(
    plant: &mut Plant,
    (number, fault): (u32, Fault),
    size: &PartSize,
    submitted: &mut Vec<Submitted>,
    random: &mut SeededRng,
) -> FaultResult {
    let earlier: Vec<String> = submitted.iter().flat_map(|known| known.delivery.dossiers()).collect();
    let extended = earlier.get(usize::try_from(random.next_u64()).unwrap_or(0) % earlier.len().max(1));
    let delivery = deliveries::write(&plant.folder.join("in"), &format!("F{number:02}"), size.pages, extended.map(String::as_str), random);
    // The moment: as many pages of the delivery are read; none while it is received, all before they are packaged.
    let moment = random.next_u64() % 5 * u64::from(delivery.pages()) / 4;
    let (length, chosen) = (length_of(fault, size, random), random.next_u64());

    let (mut child, mut receipt) = plant.submit(&delivery.folders, number, 1);
    wait_until(MOMENT, || {
        let read = plant.runtime.block_on(read_pages(&plant.catalog, submitted)).unwrap_or(0);
        (read >= moment).then_some(())
    });
    let mut findings = Vec::new();
    if !fault.begin(plant, chosen) {
        findings.push("there was nothing to break".to_owned());
    }
    std::thread::sleep(length);
    fault.end(plant);
    let ended = Instant::now();

    let mut attempts = 1;
    let batch = loop {
        let Some(status) = wait_until(RECOVERY, || child.try_wait().unwrap()) else {
            let _ = child.kill();
            findings.push(format!("`sohoa submit` did not end within {} s", RECOVERY.as_secs()));
            break String::new();
        };
        if status.success() {
            break serde_json::from_slice::<serde_json::Value>(&std::fs::read(&receipt).unwrap()).unwrap()["batch"]
                .as_str()
                .unwrap()
                .to_owned();
        }
        let may_fail = fault.is_outage() && status.code() == Some(OUTAGE) && attempts == 1;
        if !may_fail {
            findings.push(format!("`sohoa submit` failed: {}", describe_submission(status, &receipt)));
            break String::new();
        }
        attempts += 1;
        (child, receipt) = plant.submit(&delivery.folders, number, attempts);
    };
    submitted.push(Submitted { delivery, batch, attempts });
    if findings.is_empty() {
        findings.extend(wait_for_idle(plant));
    }
    if findings.is_empty() && fault == Fault::KillReader {
        findings.extend(retry(plant, submitted));
    }
    let seconds = ended.elapsed().as_secs_f64();
    if findings.is_empty() {
        findings.extend(plant.ended_services());
    }
    if findings.is_empty() {
        findings.extend(plant.runtime.block_on(check_balances(plant, submitted)));
    }
    FaultResult { number, kind: fault.name().to_owned(), seconds, findings }
}

/// Exit code of a command for which store or catalogue did not answer.
const OUTAGE: i32 = 5;

fn length_of(fault: Fault, size: &PartSize, random: &mut SeededRng) -> Duration {
    let drawn = random.uniform(0.25, 1.0);
    match fault.length() {
        Length::None => Duration::ZERO,
        Length::Short => Duration::from_secs(size.short).mul_f32(drawn),
        Length::Long => Duration::from_secs(size.long),
    }
}

/// Waits until everything is done and the server says that it is ready; what is wrong where that takes too long.
fn wait_for_idle(plant: &mut Plant) -> Option<String> {
    let mut ended = Vec::new();
    let done = wait_until(RECOVERY, || {
        ended = plant.ended_services();
        let idle = plant.runtime.block_on(is_idle(&plant.catalog)).unwrap_or(false) && plant.is_ready();
        (idle || !ended.is_empty()).then_some(())
    });
    if done.is_some() {
        return ended.pop();
    }
    let shown = plant.run(&["runs", "list", "--limit", "5"]);
    Some(format!("work is not done {} s after the fault: {}", RECOVERY.as_secs(), checks::describe(&shown)))
}

/// Tries again what a killed reading process cost.
fn retry(plant: &mut Plant, submitted: &[Submitted]) -> Option<String> {
    let batch = &submitted.last()?.batch;
    if !plant.runtime.block_on(has_retriable(plant, batch)) {
        return None;
    }
    let done = plant.run(&["runs", "retry", batch]);
    if !done.status.success() {
        return Some(format!("`sohoa runs retry` failed: {}", checks::describe(&done)));
    }
    wait_for_idle(plant)
}

fn describe_submission(status: ExitStatus, receipt: &std::path::Path) -> String {
    let messages = std::fs::read_to_string(receipt.with_extension("log")).unwrap_or_default();
    format!("{status}: {}", messages.trim())
}

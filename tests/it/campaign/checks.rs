//! What must hold after a fault, and at the end of a part.

use super::deliveries::{Delivery, ExpectedFile};
use super::plant::{Plant, wait_until};
use serde_json::Value;
use sohoa_base::error::Result;
use sohoa_base::model::batch::{Balance, BatchState};
use sohoa_base::model::record::Record;
use sohoa_catalog::Catalog;
use std::collections::BTreeMap;
use std::process::Output;
use std::time::Duration;

/// More batches than a part has.
const MAX_BATCHES: usize = 10_000;

/// A delivery that was submitted, and the batch of the submission that succeeded.
pub(crate) struct Submitted {
    pub(crate) delivery: Delivery,
    pub(crate) batch: String,
    /// Number of submissions.
    pub(crate) attempts: u32,
}

/// Whether no work is left: every batch has ended, no task is open.
pub(crate) async fn is_idle(catalog: &Catalog) -> Result<bool> {
    let batches = catalog.batches(MAX_BATCHES).await?;
    Ok(batches.iter().all(|batch| batch.state == BatchState::Finished) && !catalog.has_open_tasks().await?)
}

/// Pages that were read or refused of the newest batch; 0 while that is one that was submitted before.
pub(crate) async fn read_pages(catalog: &Catalog, submitted: &[Submitted]) -> Result<u64> {
    match catalog.batches(1).await?.first() {
        Some(newest) if submitted.iter().all(|known| known.batch != newest.id) => {
            let (_, pages) = catalog.batch_progress(&newest.id).await?;
            Ok(pages.total - pages.unread)
        }
        _ => Ok(0),
    }
}

/// Whether something of the batch failed that can be tried again: what a killed reading process costs.
pub(crate) async fn has_retriable(plant: &Plant, batch: &str) -> bool {
    let balance = plant.catalog.balance(batch).await.unwrap();
    let is_retriable = |class: &str| matches!(class, "limit" | "bug" | "outage");
    !balance.failures.is_empty() || balance.refusals.iter().any(|item| is_retriable(item.class.as_str()))
}

/// What is wrong with the balances of everything that was submitted so far.
pub(crate) async fn check_balances(plant: &Plant, submitted: &[Submitted]) -> Vec<String> {
    let mut wrong = Vec::new();
    let (mut received, mut duplicate) = (0, 0);
    for batch in plant.catalog.batches(MAX_BATCHES).await.unwrap() {
        let balance = plant.catalog.balance(&batch.id).await.unwrap();
        if !balance.pages.is_balanced() || balance.files.open > 0 {
            wrong.push(format!("the balance of {} does not close: {:?} {:?}", batch.id, balance.pages, balance.files));
        }
        received += balance.files.received;
        duplicate += balance.files.duplicate;
        if let Some(known) = submitted.iter().find(|known| known.batch == batch.id) {
            wrong.extend(check_balance(known, &balance).map(|what| format!("batch {}: {what}", batch.id)));
        }
    }
    let expected: usize = submitted.iter().map(|known| known.delivery.files.len()).sum();
    // A submission that ended with an error may have been repeated after its batch had ended: all its files are duplicates then.
    if received - duplicate != expected as u64 {
        wrong.push(format!("{expected} files were delivered, {received} received, of them {duplicate} again"));
    }
    wrong
}

fn check_balance(known: &Submitted, balance: &Balance) -> Option<String> {
    let (delivery, pages, files) = (&known.delivery, balance.pages, balance.files);
    let deposited = pages.stored + pages.review;
    let (all, readable) = (u64::from(delivery.pages()), u64::from(delivery.readable()));
    let refused = delivery.refused_files() as u64;
    let is_complete = files.received == delivery.files.len() as u64 && files.failed == 0 && balance.failures.is_empty();
    let is_repeated = known.attempts > 1 && files.duplicate > 0;
    let files_match = if is_repeated { files.refused <= refused } else { files.duplicate == 0 && files.refused == refused };
    let pages_match = pages.received == all && deposited == readable && pages.refused == all - readable && pages.held == 0;
    let details = || {
        format!(
            "of {} files {refused} are refused, of {all} pages {readable} readable, but the balance is {files:?} {pages:?} {:?} {:?}",
            delivery.files.len(),
            balance.refusals,
            balance.failures
        )
    };
    (!(is_complete && files_match && pages_match)).then(details)
}

/// What is wrong with the records in the store: each page that can be read is in exactly one document of its dossier, each original once.
fn check_records(records: &[Record], submitted: &[Submitted]) -> Vec<String> {
    let mut expected: BTreeMap<&str, Vec<&ExpectedFile>> = BTreeMap::new();
    for file in submitted.iter().flat_map(|known| &known.delivery.files) {
        expected.entry(&file.dossier).or_default().push(file);
    }
    let mut wrong = Vec::new();
    for record in records {
        let Some(files) = expected.remove(record.code.as_str()) else {
            wrong.push(format!("dossier {} was never delivered, or is there twice", record.code));
            continue;
        };
        if !record.provenance.models.contains_key("scripted") {
            wrong.push(format!("the record of {} does not say that the engine was scripted", record.code));
        }
        let mut pages: BTreeMap<(&str, u32), u32> = BTreeMap::new();
        for page in record.documents.iter().flat_map(|document| &document.pages).filter(|page| page.refusal.is_none()) {
            *pages.entry((&page.original, page.original_page)).or_default() += 1;
        }
        let wanted: BTreeMap<(&str, u32), u32> =
            files.iter().flat_map(|file| (1..=file.readable).map(|page| ((file.sha256.as_str(), page), 1))).collect();
        if pages != wanted {
            let differ = |one: &BTreeMap<(&str, u32), u32>, other: &BTreeMap<(&str, u32), u32>| {
                one.iter()
                    .filter(|(page, count)| other.get(page) != Some(count))
                    .map(|(page, count)| format!("{page:?} x {count}"))
                    .collect::<Vec<_>>()
            };
            wrong.push(format!("pages of {}: lost {:?}, too many {:?}", record.code, differ(&wanted, &pages), differ(&pages, &wanted)));
        }
        let mut originals: Vec<&str> = record.originals.iter().map(|original| original.sha256.as_str()).collect();
        let mut delivered: Vec<&str> = files.iter().map(|file| file.sha256.as_str()).collect();
        originals.sort_unstable();
        delivered.sort_unstable();
        if originals != delivered {
            wrong.push(format!("originals of {}: {originals:?} instead of {delivered:?}", record.code));
        }
    }
    wrong.extend(expected.keys().map(|code| format!("dossier {code} is lost: the store has no record of it")));
    wrong
}

/// Dossiers of the last delivery that no search finds.
pub(crate) fn check_search(plant: &Plant, submitted: &[Submitted]) -> Vec<String> {
    let mut wrong = Vec::new();
    for dossier in submitted.last().iter().flat_map(|known| known.delivery.dossiers()) {
        let query = format!("dossier:{dossier}");
        let find = || (!plant.run(&["search", &query, "--json"]).stdout.is_empty()).then_some(());
        if wait_until(Duration::from_secs(60), find).is_none() {
            wrong.push(format!("dossier {dossier} is not found by search"));
        }
    }
    wrong
}

/// What is wrong at the end of a part, when nothing runs: fixity, audit, records.
pub(crate) fn check_store(plant: &Plant, submitted: &[Submitted]) -> Vec<String> {
    let mut wrong = Vec::new();
    for arguments in [&["verify"][..], &["audit", "verify"]] {
        let done = plant.run(arguments);
        if done.status.code() != Some(0) {
            wrong.push(format!("`sohoa {}`: {}", arguments.join(" "), describe(&done)));
        }
    }
    let done = plant.run(&["records", "list", "--json"]);
    match serde_json::from_slice::<Value>(&done.stdout).and_then(serde_json::from_value::<Vec<Record>>) {
        Ok(records) => wrong.extend(check_records(&records, submitted)),
        Err(error) => wrong.push(format!("`sohoa records list`: {error}: {}", describe(&done))),
    }
    wrong
}

/// Exit status and output of a command.
pub(crate) fn describe(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().take(2000).collect::<String>();
    format!("{}: {} {}", output.status, text(&output.stdout), text(&output.stderr))
}

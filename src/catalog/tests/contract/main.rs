//! The catalogue's contract, on SQLite and, where `TEST_POSTGRES_URL` is set, on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod accounts;
mod batch_control;
mod concurrency;
mod decisions;
mod mfa_and_oidc;
mod monitoring;
mod page_quality;
mod quarantine;
mod rebuild;
mod review_queue;
mod roadmap;
mod timeline;
mod uploads;

use accounts::*;
use batch_control::*;
use concurrency::*;
use decisions::*;
use mfa_and_oidc::*;
use monitoring::*;
use page_quality::*;
use quarantine::*;
use rebuild::*;
use review_queue::*;
use roadmap::*;
use timeline::*;
use uploads::*;

use sohoa_base::error::{Error, ErrorKind};
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::batch::{Batch, BatchState, PageBalance};
use sohoa_base::model::change::Change;
use sohoa_base::model::dossier::{DeliveredFile, DeliveredName, DossierName, DossierSnapshot, FileState, Item, PageState};
use sohoa_base::model::page::reading::Quality;
use sohoa_base::model::pipeline_plan::{PipelinePlan, StageConfig, StageGroup, StageLevel};
use sohoa_base::model::record::Description;
use sohoa_base::model::refusal::{Refusal, RefusalClass, Warning};
use sohoa_catalog::{Catalog, Claim, Clock, FailureFilter, MAX_FAILURES, NewBatch, ReleaseOutcome};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

const LEASE: Duration = Duration::from_secs(60);

struct TestCatalog {
    catalog: Catalog,
    url: String,
    now: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

impl TestCatalog {
    async fn reopen(&self) -> Catalog {
        let now = Arc::clone(&self.now);
        Catalog::open_with(&self.url, Clock::from_function(move || now.load(Ordering::SeqCst))).await.unwrap()
    }

    async fn run_sql(&self, text: &str) {
        let mut connection = AnyConnection::connect(&self.url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut connection).await.unwrap();
    }

    fn advance_clock(&self, time: Duration) {
        self.now.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

/// A catalogue of its own for one test: a file, or a schema.
async fn home(engine: &str) -> Option<TestCatalog> {
    let folder = tempfile::tempdir().unwrap();
    let url = if engine == "sqlite" {
        format!("sqlite:{}", folder.path().join("catalogue.db").display())
    } else {
        let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
            sohoa_testing::skipped("catalogue on PostgreSQL: TEST_POSTGRES_URL is not set, see .ci/servers");
            return None;
        };
        sqlx::any::install_default_drivers();
        let schema = format!("t{}", uuid::Uuid::now_v7().simple());
        let mut connection = AnyConnection::connect(&server).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&mut connection).await.unwrap();
        let sign = if server.contains('?') { '&' } else { '?' };
        format!("{server}{sign}options=-csearch_path%3D{schema}")
    };
    let now = Arc::new(AtomicI64::new(1_800_000_000_000));
    let clock = Arc::clone(&now);
    let catalog = Catalog::open_with(&url, Clock::from_function(move || clock.load(Ordering::SeqCst))).await.unwrap();
    Some(TestCatalog { catalog, url, now, _folder: folder })
}

macro_rules! contract {
    ($($name:ident),* $(,)?) => {
        mod sqlite { $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() {
            super::$name(super::home("sqlite").await.unwrap()).await;
        } )* }
        mod postgres { $( #[tokio::test(flavor = "multi_thread", worker_threads = 2)] async fn $name() {
            if let Some(home) = super::home("postgres").await { super::$name(home).await; }
        } )* }
    };
}

contract!(
    walks_every_group_and_joins,
    fences_a_lost_lease,
    a_crash_before_commit_costs_nothing,
    gives_up_after_too_many_failures,
    knows_duplicates,
    a_changed_file_is_kept_beside,
    opens_archives,
    refused_everything_is_still_deposited,
    a_second_delivery_makes_a_new_version,
    a_delivery_during_deposit_gets_its_own_round,
    a_batch_begins_on_the_line_that_is_told,
    an_upload_keeps_the_line_that_is_chosen,
    two_batches_of_one_dossier_both_end,
    retries_what_was_refused,
    the_queue_and_the_failures_are_counted,
    an_urgent_run_comes_first_and_its_events_are_found,
    a_run_is_told_moment_by_moment,
    what_another_run_did_is_there_when_it_comes,
    failures_are_found_by_stage_and_reason_and_secrets_are_not_shown,
    a_long_run_is_told_fast,
    a_document_is_in_one_hand_for_a_while,
    documents_wait_in_the_order_in_which_they_came,
    searches_are_kept_by_person,
    keeps_decisions_and_queues_the_document,
    cuts_and_joins_documents,
    turns_and_replaces_pages,
    holds_a_dossier_until_an_officer_decides,
    removes_what_must_not_be_here,
    cancels_and_takes_up_again,
    pauses,
    many_workers_do_each_task_once,
    receivers_and_workers_do_not_block_each_other,
    many_pages_are_fast,
    a_changed_event_shows,
    comes_back_from_records_and_ledgers,
    tells_the_quality_of_the_pages_of_a_batch,
    forgets_only_what_is_deposited,
    keys_end_and_sessions_that_rest_end_sooner,
    wrong_passwords_lock_longer_and_longer,
    only_one_is_the_first,
    who_is_disabled_has_no_key_and_a_new_password_ends_sessions,
    lists_batches_of_units_page_by_page,
    files_of_an_upload_are_announced_judged_and_counted,
    lists_of_an_upload_are_matched_as_things_come_and_go,
    an_upload_becomes_one_batch,
    of_two_same_files_at_once_one_is_the_duplicate,
    an_upload_of_ten_thousand_files_is_counted_and_listed,
    codes_are_used_up_by_one_of_two,
    a_sign_in_elsewhere_is_answered_once_and_in_time,
    who_comes_from_elsewhere_is_known_by_the_subject_alone,
    a_roadmap_has_one_newest_form,
    what_is_done_counts_for_its_line,
    what_others_do_for_a_line_is_told_too,
    progress_comes_back_from_ledgers,
    lines_share_the_workers_by_weight_and_none_starves,
);

fn plan() -> PipelinePlan {
    let group = |level, stages: &[&str]| StageGroup {
        level,
        stages: stages.iter().map(|stage| StageConfig { stage: (*stage).to_owned(), options: serde_json::Value::Null }).collect(),
    };
    PipelinePlan {
        name: "test".to_owned(),
        groups: vec![
            group(StageLevel::File, &["intake"]),
            group(StageLevel::Page, &["read"]),
            group(StageLevel::Dossier, &["separate"]),
            group(StageLevel::Document, &["describe"]),
            group(StageLevel::Dossier, &["deposit"]),
        ],
    }
}

fn name(code: &str) -> DossierName {
    DossierName { fonds: "F1".to_owned(), code: code.to_owned(), title: format!("Hồ sơ {code}") }
}

/// A file whose path says what becomes of it; `content` stands for its bytes.
fn file(path: &str, content: &str) -> DeliveredFile {
    DeliveredFile { path: DeliveredName::from_bytes(path.as_bytes()), sha256: content.to_owned(), bytes: 10, container: None }
}

async fn open(catalog: &Catalog, key: &str) -> Batch {
    let plan = plan();
    let new = NewBatch { key, unit: "F1", pipeline: "[[stage]]", plan: &plan, priority: 0 };
    catalog.open_batch(&new).await.unwrap().0
}

async fn deliver(catalog: &Catalog, key: &str, code: &str, files: &[DeliveredFile]) -> Batch {
    let batch = open(catalog, key).await;
    catalog.receive_files(&batch.id, &name(code), files, &plan()).await.unwrap();
    catalog.finish_receiving(&batch.id).await.unwrap();
    batch
}

fn refusal(class: RefusalClass) -> Refusal {
    Refusal { class, reason: format!("{} it is", class.as_str()) }
}

fn sample_description() -> Description {
    Description { kind: "02".into(), kind_name: "quyết định".into(), normative: false, kind_confidence: 90, ..Description::unknown() }
}

/// What stages would decide: `x-3.pdf` has three pages, `.bad` is refused, page 2 of `torn…` is refused,
/// documents of `doubt…` go to review, page 1 of `secret…` has a stamp of secrecy, `.zip` holds one file for its own dossier and one for another.
fn fake_stage_changes(claim: &Claim) -> Vec<Change> {
    match &claim.item {
        Item::File { file: found, .. } => {
            let (file_id, path) = (found.id.clone(), found.delivered.path.display.as_str());
            if path.ends_with(".bad") {
                return vec![Change::FileRefused { file: file_id, media_type: String::new(), refusal: refusal(RefusalClass::Input) }];
            }
            if path.ends_with(".zip") {
                let members = vec![
                    (name("Z1"), vec![file(&format!("{path}/m-2.pdf"), "m2"), file(&format!("{path}/n.bad"), "nbad")]),
                    (name("Z2"), vec![file(&format!("{path}/o-1.pdf"), "o1")]),
                ];
                return vec![Change::FileExpanded { file: file_id, members, warnings: vec![Warning::new("odd", "an odd member")] }];
            }
            let pages = path.trim_end_matches(".pdf").rsplit('-').next().unwrap().parse().unwrap();
            vec![Change::FileIdentified {
                file: file_id,
                media_type: "application/pdf".into(),
                pages,
                signatures: vec![],
                warnings: vec![Warning::new("truncated", "it ends early")],
            }]
        }
        Item::Page { file, page, .. } if file.delivered.path.display.contains("torn") && page.number == 2 && page.warnings.is_empty() => {
            vec![Change::PageRefused { page: page.id.clone(), refusal: refusal(RefusalClass::Outage) }]
        }
        Item::Page { file, page, .. } if file.delivered.path.display.contains("secret") && page.number == 1 && page.release.is_none() => {
            vec![Change::PageHeld { page: page.id.clone(), refusal: refusal(RefusalClass::Secret) }]
        }
        Item::Page { page, .. } => vec![page_read(&page.id)],
        Item::Dossier(contents) if stage(claim) == "separate" && contents.is_held() => {
            vec![Change::DossierHeld { dossier: contents.dossier.id.clone() }]
        }
        // As the deposit of a dossier of which nothing may be stored yet.
        Item::Dossier(contents) if contents.is_held() && contents.documents.is_empty() => vec![],
        Item::Dossier(contents) if stage(claim) == "separate" => {
            let placed: BTreeSet<&String> = contents.documents.iter().flat_map(|document| &document.pages).collect();
            let mut documents: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for page in contents.pages.iter().filter(|page| page.state != PageState::Stored && !placed.contains(&page.id)) {
                assert_ne!(page.state, PageState::Waiting, "a dossier-level task began before its pages were read");
                documents.entry(page.file.as_str()).or_default().push(page.id.clone());
            }
            vec![Change::DocumentsSeparated { dossier: contents.dossier.id.clone(), documents: documents.into_values().collect() }]
        }
        Item::Dossier(contents) => {
            let dossier = contents.dossier.id.clone();
            vec![Change::DossierDeposited { dossier, version: contents.dossier.version + 1, record_sha512: "ab".into() }]
        }
        Item::Document { document, contents } => {
            let first = &contents.document(document).unwrap().pages[0];
            let path = &contents.file(&contents.page(first).unwrap().file).unwrap().delivered.path.display;
            let reasons = if path.contains("doubt") { vec!["low confidence".to_owned()] } else { vec![] };
            vec![
                Change::DocumentDescribed { document: document.clone(), description: sample_description() },
                Change::DocumentReviewed { document: document.clone(), reasons },
            ]
        }
    }
}

fn stage(claim: &Claim) -> &str {
    &claim.plan.groups[claim.group].stages[0].stage
}

fn page_read(page: &str) -> Change {
    Change::PageRead {
        page: page.to_owned(),
        reading: format!("reading-of-{page}"),
        quality: Quality { confidence: 91, ..Quality::default() },
        blank: false,
        warnings: vec![],
    }
}

fn is_balanced(pages: &PageBalance) -> bool {
    pages.received == pages.stored + pages.review + pages.refused + pages.held + pages.open
}

/// Works until nothing is claimable, with the balance of `batches` looked at after every step.
async fn run_until_idle(catalog: &Catalog, batches: &[&Batch]) -> usize {
    let mut done = 0;
    loop {
        let claims = catalog.claim("w", LEASE, 3, None).await.unwrap();
        if claims.is_empty() {
            return done;
        }
        for claim in claims {
            let costs = [(stage(&claim).to_owned(), 7)];
            catalog.commit(&claim, &fake_stage_changes(&claim), &costs).await.unwrap();
            done += 1;
            for batch in batches {
                let balance = catalog.balance(&batch.id).await.unwrap();
                assert!(is_balanced(&balance.pages), "{balance:?}");
            }
        }
    }
}

async fn state(catalog: &Catalog, batch: &Batch) -> BatchState {
    catalog.batch(&batch.id).await.unwrap().state
}

async fn dossier(catalog: &Catalog, code: &str) -> DossierSnapshot {
    let found = catalog.dossier_by_name("F1", code).await.unwrap().unwrap();
    catalog.contents(&found.id).await.unwrap()
}

async fn walks_every_group_and_joins(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = open(catalog, "k").await;
    let files = [file("a/x-3.pdf", "x"), file("a/doubt-2.pdf", "y"), file("a/torn-2.pdf", "t")];
    let received = catalog.receive_files(&batch.id, &name("A"), &files, &plan()).await.unwrap();
    assert!(received.iter().all(|one| one.state == FileState::Received));
    assert_eq!(catalog.receive_files(&batch.id, &name("A"), &files, &plan()).await.unwrap(), received, "receiving again changes nothing");
    assert_eq!(catalog.finish_receiving(&batch.id).await.unwrap(), BatchState::Running);
    let open_now = catalog.open_tasks(&batch.id).await.unwrap();
    assert_eq!((open_now[0].group, open_now[0].ready, open_now.len()), (0, 3, 1));
    // 3 files, 7 pages, separate, 3 documents, deposit.
    assert_eq!(run_until_idle(catalog, &[&batch]).await, 15);
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    assert!(catalog.open_tasks(&batch.id).await.unwrap().is_empty());
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert_eq!(balance.pages, PageBalance { received: 7, stored: 4, review: 2, refused: 1, held: 0, open: 0 });
    assert!(balance.pages.is_balanced());
    assert_eq!((balance.files.received, balance.dossiers, balance.documents), (3, 1, 3));
    assert_eq!((balance.refusals[0].file.as_str(), balance.refusals[0].page), ("a/torn-2.pdf", Some(2)));
    assert_eq!(balance.refusals[0].class, RefusalClass::Outage);
    assert_eq!(balance.warnings.len(), 3);
    let costs = catalog.costs(&batch.id).await.unwrap();
    assert_eq!((costs["read"].executions, costs["read"].cpu_ms, costs["deposit"].executions), (7, 49, 1));
    let contents = dossier(catalog, "A").await;
    assert_eq!((contents.dossier.version, contents.files.len(), contents.pages.len()), (1, 3, 7));
    assert_eq!(contents.documents.iter().map(|document| document.number).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(contents.documents.iter().all(|document| document.stored && document.description == Some(sample_description())));
    let of = |class| FailureFilter { batch: Some(&batch.id), class, ..FailureFilter::default() };
    let failures = catalog.failures(&UnitScope::All, &of(Some(RefusalClass::Outage)), 10).await.unwrap();
    assert_eq!((failures.len(), failures[0].dossier.code.as_str()), (1, "A"));
    assert!(catalog.failures(&UnitScope::All, &of(Some(RefusalClass::Bug)), 10).await.unwrap().is_empty());
    let elsewhere = UnitScope::Only(BTreeSet::from(["F2".to_owned()]));
    assert!(catalog.failures(&elsewhere, &of(None), 10).await.unwrap().is_empty());
    let list = catalog.dossiers(Some("F1"), Some(&batch.id), 10, None).await.unwrap();
    assert_eq!((list.len(), list[0].documents, list[0].pages, list[0].review, list[0].open_tasks), (1, 3, 7, 2, 0));
    assert!(catalog.dossiers(None, None, 10, Some(&name("A"))).await.unwrap().is_empty());
    assert!(catalog.verify_events().await.unwrap() > 15);
    assert_eq!(catalog.batches(5).await.unwrap().len(), 1);
}

async fn fences_a_lost_lease(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-2.pdf", "x")]).await;
    let slow = catalog.claim("slow", LEASE, 1, None).await.unwrap().remove(0);
    assert!(catalog.claim("quick", LEASE, 1, None).await.unwrap().is_empty());
    catalog.renew(&slow, LEASE * 2).await.unwrap();
    home.advance_clock(LEASE + Duration::from_secs(1));
    assert!(catalog.claim("quick", LEASE, 1, None).await.unwrap().is_empty(), "a renewed lease holds");
    home.advance_clock(LEASE);
    let quick = catalog.claim("quick", LEASE, 1, None).await.unwrap().remove(0);
    assert_eq!((quick.task.clone(), quick.attempt, quick.failures), (slow.task.clone(), 2, 1));
    let before = catalog.verify_events().await.unwrap();
    assert_eq!(catalog.commit(&slow, &fake_stage_changes(&slow), &[]).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.renew(&slow, LEASE).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.release_unchanged(&slow).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.verify_events().await.unwrap(), before, "a refused commit writes nothing");
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.received, 0);
    catalog.commit(&quick, &fake_stage_changes(&quick), &[]).await.unwrap();
    assert_eq!(catalog.commit(&quick, &fake_stage_changes(&quick), &[]).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.received, 2);
}

async fn a_crash_before_commit_costs_nothing(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let claim = catalog.claim("dies", LEASE, 1, None).await.unwrap().remove(0);
    // A change that its dossier does not hold breaks the transaction after other changes were applied.
    let mut changes = fake_stage_changes(&claim);
    changes.push(page_read("no such page"));
    assert_eq!(catalog.commit(&claim, &changes, &[]).await.unwrap_err().kind(), ErrorKind::Internal);
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.received, 0);
    catalog.close().await;
    let catalog = &home.reopen().await;
    home.advance_clock(LEASE + Duration::from_secs(1));
    assert!(open(catalog, "k").await.id == batch.id, "an unfinished batch is continued");
    catalog.finish_receiving(&batch.id).await.unwrap();
    assert_eq!(run_until_idle(catalog, &[&batch]).await, 5);
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.stored, 1);
    assert_ne!(open(catalog, "k").await.id, batch.id, "a finished batch is not continued");
}

async fn gives_up_after_too_many_failures(home: TestCatalog) {
    let catalog = &home.catalog;
    deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let error = Error::unavailable("the store does not answer");
    for failure in 0..MAX_FAILURES - 1 {
        let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
        assert_eq!(claim.failures, failure);
        catalog.release_unchanged(&claim).await.unwrap();
        let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
        assert_eq!(claim.failures, failure, "giving back is no failure");
        assert_eq!(catalog.release(&claim, Duration::from_secs(9), &error).await.unwrap(), ReleaseOutcome::Requeued);
        assert!(catalog.claim("w", LEASE, 1, None).await.unwrap().is_empty());
        home.advance_clock(Duration::from_secs(9));
    }
    let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
    assert_eq!(claim.last_error.as_deref(), Some("the store does not answer"));
    assert_eq!(catalog.release(&claim, Duration::ZERO, &error).await.unwrap(), ReleaseOutcome::Exhausted);
    let Item::File { file, .. } = &claim.item else { panic!("a file") };
    let change = Change::FileRefused { file: file.id.clone(), media_type: String::new(), refusal: (&error).into() };
    catalog.commit(&claim, &[change], &[]).await.unwrap();
}

async fn knows_duplicates(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = open(catalog, "k").await;
    let files = [file("x-2.pdf", "x"), file("copy-2.pdf", "x"), file("y.bad", "y"), file("z.bad", "y")];
    let received = catalog.receive_files(&batch.id, &name("A"), &files, &plan()).await.unwrap();
    assert_eq!((received[1].state, received[1].duplicate_of.as_ref()), (FileState::Duplicate, Some(&received[0].file)));
    catalog.receive_files(&batch.id, &name("B"), &[file("b/x-2.pdf", "x")], &plan()).await.unwrap();
    catalog.finish_receiving(&batch.id).await.unwrap();
    run_until_idle(catalog, &[&batch]).await;
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert_eq!((balance.files.received, balance.files.duplicate, balance.files.refused), (5, 1, 2));
    assert_eq!(balance.pages, PageBalance { received: 6, stored: 6, ..PageBalance::default() });
    assert_eq!(balance.refusals.len(), 2, "a file that repeats refused bytes is refused: {balance:?}");
    // The same again, as another delivery: nothing to do, and the balance closes with the same pages.
    let second = open(catalog, "k").await;
    let received = catalog.receive_files(&second.id, &name("A"), &files, &plan()).await.unwrap();
    use FileState::{Duplicate, Refused};
    assert_eq!(received.iter().map(|one| one.state).collect::<Vec<_>>(), [Duplicate, Duplicate, Refused, Refused]);
    assert_eq!(catalog.finish_receiving(&second.id).await.unwrap(), BatchState::Finished);
    assert_eq!(run_until_idle(catalog, &[&second]).await, 0);
    let again = catalog.balance(&second.id).await.unwrap();
    assert_eq!((again.pages.received, again.pages.stored, again.files.refused, again.documents), (4, 4, 2, 1));
    assert_eq!(again.refusals, balance.refusals);
    assert_eq!(dossier(catalog, "A").await.dossier.version, 1);
}

async fn a_changed_file_is_kept_beside(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = open(catalog, "k").await;
    let first = catalog.receive_files(&batch.id, &name("A"), &[file("x-1.pdf", "x")], &plan()).await.unwrap();
    let slow = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
    let second = catalog.receive_files(&batch.id, &name("A"), &[file("x-1.pdf", "other")], &plan()).await.unwrap();
    assert_eq!(first[0].file, second[0].file, "nobody has looked at it: replaced");
    assert_eq!(catalog.commit(&slow, &fake_stage_changes(&slow), &[]).await.unwrap_err().kind(), ErrorKind::Conflict);
    let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
    catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    let third = catalog.receive_files(&batch.id, &name("A"), &[file("x-1.pdf", "third")], &plan()).await.unwrap();
    assert_ne!(third[0].file, second[0].file);
    assert_eq!(catalog.receive_files(&batch.id, &name("A"), &[file("x-1.pdf", "third")], &plan()).await.unwrap(), third);
    let paths: Vec<String> = dossier(catalog, "A").await.files.iter().map(|file| file.delivered.path.display.clone()).collect();
    assert_eq!(paths, ["x-1.pdf", "x-1.pdf (2)"]);
}

async fn opens_archives(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "Z1", &[file("all.zip", "zip"), file("same.zip", "zip")]).await;
    run_until_idle(catalog, &[&batch]).await;
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert_eq!((balance.files.received, balance.files.refused, balance.files.duplicate), (5, 1, 1));
    assert_eq!((balance.pages.received, balance.pages.stored, balance.dossiers), (3, 3, 2));
    assert_eq!(balance.warnings.iter().filter(|warned| warned.warning.code == "odd").count(), 2);
    let contents = dossier(catalog, "Z1").await;
    assert_eq!(contents.files[0].state, FileState::Expanded);
    assert_eq!((contents.dossier.version, dossier(catalog, "Z2").await.dossier.version), (1, 1));
    // Delivered again, its members are the duplicates, so that their pages count.
    let second = deliver(catalog, "k", "Z1", &[file("all.zip", "zip")]).await;
    run_until_idle(catalog, &[&second]).await;
    let again = catalog.balance(&second.id).await.unwrap();
    assert_eq!((again.files.received, again.files.duplicate, again.files.refused), (4, 2, 1));
    assert_eq!((again.pages.received, again.pages.stored), (3, 3));
    assert_eq!(state(catalog, &second).await, BatchState::Finished);
}

async fn refused_everything_is_still_deposited(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x.bad", "x")]).await;
    let other = deliver(catalog, "l", "B", &[file("zero-0.pdf", "z")]).await;
    assert_eq!(run_until_idle(catalog, &[&batch, &other]).await, 6);
    assert_eq!((state(catalog, &batch).await, state(catalog, &other).await), (BatchState::Finished, BatchState::Finished));
    assert_eq!((dossier(catalog, "A").await.dossier.version, dossier(catalog, "B").await.dossier.version), (1, 1));
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert!(balance.pages.is_balanced() && balance.refusals[0].page.is_none());
}

async fn a_second_delivery_makes_a_new_version(home: TestCatalog) {
    let catalog = &home.catalog;
    let first = deliver(catalog, "k", "A", &[file("x-2.pdf", "x")]).await;
    run_until_idle(catalog, &[&first]).await;
    let second = deliver(catalog, "l", "A", &[file("x-2.pdf", "x"), file("y-1.pdf", "y")]).await;
    assert_eq!(state(catalog, &second).await, BatchState::Running);
    // One file, one page, separate, one new document, deposit.
    assert_eq!(run_until_idle(catalog, &[&first, &second]).await, 5);
    let contents = dossier(catalog, "A").await;
    assert_eq!((contents.dossier.version, contents.documents.len(), contents.documents[1].number), (2, 2, 2));
    let balance = catalog.balance(&second.id).await.unwrap();
    assert_eq!((balance.pages.received, balance.pages.stored, balance.files.duplicate), (3, 3, 1));
    assert_eq!(state(catalog, &second).await, BatchState::Finished);
}

async fn a_delivery_during_deposit_gets_its_own_round(home: TestCatalog) {
    let catalog = &home.catalog;
    let first = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let deposit = loop {
        let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
        if stage(&claim) == "deposit" {
            break claim;
        }
        catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    };
    let second = deliver(catalog, "l", "A", &[file("y-2.pdf", "y")]).await;
    for _ in 0..3 {
        let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
        assert!(matches!(claim.item, Item::File { .. } | Item::Page { .. }));
        catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    }
    assert!(catalog.claim("w", LEASE, 1, None).await.unwrap().is_empty(), "one dossier-level task at a time");
    catalog.commit(&deposit, &fake_stage_changes(&deposit), &[]).await.unwrap();
    assert_eq!(catalog.balance(&first.id).await.unwrap().pages.stored, 1);
    assert_eq!(catalog.balance(&second.id).await.unwrap().pages.open, 2, "read, but in no document yet");
    assert_eq!(run_until_idle(catalog, &[&first, &second]).await, 3);
    assert_eq!(catalog.balance(&second.id).await.unwrap().pages.stored, 2);
    assert_eq!((state(catalog, &first).await, state(catalog, &second).await), (BatchState::Finished, BatchState::Finished));
    assert_eq!(dossier(catalog, "A").await.dossier.version, 2);
}

async fn two_batches_of_one_dossier_both_end(home: TestCatalog) {
    let catalog = &home.catalog;
    let first = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let second = deliver(catalog, "l", "A", &[file("y-1.pdf", "y")]).await;
    let third = deliver(catalog, "m", "A", &[file("again-1.pdf", "y")]).await;
    assert_eq!(state(catalog, &third).await, BatchState::Running, "what it repeats is not yet stored");
    assert_eq!(run_until_idle(catalog, &[&first, &second, &third]).await, 8);
    for batch in [&first, &second, &third] {
        assert_eq!(state(catalog, batch).await, BatchState::Finished);
        assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.stored, 1);
    }
    assert_eq!(dossier(catalog, "A").await.dossier.version, 1);
}

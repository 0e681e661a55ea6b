//! Helpers of the contract tests: a catalogue per test, deliveries, and a worker with fake stages.

use sohoa_base::messages::file_warnings;
use sohoa_base::model::batch::{Batch, BatchState, PageBalance};
use sohoa_base::model::change::Change;
use sohoa_base::model::delivered_file::{DeliveredFile, DeliveredName};
use sohoa_base::model::dossier::{DossierName, DossierSnapshot, Item, PageState};
use sohoa_base::model::page::reading::Quality;
use sohoa_base::model::pipeline_plan::{PipelinePlan, StageConfig, StageGroup, StageLevel};
use sohoa_base::model::record::Description;
use sohoa_base::model::refusal::{Refusal, RefusalClass, Warning};
use sohoa_catalog::{Catalog, Claim, Clock, NewBatch};
use sqlx::{AnyConnection, AssertSqlSafe, Connection};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

pub(super) const LEASE: Duration = Duration::from_secs(60);

pub(super) struct TestCatalog {
    pub(super) catalog: Catalog,
    pub(super) url: String,
    pub(super) now: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

impl TestCatalog {
    pub(super) async fn reopen(&self) -> Catalog {
        let now = Arc::clone(&self.now);
        Catalog::open_with(&self.url, Clock::from_function(move || now.load(Ordering::SeqCst))).await.unwrap()
    }

    pub(super) async fn run_sql(&self, text: &str) {
        let mut connection = AnyConnection::connect(&self.url).await.unwrap();
        sqlx::raw_sql(AssertSqlSafe(text.to_owned())).execute(&mut connection).await.unwrap();
    }

    pub(super) fn advance_clock(&self, time: Duration) {
        self.now.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

/// Address of an empty database for one test, and the folder that it lives in: an SQLite file, or a schema of the PostgreSQL
/// server. `None` without such a server.
pub(super) async fn empty_database(engine: &str) -> Option<(String, tempfile::TempDir)> {
    sqlx::any::install_default_drivers();
    let folder = tempfile::tempdir().unwrap();
    if engine == "sqlite" {
        return Some((format!("sqlite:{}", folder.path().join("catalogue.db").display()), folder));
    }
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        sohoa_testing::skipped("catalogue on PostgreSQL: TEST_POSTGRES_URL is not set, see .ci/servers");
        return None;
    };
    let schema = format!("t{}", uuid::Uuid::now_v7().simple());
    let mut connection = AnyConnection::connect(&server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).execute(&mut connection).await.unwrap();
    let sign = if server.contains('?') { '&' } else { '?' };
    Some((format!("{server}{sign}options=-csearch_path%3D{schema}"), folder))
}

/// Opens the catalogue of one test. `None` without a PostgreSQL server.
pub(super) async fn open_test_catalog(engine: &str) -> Option<TestCatalog> {
    let (url, folder) = empty_database(engine).await?;
    let now = Arc::new(AtomicI64::new(1_800_000_000_000));
    let clock = Arc::clone(&now);
    let catalog = Catalog::open_with(&url, Clock::from_function(move || clock.load(Ordering::SeqCst))).await.unwrap();
    Some(TestCatalog { catalog, url, now, _folder: folder })
}

pub(super) fn plan() -> PipelinePlan {
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

pub(super) fn name(code: &str) -> DossierName {
    DossierName { fonds: "F1".to_owned(), code: code.to_owned(), title: format!("Hồ sơ {code}") }
}

/// A delivered file of 10 bytes. [`fake_stage_changes`] decides by its path; `content` serves as its SHA-256.
pub(super) fn file(path: &str, content: &str) -> DeliveredFile {
    DeliveredFile { path: DeliveredName::from_bytes(path.as_bytes()), sha256: content.to_owned(), bytes: 10, container: None }
}

pub(super) async fn open(catalog: &Catalog, key: &str) -> Batch {
    let plan = plan();
    let new = NewBatch { key, unit: "F1", pipeline: "[[stage]]", plan: &plan, priority: 0 };
    catalog.open_batch(&new).await.unwrap().0
}

pub(super) async fn deliver(catalog: &Catalog, key: &str, code: &str, files: &[DeliveredFile]) -> Batch {
    let batch = open(catalog, key).await;
    catalog.receive_files(&batch.id, &name(code), files, &plan()).await.unwrap();
    catalog.finish_receiving(&batch.id).await.unwrap();
    batch
}

pub(super) fn refusal(class: RefusalClass) -> Refusal {
    Refusal { class, reason: format!("{} it is", class.as_str()), message: None }
}

pub(super) fn sample_description() -> Description {
    Description { kind: "02".into(), kind_name: "quyết định".into(), normative: false, kind_confidence: 90, ..Description::unknown() }
}

/// Changes that the stages of a claim would decide, by the path of the file: `x-3.pdf` has three pages, `.bad` is refused, page 2 of
/// `torn…` is refused, documents of `doubt…` go to review, page 1 of `secret…` has a secrecy stamp, `.zip` holds two files for dossier
/// Z1 and one for Z2.
pub(super) fn fake_stage_changes(claim: &Claim) -> Vec<Change> {
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
                return vec![Change::FileExpanded {
                    file: file_id,
                    members,
                    warnings: vec![Warning::new("odd", &file_warnings::warning_more_members())],
                }];
            }
            let pages = path.trim_end_matches(".pdf").rsplit('-').next().unwrap().parse().unwrap();
            vec![Change::FileIdentified {
                file: file_id,
                media_type: "application/pdf".into(),
                pages,
                signatures: vec![],
                warnings: vec![Warning::new("truncated", &file_warnings::warning_jpeg_cut_off())],
            }]
        }
        Item::Page { file, page, .. } if file.delivered.path.display.contains("torn") && page.number == 2 && page.warnings.is_empty() => {
            vec![Change::PageRefused { page: page.id.clone(), refusal: refusal(RefusalClass::Outage) }]
        }
        Item::Page { file, page, .. } if file.delivered.path.display.contains("secret") && page.number == 1 && page.release.is_none() => {
            vec![Change::PageHeld { page: page.id.clone(), refusal: refusal(RefusalClass::Secret) }]
        }
        Item::Page { page, .. } => vec![page_read(&page.id)],
        Item::Dossier(contents) if stage(claim) == "separate" && contents.must_be_held() => {
            vec![Change::DossierHeld { dossier: contents.dossier.id.clone() }]
        }
        // The deposit stage stores nothing of a dossier that is wholly in quarantine.
        Item::Dossier(contents) if contents.is_held() && contents.documents.iter().all(|document| document.pages.is_empty()) => vec![],
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
            let withheld = contents.withheld.keys().cloned().collect();
            vec![Change::DossierDeposited { dossier, version: contents.dossier.version + 1, record_sha512: "ab".into(), withheld }]
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

pub(super) fn stage(claim: &Claim) -> &str {
    &claim.plan.groups[claim.group].stages[0].stage
}

pub(super) fn page_read(page: &str) -> Change {
    Change::PageRead {
        page: page.to_owned(),
        reading: format!("reading-of-{page}"),
        quality: Quality { confidence: 91, ..Quality::default() },
        blank: false,
        warnings: vec![],
    }
}

pub(super) fn is_balanced(pages: &PageBalance) -> bool {
    pages.received == pages.stored + pages.review + pages.refused + pages.held + pages.failed + pages.open
}

/// Commits every claimable task and checks the balance of `batches` after each; returns the number of tasks.
pub(super) async fn run_until_idle(catalog: &Catalog, batches: &[&Batch]) -> usize {
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

pub(super) async fn state(catalog: &Catalog, batch: &Batch) -> BatchState {
    catalog.batch(&batch.id).await.unwrap().state
}

pub(super) async fn dossier(catalog: &Catalog, code: &str) -> DossierSnapshot {
    let found = catalog.dossier_by_name("F1", code).await.unwrap().unwrap();
    catalog.contents(&found.id).await.unwrap()
}

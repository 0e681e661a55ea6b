//! The OpenAPI 3.1 document: paths from the handlers, response schemas from the types of the services.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use sohoa_base::error::Result;
use sohoa_base::messages::program;

/// Names schemas of types that derive `JsonSchema` but not `ToSchema`, so that `#[utoipa::path]` can refer to them.
macro_rules! named_schemas {
    ($($(#[$doc:meta])* $name:ident = $noun:ty),* $(,)?) => {
        $( $(#[$doc])* #[derive(utoipa::ToSchema)] #[allow(dead_code, reason = "stands for the schema of another type")]
           pub(super) struct $name {} )*

        fn schemas() -> Vec<(&'static str, Value)> {
            vec![$( (stringify!($name), schema::<$noun>()) ),*]
        }
    };
}

named_schemas! {
    /// An RFC 9457 problem.
    ProblemDetails = crate::problem::ProblemBody,
    /// The signed-in user.
    Me = crate::api::response_bodies::Me,
    /// Secret and QR code for an authenticator app.
    Enrolment = sohoa_services::accounts::totp::Enrolment,
    /// Recovery codes.
    RecoveryCodes = crate::api::response_bodies::RecoveryCodes,
    /// A person.
    User = sohoa_base::model::account::User,
    /// People.
    Users = Vec<sohoa_base::model::account::User>,
    /// Sessions.
    Sessions = Vec<sohoa_services::accounts::sessions::SessionInfo>,
    /// Keys of programs.
    Tokens = Vec<sohoa_base::model::account::Token>,
    /// A new key.
    CreatedToken = crate::api::response_bodies::CreatedToken,
    /// Runs.
    Runs = sohoa_services::runs::monitoring::Runs,
    /// A run.
    Run = sohoa_services::runs::monitoring::Run,
    /// A run in numbers, for its page.
    RunOverview = sohoa_services::runs::monitoring::RunOverview,
    /// The dashboard.
    Dashboard = sohoa_services::runs::monitoring::Dashboard,
    /// The words of a page.
    PageWords = sohoa_services::records::page_images::PageWords,
    /// Number of files and pages changed.
    ChangedCount = crate::api::response_bodies::ChangedCount,
    /// A run over time.
    Timeline = sohoa_services::runs::monitoring::Timeline,
    /// Refused files and pages.
    FailedTasks = Vec<sohoa_services::runs::failures::FailedTask>,
    Failures = Vec<sohoa_services::runs::failures::FailureLine>,
    /// Refusals by class and reason.
    FailureGroups = Vec<sohoa_services::runs::failures::FailureGroup>,
    /// A document as the public would see it.
    PublicDocument = sohoa_services::records::redaction_preview::PublicDocument,
    /// Events.
    Events = Vec<sohoa_services::runs::monitoring::EventLine>,
    /// Documents that wait for review.
    QueueListing = sohoa_services::review::assignment::QueueListing,
    /// Holder of the lock of a document.
    LockHolder = crate::api::response_bodies::LockHolder,
    /// A document under review.
    ReviewDocument = sohoa_services::review::decisions::ReviewDocument,
    /// Outcome of a decision.
    ReviewOutcome = sohoa_services::review::decisions::ReviewOutcome,
    /// Dossiers in quarantine.
    QuarantineEntries = Vec<sohoa_services::quarantine::QuarantineEntry>,
    /// Outcome of a decision about a dossier in quarantine.
    QuarantineOutcome = sohoa_services::quarantine::QuarantineOutcome,
    /// Uploads.
    Uploads = sohoa_services::uploads::view::Uploads,
    /// An upload with counts of its files.
    UploadSummary = sohoa_services::uploads::view::UploadSummary,
    /// An upload with its reconciliation.
    UploadView = sohoa_services::uploads::view::UploadView,
    /// An upload that becomes a run.
    StartedUpload = sohoa_services::uploads::start::StartedUpload,
    /// Files of an upload.
    UploadFileList = sohoa_services::uploads::view::UploadFileList,
    /// A file of an upload.
    UploadFileStatus = sohoa_services::uploads::view::UploadFileStatus,
    /// Search results.
    SearchHits = sohoa_services::records::queries::Found,
    /// A pipeline.
    PipelineText = sohoa_services::runs::pipelines::PipelineText,
    /// Pipelines.
    PipelineTexts = Vec<sohoa_services::runs::pipelines::PipelineText>,
    /// Result of a trial of a pipeline.
    TrialResult = sohoa_services::runs::pipelines::TrialResult,
    /// A saved search.
    SavedSearch = sohoa_base::model::account::SavedSearch,
    /// Saved searches.
    SavedSearches = Vec<sohoa_base::model::account::SavedSearch>,
    /// Progress of the roadmaps.
    RoadmapProgressList = Vec<sohoa_services::roadmap::progress::RoadmapProgress>,
    /// Result of the import of a plan.
    ImportResult = sohoa_services::roadmap::plan_workbook::ImportResult,
    /// Result of the import of one-stop dossiers.
    CaseImportResult = sohoa_services::roadmap::one_stop::CaseImportResult,
    /// A target day by day.
    BurnUp = sohoa_services::roadmap::forecast::BurnUp,
    /// Forecast with another pace or deadline.
    WhatIf = sohoa_services::roadmap::forecast::WhatIf,
    /// Lots.
    Lots = Vec<sohoa_base::model::roadmap::lot::Lot>,
    /// A lot.
    Lot = sohoa_base::model::roadmap::lot::Lot,
    /// Documents of a lot with decisions made since its sample was drawn.
    ChangedDocuments = Vec<sohoa_services::roadmap::lots::ChangedDocument>,
    /// Dossiers.
    Dossiers = sohoa_services::records::queries::Dossiers,
    /// The record of a dossier.
    DossierRecord = sohoa_base::model::record::Record,
}

fn schema<T: JsonSchema>() -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    settings.meta_schema = None;
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// The document as JSON, with the named schemas filled in.
///
/// # Errors
/// `Internal` when it has no JSON form.
pub(super) fn to_json(document: utoipa::openapi::OpenApi) -> Result<String> {
    let mut document = serde_json::to_value(document).map_err(|error| program::bug("web: description of the API").caused_by(error))?;
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        let named = components.entry("schemas").or_insert_with(|| Value::Object(Map::new()));
        for (name, schema) in schemas() {
            if let Some(named) = named.as_object_mut() {
                named.insert(name.to_owned(), schema);
            }
        }
    }
    serde_json::to_string(&document).map_err(|error| program::bug("web: description of the API").caused_by(error))
}

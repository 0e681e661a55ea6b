//! The description of the API (OpenAPI 3.1): paths out of the handlers, schemas of the nouns out of their types.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};
use sohoa_base::error::{ErrorKind, Result, ResultExt};

/// Gives nouns, whose schemas are made from their types, names that handlers can refer to.
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
    /// Who is signed in.
    Me = crate::api::accounts::session::Me,
    /// What an authenticator app needs.
    Enrolment = sohoa_services::accounts::totp::Enrolment,
    /// Codes for who loses the app.
    RecoveryCodes = crate::api::accounts::totp::RecoveryCodes,
    /// A person.
    Person = sohoa_base::model::account::User,
    /// People.
    People = Vec<sohoa_base::model::account::User>,
    /// Keys of programs.
    Tokens = Vec<sohoa_base::model::account::Token>,
    /// A new key.
    NewToken = crate::api::accounts::users::CreatedToken,
    /// Runs.
    Runs = sohoa_services::runs::monitoring::Runs,
    /// A run.
    Run = sohoa_services::runs::monitoring::Run,
    /// A run as pages show it.
    RunOverview = sohoa_services::runs::monitoring::RunOverview,
    /// The plant.
    Plant = sohoa_services::runs::monitoring::Dashboard,
    /// The words of a page.
    PageWords = sohoa_services::records::page_images::PageWords,
    /// How many files and pages were changed.
    Changed = crate::api::runs::ChangedCount,
    /// How a run went in time.
    RunTimeline = sohoa_services::runs::monitoring::Timeline,
    /// Refused files and pages.
    Failures = Vec<sohoa_services::runs::failures::FailureLine>,
    /// Refusals by class and reason.
    FailureGroups = Vec<sohoa_services::runs::failures::FailureGroup>,
    /// A document as the public would see it.
    PublicDocument = sohoa_services::records::redaction_preview::PublicDocument,
    /// What happened.
    Events = Vec<sohoa_services::runs::monitoring::EventLine>,
    /// Documents that wait.
    WaitingDocuments = sohoa_services::review::assignment::QueueListing,
    /// Who has a document in hand.
    Holder = crate::api::review::LockHolder,
    /// A document under review.
    ShownDocument = sohoa_services::review::decisions::ReviewDocument,
    /// What a decision came to.
    Decided = sohoa_services::review::decisions::ReviewOutcome,
    /// Uploads.
    UploadList = sohoa_services::uploads::lifecycle::Uploads,
    /// An upload, counted.
    CountedUpload = sohoa_services::uploads::lifecycle::UploadSummary,
    /// An upload with its reconciliation.
    ShownUpload = sohoa_services::uploads::lifecycle::UploadView,
    /// An upload that becomes a run.
    Started = sohoa_services::uploads::lifecycle::StartedUpload,
    /// Files of an upload.
    UploadFiles = sohoa_services::uploads::lifecycle::UploadFileList,
    /// A file of an upload.
    OneUploadFile = sohoa_services::uploads::lifecycle::UploadFileStatus,
    /// Pages found.
    Found = sohoa_services::records::queries::Found,
    /// A pipeline.
    Pipeline = sohoa_services::runs::pipelines::PipelineText,
    /// Pipelines.
    Pipelines = Vec<sohoa_services::runs::pipelines::PipelineText>,
    /// What a trial came to.
    TriedPipeline = sohoa_services::runs::pipelines::TrialResult,
    /// A kept search.
    KeptSearch = sohoa_base::model::account::SavedSearch,
    /// Kept searches.
    KeptSearches = Vec<sohoa_base::model::account::SavedSearch>,
    /// How roadmaps stand.
    RoadmapStatus = Vec<sohoa_services::roadmap::tracking::RoadmapProgress>,
    /// What came of a workbook.
    ImportedPlan = sohoa_services::roadmap::tracking::ImportResult,
    /// What came of a table of one-stop dossiers.
    TakenCases = sohoa_services::roadmap::one_stop::CaseImportResult,
    /// A line day by day.
    BurnUp = sohoa_services::roadmap::tracking::BurnUp,
    /// What another pace or deadline would come to.
    WhatIf = sohoa_services::roadmap::tracking::WhatIf,
    /// Lots.
    Lots = Vec<sohoa_base::model::roadmap::lot::Lot>,
    /// A lot.
    OneLot = sohoa_base::model::roadmap::lot::Lot,
    /// Documents of a lot about which somebody decided since its sample was drawn.
    LotChanges = Vec<sohoa_services::roadmap::lots::ChangedDocument>,
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

/// The document as JSON.
///
/// # Errors
/// `Internal` when it has no JSON form.
pub(super) fn to_json(document: utoipa::openapi::OpenApi) -> Result<String> {
    let mut document = serde_json::to_value(document).or_error(ErrorKind::Internal, || "the API cannot be described".to_owned())?;
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        let known = components.entry("schemas").or_insert_with(|| Value::Object(Map::new()));
        for (name, schema) in schemas() {
            if let Some(known) = known.as_object_mut() {
                known.insert(name.to_owned(), schema);
            }
        }
    }
    serde_json::to_string(&document).or_error(ErrorKind::Internal, || "the API cannot be described".to_owned())
}

//! The description of the API (OpenAPI 3.1): paths out of the handlers, schemas of the nouns out of their types.

use crate::error::{Kind, Result, ResultExt};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value};

/// Gives nouns, whose schemas are made from their types, names that handlers can refer to.
macro_rules! nouns {
    ($($(#[$doc:meta])* $name:ident = $noun:ty),* $(,)?) => {
        $( $(#[$doc])* #[derive(utoipa::ToSchema)] #[allow(dead_code, reason = "stands for the schema of another type")]
           pub(super) struct $name {} )*

        fn schemas() -> Vec<(&'static str, Value)> {
            vec![$( (stringify!($name), schema::<$noun>()) ),*]
        }
    };
}

nouns! {
    /// An RFC 9457 problem.
    ProblemDetails = crate::web::problem::ProblemBody,
    /// Who is signed in.
    Me = crate::web::api::session::Me,
    /// What an authenticator app needs.
    Enrolment = crate::desk::two_steps::Enrolment,
    /// Codes for who loses the app.
    RecoveryCodes = crate::web::api::two_steps::RecoveryCodes,
    /// A person.
    Person = crate::model::account::User,
    /// People.
    People = Vec<crate::model::account::User>,
    /// Keys of programs.
    Tokens = Vec<crate::model::account::Token>,
    /// A new key.
    NewToken = crate::web::api::accounts::MadeToken,
    /// Runs.
    Runs = crate::desk::watch::Runs,
    /// A run.
    Run = crate::desk::watch::Run,
    /// A run as pages show it.
    RunOverview = crate::desk::watch::Overview,
    /// The plant.
    Plant = crate::desk::watch::Plant,
    /// The words of a page.
    PageWords = crate::desk::pictures::PageWords,
    /// How many files and pages were changed.
    Changed = crate::web::api::runs::Changed,
    /// How a run went in time.
    RunTimeline = crate::desk::watch::Timeline,
    /// Refused files and pages.
    Failures = Vec<crate::desk::failures::FailureLine>,
    /// Refusals by class and reason.
    FailureGroups = Vec<crate::desk::failures::FailureGroup>,
    /// A document as the public would see it.
    PublicDocument = crate::desk::public::PublicDocument,
    /// What happened.
    Events = Vec<crate::desk::watch::EventLine>,
    /// Documents that wait.
    WaitingDocuments = crate::desk::reviewers::WaitingList,
    /// Who has a document in hand.
    Holder = crate::web::api::review::Holder,
    /// A document under review.
    ShownDocument = crate::desk::review::Shown,
    /// What a decision came to.
    Decided = crate::desk::review::Outcome,
    /// Uploads.
    UploadList = crate::desk::uploads::Uploads,
    /// An upload, counted.
    CountedUpload = crate::desk::uploads::UploadLine,
    /// An upload with its reconciliation.
    ShownUpload = crate::desk::uploads::UploadView,
    /// An upload that becomes a run.
    Started = crate::desk::uploads::StartedUpload,
    /// Files of an upload.
    UploadFiles = crate::desk::uploads::Files,
    /// A file of an upload.
    OneUploadFile = crate::desk::uploads::FileLine,
    /// Pages found.
    Found = crate::desk::find::Found,
    /// A pipeline.
    Pipeline = crate::desk::pipelines::PipelineText,
    /// Pipelines.
    Pipelines = Vec<crate::desk::pipelines::PipelineText>,
    /// What a trial came to.
    TriedPipeline = crate::desk::pipelines::Tried,
    /// A kept search.
    KeptSearch = crate::model::account::SavedSearch,
    /// Kept searches.
    KeptSearches = Vec<crate::model::account::SavedSearch>,
    /// How roadmaps stand.
    RoadmapStatus = Vec<crate::desk::roadmap::Status>,
    /// What came of a workbook.
    ImportedPlan = crate::desk::roadmap::Imported,
    /// What came of a table of one-stop dossiers.
    TakenCases = crate::desk::one_stop::ImportedCases,
    /// A line day by day.
    BurnUp = crate::desk::roadmap::BurnUp,
    /// What another pace or deadline would come to.
    WhatIf = crate::desk::roadmap::WhatIf,
    /// Lots.
    Lots = Vec<crate::model::lot::Lot>,
    /// A lot.
    OneLot = crate::model::lot::Lot,
    /// Documents of a lot about which somebody decided since its sample was drawn.
    LotChanges = Vec<crate::desk::lots::ChangedSince>,
    /// Dossiers.
    Dossiers = crate::desk::find::Dossiers,
    /// The record of a dossier.
    DossierRecord = crate::model::record::Record,
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
pub(super) fn text(document: utoipa::openapi::OpenApi) -> Result<String> {
    let mut document = serde_json::to_value(document).or_error(Kind::Internal, || "the API cannot be described".to_owned())?;
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        let known = components.entry("schemas").or_insert_with(|| Value::Object(Map::new()));
        for (name, schema) in schemas() {
            if let Some(known) = known.as_object_mut() {
                known.insert(name.to_owned(), schema);
            }
        }
    }
    serde_json::to_string(&document).or_error(Kind::Internal, || "the API cannot be described".to_owned())
}

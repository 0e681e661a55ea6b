//! Review: documents that wait for a person, and decisions.

use crate::api::response_bodies::LockHolder;
use crate::openapi::{LockHolder as LockHolderSchema, ProblemDetails, QueueListing, ReviewDocument, ReviewOutcome};
use crate::problem::{JsonBody, PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::messages::requests;
use sohoa_base::model::account::Identity;
use sohoa_base::model::decision::DecisionKind;
use sohoa_services::review::assignment;
use sohoa_services::review::assignment::QueueQuery;
use sohoa_services::review::decisions;
use sohoa_services::review::decisions::{DecisionRequest, ReviewQueue};
use sohoa_services::uploads::temp_upload::TempUpload;
use std::collections::BTreeMap;
use tokio_stream::StreamExt;
use utoipa::{IntoParams, ToSchema};

/// Query of documents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReviewQuery {
    /// `secret`, `flags`, `confidence` or `sample`.
    #[param(value_type = Option<String>)]
    queue: Option<ReviewQueue>,
    /// With this reason, such as `number-unsure`.
    reason: Option<String>,
    /// After these: `next` of the previous response.
    after: Option<String>,
    /// At most so many, up to 1,000.
    limit: Option<usize>,
}

/// Documents that wait for a person, the oldest first.
#[utoipa::path(get, path = "/api/review", params(ReviewQuery), responses(
    (status = 200, body = QueueListing),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<ReviewQuery>,
) -> Result<Json<assignment::QueueListing>, Problem> {
    let ReviewQuery { queue, reason, after, limit } = query;
    let limit = limit.unwrap_or(100).clamp(1, 1000);
    let filter = QueueQuery { queue, reason: reason.as_deref(), after: after.as_deref(), limit };
    Ok(Json(assignment::list_queue(shared.archive(), &by, &filter).await?))
}

/// Locks a document for ten minutes, unless another person holds it; the response names the holder.
#[utoipa::path(put, path = "/api/review/{document}/hold", params(("document" = String, Path)), responses(
    (status = 200, body = LockHolderSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn hold(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(document): PathParams<String>,
) -> Result<Json<LockHolder>, Problem> {
    let holder = assignment::acquire_review_lock(shared.archive(), &by, &document).await?;
    Ok(Json(LockHolder { holder }))
}

/// Releases the lock of a document.
#[utoipa::path(delete, path = "/api/review/{document}/hold", params(("document" = String, Path)), responses(
    (status = 204, description = "out of hand"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn let_go(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(document): PathParams<String>,
) -> Result<StatusCode, Problem> {
    assignment::release_review_lock(shared.archive(), &by, &document).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One document: fields, reasons, decisions, doubtful words.
#[utoipa::path(get, path = "/api/review/{document}", params(("document" = String, Path)), responses(
    (status = 200, body = ReviewDocument),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(document): PathParams<String>,
) -> Result<Json<decisions::ReviewDocument>, Problem> {
    Ok(Json(decisions::show_authorized(shared.archive(), &document, &by).await?))
}

/// Correct text of a word, by page and position.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WordCorrectionBody {
    page: u32,
    word: u32,
    text: String,
}

/// A page to be turned clockwise.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PageTurnBody {
    page: u32,
    /// 90, 180 or 270.
    degrees: u16,
}

/// A decision; what is left out stays unchanged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionBody {
    /// The document is right.
    #[serde(default)]
    accept: bool,
    /// The document is rejected.
    #[serde(default)]
    reject: bool,
    /// Kind, by code.
    kind: Option<String>,
    /// Values of fields by name; empty: none. A date as `2025-05-09` or `9/5/2025`, or only a day where month and year stay.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// Corrected words.
    #[serde(default)]
    words: Vec<WordCorrectionBody>,
    /// Pages to be turned.
    #[serde(default)]
    turns: Vec<PageTurnBody>,
    /// Another document begins at this page.
    split: Option<u32>,
    /// Number of the document of the dossier whose pages are appended to this one.
    join: Option<u32>,
    /// Revokes the caller's last decision about it; only on its own.
    #[serde(default)]
    undo: bool,
    /// Why.
    note: Option<String>,
}

impl DecisionBody {
    fn into_requests(self) -> Result<Vec<DecisionRequest>, Problem> {
        if self.accept && self.reject {
            return Err(requests::decision_contradictory().into());
        }
        let mut requests: Vec<DecisionRequest> =
            self.kind.map(|kind| DecisionRequest::Direct(DecisionKind::CorrectKind { kind })).into_iter().collect();
        requests.extend(self.fields.into_iter().map(|(field, value)| DecisionRequest::Direct(DecisionKind::CorrectField { field, value })));
        requests.extend(self.words.into_iter().map(|WordCorrectionBody { page, word, text }| DecisionRequest::Word { page, word, text }));
        requests.extend(self.turns.into_iter().map(|turn| DecisionRequest::Turn { page: turn.page, by: turn.degrees }));
        requests.extend(self.split.map(|page| DecisionRequest::Direct(DecisionKind::Split { page })));
        requests.extend(self.join.map(|document| DecisionRequest::Direct(DecisionKind::Join { document })));
        requests.extend(self.undo.then_some(DecisionRequest::Direct(DecisionKind::Undo)));
        requests.extend(self.accept.then_some(DecisionRequest::Direct(DecisionKind::Accept)));
        requests.extend(self.reject.then_some(DecisionRequest::Direct(DecisionKind::Reject)));
        if requests.is_empty() { Err(requests::decision_empty().into()) } else { Ok(requests) }
    }
}

/// Records a decision about a document: a new version in store and search.
#[utoipa::path(post, path = "/api/review/{document}", params(("document" = String, Path)), request_body = DecisionBody, responses(
    (status = 200, body = ReviewOutcome),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn decide(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(document): PathParams<String>,
    JsonBody(mut given): JsonBody<DecisionBody>,
) -> Result<Json<decisions::ReviewOutcome>, Problem> {
    let note = given.note.take();
    let decided = decisions::decide_authorized(
        shared.archive(),
        &document,
        (&by, note.as_deref()),
        given.into_requests()?,
        shared.fallback_pipeline(),
    )
    .await?;
    assignment::release_review_lock(shared.archive(), &by, &document).await?;
    Ok(Json(decided))
}

/// Replaces the scan of a page: the body is a picture or a PDF of one page. The old scan stays in the record.
#[utoipa::path(post, path = "/api/review/{document}/pages/{page}/scan", params(("document" = String, Path), ("page" = u32, Path)),
    request_body(content_type = "application/octet-stream", content = Vec<u8>), responses(
    (status = 200, body = ReviewOutcome),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn replace(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((document, page)): PathParams<(String, u32)>,
    body: axum::body::Body,
) -> Result<Json<decisions::ReviewOutcome>, Problem> {
    let mut scan = TempUpload::create(shared.archive())?;
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        scan.write(&part.map_err(|_| requests::scan_incomplete())?).await?;
    }
    let requests = vec![DecisionRequest::Replace { page, file: scan.finish().await? }];
    Ok(Json(decisions::decide_authorized(shared.archive(), &document, (&by, None), requests, shared.fallback_pipeline()).await?))
}

//! Uploads: deliveries through the browser. The files themselves are received by [`crate::tus`].

use crate::locale::preferred_language;
use crate::openapi::{
    ProblemDetails, StartedUpload as StartedUploadSchema, UploadFileList as UploadFileListSchema,
    UploadFileStatus as UploadFileStatusSchema, UploadSummary as UploadSummarySchema, UploadView as UploadViewSchema,
    Uploads as UploadsSchema,
};
use crate::problem::{JsonBody, PathParams, Problem, QueryParams};
use crate::route_paths::{UPLOAD_FILE, UPLOAD_FILES};
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::messages::requests;
use sohoa_base::model::account::Identity;
use sohoa_base::model::upload::{StartRule, UploadFileState, UploadSize, UploadState};
use sohoa_services::uploads::lifecycle;
use sohoa_services::uploads::lifecycle::NewUploadRequest;
use sohoa_services::uploads::start;
use sohoa_services::uploads::start::StartedUpload;
use sohoa_services::uploads::view;
use sohoa_services::uploads::view::{UploadFileFilter, UploadFileList, UploadFileStatus, UploadFilter, UploadSummary, UploadView, Uploads};
use utoipa::{IntoParams, ToSchema};

/// Expected number of files and their bytes.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedAmountBody {
    files: u64,
    bytes: u64,
}

impl From<ExpectedAmountBody> for UploadSize {
    fn from(ExpectedAmountBody { files, bytes }: ExpectedAmountBody) -> Self {
        Self { files, bytes }
    }
}

fn manual_start() -> StartRule {
    StartRule::Manual
}

/// An upload to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateUploadBody {
    /// Name.
    name: String,
    /// Code of the delivering unit.
    unit: String,
    /// Name of its pipeline; by default the server's.
    pipeline: Option<String>,
    /// Priority from -100 to 100; higher ones come first.
    #[serde(default)]
    priority: i64,
    /// `by-person`, or `when-complete`: as soon as all that is expected has arrived.
    #[serde(default = "manual_start", alias = "starts")]
    #[schema(value_type = Option<String>)]
    start_rule: StartRule,
    /// Expected number of files and their bytes.
    expected: Option<ExpectedAmountBody>,
    /// Code of its target of the roadmap; left out or empty: its lists or the rule decide.
    #[serde(alias = "line")]
    target: Option<String>,
}

/// The code, unless it is empty.
fn non_empty_code(code: Option<String>) -> Option<String> {
    code.map(|code| code.trim().to_owned()).filter(|code| !code.is_empty())
}

/// Opens an upload.
#[utoipa::path(post, path = "/api/uploads", request_body = CreateUploadBody, responses(
    (status = 201, body = UploadSummarySchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn open(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    JsonBody(given): JsonBody<CreateUploadBody>,
) -> Result<(StatusCode, Json<UploadSummary>), Problem> {
    let CreateUploadBody { name, unit, pipeline, priority, start_rule, expected, target } = given;
    let request = NewUploadRequest {
        name,
        unit,
        pipeline,
        priority,
        starts: start_rule,
        expected: expected.map(UploadSize::from),
        target: non_empty_code(target),
    };
    Ok((StatusCode::CREATED, Json(lifecycle::open(shared.archive(), &by, &request, shared.fallback_pipeline()).await?)))
}

/// Query of uploads.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UploadsQuery {
    /// `open`, `starting`, `started` or `withdrawn`.
    #[param(value_type = Option<String>)]
    state: Option<UploadState>,
    /// Before this one: `next` of the previous response.
    before: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// Uploads of the caller's units, the newest first.
#[utoipa::path(get, path = "/api/uploads", params(UploadsQuery), responses(
    (status = 200, body = UploadsSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<UploadsQuery>,
) -> Result<Json<Uploads>, Problem> {
    let limit = query.limit.unwrap_or(50).clamp(1, 200);
    let wanted = UploadFilter { state: query.state, before: query.before.as_deref(), limit };
    Ok(Json(view::list_uploads(shared.archive(), &by, &wanted).await?))
}

/// One upload: files received and missing, and whether it can be started.
#[utoipa::path(get, path = "/api/uploads/{upload}", params(("upload" = String, Path)), responses(
    (status = 200, body = UploadViewSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(upload): PathParams<String>,
    headers: HeaderMap,
) -> Result<Json<UploadView>, Problem> {
    let language = preferred_language(&headers, &shared.archive().config);
    let mut response = view::show_upload(shared.archive(), &by, &upload, language).await?;
    for finding in &mut response.attachment.findings {
        finding.detail = finding.text(language);
    }
    Ok(Json(response))
}

/// Target of an upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadTargetBody {
    /// Code of the target; empty: its lists or the rule decide.
    #[serde(alias = "line")]
    target: String,
}

/// Sets the target of the roadmap to which an open upload belongs.
#[utoipa::path(put, path = "/api/uploads/{upload}/line", params(("upload" = String, Path)), request_body = UploadTargetBody, responses(
    (status = 200, body = UploadSummarySchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn choose_target(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(upload): PathParams<String>,
    JsonBody(given): JsonBody<UploadTargetBody>,
) -> Result<Json<UploadSummary>, Problem> {
    let target = non_empty_code(Some(given.target));
    Ok(Json(lifecycle::choose_target(shared.archive(), &by, &upload, target.as_deref()).await?))
}

/// Sets how much is expected.
#[utoipa::path(put, path = "/api/uploads/{upload}", params(("upload" = String, Path)), request_body = ExpectedAmountBody, responses(
    (status = 200, body = UploadSummarySchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn expect(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(upload): PathParams<String>,
    JsonBody(given): JsonBody<ExpectedAmountBody>,
) -> Result<Json<UploadSummary>, Problem> {
    Ok(Json(lifecycle::set_expected(shared.archive(), shared.uploads(), &by, &upload, given.into()).await?))
}

/// Confirmation of a withdrawal.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WithdrawQuery {
    /// Name of the upload.
    #[serde(default)]
    name: String,
}

/// Withdraws an upload that was not started, and deletes its files; the name confirms which.
#[utoipa::path(delete, path = "/api/uploads/{upload}", params(("upload" = String, Path), WithdrawQuery), responses(
    (status = 204, description = "withdrawn"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn withdraw(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(upload): PathParams<String>,
    QueryParams(confirmed): QueryParams<WithdrawQuery>,
) -> Result<StatusCode, Problem> {
    lifecycle::withdraw(shared.archive(), shared.uploads(), &by, &upload, &confirmed.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Options of a start.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StartBody {
    /// Start although files that lists name are missing.
    #[serde(default)]
    without_missing: bool,
}

/// Makes a batch and its run of an upload; a repeated request returns the same ones. The body may be left out.
#[utoipa::path(post, path = "/api/uploads/{upload}/start", params(("upload" = String, Path)), request_body = Option<StartBody>, responses(
    (status = 202, body = StartedUploadSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn start(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(upload): PathParams<String>,
    given: Bytes,
) -> Result<(StatusCode, Json<StartedUpload>), Problem> {
    let how: Option<StartBody> = match given.is_empty() {
        true => None,
        false => serde_json::from_slice(&given).map_err(requests::body_invalid)?,
    };
    let without_missing = how.unwrap_or_default().without_missing;
    let started = start::start_authorized(shared.archive(), shared.uploads(), &by, &upload, without_missing).await?;
    Ok((StatusCode::ACCEPTED, Json(started)))
}

/// Query of files.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilesQuery {
    /// `sending`, `received`, `duplicate`, `refused`, `list` or `ignored`.
    #[param(value_type = Option<String>)]
    state: Option<UploadFileState>,
    /// After this one: `next` of the previous response.
    after: Option<String>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

/// Files of an upload, in the order in which they were announced.
#[utoipa::path(get, path = UPLOAD_FILES, params(("upload" = String, Path), FilesQuery), responses(
    (status = 200, body = UploadFileListSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn files(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(upload): PathParams<String>,
    headers: HeaderMap,
    QueryParams(query): QueryParams<FilesQuery>,
) -> Result<Json<UploadFileList>, Problem> {
    let limit = query.limit.unwrap_or(200).clamp(1, 1000);
    let wanted = UploadFileFilter { state: query.state, after: query.after.as_deref(), limit };
    Ok(Json(
        view::list_upload_files(shared.archive(), &by, &upload, &wanted, preferred_language(&headers, &shared.archive().config)).await?,
    ))
}

/// One file of an upload.
#[utoipa::path(get, path = UPLOAD_FILE, params(("upload" = String, Path), ("file" = String, Path)), responses(
    (status = 200, body = UploadFileStatusSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn file(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((upload, file)): PathParams<(String, String)>,
) -> Result<Json<UploadFileStatus>, Problem> {
    Ok(Json(view::show_upload_file(shared.archive(), &by, &upload, &file).await?))
}

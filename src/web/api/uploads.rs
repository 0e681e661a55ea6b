//! Uploads: what is being delivered through the browser. The bytes themselves come by [`crate::tus`].

use crate::address::language_of;
use crate::openapi::{CountedUpload, OneUploadFile, ProblemDetails, ShownUpload, Started, UploadFiles, UploadList};
use crate::problem::{Asked, Body, Named, Problem};
use crate::server::Shared;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::error::Error;
use sohoa_base::model::account::Identity;
use sohoa_base::model::upload::{Amount, StartRule, UploadFileState, UploadState};
use sohoa_services::uploads::{self, FileLine, Files, StartedUpload, UploadLine, UploadView, Uploads, WantedFiles, WantedUploads, Wish};
use sohoa_texts::sentences::translated;
use utoipa::{IntoParams, ToSchema};

/// How much will come in all.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Expected {
    files: u64,
    bytes: u64,
}

impl From<Expected> for Amount {
    fn from(Expected { files, bytes }: Expected) -> Self {
        Self { files, bytes }
    }
}

fn by_person() -> StartRule {
    StartRule::ByPerson
}

/// An upload to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedUpload {
    /// What people call it.
    name: String,
    /// Code of the unit that delivers.
    unit: String,
    /// Name of its pipeline; left out: the server's.
    pipeline: Option<String>,
    /// From -100 to 100: what is higher comes first.
    #[serde(default)]
    priority: i64,
    /// `by-person`, or `when-complete`: as soon as all that is expected is here.
    #[serde(default = "by_person")]
    #[schema(value_type = Option<String>)]
    starts: StartRule,
    /// How much will come in all.
    expected: Option<Expected>,
    /// Code of the line of the roadmap to which it belongs; left out or empty: its lists or the rule say which.
    line: Option<String>,
}

/// The line, where one is named.
fn named_line(line: Option<String>) -> Option<String> {
    line.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty())
}

/// Opens an upload.
#[utoipa::path(post, path = "/api/uploads", request_body = WantedUpload, responses(
    (status = 201, body = CountedUpload),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn open(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Body(given): Body<WantedUpload>,
) -> Result<(StatusCode, Json<UploadLine>), Problem> {
    let WantedUpload { name, unit, pipeline, priority, starts, expected, line } = given;
    let wish = Wish { name, unit, pipeline, priority, starts, expected: expected.map(Amount::from), line: named_line(line) };
    Ok((StatusCode::CREATED, Json(uploads::open(shared.archive(), &by, &wish, shared.pipeline()).await?)))
}

/// Which uploads are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskedUploads {
    /// `open`, `starting`, `started` or `withdrawn`.
    #[param(value_type = Option<String>)]
    state: Option<UploadState>,
    /// Before this one: `next` of the answer before.
    before: Option<String>,
    /// At most so many, up to 200.
    limit: Option<usize>,
}

/// Uploads of the caller's units, the newest first.
#[utoipa::path(get, path = "/api/uploads", params(AskedUploads), responses(
    (status = 200, body = UploadList),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(asked): Asked<AskedUploads>,
) -> Result<Json<Uploads>, Problem> {
    let limit = asked.limit.unwrap_or(50).clamp(1, 200);
    let wanted = WantedUploads { state: asked.state, before: asked.before.as_deref(), limit };
    Ok(Json(uploads::list(shared.archive(), &by, &wanted).await?))
}

/// One upload: what came, what did not, and whether it can be started.
#[utoipa::path(get, path = "/api/uploads/{upload}", params(("upload" = String, Path)), responses(
    (status = 200, body = ShownUpload),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(upload): Named<String>,
    headers: HeaderMap,
) -> Result<Json<UploadView>, Problem> {
    let mut shown = uploads::show(shared.archive(), &by, &upload).await?;
    let language = language_of(&headers, &shared.archive().config);
    for finding in &mut shown.attachment.findings {
        finding.detail = translated(language, &finding.detail);
    }
    Ok(Json(shown))
}

/// The line of an upload.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LineOfUpload {
    /// Code of the line; empty: its lists or the rule say which.
    line: String,
}

/// Chooses to which line of the roadmap an upload belongs, while it is open.
#[utoipa::path(put, path = "/api/uploads/{upload}/line", params(("upload" = String, Path)), request_body = LineOfUpload, responses(
    (status = 200, body = CountedUpload),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn choose_line(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(upload): Named<String>,
    Body(given): Body<LineOfUpload>,
) -> Result<Json<UploadLine>, Problem> {
    let line = named_line(Some(given.line));
    Ok(Json(uploads::choose_line(shared.archive(), &by, &upload, line.as_deref()).await?))
}

/// Tells how much will come in all.
#[utoipa::path(put, path = "/api/uploads/{upload}", params(("upload" = String, Path)), request_body = Expected, responses(
    (status = 200, body = CountedUpload),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn expect(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(upload): Named<String>,
    Body(given): Body<Expected>,
) -> Result<Json<UploadLine>, Problem> {
    Ok(Json(uploads::expect(shared.archive(), shared.uploads(), &by, &upload, given.into()).await?))
}

/// Which upload is meant, in words.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Confirmed {
    /// Its name.
    #[serde(default)]
    name: String,
}

/// Gives an upload up that was not started, and deletes what came; the name confirms which.
#[utoipa::path(delete, path = "/api/uploads/{upload}", params(("upload" = String, Path), Confirmed), responses(
    (status = 204, description = "withdrawn"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn withdraw(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(upload): Named<String>,
    Asked(confirmed): Asked<Confirmed>,
) -> Result<StatusCode, Problem> {
    uploads::withdraw(shared.archive(), shared.uploads(), &by, &upload, &confirmed.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How an upload is started.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HowToStart {
    /// Although files that lists name did not come.
    #[serde(default)]
    without_missing: bool,
}

/// Makes a batch and its run of an upload; again: the same ones. The body may be left out.
#[utoipa::path(post, path = "/api/uploads/{upload}/start", params(("upload" = String, Path)), request_body = Option<HowToStart>, responses(
    (status = 202, body = Started),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn start(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(upload): Named<String>,
    given: Bytes,
) -> Result<(StatusCode, Json<StartedUpload>), Problem> {
    let how: Option<HowToStart> = match given.is_empty() {
        true => None,
        false => serde_json::from_slice(&given).map_err(|error| Error::invalid(format!("the body cannot be read: {error}")))?,
    };
    let without_missing = how.unwrap_or_default().without_missing;
    let started = uploads::start(shared.archive(), shared.uploads(), &by, &upload, without_missing).await?;
    Ok((StatusCode::ACCEPTED, Json(started)))
}

/// Which files are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct AskedFiles {
    /// `sending`, `received`, `duplicate`, `refused`, `list` or `ignored`.
    #[param(value_type = Option<String>)]
    state: Option<UploadFileState>,
    /// After this one: `next` of the answer before.
    after: Option<String>,
    /// At most so many, up to 1000.
    limit: Option<usize>,
}

/// Files of an upload, in the order in which they were announced.
#[utoipa::path(get, path = "/api/uploads/{upload}/files", params(("upload" = String, Path), AskedFiles), responses(
    (status = 200, body = UploadFiles),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn files(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(upload): Named<String>,
    Asked(asked): Asked<AskedFiles>,
) -> Result<Json<Files>, Problem> {
    let limit = asked.limit.unwrap_or(200).clamp(1, 1000);
    let wanted = WantedFiles { state: asked.state, after: asked.after.as_deref(), limit };
    Ok(Json(uploads::files(shared.archive(), &by, &upload, &wanted).await?))
}

/// One file of an upload.
#[utoipa::path(get, path = "/api/uploads/{upload}/files/{file}", params(("upload" = String, Path), ("file" = String, Path)), responses(
    (status = 200, body = OneUploadFile),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn file(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named((upload, file)): Named<(String, String)>,
) -> Result<Json<FileLine>, Problem> {
    Ok(Json(uploads::file(shared.archive(), &by, &upload, &file).await?))
}

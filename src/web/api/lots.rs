//! Acceptance of lots by sample.

use crate::locale::preferred_language;
use crate::openapi::{ChangedDocuments, Lot as LotSchema, Lots, ProblemDetails};
use crate::problem::{JsonBody, PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::messages::requests;
use sohoa_base::model::account::Identity;
use sohoa_base::model::roadmap::lot::Lot;
use sohoa_services::reports::format::ReportFormat;
use sohoa_services::reports::lot_minutes;
use sohoa_services::roadmap::lots;
use sohoa_services::roadmap::lots::{ChangedDocument, InspectionLevel};
use utoipa::{IntoParams, ToSchema};

/// Query of lots.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct LotsQuery {
    /// Only of this target.
    #[serde(alias = "line")]
    target: Option<String>,
    /// At most so many, up to 1,000.
    limit: Option<usize>,
}

/// Lots, the newest first.
#[utoipa::path(get, path = "/api/lots", params(LotsQuery), responses(
    (status = 200, body = Lots),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<LotsQuery>,
) -> Result<Json<Vec<Lot>>, Problem> {
    let limit = query.limit.unwrap_or(100).clamp(1, 1_000);
    Ok(Json(lots::list_lots(shared.archive(), &by, query.target.as_deref(), limit).await?))
}

/// A lot to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateLotBody {
    /// Code of the target.
    #[serde(alias = "line")]
    target: String,
    /// Most pages; only whole dossiers are taken.
    #[serde(default = "default_lot_pages")]
    #[schema(minimum = 1)]
    pages: u32,
    /// Level of inspection (ISO 2859-1): I, II or III.
    #[serde(default)]
    #[schema(value_type = String, pattern = "^(I|II|III)$")]
    level: InspectionLevel,
    /// Seed of the draw; by default the lot's identifier.
    #[serde(default)]
    seed: String,
}

fn default_lot_pages() -> u32 {
    3_200
}

/// Opens a lot of dossiers that wait for acceptance, and draws its sample.
#[utoipa::path(post, path = "/api/lots", request_body = CreateLotBody, responses(
    (status = 201, body = LotSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn open(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    JsonBody(new): JsonBody<CreateLotBody>,
) -> Result<(StatusCode, Json<Lot>), Problem> {
    let lot = lots::open_lot(shared.archive(), &by, &new.target, new.level, new.pages, Some(&new.seed)).await?;
    Ok((StatusCode::CREATED, Json(lot)))
}

/// One lot.
#[utoipa::path(get, path = "/api/lots/{lot}", params(("lot" = String, Path)), responses(
    (status = 200, body = LotSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(lot): PathParams<String>,
) -> Result<Json<Lot>, Problem> {
    Ok(Json(lots::show_lot(shared.archive(), &by, &lot).await?))
}

/// Documents of an accepted lot with decisions made since its sample was drawn.
#[utoipa::path(get, path = "/api/lots/{lot}/changes", params(("lot" = String, Path)), responses(
    (status = 200, body = ChangedDocuments),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn changes(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(lot): PathParams<String>,
) -> Result<Json<Vec<ChangedDocument>>, Problem> {
    let lot = lots::show_lot(shared.archive(), &by, &lot).await?;
    Ok(Json(lots::documents_changed_since_sample(shared.archive(), &lot).await?))
}

/// Result of the inspection of a page.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InspectionBody {
    /// Codes of defects; none where the page is good.
    #[serde(default)]
    defects: Vec<String>,
}

/// Records the inspection of a page of the sample.
#[utoipa::path(put, path = "/api/lots/{lot}/pages/{index}", params(("lot" = String, Path), ("index" = u32, Path)),
    request_body = InspectionBody, responses(
    (status = 200, body = LotSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn look_at(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((lot, index)): PathParams<(String, u32)>,
    JsonBody(found): JsonBody<InspectionBody>,
) -> Result<Json<Lot>, Problem> {
    let defects: Vec<String> = found.defects.into_iter().filter(|code| !code.is_empty()).collect();
    Ok(Json(lots::record_page_inspection(shared.archive(), &by, &lot, index, &defects).await?))
}

/// Judgement of a lot.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JudgementBody {
    /// Note for the minutes.
    #[serde(default)]
    note: String,
}

/// Accepts the lot or returns it as a whole, by the defects found.
#[utoipa::path(post, path = "/api/lots/{lot}/judge", params(("lot" = String, Path)), request_body = JudgementBody, responses(
    (status = 200, body = LotSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn judge(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(lot): PathParams<String>,
    JsonBody(given): JsonBody<JudgementBody>,
) -> Result<Json<Lot>, Problem> {
    Ok(Json(lots::judge_lot(shared.archive(), &by, &lot, &given.note).await?))
}

/// Marks a returned lot as reworked.
#[utoipa::path(post, path = "/api/lots/{lot}/reworked", params(("lot" = String, Path)), responses(
    (status = 200, body = LotSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn reworked(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(lot): PathParams<String>,
) -> Result<Json<Lot>, Problem> {
    Ok(Json(lots::mark_reworked(shared.archive(), &by, &lot).await?))
}

/// The minutes of a lot as `docx`, `xlsx`, `pdf`, `csv` or `json`.
#[utoipa::path(get, path = "/api/lots/{lot}/minutes/{form}", params(("lot" = String, Path), ("form" = String, Path)), responses(
    (status = 200, description = "the minutes", content((Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "application/pdf"), (String = "text/csv"), (serde_json::Value = "application/json"))),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn minutes(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((lot, form)): PathParams<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let written = ReportFormat::from_name(&form).map_err(|_| requests::form_unknown(&form, ReportFormat::list_names()))?;
    let language = preferred_language(&headers, &shared.archive().config);
    let bytes = lot_minutes::write_lot_minutes(shared.archive(), &by, &lot, written, language).await?;
    let name = format!("attachment; filename=\"minutes.{form}\"");
    Ok(([(header::CONTENT_TYPE, written.media_type().to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response())
}

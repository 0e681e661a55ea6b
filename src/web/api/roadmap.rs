//! The roadmap: plan, progress, reports, and the target of a run.

use crate::locale::preferred_language;
use crate::openapi::{
    BurnUp as BurnUpSchema, CaseImportResult as CaseImportResultSchema, ImportResult as ImportResultSchema, ProblemDetails,
    RoadmapProgressList, WhatIf as WhatIfSchema,
};
use crate::problem::{JsonBody, PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use serde::Deserialize;
use sohoa_base::messages::requests;
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::calendar::Day;
use sohoa_services::reports::format::ReportFormat;
use sohoa_services::reports::registry::{DEFAULT_REPORT, find_report};
use sohoa_services::reports::request::ReportRequest;
use sohoa_services::roadmap::forecast;
use sohoa_services::roadmap::forecast::{BurnUp, WhatIf};
use sohoa_services::roadmap::one_stop;
use sohoa_services::roadmap::one_stop::CaseImportResult;
use sohoa_services::roadmap::plan_workbook;
use sohoa_services::roadmap::plan_workbook::{AdjustmentReason, ImportResult};
use sohoa_services::roadmap::progress;
use sohoa_services::roadmap::progress::RoadmapProgress;
use sohoa_services::roadmap::targets;
use sohoa_services::uploads::temp_upload::TempUpload;
use tokio_stream::StreamExt;
use utoipa::{IntoParams, ToSchema};

/// Query of targets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TargetsQuery {
    /// Only of this unit.
    unit: Option<String>,
    /// At most so many of each roadmap, up to 100,000, the most urgent first; sums include all.
    limit: Option<usize>,
}

/// Units that the caller may see, or `unit` where it is one of them.
pub(crate) fn visible_units(by: &Identity, unit: Option<&str>) -> Result<UnitScope, Problem> {
    let own = by.units_with(Right::Monitor);
    match unit.filter(|unit| !unit.is_empty()) {
        None => Ok(own),
        Some(unit) if own.contains(unit) => Ok(UnitScope::Only([unit.to_owned()].into())),
        Some(unit) => Err(requests::unit_not_visible(unit).into()),
    }
}

/// Progress of every roadmap.
#[utoipa::path(get, path = "/api/roadmap", params(TargetsQuery), responses(
    (status = 200, body = RoadmapProgressList),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn status(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<TargetsQuery>,
) -> Result<Json<Vec<RoadmapProgress>>, Problem> {
    let mut all = progress::load_progress(shared.archive(), &visible_units(&by, query.unit.as_deref())?).await?;
    let limit = query.limit.unwrap_or(500).clamp(1, 100_000);
    all.iter_mut().for_each(|status| status.targets.truncate(limit));
    Ok(Json(all))
}

/// Reason for the import of a plan.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlanImportQuery {
    /// Report what it would change, and store nothing.
    #[serde(default)]
    trial: bool,
    /// Number of the decision that allows the change.
    #[serde(default)]
    decision: String,
    /// Why it is changed.
    #[serde(default)]
    reason: String,
}

/// Imports a plan from a workbook (the body). Wrong cells are reported, and then nothing is stored.
#[utoipa::path(post, path = "/api/roadmap/plan", params(PlanImportQuery),
    request_body(content_type = "application/octet-stream", content = Vec<u8>), responses(
    (status = 200, body = ImportResultSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn import(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<PlanImportQuery>,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Json<ImportResult>, Problem> {
    if by.units_with(Right::Administer) != UnitScope::All {
        return Err(requests::roadmap_import_needs_all_units().into());
    }
    let mut file = receive_workbook(&shared, body).await?;
    let reason = AdjustmentReason { decision: &query.decision, text: &query.reason };
    let language = preferred_language(&headers, &shared.archive().config);
    let file = file.finish().await?;
    Ok(Json(plan_workbook::import(shared.archive(), &by.user.name, &file, reason, query.trial, language).await?))
}

/// Receives a workbook into a temporary file.
async fn receive_workbook(shared: &AppState, body: axum::body::Body) -> Result<TempUpload, Problem> {
    let mut file = TempUpload::create(shared.archive())?;
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        file.write(&part.map_err(|_| requests::workbook_incomplete())?).await?;
    }
    if file.is_empty() {
        return Err(requests::workbook_missing().into());
    }
    Ok(file)
}

/// Query for one roadmap.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PlanQuery {
    /// Number of its decision, where there are several.
    decision: Option<String>,
}

fn file_response(name: &str, form: ReportFormat, bytes: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"{name}\"");
    ([(header::CONTENT_TYPE, form.media_type().to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response()
}

/// The plan as a workbook that can be imported again.
#[utoipa::path(get, path = "/api/roadmap/plan", params(PlanQuery), responses(
    (status = 200, description = "XLSX", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn export(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<PlanQuery>,
) -> Result<Response, Problem> {
    if by.units_with(Right::Monitor) != UnitScope::All {
        return Err(requests::roadmap_report_needs_all_units().into());
    }
    Ok(file_response("roadmap.xlsx", ReportFormat::Xlsx, plan_workbook::export(shared.archive(), query.decision.as_deref()).await?))
}

/// An empty workbook for a plan.
#[utoipa::path(get, path = "/api/roadmap/template", responses(
    (status = 200, description = "XLSX", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn template() -> Result<Response, Problem> {
    Ok(file_response("roadmap-template.xlsx", ReportFormat::Xlsx, plan_workbook::template()?))
}

/// Query of a report.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ReportQuery {
    /// Name of a report, by default that on progress; the answer to an unknown name lists the known ones.
    report: Option<String>,
    /// Number of the roadmap's decision, where there are several.
    decision: Option<String>,
    /// Only of this unit.
    unit: Option<String>,
    /// First day of a report about a period: `2026-10-01` or `1/10/2026`; the first of January by default.
    from: Option<String>,
    /// Last day of it; today by default.
    to: Option<String>,
}

/// A report in one of the formats in which reports are written.
#[utoipa::path(get, path = "/api/roadmap/report/{form}", params(("form" = String, Path), ReportQuery), responses(
    (status = 200, description = "the report", content((Vec<u8> = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (Vec<u8> = "application/pdf"), (String = "text/csv"), (serde_json::Value = "application/json"))),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn report(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(form): PathParams<String>,
    QueryParams(query): QueryParams<ReportQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let written = ReportFormat::from_name(&form).map_err(|_| requests::form_unknown(&form, ReportFormat::list_names()))?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    let name = given(query.report).unwrap_or_else(|| DEFAULT_REPORT.to_owned());
    let decision = given(query.decision);
    let report = find_report(&name)?;
    let request = ReportRequest {
        units: &visible_units(&by, query.unit.as_deref())?,
        decision: decision.as_deref(),
        from: given(query.from).map(Day::try_from).transpose()?,
        to: given(query.to).map(Day::try_from).transpose()?,
    };
    let language = preferred_language(&headers, &shared.archive().config);
    Ok(file_response(&format!("{name}.{form}"), written, report.write(shared.archive(), &request, written, language).await?))
}

/// Options of an import of one-stop dossiers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct CasesImportQuery {
    /// Report what is wrong with it, and store nothing.
    #[serde(default)]
    trial: bool,
    /// Unit of rows that name none; by default that of the archive's dossier, else the one in the code.
    unit: Option<String>,
}

/// Imports an office's table of one-stop dossiers (the body: XLSX, ODS or CSV). Wrong cells are reported, and then nothing is stored.
#[utoipa::path(post, path = "/api/roadmap/cases", params(CasesImportQuery),
    request_body(content_type = "application/octet-stream", content = Vec<u8>), responses(
    (status = 200, body = CaseImportResultSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn cases(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<CasesImportQuery>,
    headers: HeaderMap,
    body: axum::body::Body,
) -> Result<Json<CaseImportResult>, Problem> {
    let mut file = receive_workbook(&shared, body).await?;
    let language = preferred_language(&headers, &shared.archive().config);
    let file = file.finish().await?;
    Ok(Json(one_stop::import(shared.archive(), &by, &file, query.unit.as_deref(), query.trial, language).await?))
}

/// An empty workbook for one-stop dossiers.
#[utoipa::path(get, path = "/api/roadmap/cases/template", responses(
    (status = 200, description = "XLSX", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn cases_template() -> Result<Response, Problem> {
    Ok(file_response("one-stop-template.xlsx", ReportFormat::Xlsx, one_stop::template()?))
}

/// One target day by day.
#[utoipa::path(get, path = "/api/roadmap/lines/{target}", params(("target" = String, Path)), responses(
    (status = 200, body = BurnUpSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn target(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(target): PathParams<String>,
) -> Result<Json<BurnUp>, Problem> {
    Ok(Json(forecast::burn_up(shared.archive(), &by.units_with(Right::Monitor), &target).await?))
}

/// Assumptions of a forecast.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct WhatIfQuery {
    /// Factor of scanners and workers: 2 for twice as many.
    #[param(minimum = 0.01, maximum = 100)]
    factor: Option<f64>,
    /// Another deadline: `2027-12-31` or `31/12/2027`.
    deadline: Option<String>,
}

/// Forecast of a target with another pace or deadline.
#[utoipa::path(get, path = "/api/roadmap/lines/{target}/what-if", params(("target" = String, Path), WhatIfQuery), responses(
    (status = 200, body = WhatIfSchema),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn what_if(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(target): PathParams<String>,
    QueryParams(query): QueryParams<WhatIfQuery>,
) -> Result<Json<WhatIf>, Problem> {
    let deadline = query.deadline.filter(|text| !text.is_empty()).map(Day::try_from).transpose()?;
    let units = by.units_with(Right::Monitor);
    Ok(Json(forecast::what_if(shared.archive(), &units, &target, query.factor.unwrap_or(1.0), deadline).await?))
}

/// Target of a run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RunTargetBody {
    /// Code of the target; empty: outside the plan.
    #[serde(alias = "line")]
    target: String,
}

/// Attaches a run to a target; all that the run has done counts towards it.
#[utoipa::path(put, path = "/api/runs/{run}/line", params(("run" = String, Path)), request_body = RunTargetBody, responses(
    (status = 204, description = "attached"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn attach(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(run): PathParams<String>,
    JsonBody(given): JsonBody<RunTargetBody>,
) -> Result<StatusCode, Problem> {
    let target = Some(given.target.trim()).filter(|target| !target.is_empty());
    targets::attach_run(shared.archive(), &by, &run, target).await?;
    Ok(StatusCode::NO_CONTENT)
}

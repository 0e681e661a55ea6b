//! Lists as spreadsheets.

use crate::locale::preferred_language;
use crate::openapi::ProblemDetails;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use sohoa_base::messages::requests;
use sohoa_base::model::account::Identity;
use sohoa_services::records::list_export;
use sohoa_services::records::list_export::{ListFormat, ListRequest};
use sohoa_services::runs::failures;
use utoipa::IntoParams;

/// Query of rows; each list uses some of these.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Search text.
    #[serde(default)]
    q: String,
    /// Only of this unit.
    unit: Option<String>,
    /// Only of this run.
    run: Option<String>,
    /// Only of this class.
    class: Option<String>,
    /// Only of the stages that run together with this one.
    stage: Option<String>,
    /// Only for this reason.
    reason: Option<String>,
    /// After this event.
    #[serde(default)]
    #[param(minimum = 0, maximum = 9_007_199_254_740_991_u64)]
    after: u64,
}

/// A list as a file: `found`, `dossiers`, `runs`, `failures` or `events`, as `csv` or `xlsx`. Each list checks its own right.
#[utoipa::path(get, path = "/api/lists/{list}/{form}", params(("list" = String, Path), ("form" = String, Path), ListQuery), responses(
    (status = 200, description = "the list", content((String = "text/csv"), (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(crate) async fn list(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((list, form)): PathParams<(String, String)>,
    QueryParams(query): QueryParams<ListQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let given = |value: Option<String>| value.filter(|value| !value.is_empty());
    let (unit, run) = (given(query.unit), given(query.run));
    let wanted = match list.as_str() {
        "found" => ListRequest::SearchHits { query: query.q, unit },
        "dossiers" => ListRequest::Dossiers { unit, run },
        "runs" => ListRequest::Runs,
        "failures" => {
            let class = given(query.class).as_deref().map(failures::parse_class).transpose()?;
            ListRequest::Failures(failures::FailureQuery { run, class, stage: given(query.stage), reason: given(query.reason) })
        }
        "events" if query.after > 9_007_199_254_740_991 => return Err(requests::event_number_invalid().into()),
        "events" => ListRequest::Events { after: query.after },
        other => return Err(requests::list_unknown(other).into()),
    };
    let (form, kind) = match form.as_str() {
        "csv" => (ListFormat::Csv, "text/csv; charset=utf-8"),
        "xlsx" => (ListFormat::Xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        other => return Err(requests::form_unknown(other, "csv, xlsx").into()),
    };
    let bytes =
        list_export::export_list(shared.archive(), &by, &wanted, form, preferred_language(&headers, &shared.archive().config)).await?;
    let name = format!("attachment; filename=\"{list}.{}\"", if form == ListFormat::Csv { "csv" } else { "xlsx" });
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, name)], bytes).into_response())
}

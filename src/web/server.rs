//! The server: its router, its background tasks, start and stop.

use crate::access::Access::{Public, SignedIn};
use crate::access::Route;
use crate::auth_middleware::{authenticate, authorize};
use crate::background::RunningLoops;
use crate::background_health::health_text;
use crate::connections::serve_connections;
use crate::cookies::session_key;
use crate::guarded_router::GuardedRouter;
use crate::locale::preferred_language;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PendingProblem, Problem};
use crate::rate_limits::Peer;
use crate::state::AppState;
use crate::{api, openapi, pages, tus};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json, Router};
use sohoa_base::error::Result;
use sohoa_base::messages::{program, requests};
use sohoa_base::model::account::{Right, UnitScope};
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_services::accounts::oidc;
use sohoa_services::accounts::sessions;
use sohoa_services::accounts::users;
use sohoa_services::archive::Archive;
use sohoa_services::maintenance::log_followers::LogFollowers;
use sohoa_services::roadmap::at_risk_targets;
use sohoa_services::runs::execution;
use sohoa_services::runs::monitoring;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::{RequestBodyTimeoutLayer, TimeoutLayer};
use utoipa::openapi::OpenApi;

/// Largest body of a request that sends no scans, bytes.
const MAX_BODY_BYTES: usize = 1 << 20;

/// Longest time to answer such a request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Longest silence of a client within the body of a request that sends scans.
const BODY_SILENCE: Duration = Duration::from_secs(60);

/// Value of `Strict-Transport-Security`: browsers ask this host by HTTPS alone for a year.
const HTTPS_ONLY: &str = "max-age=31536000";

/// Addresses to report to the user once the server listens.
#[derive(Debug, Clone)]
pub struct Listening {
    /// Address and port of the server.
    pub address: SocketAddr,
    /// Key that creates the first administrator, once; `None` where users exist.
    pub setup: Option<String>,
}

/// Serves at `listen` until `stop`, and works on runs too where `works`. Calls `on_listening` once the address is bound. Nothing that
/// goes wrong afterwards ends it, see [`crate::background`].
///
/// # Errors
/// `Unavailable` where the address is taken, or store or catalogue do not answer at the start.
pub async fn serve(
    archive: Arc<Archive>,
    pipeline: (String, PipelinePlan),
    listen: SocketAddr,
    works: bool,
    stop: Arc<CancellationToken>,
    on_listening: impl FnOnce(Listening),
) -> Result<()> {
    oidc::check_settings(&archive.config.oidc)?;
    let setup = users::create_setup_key(&archive).await?;
    let listener = tokio::net::TcpListener::bind(listen).await;
    let listener = listener.map_err(|error| requests::server_cannot_listen(listen).caused_by(error))?;
    let address = listener.local_addr().map_err(|error| program::bug("web: the listener has no address").caused_by(error))?;
    let newest_event = monitoring::event_cursor(&archive).await?;
    let base_url = archive.config.server.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let (limited, mut description, mut routes) = limited_routes().split_for_parts();
    let (streaming, more_description, more_routes) = api::streaming_routes().split_for_parts();
    description.merge(more_description);
    routes.extend(more_routes);
    let shared = AppState::new(archive, pipeline, base_url, newest_event, (openapi::to_json(description)?, routes), Arc::clone(&stop));
    let router = router(shared.clone(), limited, streaming);
    let _followers = LogFollowers::start(shared.archive())?;
    tokio::spawn(warm_at_risk_cache(shared.clone()));
    on_listening(Listening { address, setup });
    let loops = RunningLoops::start(&shared, works, &stop);
    serve_connections(listener, router, &stop).await;
    stop.cancel();
    loops.finish().await;
    if works && let Err(error) = execution::close_finished_batches(shared.archive()).await {
        tracing::warn!(error = %error.chain(), "ledgers of finished runs are not written yet; the next start writes them");
    }
    Ok(())
}

/// Computes the progress of all targets at start, because the first request for it would take long.
async fn warm_at_risk_cache(shared: AppState) {
    if let Err(error) = at_risk_targets::at_risk_summary(shared.archive(), shared.at_risk_cache(), &UnitScope::All).await {
        tracing::warn!("{}", error.chain());
    }
}

/// Every route of the server with its access, in the order in which they are added.
#[must_use]
pub fn route_table() -> Vec<Route> {
    let (_, _, routes) = limited_routes().merge(api::streaming_routes()).split_for_parts();
    routes
}

/// Routes with the usual limits of body and time: the API but for [`api::streaming_routes`], probes, pages.
fn limited_routes() -> GuardedRouter {
    api::routes().merge(probe_routes()).merge(pages::routes())
}

/// Routes for the operation of the server.
fn probe_routes() -> GuardedRouter {
    GuardedRouter::new(OpenApi::default())
        .page(Public, "/healthz", async || "ok\n")
        .page(Public, "/readyz", readyz)
        .page(Public, "/metrics", metrics)
        .page(Public, "/openapi.json", openapi_document)
        .page(SignedIn, "/version", async || axum::Json(serde_json::json!({ "version": env!("CARGO_PKG_VERSION") })))
}

/// The routes behind authorization, with the layers around all of them.
fn router(shared: AppState, limited: Router<AppState>, streaming: Router<AppState>) -> Router {
    let routes = limited
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
        .merge(streaming.layer(RequestBodyTimeoutLayer::new(BODY_SILENCE)))
        .fallback(async || Problem::from(requests::address_unknown()))
        .method_not_allowed_fallback(async || Problem::from(requests::address_method_unknown()));
    routes
        .route_layer(from_fn_with_state(shared.clone(), authorize))
        .layer(from_fn_with_state(shared.clone(), finish_response))
        .layer(CompressionLayer::new())
        .with_state(shared)
}

async fn openapi_document(State(shared): State<AppState>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], shared.openapi_json().to_owned()).into_response()
}

/// Counts the response, translates its problem, and adds the headers of every response.
async fn finish_response(State(shared): State<AppState>, request: Request, next: Next) -> Response {
    const ALWAYS: [(HeaderName, &str); 5] = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
    ];
    let began = Instant::now();
    let method = request.method().as_str().to_owned();
    let route = request.extensions().get::<MatchedPath>().map_or_else(|| "none".to_owned(), |path| path.as_str().to_owned());
    let page_request = PageRequest::from_request(&request);
    let language = preferred_language(request.headers(), &shared.archive().config);
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<PendingProblem>() {
        let body = problem.body(language);
        match page_request {
            Some(request) => response = pages::ui::problem::problem_page(&request.page_context(&shared).await, &body),
            None => *response.body_mut() = Json(body).into_response().into_body(),
        }
    }
    for (name, value) in ALWAYS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    if shared.is_https() {
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
    }
    tus::add_tus_headers(&route, &mut response);
    if !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    shared.metrics().record_request(&method, &route, response.status().as_u16(), began.elapsed());
    response
}

/// Request of a browser for a page.
struct PageRequest {
    headers: HeaderMap,
    address: String,
}

impl PageRequest {
    fn from_request(request: &Request) -> Option<Self> {
        let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_page = request.method() == Method::GET && !request.uri().path().starts_with("/api/") && accepts.contains("text/html");
        let address = request.uri().path_and_query().map_or("/", |address| address.as_str());
        is_page.then(|| Self { headers: request.headers().clone(), address: address.to_owned() })
    }

    /// Context of the page shown in place of a problem: signed-in users keep their navigation.
    async fn page_context(&self, shared: &AppState) -> PageContext {
        let identity = match session_key(&self.headers) {
            Some(key) => sessions::identity_of_session(shared.archive(), key).await.ok().flatten(),
            None => None,
        };
        PageContext::new(shared, &self.headers, identity, &self.address)
    }
}

async fn readyz(State(shared): State<AppState>) -> Response {
    match monitoring::check_ready(shared.archive()).await {
        Ok(()) => format!("ready\n{}", health_text(&shared.background_loops().reports())).into_response(),
        Err(error) => Problem::from(requests::archive_not_answering().caused_by(error)).into_response(),
    }
}

/// Metrics: for everybody where the setting says so, else for programs on this machine, and for whoever may monitor every unit.
async fn metrics(State(shared): State<AppState>, Extension(peer): Extension<Peer>, headers: HeaderMap) -> Result<Response, Problem> {
    if !shared.archive().config.server.metrics_public && !peer.is_local() {
        let identity = authenticate(&shared, &Method::GET, &headers).await?;
        if identity.units_with(Right::Monitor) != UnitScope::All {
            return Err(requests::metrics_need_all_units().into());
        }
    }
    let tasks = monitoring::count_tasks(shared.archive()).await.ok();
    let outage = shared.archive().outages.current();
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let store = shared.archive().store_usage.by_operation();
    let text = shared.metrics().encode_text(tasks, &store, outage.as_ref(), &shared.background_loops().reports());
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{AUTH_ROUTES, Access, required_access};
    use std::collections::BTreeSet;

    #[test]
    fn routes_are_unique_and_public_routes_are_fixed() {
        let routes = route_table();
        for (index, route) in routes.iter().enumerate() {
            let again = routes.iter().skip(index + 1).any(|other| (other.method, &other.path) == (route.method, &route.path));
            assert!(!again, "{} {}", route.method, route.path);
        }
        let open: BTreeSet<&str> = routes.iter().filter(|route| route.access == Access::Public).map(|route| route.path.as_str()).collect();
        let data = ["/healthz", "/readyz", "/metrics", "/openapi.json", "/api/setup", "/api/session"];
        // No data of anybody: what is needed to sign in.
        let sign_in = ["/assets/{name}", "/sign-in", "/sign-in/oidc", "/sign-in/oidc/callback", "/setup", "/language/{code}"];
        assert_eq!(open, data.into_iter().chain(sign_in).collect());
        let of_session = |method| required_access(&routes, method, "/api/session");
        assert_eq!(
            (of_session("POST"), of_session("GET"), of_session("DELETE")),
            (Some(Access::Public), Some(Access::SignedIn), Some(Access::SignedIn))
        );
        assert_eq!(required_access(&routes, "HEAD", "/api/runs"), Some(Access::Needs(Right::Monitor)));
        assert_eq!((required_access(&routes, "PUT", "/api/runs"), required_access(&routes, "GET", "/etc/passwd")), (None, None));
        for (method, path) in AUTH_ROUTES {
            assert!(required_access(&routes, method, path).is_some(), "{method} {path}");
        }
    }
}

//! The server: its parts put together, and its life.

use crate::auth_middleware::{authorize, session_key};
use crate::locale::preferred_language;
use crate::metrics::Metrics;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{Problem, ProblemBody};
use crate::rate_limits::RateLimits;
use crate::sse;
use crate::{api, openapi, pages, tus};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_services::accounts::oidc;
use sohoa_services::accounts::users;
use sohoa_services::archive::Archive;
use sohoa_services::hot_folders::watcher;
use sohoa_services::roadmap::at_risk_targets;
use sohoa_services::runs::execution;
use sohoa_services::runs::monitoring;
use sohoa_services::runs::monitoring::EventCursor;
use sohoa_services::uploads::lifecycle;
use sohoa_texts::error_texts::translate;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch::{Receiver, Sender};
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

/// Largest body of a request that delivers no scans, bytes.
const MAX_BODY_BYTES: usize = 1 << 20;

/// Longest time to answer one.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// How often a stopping server looks whether it should.
const STOP_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// What every handler has.
#[derive(Debug, Clone)]
pub(super) struct AppState(Arc<AppStateInner>);

#[derive(Debug)]
struct AppStateInner {
    archive: Archive,
    pipeline: (String, PipelinePlan),
    metrics: Metrics,
    limits: RateLimits,
    base_url: String,
    pulse_sender: Sender<EventCursor>,
    openapi_json: String,
    uploads: lifecycle::UploadRuntime,
    at_risk_cache: at_risk_targets::AtRiskCache,
    stop: Arc<CancellationToken>,
}

impl AppState {
    /// The description of the API (OpenAPI 3.1, JSON).
    pub(super) fn openapi_json(&self) -> &str {
        &self.0.openapi_json
    }

    /// Hears of changes.
    pub(super) fn subscribe(&self) -> Receiver<EventCursor> {
        self.0.pulse_sender.subscribe()
    }

    pub(super) fn limits(&self) -> &RateLimits {
        &self.0.limits
    }

    /// The whole address of a path of this server, as browsers reach it.
    pub(super) fn absolute_url(&self, path: &str) -> String {
        format!("{}{path}", self.0.base_url.trim_end_matches('/'))
    }

    pub(super) fn archive(&self) -> &Archive {
        &self.0.archive
    }

    /// Uploads under way.
    pub(super) fn uploads(&self) -> &lifecycle::UploadRuntime {
        &self.0.uploads
    }

    /// What was found out of lines of the roadmap.
    pub(super) fn at_risk_cache(&self) -> &at_risk_targets::AtRiskCache {
        &self.0.at_risk_cache
    }

    /// Whether the server is asked to stop.
    pub(super) fn is_stopping(&self) -> bool {
        self.0.stop.is_cancelled()
    }

    /// Resolves when the server is asked to stop.
    pub(super) async fn wait_for_stop(&self) {
        until_stop_requested(Arc::clone(&self.0.stop)).await;
    }

    /// The pipeline of dossiers whose own is not known any more: its text and plan.
    pub(super) fn fallback_pipeline(&self) -> (&str, &PipelinePlan) {
        (&self.0.pipeline.0, &self.0.pipeline.1)
    }
}

/// What to tell people once the server listens.
#[derive(Debug, Clone)]
pub struct Listening {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where nobody is known yet: the key with which the first administrator is made, once.
    pub setup: Option<String>,
}

/// Answers at `listen` until asked to stop, and works on runs too where `works`.
///
/// # Errors
/// `Unavailable` where the address is taken, or store or catalogue do not answer.
pub async fn serve(
    archive: Archive,
    pipeline: (String, PipelinePlan),
    listen: SocketAddr,
    works: bool,
    stop: Arc<CancellationToken>,
    tell: impl FnOnce(Listening),
) -> Result<()> {
    oidc::check_settings(&archive.config.oidc)?;
    let setup = users::create_setup_key(&archive).await?;
    let listener = tokio::net::TcpListener::bind(listen).await;
    let listener = listener.or_error(ErrorKind::Unavailable, || format!("cannot listen at {listen}; choose another --listen"))?;
    let address = listener.local_addr().or_error(ErrorKind::Internal, || "the server has no address".to_owned())?;
    let pulse = Sender::new(monitoring::event_cursor(&archive).await?);
    let (routes, mut description) = api::routes().split_for_parts();
    let (streams, more) = api::streaming_routes().split_for_parts();
    description.merge(more);
    let description = openapi::to_json(description)?;
    let base = archive.config.server.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let limits = RateLimits::new(&archive.config.server);
    let (metrics, uploads, pressing) = (Metrics::new(), lifecycle::UploadRuntime::default(), at_risk_targets::AtRiskCache::default());
    let shared = AppState(Arc::new(AppStateInner {
        archive,
        pipeline,
        metrics,
        limits,
        base_url: base,
        pulse_sender: pulse,
        openapi_json: description,
        uploads,
        at_risk_cache: pressing,
        stop: Arc::clone(&stop),
    }));
    let router = router(shared.clone(), routes, streams);
    tokio::spawn(warm_at_risk_cache(shared.clone()));
    tell(Listening { address, setup });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let answering = async {
        let done = axum::serve(listener, service).with_graceful_shutdown(until_stop_requested(Arc::clone(&stop))).await;
        done.or_error(ErrorKind::Unavailable, || "the server stopped answering".to_owned())
    };
    let telling = sse::publish_changes(&shared, &shared.0.pulse_sender);
    let working = async {
        let done = if works { execution::work_on_batches(shared.archive(), false, &stop).await } else { Ok(()) };
        // Who cannot work any more does not pretend to.
        done.inspect_err(|_| stop.cancel())
    };
    let starting = lifecycle::run_upload_starter(shared.archive(), shared.uploads(), &stop);
    let taking = watcher::run_hot_folder_watcher(shared.archive(), shared.fallback_pipeline(), &stop);
    let all = async {
        let (answered, worked, started, taken) = tokio::join!(answering, working, starting, taking);
        answered.and(worked).and(started).and(taken)
    };
    tokio::select! {
        done = all => done,
        () = telling => Ok(()),
    }
}

/// Reads what was done for every line of the roadmaps, so that who opens them first need not wait for it.
async fn warm_at_risk_cache(shared: AppState) {
    if let Err(error) = at_risk_targets::at_risk_summary(shared.archive(), shared.at_risk_cache(), &UnitScope::All).await {
        tracing::warn!("{}", error.chain());
    }
}

async fn until_stop_requested(stop: Arc<CancellationToken>) {
    while !stop.is_cancelled() {
        tokio::time::sleep(STOP_POLL_INTERVAL).await;
    }
}

/// Every route behind the guard, and what lies around all of them.
fn router(shared: AppState, api: Router<AppState>, streams: Router<AppState>) -> Router {
    let routes = api
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/version", get(async || axum::Json(serde_json::json!({ "version": env!("CARGO_PKG_VERSION") }))))
        .route("/openapi.json", get(openapi_document))
        .merge(pages::routes())
        .layer(RequestBodyLimitLayer::new(MAX_BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, REQUEST_TIMEOUT))
        .merge(streams)
        .fallback(async || Problem::from(Error::not_found("there is nothing at this address")))
        .method_not_allowed_fallback(async || Problem::from(Error::not_found("this address does not take that method")));
    routes
        .route_layer(from_fn_with_state(shared.clone(), authorize))
        .layer(from_fn_with_state(shared.clone(), finish_response))
        .layer(CompressionLayer::new())
        .with_state(shared)
}

async fn openapi_document(State(shared): State<AppState>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], shared.openapi_json().to_owned()).into_response()
}

/// Counts the answer and gives it the headers that every answer has.
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
    let asked = PageRequest::from_request(&request);
    let language = preferred_language(request.headers(), &shared.archive().config);
    let mut response = next.run(request).await;
    if let Some(mut body) = response.extensions_mut().remove::<ProblemBody>() {
        body.detail = translate(language, &body.detail);
        match asked {
            Some(asked) => response = pages::ui::problem::problem_page(&asked.page_context(&shared).await, &body),
            None => *response.body_mut() = Json(body).into_response().into_body(),
        }
    }
    for (name, value) in ALWAYS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    tus::add_tus_headers(&route, &mut response);
    if !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    shared.0.metrics.record_request(&method, &route, response.status().as_u16(), began.elapsed());
    response
}

/// What a browser sent that asks for a page.
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

    /// The view of the page in place of a problem: who is signed in finds the way to every other one.
    async fn page_context(&self, shared: &AppState) -> PageContext {
        let identity = match session_key(&self.headers) {
            Some(key) => users::identity_of_session(shared.archive(), key).await.ok().flatten(),
            None => None,
        };
        PageContext::new(shared, &self.headers, identity, &self.address)
    }
}

async fn readyz(State(shared): State<AppState>) -> Response {
    match monitoring::check_ready(shared.archive()).await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => Problem::from(Error::unavailable("store or catalogue do not answer").caused_by(error)).into_response(),
    }
}

async fn metrics(State(shared): State<AppState>) -> Result<Response, Problem> {
    let open = monitoring::count_open_tasks(shared.archive()).await?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], shared.0.metrics.encode_text(open)).into_response())
}

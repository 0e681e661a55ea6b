//! The server: its parts put together, and its life.

use crate::address::language_of;
use crate::guard::{guard, session_key};
use crate::limits::Limits;
use crate::metrics::Metrics;
use crate::pages::view::View;
use crate::problem::{Problem, ProblemBody};
use crate::{api, live, openapi, pages, tus};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use sohoa_base::model::account::Units;
use sohoa_base::model::plan::Plan;
use sohoa_pipeline::worker::Stop;
use sohoa_services::archive::Archive;
use sohoa_services::watch::Pulse;
use sohoa_services::{accounts, oidc, pressing, runs, sources, uploads, watch};
use sohoa_texts::sentences::translated;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch::{Receiver, Sender};
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

/// Largest body of a request that delivers no scans, bytes.
const BODY: usize = 1 << 20;

/// Longest time to answer one.
const LONGEST: Duration = Duration::from_secs(60);

/// How often a stopping server looks whether it should.
const LOOK: Duration = Duration::from_millis(100);

/// What every handler has.
#[derive(Debug, Clone)]
pub(super) struct Shared(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    archive: Archive,
    pipeline: (String, Plan),
    metrics: Metrics,
    limits: Limits,
    base: String,
    pulse: Sender<Pulse>,
    description: String,
    uploads: uploads::Hands,
    pressing: pressing::Kept,
    stop: Arc<Stop>,
}

impl Shared {
    /// The description of the API (OpenAPI 3.1, JSON).
    pub(super) fn description(&self) -> &str {
        &self.0.description
    }

    /// Hears of changes.
    pub(super) fn listen(&self) -> Receiver<Pulse> {
        self.0.pulse.subscribe()
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The whole address of a path of this server, as browsers reach it.
    pub(super) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.0.base.trim_end_matches('/'))
    }

    pub(super) fn archive(&self) -> &Archive {
        &self.0.archive
    }

    /// Uploads under way.
    pub(super) fn uploads(&self) -> &uploads::Hands {
        &self.0.uploads
    }

    /// What was found out of lines of the roadmap.
    pub(super) fn pressing(&self) -> &pressing::Kept {
        &self.0.pressing
    }

    /// Whether the server is asked to stop.
    pub(super) fn is_stopping(&self) -> bool {
        self.0.stop.asked()
    }

    /// Resolves when the server is asked to stop.
    pub(super) async fn stopping(&self) {
        until_asked(Arc::clone(&self.0.stop)).await;
    }

    /// The pipeline of dossiers whose own is not known any more: its text and plan.
    pub(super) fn pipeline(&self) -> (&str, &Plan) {
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
    pipeline: (String, Plan),
    listen: SocketAddr,
    works: bool,
    stop: Arc<Stop>,
    tell: impl FnOnce(Listening),
) -> Result<()> {
    oidc::checked(&archive.config.oidc)?;
    let setup = accounts::setup_key(&archive).await?;
    let listener = tokio::net::TcpListener::bind(listen).await;
    let listener = listener.or_error(Kind::Unavailable, || format!("cannot listen at {listen}; choose another --listen"))?;
    let address = listener.local_addr().or_error(Kind::Internal, || "the server has no address".to_owned())?;
    let pulse = Sender::new(watch::pulse(&archive).await?);
    let (routes, mut description) = api::routes().split_for_parts();
    let (streams, more) = api::streams().split_for_parts();
    description.merge(more);
    let description = openapi::text(description)?;
    let base = archive.config.server.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let limits = Limits::new(&archive.config.server);
    let (metrics, uploads, pressing) = (Metrics::new(), uploads::Hands::default(), pressing::Kept::default());
    let shared = Shared(Arc::new(Inner {
        archive,
        pipeline,
        metrics,
        limits,
        base,
        pulse,
        description,
        uploads,
        pressing,
        stop: Arc::clone(&stop),
    }));
    let router = router(shared.clone(), routes, streams);
    tokio::spawn(read_ahead(shared.clone()));
    tell(Listening { address, setup });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let answering = async {
        let done = axum::serve(listener, service).with_graceful_shutdown(until_asked(Arc::clone(&stop))).await;
        done.or_error(Kind::Unavailable, || "the server stopped answering".to_owned())
    };
    let telling = live::look(&shared, &shared.0.pulse);
    let working = async {
        let done = if works { runs::work(shared.archive(), false, &stop).await } else { Ok(()) };
        // Who cannot work any more does not pretend to.
        done.inspect_err(|_| stop.ask())
    };
    let starting = uploads::keep(shared.archive(), shared.uploads(), &stop);
    let taking = sources::keep(shared.archive(), shared.pipeline(), &stop);
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
async fn read_ahead(shared: Shared) {
    if let Err(error) = pressing::pressing(shared.archive(), shared.pressing(), &Units::All).await {
        tracing::warn!("{}", error.chain());
    }
}

async fn until_asked(stop: Arc<Stop>) {
    while !stop.asked() {
        tokio::time::sleep(LOOK).await;
    }
}

/// Every route behind the guard, and what lies around all of them.
fn router(shared: Shared, api: Router<Shared>, streams: Router<Shared>) -> Router {
    let routes = api
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/version", get(async || axum::Json(serde_json::json!({ "version": env!("CARGO_PKG_VERSION") }))))
        .route("/openapi.json", get(described))
        .merge(pages::routes())
        .layer(RequestBodyLimitLayer::new(BODY))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, LONGEST))
        .merge(streams)
        .fallback(async || Problem::from(Error::not_found("there is nothing at this address")))
        .method_not_allowed_fallback(async || Problem::from(Error::not_found("this address does not take that method")));
    routes
        .route_layer(from_fn_with_state(shared.clone(), guard))
        .layer(from_fn_with_state(shared.clone(), around))
        .layer(CompressionLayer::new())
        .with_state(shared)
}

async fn described(State(shared): State<Shared>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], shared.description().to_owned()).into_response()
}

/// Counts the answer and gives it the headers that every answer has.
async fn around(State(shared): State<Shared>, request: Request, next: Next) -> Response {
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
    let asked = PageAsked::of(&request);
    let language = language_of(request.headers(), &shared.archive().config);
    let mut response = next.run(request).await;
    if let Some(mut body) = response.extensions_mut().remove::<ProblemBody>() {
        body.detail = translated(language, &body.detail);
        match asked {
            Some(asked) => response = pages::problem::in_place_of(&asked.view(&shared).await, &body),
            None => *response.body_mut() = Json(body).into_response().into_body(),
        }
    }
    for (name, value) in ALWAYS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    tus::mark(&route, &mut response);
    if !response.headers().contains_key(header::CACHE_CONTROL) {
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    shared.0.metrics.answered(&method, &route, response.status().as_u16(), began.elapsed());
    response
}

/// What a browser sent that asks for a page.
struct PageAsked {
    headers: HeaderMap,
    address: String,
}

impl PageAsked {
    fn of(request: &Request) -> Option<Self> {
        let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let is_page = request.method() == Method::GET && !request.uri().path().starts_with("/api/") && accepts.contains("text/html");
        let address = request.uri().path_and_query().map_or("/", |address| address.as_str());
        is_page.then(|| Self { headers: request.headers().clone(), address: address.to_owned() })
    }

    /// The view of the page in place of a problem: who is signed in finds the way to every other one.
    async fn view(&self, shared: &Shared) -> View {
        let identity = match session_key(&self.headers) {
            Some(key) => accounts::of_session(shared.archive(), key).await.ok().flatten(),
            None => None,
        };
        View::of(shared, &self.headers, identity, &self.address)
    }
}

async fn readyz(State(shared): State<Shared>) -> Response {
    match watch::ready(shared.archive()).await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => Problem::from(Error::unavailable("store or catalogue do not answer").caused_by(error)).into_response(),
    }
}

async fn metrics(State(shared): State<Shared>) -> Result<Response, Problem> {
    let open = watch::open_tasks(shared.archive()).await?;
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], shared.0.metrics.text(open)).into_response())
}

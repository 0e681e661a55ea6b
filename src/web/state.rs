//! State that every handler shares.

use crate::access::{Access, Route, required_access};
use crate::background_health::BackgroundLoops;
use crate::metrics::Metrics;
use crate::rate_limits::RateLimits;
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_services::archive::Archive;
use sohoa_services::roadmap::at_risk_targets::AtRiskCache;
use sohoa_services::runs::monitoring::EventCursor;
use sohoa_services::uploads::runtime::UploadRuntime;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch::{Receiver, Sender};

/// Interval at which a running server checks whether it was asked to stop.
const STOP_POLL_INTERVAL: Duration = Duration::from_millis(100);

/// State of the server, shared by its handlers and background tasks. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct AppState(Arc<AppStateInner>);

#[derive(Debug)]
struct AppStateInner {
    archive: Arc<Archive>,
    pipeline: (String, PipelinePlan),
    metrics: Metrics,
    limits: RateLimits,
    base_url: String,
    event_sender: Sender<EventCursor>,
    openapi_json: String,
    routes: Vec<Route>,
    uploads: UploadRuntime,
    background_loops: BackgroundLoops,
    at_risk_cache: AtRiskCache,
    stop: Arc<CancellationToken>,
}

impl AppState {
    /// State at the start. `base_url` is the address of the server as browsers reach it, `newest_event` the last event so far,
    /// and `api` the OpenAPI document as JSON with the routes of the server.
    pub(crate) fn new(
        archive: Arc<Archive>,
        pipeline: (String, PipelinePlan),
        base_url: String,
        newest_event: EventCursor,
        (openapi_json, routes): (String, Vec<Route>),
        stop: Arc<CancellationToken>,
    ) -> Self {
        Self(Arc::new(AppStateInner {
            limits: RateLimits::new(&archive.config.server, archive.config.uploads.requests_per_second),
            archive,
            pipeline,
            metrics: Metrics::new(),
            base_url,
            event_sender: Sender::new(newest_event),
            openapi_json,
            routes,
            uploads: UploadRuntime::default(),
            background_loops: BackgroundLoops::default(),
            at_risk_cache: AtRiskCache::default(),
            stop,
        }))
    }

    /// The OpenAPI document (3.1) as JSON.
    pub(crate) fn openapi_json(&self) -> &str {
        &self.0.openapi_json
    }

    /// Access that a request needs; `None` where no such route exists.
    pub(crate) fn required_access(&self, method: &str, path: &str) -> Option<Access> {
        required_access(&self.0.routes, method, path)
    }

    /// Receiver that is notified of every change in the catalogue.
    pub(crate) fn subscribe(&self) -> Receiver<EventCursor> {
        self.0.event_sender.subscribe()
    }

    /// Sender behind [`AppState::subscribe`].
    pub(crate) fn event_sender(&self) -> &Sender<EventCursor> {
        &self.0.event_sender
    }

    pub(crate) fn limits(&self) -> &RateLimits {
        &self.0.limits
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    /// Absolute URL of a path of this server, as browsers reach it.
    pub(crate) fn absolute_url(&self, path: &str) -> String {
        format!("{}{path}", self.0.base_url.trim_end_matches('/'))
    }

    /// Whether browsers reach this server by HTTPS.
    pub(crate) fn is_https(&self) -> bool {
        self.archive().config.server.public_url.as_ref().is_some_and(|url| url.starts_with("https://"))
    }

    pub(crate) fn archive(&self) -> &Arc<Archive> {
        &self.0.archive
    }

    /// Uploads in progress.
    pub(crate) fn uploads(&self) -> &UploadRuntime {
        &self.0.uploads
    }

    /// Health of the background loops.
    pub(crate) fn background_loops(&self) -> &BackgroundLoops {
        &self.0.background_loops
    }

    /// Cached progress of the targets of the roadmaps.
    pub(crate) fn at_risk_cache(&self) -> &AtRiskCache {
        &self.0.at_risk_cache
    }

    /// Whether the server was asked to stop.
    pub(crate) fn is_stopping(&self) -> bool {
        self.0.stop.is_cancelled()
    }

    /// Resolves when the server is asked to stop.
    pub(crate) async fn wait_for_stop(&self) {
        while !self.is_stopping() {
            tokio::time::sleep(STOP_POLL_INTERVAL).await;
        }
    }

    /// Text and plan of the pipeline for dossiers whose own pipeline is no longer recorded.
    pub(crate) fn fallback_pipeline(&self) -> (&str, &PipelinePlan) {
        (&self.0.pipeline.0, &self.0.pipeline.1)
    }
}

//! Metrics for a monitoring server, in the OpenMetrics text format. They contain no personal data.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

/// Metrics of the server.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Histogram,
    open_tasks: Gauge,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("sohoa");
        let (answered, open_tasks) = (Family::<RequestLabels, Counter>::default(), Gauge::default());
        let seconds = Histogram::new([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]);
        registry.register("http_requests", "Requests answered, by route and status", answered.clone());
        registry.register("http_request_seconds", "Time to answer a request", seconds.clone());
        registry.register("open_tasks", "Tasks of all runs that are still to be done", open_tasks.clone());
        Self { registry, requests: answered, request_seconds: seconds, open_tasks }
    }

    /// Counts a response. `route` is the path pattern, not the path, which would make too many labels.
    pub(super) fn record_request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels = RequestLabels { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        self.request_seconds.observe(took.as_secs_f64());
    }

    /// The metrics in the OpenMetrics text format.
    pub(super) fn encode_text(&self, open_tasks: u64) -> String {
        self.open_tasks.set(i64::try_from(open_tasks).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing to a string never fails.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

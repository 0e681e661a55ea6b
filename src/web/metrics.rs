//! Metrics for a monitoring server, in the OpenMetrics text format. They contain no personal data.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use sohoa_pipeline::outage::Outage;
use sohoa_services::archive::OperationUsage;
use sohoa_services::loop_health::LoopReport;
use std::collections::BTreeMap;
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct LoopLabels {
    name: &'static str,
}

/// Metrics of the server.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_seconds: Histogram,
    open_tasks: Gauge,
    failed_tasks: Gauge,
    store_calls: Family<OperationLabels, Counter>,
    store_bytes: Family<OperationLabels, Counter>,
    outage: Gauge,
    outage_seconds: Gauge,
    loop_running: Family<LoopLabels, Gauge>,
    loop_state_seconds: Family<LoopLabels, Gauge>,
    loop_restarts: Family<LoopLabels, Gauge>,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let mut registry = Registry::with_prefix("sohoa");
        let (answered, open_tasks) = (Family::<RequestLabels, Counter>::default(), Gauge::default());
        let seconds = Histogram::new([0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]);
        registry.register("http_requests", "Requests answered, by route and status", answered.clone());
        registry.register("http_request_seconds", "Time to answer a request", seconds.clone());
        let (failed_tasks, outage, outage_seconds) = (Gauge::default(), Gauge::default(), Gauge::default());
        registry.register("failed_tasks", "Tasks that wait for a retry", failed_tasks.clone());
        let (store_calls, store_bytes) = (Family::<OperationLabels, Counter>::default(), Family::<OperationLabels, Counter>::default());
        registry.register("store_calls", "Calls of the object store, by operation", store_calls.clone());
        registry.register("store_bytes", "Bytes sent to and received from the object store, by operation", store_bytes.clone());
        registry.register("outage", "1 while work waits for store, catalogue, disk or reading processes", outage.clone());
        registry.register("outage_seconds", "Seconds since that outage was noticed", outage_seconds.clone());
        registry.register("open_tasks", "Tasks of all runs that are still to be done", open_tasks.clone());
        let family = Family::<LoopLabels, Gauge>::default;
        let (loop_running, loop_state_seconds, loop_restarts) = (family(), family(), family());
        registry.register("background_loop_running", "1 while a background loop runs, 0 while it fails", loop_running.clone());
        registry.register("background_loop_state_seconds", "Seconds since it runs, or fails", loop_state_seconds.clone());
        registry.register("background_loop_restarts", "How often it was started again", loop_restarts.clone());
        Self {
            registry,
            requests: answered,
            request_seconds: seconds,
            open_tasks,
            failed_tasks,
            store_calls,
            store_bytes,
            outage,
            outage_seconds,
            loop_running,
            loop_state_seconds,
            loop_restarts,
        }
    }

    /// Counts a response. `route` is the path pattern, not the path, which would make too many labels.
    pub(super) fn record_request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels = RequestLabels { method: method.to_owned(), route: route.to_owned(), status };
        self.requests.get_or_create(&labels).inc();
        self.request_seconds.observe(took.as_secs_f64());
    }

    /// The metrics in the OpenMetrics text format. Where the catalogue does not answer, `tasks` (open, failed) stay as they were.
    /// `store` is its usage so far, by operation.
    pub(super) fn encode_text(
        &self,
        tasks: Option<(u64, u64)>,
        store: &BTreeMap<&'static str, OperationUsage>,
        outage: Option<&Outage>,
        loops: &[LoopReport],
    ) -> String {
        let count = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        if let Some((open, failed)) = tasks {
            self.open_tasks.set(count(open));
            self.failed_tasks.set(count(failed));
        }
        for (operation, usage) in store {
            let labels = OperationLabels { operation };
            for (family, now) in [(&self.store_calls, usage.calls), (&self.store_bytes, usage.bytes)] {
                let counter = family.get_or_create(&labels);
                counter.inc_by(now.saturating_sub(counter.get()));
            }
        }
        self.outage.set(i64::from(outage.is_some()));
        self.outage_seconds.set(outage.map_or(0, |outage| count(outage.seconds)));
        for report in loops {
            let labels = LoopLabels { name: report.name };
            self.loop_running.get_or_create(&labels).set(i64::from(report.error.is_none()));
            self.loop_state_seconds.get_or_create(&labels).set(count(report.seconds));
            self.loop_restarts.get_or_create(&labels).set(count(report.restarts));
        }
        let mut text = String::new();
        // Writing to a string never fails.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    #[test]
    fn outage_and_failed_tasks_are_shown_also_while_the_catalogue_is_away() {
        let metrics = Metrics::new();
        let usage = |calls| BTreeMap::from([("get", OperationUsage { calls, bytes: 10 * calls })]);
        let text = metrics.encode_text(Some((7, 2)), &usage(3), None, &[]);
        assert!(
            text.contains("sohoa_open_tasks 7\n") && text.contains("sohoa_failed_tasks 2\n") && text.contains("sohoa_outage 0\n"),
            "{text}"
        );
        let outage =
            Outage { dependency: "catalogue", error: Arc::new(sohoa_base::messages::catalogue::catalogue_not_answering()), seconds: 9 };
        let text = metrics.encode_text(None, &usage(5), Some(&outage), &[]);
        assert!(text.contains("sohoa_failed_tasks 2\n") && text.contains("sohoa_outage 1\n"), "{text}");
        assert!(text.contains("sohoa_outage_seconds 9\n") && text.contains("sohoa_store_calls_total{operation=\"get\"} 5\n"), "{text}");
        assert!(text.contains("sohoa_store_bytes_total{operation=\"get\"} 50\n"), "{text}");
    }
}

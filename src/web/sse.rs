//! Server-sent events that tell pages of changes. The catalogue is polled once a second, however many clients listen.

use crate::state::AppState;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use sohoa_services::loop_health::LoopHealth;
use sohoa_services::runs::monitoring;
use sohoa_services::runs::monitoring::EventCursor;
use std::time::Duration;
use tokio::sync::watch::Sender;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt};

/// Interval at which the catalogue is polled while a client listens.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Polls the catalogue and publishes changes for as long as the server runs.
pub(crate) async fn publish_changes(shared: &AppState, sender: &Sender<EventCursor>, health: &LoopHealth) {
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        if shared.is_stopping() {
            // Wakes the streams so that they end: open streams would hold up the shutdown.
            sender.send_modify(|_| ());
        }
        if sender.receiver_count() == 0 {
            continue;
        }
        // The streams stay open while the catalogue does not answer; `/readyz` reports the problem.
        let read = monitoring::event_cursor(shared.archive()).await.map(|cursor| {
            sender.send_if_modified(|last| {
                let changed = *last != cursor;
                *last = cursor;
                changed
            });
        });
        health.note("pages are not told of changes", read);
    }
}

/// Stream of changes: the number of the last event whenever something changed.
#[utoipa::path(get, path = "/api/live", responses((status = 200, description = "events named `changed`", content_type = "text/event-stream")))]
pub(crate) async fn live(State(shared): State<AppState>) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let events = WatchStream::new(shared.subscribe()).take_while(move |_| !shared.is_stopping());
    Sse::new(events.map(|cursor| Event::default().event("changed").json_data(cursor))).keep_alive(KeepAlive::default())
}

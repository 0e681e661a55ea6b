//! Telling pages that something changed (server-sent events): one look at the catalogue a second, however many listen.

use crate::server::AppState;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use sohoa_services::runs::monitoring;
use sohoa_services::runs::monitoring::EventCursor;
use std::time::Duration;
use tokio::sync::watch::Sender;
use tokio_stream::wrappers::WatchStream;
use tokio_stream::{Stream, StreamExt};

/// How often the catalogue is looked at while anybody listens.
const POLL_INTERVAL: Duration = Duration::from_secs(1);

/// Looks and tells for as long as the server lives.
pub(crate) async fn publish_changes(shared: &AppState, tell: &Sender<EventCursor>) {
    loop {
        tokio::time::sleep(POLL_INTERVAL).await;
        if shared.is_stopping() {
            // Whoever listens is woken, and told no more: a server that ends waits for nobody.
            tell.send_modify(|_| ());
        }
        if tell.receiver_count() == 0 {
            continue;
        }
        match monitoring::event_cursor(shared.archive()).await {
            Ok(pulse) => {
                tell.send_if_modified(|known| {
                    let changed = *known != pulse;
                    *known = pulse;
                    changed
                });
            }
            // Who listens goes on listening; readiness tells of the trouble.
            Err(error) => tracing::warn!("{}", error.chain()),
        }
    }
}

/// Tells whenever something changed: the number of the last event.
#[utoipa::path(get, path = "/api/live", responses((status = 200, description = "events named `changed`", content_type = "text/event-stream")))]
pub(crate) async fn live(State(shared): State<AppState>) -> Sse<impl Stream<Item = Result<Event, axum::Error>>> {
    let heard = WatchStream::new(shared.subscribe()).take_while(move |_| !shared.is_stopping());
    Sse::new(heard.map(|pulse| Event::default().event("changed").json_data(pulse))).keep_alive(KeepAlive::default())
}

//! Background loops of the server. None of them ends the server: one that fails or panics is started again, after a growing pause.

use crate::sse;
use crate::state::AppState;
use sohoa_base::error::Result;
use sohoa_base::messages::requests;
use sohoa_pipeline::outage::sleep_unless_stopped;
use sohoa_pipeline::worker::CancellationToken;
use sohoa_services::hot_folders::watcher;
use sohoa_services::loop_health::LoopHealth;
use sohoa_services::maintenance::{backup, leftovers};
use sohoa_services::runs::execution;
use sohoa_services::uploads::start;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// Pause before the first restart; it doubles with every further one.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// Longest pause before a restart.
const MAX_PAUSE: Duration = Duration::from_secs(60);

/// A loop that ran for so long is restarted after the first pause again.
const STEADY: Duration = Duration::from_secs(300);

/// A loop that does not report its rounds counts as healthy after it ran for so long.
const SETTLED: Duration = Duration::from_secs(10);

/// Loops of a running server.
#[derive(Debug)]
pub(crate) struct RunningLoops {
    loops: JoinSet<()>,
    /// Goes on until the last request is answered: it wakes the streams of events so that they end.
    publisher: JoinSet<()>,
}

impl RunningLoops {
    /// Starts the loops, those that work on runs only where the server `works`. They end when `stop` is requested.
    pub(crate) fn start(shared: &AppState, works: bool, stop: &Arc<CancellationToken>) -> Self {
        let (mut loops, mut publisher) = (JoinSet::new(), JoinSet::new());
        publisher.spawn(supervise(shared.clone(), "event-publisher", Arc::clone(stop), |shared, health, _| async move {
            sse::publish_changes(&shared, shared.event_sender(), &health).await;
            Ok(())
        }));
        loops.spawn(supervise(shared.clone(), "upload-starter", Arc::clone(stop), |shared, health, stop| async move {
            start::run_upload_starter(shared.archive(), shared.uploads(), &health, &stop).await
        }));
        loops.spawn(supervise(shared.clone(), "hot-folders", Arc::clone(stop), |shared, health, stop| async move {
            watcher::run_hot_folder_watcher(shared.archive(), shared.fallback_pipeline(), &health, &stop).await
        }));
        loops.spawn(supervise(shared.clone(), "batch-closer", Arc::clone(stop), |shared, health, stop| async move {
            execution::close_batches(shared.archive(), &health, &stop).await;
            Ok(())
        }));
        loops.spawn(supervise(shared.clone(), "backup", Arc::clone(stop), |shared, health, stop| async move {
            backup::run_backups(shared.archive(), &health, &stop).await;
            Ok(())
        }));
        loops.spawn(supervise(shared.clone(), "sweeper", Arc::clone(stop), |shared, health, stop| async move {
            leftovers::run_sweeper(shared.archive(), &health, &stop).await;
            Ok(())
        }));
        if works {
            loops.spawn(supervise(shared.clone(), "workers", Arc::clone(stop), |shared, health, stop| async move {
                let settled = async {
                    tokio::time::sleep(SETTLED).await;
                    health.note("", Ok(()));
                    std::future::pending().await
                };
                tokio::select! {
                    done = execution::work_until_stopped(shared.archive(), &stop) => done,
                    () = settled => Ok(()),
                }
            }));
        }
        Self { loops, publisher }
    }

    /// Waits until the loops have ended after a stop was requested.
    pub(crate) async fn finish(mut self) {
        self.publisher.shutdown().await;
        while self.loops.join_next().await.is_some() {}
    }
}

/// Runs a loop until a stop is requested. One that ends before, with an error or a panic, is started again.
async fn supervise<F: Future<Output = Result<()>> + Send + 'static>(
    shared: AppState,
    name: &'static str,
    stop: Arc<CancellationToken>,
    run: impl Fn(AppState, Arc<LoopHealth>, Arc<CancellationToken>) -> F,
) {
    let health = shared.background_loops().add(name);
    restart_until_stopped(&health, &stop, FIRST_PAUSE, || run(shared.clone(), Arc::clone(&health), Arc::clone(&stop))).await;
}

async fn restart_until_stopped<F: Future<Output = Result<()>> + Send + 'static>(
    health: &LoopHealth,
    stop: &CancellationToken,
    first_pause: Duration,
    run: impl Fn() -> F,
) {
    let mut pause = first_pause;
    loop {
        let began = Instant::now();
        let mut running = JoinSet::new();
        running.spawn(run());
        let ended = running.join_next().await;
        if stop.is_cancelled() {
            return;
        }
        let error = match ended {
            Some(Ok(Err(error))) => error,
            Some(Err(error)) if error.is_panic() => requests::background_loop_panicked(panic_text(&*error.into_panic())),
            _ => requests::background_loop_ended(),
        };
        health.note_restart(error);
        if began.elapsed() >= STEADY {
            pause = first_pause;
        }
        if !sleep_unless_stopped(pause, stop).await {
            return;
        }
        pause = (pause * 2).min(MAX_PAUSE);
    }
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => text,
        (_, Some(text)) => text,
        _ => "without a message",
    }
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;
    use sohoa_base::messages::storage;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn loop_that_fails_or_panics_is_started_again_until_stopped() {
        let (health, stop, runs) = (LoopHealth::new("x"), Arc::new(CancellationToken::new()), Arc::new(AtomicU32::new(0)));
        let run = || {
            let (stop, run) = (Arc::clone(&stop), runs.fetch_add(1, Ordering::SeqCst));
            async move {
                match run {
                    0 => Err(storage::s3_unreachable("x")),
                    1 => panic!("a defect"),
                    2 => Ok(()),
                    _ => {
                        stop.cancel();
                        Ok(())
                    }
                }
            }
        };
        restart_until_stopped(&health, &stop, Duration::from_millis(1), run).await;
        assert_eq!((runs.load(Ordering::SeqCst), health.report().restarts), (4, 3));
    }
}

//! The thread that starts child processes.
//!
//! A child asks the kernel for a signal when its parent ends, and the kernel counts the thread that started the child as its
//! parent (`PR_SET_PDEATHSIG` in prctl(2)). Threads of the runtime may end while the program goes on; this one does not.

use std::io;
use std::sync::LazyLock;
use std::sync::mpsc::{Sender, channel};
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

type Start = Box<dyn FnOnce() + Send>;

static STARTS: LazyLock<Sender<Start>> = LazyLock::new(|| {
    let (sender, starts) = channel::<Start>();
    // Without the thread the receiver is dropped, and each `send` fails.
    let _ = std::thread::Builder::new().name("starts".to_owned()).spawn(move || starts.into_iter().for_each(|start| start()));
    sender
});

/// Starts a process that belongs to the caller's runtime and outlives the thread that asked for it.
///
/// # Errors
/// That of [`Command::spawn`]; `Other` when the starting thread has ended.
pub async fn start(mut command: Command) -> io::Result<Child> {
    let runtime = Handle::current();
    let (sender, receiver) = oneshot::channel();
    let start = move || {
        let _runtime = runtime.enter();
        // If the caller no longer waits, the child is dropped here, which ends it (`kill_on_drop`).
        let _ = sender.send(command.spawn());
    };
    let gone = || io::Error::other("the thread that starts processes is gone");
    STARTS.send(Box::new(start)).map_err(|_| gone())?;
    receiver.await.map_err(|_| gone())?
}

//! The thread on which child processes are started.
//!
//! A child asks the kernel to end it together with its parent, and to the kernel the parent is the thread that started it
//! (`PR_SET_PDEATHSIG` in prctl(2)). Threads of the runtime may end while the program goes on; this one does not.

use std::io;
use std::sync::LazyLock;
use std::sync::mpsc::{Sender, channel};
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

type Start = Box<dyn FnOnce() + Send>;

static STARTS: LazyLock<Sender<Start>> = LazyLock::new(|| {
    let (sender, starts) = channel::<Start>();
    // Where the kernel gives no thread, nothing takes what is sent, and its sender is told.
    let _ = std::thread::Builder::new().name("starts".to_owned()).spawn(move || starts.into_iter().for_each(|start| start()));
    sender
});

/// Starts a process that belongs to the runtime of the caller and ends with this program, not before it.
///
/// # Errors
/// What the kernel refuses the process for.
pub async fn start(mut command: Command) -> io::Result<Child> {
    let runtime = Handle::current();
    let (sender, receiver) = oneshot::channel();
    let start = move || {
        let _runtime = runtime.enter();
        // Who does not wait any more drops the child, which ends it.
        let _ = sender.send(command.spawn());
    };
    let gone = || io::Error::other("the thread that starts processes is gone");
    STARTS.send(Box::new(start)).map_err(|_| gone())?;
    receiver.await.map_err(|_| gone())?
}

//! The worker process: serves requests over its standard input and output, within its limits.

use crate::frames::{Failure, Message, Reply, read_frame, write_frame};
use crate::handler::Handler;
use crate::jail;
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{program, reading};
use std::io::{BufReader, BufWriter};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;

/// Resource limits of a worker process.
#[derive(Debug, Clone, Copy)]
pub struct SandboxLimits {
    /// Address space, MiB.
    pub memory_mib: u64,
    /// Processor time of each request, seconds.
    pub cpu_seconds: u64,
}

/// Stack size, bytes: parsers recurse into nested input.
const STACK_BYTES: usize = 64 << 20;

/// Serves requests until the parent closes the pipe. `open` creates the handler while `readable` (files, or folders with all in them)
/// and the libraries of the system are still accessible.
///
/// # Errors
/// That of `open`; `Internal` when the kernel cannot limit the process; those of the pipe.
pub fn serve<H: Handler>(limits: SandboxLimits, readable: &[PathBuf], open: impl FnOnce() -> Result<H> + Send + 'static) -> Result<()> {
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
    ignore_stop_signals()?;
    let prepared = jail::prepare(readable)?;
    let (sender, main_is_bare) = std::sync::mpsc::channel();
    let worker = std::thread::Builder::new()
        .name("reader".to_owned())
        .stack_size(STACK_BYTES)
        .spawn(move || -> Result<()> {
            let handler = open()?;
            // Each thread drops its own capabilities, and no thread can do so once system calls are filtered.
            main_is_bare.recv().map_err(|error| program::bug("reading process: privileges").caused_by(error))?;
            jail::confine(prepared, limits.memory_mib, &jail::open_inputs()?)?;
            answer_all(limits, prepared.has_landlock, handler)
        })
        .map_err(|error| reading::reading_process_not_startable("thread").caused_by(error))?;
    jail::drop_capabilities()?;
    // A worker that has failed to open its handler waits for nothing.
    let _ = sender.send(());
    worker.join().unwrap_or_else(|_| Err(program::bug("reading process panicked")))
}

/// Leaves it to the parent to end this process: a Ctrl-C in a terminal and the stop of a service reach the whole group, and the page in
/// hand would be lost.
///
/// # Errors
/// `Unavailable` when the system takes no signal handlers.
pub fn ignore_stop_signals() -> Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, Arc::default())
            .map_err(|error| reading::reading_process_not_startable("signals").caused_by(error))?;
    }
    Ok(())
}

fn answer_all<H: Handler>(limits: SandboxLimits, has_landlock: bool, mut handler: H) -> Result<()> {
    let mut input = BufReader::new(std::io::stdin().lock());
    let mut output = BufWriter::new(std::io::stdout().lock());
    write_frame(&mut output, &Reply::<H::Response>::Ready { models: handler.models(), landlock: has_landlock }, &[])?;
    while let Some((message, payload)) = read_frame::<Message<H::Request>>(&mut input)? {
        jail::allow_cpu(limits.cpu_seconds)?;
        let outcome = catch_unwind(AssertUnwindSafe(|| match message {
            Message::Load { .. } => {
                handler.load(payload);
                Ok((Reply::Loaded, Vec::new()))
            }
            Message::Request(request) => handler.handle(request).map(|(answer, payload)| (Reply::Answer(answer), payload)),
        }));
        let (reply, payload) = match outcome {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => (Reply::Failed(Failure::from(&error)), Vec::new()),
            Err(panic) => {
                handler.reset();
                (Reply::Failed(Failure::from(&panic_to_error(panic.as_ref()))), Vec::new())
            }
        };
        write_frame(&mut output, &reply, &payload)?;
    }
    Ok(())
}

/// Classifies a panic as `Corrupt`: decoders panic on bytes that they do not expect.
fn panic_to_error(panic: &(dyn std::any::Any + Send)) -> Error {
    let why =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no reason given");
    let why: String = why.chars().take(200).collect();
    reading::decoder_panicked(why)
}

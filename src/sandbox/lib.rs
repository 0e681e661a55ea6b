//! Limited child processes in which bytes from outside are handled. Knows nothing of what they do: that is a
//! [`handler::Handler`].
//!
//! The parent ([`pool`]) starts worker processes of this same program and speaks to them over a pipe ([`frames`]). A
//! process first opens its handler, then gives up files, network and new processes ([`jail`]), then serves requests one by
//! one ([`worker_process`]). A process that dies, hangs or runs out of memory is one classed failure of one request; the
//! next request gets a new process.

pub mod frames;
pub mod handler;
pub mod jail;
pub mod pool;
mod process;
pub mod spawner;
pub mod worker_process;

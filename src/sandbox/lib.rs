//! Limited child processes in which bytes from outside are processed; generic over the [`handler::Handler`] that they run.
//!
//! The parent ([`pool`]) starts worker processes of this same program and exchanges frames with them over pipes
//! ([`frames`]). A process first opens its handler, then drops its access to files, network and other processes ([`jail`]),
//! then serves requests one by one ([`worker_process`]). It serves files of one unit alone. The parent believes nothing that it says
//! without limits: a frame is taken up to the size that its request allows. When a process crashes, hangs or runs out of memory, one request
//! fails with a classified error, and the next request gets a new process.

pub mod frames;
pub mod handler;
pub mod jail;
pub mod pool;
mod privileges;
mod process;
mod seccomp;
pub mod spawn_config;
pub mod spawner;
pub mod worker_process;

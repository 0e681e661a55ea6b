//! The limited child processes in which bytes from outside are decoded and read.
//!
//! The parent ([`pool`]) starts children of this same program (`sohoa reader`) and speaks to them over a
//! pipe ([`protocol`]). A child first opens its engine, then gives up files, network and new processes
//! ([`jail`]), then serves requests one by one ([`child`]). A child that dies, hangs or runs out of memory
//! is one classed failure of one request; the next request gets a new child.

pub mod child;
pub mod expand;
pub mod jail;
mod picture;
pub mod pool;
pub mod protocol;
mod start;

//! The limited child processes in which bytes from outside are decoded and read.
//!
//! The parent ([`pool`]) starts children of this same program (`sohoa reader`) and speaks to them over a
//! pipe ([`protocol`]). A child first opens its engine, then gives up files, network and new processes
//! ([`jail`]), then serves requests one by one ([`child`]). A child that dies, hangs or runs out of memory
//! is one classed failure of one request; the next request gets a new child.

mod blanks;
pub mod child;
mod codes;
pub mod doubt;
pub mod expand;
pub mod jail;
pub mod page;
mod picture;
pub mod pool;
pub mod protocol;
mod scrap;
pub mod secrecy;
mod start;
mod upright;

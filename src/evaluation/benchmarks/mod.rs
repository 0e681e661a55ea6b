//! Benchmarks that run the program's own reading over pages whose contents are known.

pub mod degraded;
pub mod eval;
mod known;
pub mod personal;
mod piles;
pub mod separation;
pub mod stamps;

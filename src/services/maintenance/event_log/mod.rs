//! The event log: sealing in the background, signed checkpoints in the store, and their verification.

pub mod audit;
mod checkpoint;
pub mod sealer;
mod signing_key;

//! Commands about stored records.

pub mod audit;
pub mod export;
pub mod rebuild;
pub mod records;
pub mod search;
pub mod sweep;
pub mod verify;

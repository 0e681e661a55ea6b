//! Commands about stored records.

pub mod export;
pub mod rebuild;
pub mod records;
pub mod search;
pub mod verify;

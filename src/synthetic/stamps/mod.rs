//! Drawn stamps: of secrecy, and the seals around them.

pub mod seal;
pub mod secrecy_stamp;
pub mod stamped_page;

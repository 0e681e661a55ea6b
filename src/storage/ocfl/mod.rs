//! OCFL 1.1 objects (Oxford Common File Layout): deposit, reading, verification.

mod declarations;
pub mod inventory;
pub mod ocfl_object;
pub mod verify;

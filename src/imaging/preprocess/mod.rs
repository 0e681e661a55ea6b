//! Preprocessing of a page: resolution, orientation, deskewing, background.

pub mod background;
pub mod orientation;
pub mod page;
pub mod resize;
pub mod skew;

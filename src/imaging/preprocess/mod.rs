//! Makes a page ready to be read: upright, straight, even, of reading size.

pub mod background;
pub mod orientation;
pub mod page;
pub mod resize;
pub mod skew;

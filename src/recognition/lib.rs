//! Recognition: one page image to one reading.
//!
//! [`page::read_page`] is the whole way of a page: prepare the image, find its lines, read them with the engine,
//! read doubtful words again ([`doubt`]), read handwritten fields, drop noise, look for stamps of secrecy
//! ([`secrecy`]), and estimate how much of it is wrong ([`expected`]).

mod barcodes;
pub mod expected_error;
mod handwritten_fields;
mod noise_filter;
mod orientation;
pub mod page;
pub mod second_pass;
pub mod stamps;

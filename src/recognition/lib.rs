//! Recognition: one page image to one reading.
//!
//! [`page::read_page`] is the whole way of a page: prepare the image, find its lines, read them with the engine,
//! read doubtful words again ([`doubt`]), read handwritten fields, drop noise, look for stamps of secrecy
//! ([`secrecy`]), and estimate how much of it is wrong ([`expected`]).

mod blanks;
mod codes;
pub mod doubt;
pub mod expected;
pub mod page;
mod scrap;
pub mod secrecy;
mod upright;

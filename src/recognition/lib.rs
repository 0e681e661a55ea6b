//! Recognition: one page image to one reading.
//!
//! [`page::read_page`] runs all steps: prepare the image upright, search for secrecy stamps ([`stamps`]), detect the lines and
//! read them with the engine, read doubtful words again ([`second_pass`]), read handwritten fields, drop noise, and
//! estimate the error rate of the result ([`expected_error`]).

mod barcodes;
mod blocks;
pub mod expected_error;
mod handwritten_fields;
mod lines;
mod noise_filter;
mod ocr_line;
mod orientation;
pub mod page;
pub mod second_pass;
mod stamp_map;
pub mod stamps;

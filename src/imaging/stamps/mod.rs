//! Where stamps may be: views of the page without print or in one ink.

pub mod ink_filters;
pub mod search_area;

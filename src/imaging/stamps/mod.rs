//! Images in which stamps are searched: the upper part of a page, as it is and by ink.

pub mod ink_filters;
pub mod search_area;

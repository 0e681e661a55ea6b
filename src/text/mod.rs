//! Vietnamese text: normal form, folding, dates, numbers, order.

pub mod fold;
pub mod normal;

//! Layout analysis: lines, reading order, rules, tables, connected components.

pub mod connected_components;
pub mod line_crop;
pub mod lines;
pub mod reading_order;
pub mod rules;
pub mod table;
pub mod table_order;
pub mod text_map;

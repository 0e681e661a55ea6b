//! Separator sheets (tờ phân cách).

pub mod separator_sheet;
pub mod test_pages;

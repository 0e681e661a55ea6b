//! Drawn stamps of secrecy (dấu chỉ mức độ mật) and of other kinds, seals, and pages that bear them.

pub mod page_marks;
pub mod seal;
pub mod secrecy_stamp;
pub mod stamped_page;
pub mod training_page;

//! Tables: CSV, workbooks and delivery lists.

pub mod manifest;
pub mod spreadsheet_writer;
pub mod table_reader;

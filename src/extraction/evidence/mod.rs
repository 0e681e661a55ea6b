//! Evidence beyond the page images: file name, document list, signatures, corrections, trained model.

pub mod corrections;
pub mod document_list;
pub mod filename;
pub mod list_comparison;
pub mod list_entry;
pub mod signature;
pub mod trained_model;

//! What else tells about a document: file name, list, signatures, corrections, what was learnt.

pub mod corrections;
pub mod document_list;
pub mod filename;
pub mod list_entry;
pub mod signature;
pub mod trained_model;

//! ZIP, TAR and GZIP: members and their names.

pub(crate) mod entry_names;
pub mod expand;

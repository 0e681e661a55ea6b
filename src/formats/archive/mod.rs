//! ZIP, TAR and gzip archives: expansion and checks of member names.

pub(crate) mod entry_names;
pub mod expand;

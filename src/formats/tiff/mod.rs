//! TIFF files, damaged ones included.

pub(crate) mod ccitt_fax;
pub(crate) mod directory;
pub(crate) mod legacy_lzw;
pub(crate) mod samples;
pub(crate) mod tiff_file;

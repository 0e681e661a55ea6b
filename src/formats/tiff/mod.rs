//! TIFF files, including damaged ones and legacy encodings.

pub(crate) mod ccitt_fax;
pub(crate) mod directory;
pub(crate) mod legacy_lzw;
pub(crate) mod samples;
pub(crate) mod tiff_file;

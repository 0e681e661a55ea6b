//! Where one document ends and the next begins.

pub(crate) mod boundary_features;
pub(crate) mod page_number;
pub mod split;

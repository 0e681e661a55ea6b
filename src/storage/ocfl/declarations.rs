//! Conformance declarations of an OCFL 1.1 storage root and of its objects ("NAMASTE" files).

/// Name and content of the file that declares a storage root.
pub(crate) const ROOT_DECLARATION: (&str, &[u8]) = ("0=ocfl_1.1", b"ocfl_1.1\n");

/// Name and content of the file that declares an object.
pub(crate) const OBJECT_DECLARATION: (&str, &[u8]) = ("0=ocfl_object_1.1", b"ocfl_object_1.1\n");

//! What is this paper? Documents in a pile of pages, their kind and fields.

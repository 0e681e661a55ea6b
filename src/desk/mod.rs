//! Every use case: what people and programs can ask of the archive.

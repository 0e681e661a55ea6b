//! Finding records: text with and without marks, fields, facets.

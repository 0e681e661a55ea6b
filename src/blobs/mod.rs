//! Object storage: one narrow trait over a local folder, S3 and memory; every object name in one place; the OCFL layout.

//! The server through HTTP, one subject a file.

mod access;
mod connections;
mod documents;
mod failures;
mod foreign_reader;
mod hot_folders;
mod language;
mod load;
mod oidc;
mod public_surface;
mod quarantine;
mod sign_in;
mod upload_quotas;
mod uploads;

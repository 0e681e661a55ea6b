//! The server through HTTP, one subject a file.

mod access;
mod connections;
mod documents;
mod failures;
mod hot_folders;
mod load;
mod oidc;
mod sign_in;
mod uploads;

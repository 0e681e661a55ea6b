//! Helpers that several tests share: the program, homes, servers and their clients.

pub(crate) mod command;
pub(crate) mod home;
pub(crate) mod server;
pub(crate) mod upload_client;
pub(crate) mod xlsx;

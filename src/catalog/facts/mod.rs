//! Facts of dossiers, files, pages and documents: committed changes, queries, and what a rebuild restores.

pub(crate) mod apply_change;
pub(crate) mod commit;
pub(crate) mod dossier_queries;
pub(crate) mod rebuild;
pub(crate) mod receive_files;

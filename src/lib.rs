//! `sohoa` (số hóa: to digitise) turns scanned paper dossiers into searchable, verifiable records.
//!
//! # Map of the house
//! Imports run downward only; a test (`tests/it/house.rs`) fails on a breach.
//!
//! | floor | room | holds |
//! |---|---|---|
//! | 1 | [`error`] | the one error, whose kind decides retry and exit code |
//! | 2 | [`model`], [`text`], [`config`], [`messages`] | nouns; Vietnamese text; settings; sentences for people |
//! | 3 | [`imaging`], [`formats`], [`engine`], [`description`], [`evaluation`], [`roadmap`], [`specimen`], [`blobs`], [`catalog`] | one craft each; none knows another |
//! | 4 | [`sandbox`], [`search`] | the limited child processes that touch bytes from outside; the index |
//! | 5 | [`stages`] | one file per stage; never touches the catalogue |
//! | 6 | [`archive`] | opens the archive: the one place that picks back-ends |
//! | 7 | [`pipeline`] | reads `pipelines/*.toml`; the worker |
//! | 8 | [`desk`] | every use case |
//! | 9 | [`web`] | the server: API, pages, uploads |
//! | 10 | [`cli`] | one file per command |
//!
//! # The way of one page
//! 1. `cli::run` → `desk::intake::receive`: the file's bytes go to the blob store under their SHA-256;
//!    one transaction makes its row and its first task.
//! 2. `pipeline::worker` claims the task (`catalog::tasks::claim`) and runs `stages::intake`: a limited
//!    child (`sandbox`) looks at the bytes (`formats`) and answers how many pages they hold.
//! 3. `catalog::commit` writes the facts and one task per page in one transaction.
//! 4. `stages::prepare` and `stages::read` ask a child for the page's reading
//!    (`imaging`, then `engine`); the reading is kept under the key of everything it depends on.
//! 5. When the last page of the dossier is read: `stages::separate` cuts documents, then per document
//!    `classify`, `describe`, `review`, `package` (`formats::pdf_write`, ALTO, text).
//! 6. `stages::deposit` writes a new version of the dossier's OCFL object; `stages::index` makes it findable.

pub mod archive;
pub mod blobs;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod description;
pub mod desk;
pub mod engine;
pub mod error;
pub mod evaluation;
pub mod formats;
pub mod imaging;
pub mod messages;
pub mod model;
pub mod pipeline;
pub mod roadmap;
pub mod sandbox;
pub mod search;
pub mod specimen;
pub mod stages;
pub mod text;
pub mod web;

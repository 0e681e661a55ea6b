//! Locates the bytes of delivered files: in intake until their deposit, then in their dossier's OCFL object.

use crate::object_names;
use crate::stage::Context;
use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::messages::{maintenance, reading};
use sohoa_base::model::dossier::DossierName;
use sohoa_file_worker::client::FileWorker;
use sohoa_storage::blob_store::BlobStore;
use sohoa_storage::key;
use sohoa_storage::ocfl::ocfl_object;
use std::path::Path;

/// Key of the bytes with this SHA-256. After a deposit, as when a refused page is tried again, they lie in the
/// dossier's object only; where another dossier with the same bytes was deposited just when they arrived, in its object.
///
/// # Errors
/// `Corrupt` when they are in none of these places; `Unavailable` when the store is not the one of this archive; else those of the store.
pub async fn locate_original(context: &Context<'_>, dossier: &DossierName, sha256: &str) -> Result<String> {
    let missing = match locate_original_in(context.store, dossier, sha256).await {
        Err(error) if error.kind() == ErrorKind::Corrupt => error,
        found => return found,
    };
    for other in context.deposits.dossiers_with(sha256).await? {
        if let Some(key) = ocfl_object::key_of_digest(context.store, &object_names::dossier_object(&other), sha256).await? {
            return Ok(key);
        }
    }
    Err(missing)
}

/// Same lookup with the store alone.
///
/// # Errors
/// As [`place`].
pub async fn locate_original_in(store: &dyn BlobStore, dossier: &DossierName, sha256: &str) -> Result<String> {
    let waiting = key::intake(sha256);
    if store.stat(&waiting).await?.is_some() {
        return Ok(waiting);
    }
    let object = object_names::dossier_object(dossier);
    let deposited = ocfl_object::key_of_digest(store, &object, sha256).await?;
    if deposited.is_none() && store.stat(key::IDENTITY).await?.is_none() {
        return Err(maintenance::store_identity_gone(key::IDENTITY));
    }
    deposited.ok_or_else(|| reading::original_lost(waiting, object))
}

/// Streams the bytes with this SHA-256 into a local file.
///
/// # Errors
/// As [`place`].
pub async fn download(context: &Context<'_>, dossier: &DossierName, sha256: &str, local: &Path) -> Result<()> {
    // Most are still in intake, so nothing is asked before.
    match context.store.get_file(&key::intake(sha256), local).await {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            context.store.get_file(&locate_original(context, dossier, sha256).await?, local).await
        }
        done => done,
    }
}

/// Makes these bytes the current source of a worker process, unless it has them.
///
/// # Errors
/// As [`place`] and [`FileWorker::load`].
pub async fn load(context: &Context<'_>, worker: &mut FileWorker<'_>, dossier: &DossierName, sha256: &str) -> Result<()> {
    if worker.has(sha256) {
        return Ok(());
    }
    let local = tempfile::NamedTempFile::new_in(context.temp_dir).map_err(temp_file_failure)?;
    download(context, dossier, sha256, local.path()).await?;
    worker.load(sha256, local.path()).await
}

/// Why a temporary file cannot be had.
pub fn temp_file_failure(error: std::io::Error) -> Error {
    maintenance::scratch_file_unwritable().caused_by(error)
}

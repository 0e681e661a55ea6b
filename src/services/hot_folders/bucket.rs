//! Hot folders in an S3 bucket: lists the deliveries under a prefix, downloads them and moves them away.

use crate::intake::ingest;
use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::messages::{deliveries, maintenance};
use sohoa_base::system_files;
use sohoa_storage::s3::inbox::{Inbox, InboxObject};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Objects by delivery: the first segment of the object name.
pub(crate) type ObjectsByDelivery = BTreeMap<String, Vec<InboxObject>>;

/// Lists the objects of `inbox` outside `done`; hidden deliveries and system files are left out, as in a folder.
pub(crate) async fn list_deliveries(inbox: &Inbox, done: &Inbox) -> Result<ObjectsByDelivery> {
    let mut found = ObjectsByDelivery::new();
    for laid in inbox.list().await? {
        let delivery = laid.name.split('/').next().unwrap_or_default().to_owned();
        let is_system = ingest::is_ignored(delivery.as_bytes()) || system_files::is_system_folder(delivery.as_bytes());
        if is_system || done.contains(&inbox.subfolder(&delivery)) || inbox.subfolder(&delivery).contains(done) {
            continue;
        }
        found.entry(delivery).or_default().push(laid);
    }
    Ok(found)
}

/// Hash of names, tags, sizes and times; changes whenever one of the objects is written.
pub(crate) fn signature(objects: &[InboxObject]) -> String {
    let mut hash = Sha256::new();
    for laid in objects {
        hash.update(&laid.name);
        hash.update([0]);
        hash.update(&laid.etag);
        hash.update(laid.bytes.to_le_bytes());
        hash.update(laid.modified_ms.to_le_bytes());
    }
    hex::encode(hash.finalize())
}

/// Downloads a delivery into `folder`, which is emptied first; returns its local path.
///
/// # Errors
/// `Invalid` for an object name that cannot be a file name; `Conflict` for an object that changed meanwhile; `Unavailable`.
pub(crate) async fn download(inbox: &Inbox, delivery: &str, objects: &[InboxObject], folder: &Path) -> Result<PathBuf> {
    discard(folder)?;
    for laid in objects {
        let place = local_path(folder, &laid.name)?;
        let object = format!("{inbox:?}{}", laid.name);
        if let Some(above) = place.parent() {
            std::fs::create_dir_all(above).map_err(|error| deliveries::delivery_name_conflict(&object).caused_by(error))?;
        }
        if place.exists() {
            return Err(deliveries::delivery_name_conflict(object));
        }
        inbox.download(laid, &place).await?;
    }
    Ok(folder.join(delivery))
}

/// Deletes the downloaded files.
pub(crate) fn discard(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(maintenance::file_undeletable(folder.display()).caused_by(error)),
        _ => Ok(()),
    }
}

/// Local path of an object; never outside the folder.
fn local_path(folder: &Path, name: &str) -> Result<PathBuf> {
    let is_sound = |part: &str| !part.is_empty() && part != "." && part != ".." && part.len() <= 255 && !part.contains('\0');
    if name.split('/').all(is_sound) { Ok(folder.join(name)) } else { Err(deliveries::delivery_name_invalid(name)) }
}

/// Moves a delivery into `done`; where its name is taken there, into a subfolder named by the batch.
///
/// # Errors
/// As [`Inbox::move_to`].
pub(crate) async fn move_away(inbox: &Inbox, delivery: &str, objects: &[InboxObject], done: &Inbox, batch: &str) -> Result<()> {
    let is_taken = done.holds(delivery).await? || !done.subfolder(delivery).list().await?.is_empty();
    let to = if is_taken { done.subfolder(batch) } else { done.clone() };
    for laid in objects {
        inbox.move_to(laid, &to).await?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_base::error::ErrorKind;

    #[test]
    fn unsafe_object_names_are_rejected() {
        let folder = Path::new("/in");
        assert_eq!(local_path(folder, "hồ sơ 1/trang 1.pdf").unwrap(), Path::new("/in/hồ sơ 1/trang 1.pdf"));
        for name in ["../x", "a/../../x", "/etc/passwd", "a//b", "a/", ".", "a\0b"] {
            assert_eq!(local_path(folder, name).unwrap_err().kind(), ErrorKind::Invalid, "{name:?}");
        }
    }

    #[test]
    fn changed_objects_change_the_signature() {
        let laid = |tag: &str| InboxObject { name: "a/1.pdf".into(), bytes: 3, etag: tag.into(), modified_ms: 7 };
        assert_eq!(signature(&[laid("x")]), signature(&[laid("x")]));
        assert_ne!(signature(&[laid("x")]), signature(&[laid("y")]));
        assert_ne!(signature(&[laid("x")]), signature(&[laid("x"), laid("x")]));
    }
}

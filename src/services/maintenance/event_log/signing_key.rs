//! The key that signs checkpoints of the event log. It lies in the home, outside the database that it vouches for.

use ed25519_dalek::SigningKey;
use sohoa_base::error::Result;
use sohoa_base::messages::maintenance;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// Name of the file in the home: the 32 bytes of the private key, in hexadecimal.
pub(crate) const KEY_FILE: &str = "audit.key";

/// The key of this home, made at the first call.
///
/// # Errors
/// `Unavailable` where the file cannot be read or written, `Corrupt` for a file that is no key.
pub(super) fn load_or_create(home: &Path) -> Result<SigningKey> {
    let path = home.join(KEY_FILE);
    if !path.exists() {
        create(&path).map_err(|error| maintenance::home_file_unwritable(path.display()).caused_by(error))?;
    }
    let text = std::fs::read_to_string(&path).map_err(|error| maintenance::home_file_unreadable(path.display()).caused_by(error))?;
    let bytes = hex::decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let bytes = bytes.ok_or_else(|| maintenance::signing_key_invalid(path.display()))?;
    Ok(SigningKey::from_bytes(&bytes))
}

fn create(path: &Path) -> std::io::Result<()> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(std::io::Error::other)?;
    let temporary = path.with_extension(format!("{}.new", uuid::Uuid::now_v7().simple()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&temporary)?;
    file.write_all(hex::encode(seed).as_bytes())?;
    file.sync_all()?;
    // Of two processes that come here at once, the first keeps its key.
    let linked = std::fs::hard_link(&temporary, path);
    std::fs::remove_file(&temporary)?;
    match linked {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

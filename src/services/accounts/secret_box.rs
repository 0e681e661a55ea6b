//! Encryption of secrets that must be readable again: a copy of the catalogue alone does not reveal them.
//!
//! XChaCha20-Poly1305 with a random nonce; the name of the owner is authenticated, so a secret cannot be moved to another user.
//! The key is a setting or a file in the home folder, never in the catalogue.

use crate::accounts::secrets::random_bytes;
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use sohoa_base::config::Config;
use sohoa_base::error::Result;
use sohoa_base::messages::{maintenance, program, sign_in};
use std::io::Write as _;

/// File with the key, in the home folder.
const KEY_FILE: &str = "secret.key";

/// Length of the nonce, bytes.
const NONCE_BYTES: usize = 24;

/// Loads the key (32 bytes), and creates its file where there is none.
fn load_key(config: &Config) -> Result<Vec<u8>> {
    let path = config.home.join(KEY_FILE);
    let (text, named) = match &config.server.secret_key {
        Some(text) => (text.clone(), "server.secret_key".to_owned()),
        None => {
            if !path.exists() {
                create_key_file(config)?;
            }
            let text = std::fs::read_to_string(&path);
            (text.map_err(|error| maintenance::home_file_unreadable(path.display()).caused_by(error))?, path.display().to_string())
        }
    };
    let key = hex::decode(text.trim()).ok().filter(|key| key.len() == 32);
    key.ok_or_else(|| sign_in::secret_key_invalid(named))
}

/// Creates the key file, readable by its owner only. Of processes that create it at the same time, one wins.
fn create_key_file(config: &Config) -> Result<()> {
    let path = config.home.join(KEY_FILE);
    let failed = |error: std::io::Error| maintenance::home_file_unwritable(path.display()).caused_by(error);
    let bytes = random_bytes::<32>()?;
    std::fs::create_dir_all(&config.home).map_err(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(&config.home).map_err(failed)?;
    writeln!(file, "{}", hex::encode(bytes)).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    match file.persist_noclobber(&path) {
        Err(error) if error.error.kind() != std::io::ErrorKind::AlreadyExists => Err(failed(error.error)),
        _ => Ok(()),
    }
}

fn load_cipher(config: &Config) -> Result<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(&load_key(config)?).map_err(|_| program::bug("secrets: length of the key"))
}

/// Encrypts a secret of the user `whose`; nonce and ciphertext, hexadecimal.
///
/// # Errors
/// `Invalid` for a malformed key; `Unavailable` where it cannot be read or created.
pub(crate) fn encrypt(config: &Config, whose: &str, secret: &[u8]) -> Result<String> {
    let nonce = random_bytes::<NONCE_BYTES>()?;
    let payload = Payload { msg: secret, aad: whose.as_bytes() };
    let sealed = load_cipher(config)?.encrypt(&XNonce::from(nonce), payload).map_err(|_| program::bug("secrets: encryption"))?;
    Ok(hex::encode([&nonce[..], &sealed].concat()))
}

/// Decrypts the result of [`encrypt`].
///
/// # Errors
/// `Corrupt` where it was changed, belongs to another user, or was encrypted with another key; else as [`encrypt`].
pub(crate) fn decrypt(config: &Config, whose: &str, sealed: &str) -> Result<Vec<u8>> {
    let wrong = || sign_in::secret_unreadable(whose, KEY_FILE);
    let bytes = hex::decode(sealed).map_err(|_| wrong())?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE_BYTES>().ok_or_else(wrong)?;
    load_cipher(config)?.decrypt(&XNonce::from(*nonce), Payload { msg: sealed, aad: whose.as_bytes() }).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sohoa_base::config::Server;
    use sohoa_base::error::ErrorKind;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn ciphertext_decrypts_only_with_matching_name_and_key() {
        let home = tempfile::tempdir().unwrap();
        let config = Config { home: home.path().join("new"), ..Config::default() };
        let (one, other) = (encrypt(&config, "lan", b"secret").unwrap(), encrypt(&config, "lan", b"secret").unwrap());
        assert!(one != other && !one.contains(&hex::encode("secret")));
        assert_eq!(decrypt(&config, "lan", &one).unwrap(), b"secret");
        for wrong in [one.replacen(|c: char| c.is_ascii_digit(), "x", 1), String::new(), one[..60].to_owned()] {
            assert_eq!(decrypt(&config, "lan", &wrong).unwrap_err().kind(), ErrorKind::Corrupt);
        }
        assert_eq!(decrypt(&config, "hoa", &one).unwrap_err().kind(), ErrorKind::Corrupt);
        let mode = std::fs::metadata(config.home.join(KEY_FILE)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "others may read the key");
        let set = |key: &str| Config { server: Server { secret_key: Some(key.to_owned()), ..Server::default() }, ..config.clone() };
        assert_eq!(decrypt(&set(&"0".repeat(64)), "lan", &one).unwrap_err().kind(), ErrorKind::Corrupt);
        assert_eq!(encrypt(&set("short"), "lan", b"").unwrap_err().kind(), ErrorKind::Invalid);
    }
}

//! Random keys, their hashes, and comparison of secrets.

use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::messages::program;
use subtle::ConstantTimeEq;

/// Random bytes from the operating system.
pub(crate) fn random_bytes<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes).map_err(|error| program::bug("random numbers of the system").caused_by(error))?;
    Ok(bytes)
}

/// A new random key of 32 bytes, hexadecimal.
pub(crate) fn random_key() -> Result<String> {
    random_bytes::<32>().map(hex::encode)
}

/// SHA-256 of a key, lower-case hexadecimal. Keys are random enough that no salt is needed.
pub(crate) fn sha256_hex(key: &str) -> String {
    hex::encode(Sha256::digest(key))
}

/// The token against cross-site request forgery that forms of this session carry: other sites cannot compute it.
#[must_use]
pub fn csrf_token(session: &str) -> String {
    sha256_hex(&format!("form {session}"))
}

/// Whether two secrets are equal, compared in constant time.
#[must_use]
pub fn constant_time_eq(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

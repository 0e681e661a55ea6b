//! The person who uses the command line.

use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Grant, Identity, Role, User};

/// Name of the author of a decision: `by`, else the user of this machine.
///
/// # Errors
/// `Invalid` where neither is known.
pub fn resolve_author(by: Option<&String>) -> Result<String> {
    let by = by.cloned().or_else(|| std::env::var("USER").ok()).filter(|name| !name.trim().is_empty());
    by.ok_or_else(|| Error::invalid("nobody decides; say who with --by NAME"))
}

/// User of this machine: the name, or the numeric identifier where `USER` is not set.
#[must_use]
pub fn os_user() -> String {
    resolve_author(None).unwrap_or_else(|_| format!("uid {}", rustix::process::getuid().as_raw()))
}

/// Identity with all rights: who can run the command line can change the archive's files anyway.
pub(crate) fn local_operator(by: Option<&String>) -> Result<Identity> {
    let grants = vec![Grant { role: Role::Administrator, unit: "*".to_owned() }];
    let name = by.cloned().unwrap_or_else(os_user);
    Ok(Identity { user: User::new(&name, &name, grants), key_rights: None, key_id: String::new() })
}

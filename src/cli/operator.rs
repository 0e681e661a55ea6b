//! The person who uses the command line.

use sohoa_base::error::Result;
use sohoa_base::messages::arguments;
use sohoa_base::model::account::{Grant, Identity, Role, User};

/// Name of the author of a decision: `by`, else the user of this machine.
///
/// # Errors
/// `Invalid` where neither is known.
pub fn resolve_author(by: Option<&String>) -> Result<String> {
    let by = by.cloned().or_else(|| std::env::var("USER").ok()).filter(|name| !name.trim().is_empty());
    by.ok_or_else(arguments::author_missing)
}

/// User of this machine, by the identifier that the system gives and not by what the environment says: the name in `/etc/passwd`, or the
/// identifier of a user who is not there.
#[must_use]
pub fn os_user() -> String {
    let uid = rustix::process::getuid().as_raw();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    user_name(&users, uid).map_or_else(|| format!("uid {uid}"), str::to_owned)
}

/// Name of the user with this identifier in the lines of `/etc/passwd`.
fn user_name(users: &str, uid: u32) -> Option<&str> {
    users.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next().filter(|name| !name.is_empty())?;
        (parts.nth(1)?.parse() == Ok(uid)).then_some(name)
    })
}

/// Key of an account of the archive with which the command line acts (`SOHOA_KEY`).
#[must_use]
pub fn account_key() -> Option<String> {
    std::env::var("SOHOA_KEY").ok()
}

/// Identity with all rights: who can run the command line can change the archive's files anyway.
pub(crate) fn local_operator(by: Option<&String>) -> Result<Identity> {
    let grants = vec![Grant { role: Role::Administrator, unit: "*".to_owned() }];
    let name = by.cloned().unwrap_or_else(os_user);
    Ok(Identity { user: User::new(&name, &name, grants), key_rights: None, key_id: String::new() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_is_found_by_identifier() {
        let users = "root:x:0:0:root:/:/bin/sh\n:x:7:7::/:/bin/false\n# comment\nlan:x:1000:1000:Lan:/:/bin/sh\n";
        assert_eq!((user_name(users, 0), user_name(users, 1000)), (Some("root"), Some("lan")));
        assert_eq!((user_name(users, 7), user_name(users, 100), user_name("", 0)), (None, None, None));
    }
}

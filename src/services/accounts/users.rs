//! Users: the first administrator, adding and changing users, their passwords.

use crate::accounts::passwords::{check_local_account, hash_password, verify_password};
use crate::accounts::secrets::{random_key, sha256_hex};
use crate::archive::Archive;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Grant, Identity, Right, Role, UnitScope, User};
use sohoa_catalog::{KeyPurpose, NewKey};
use std::time::Duration;

/// Life of the key with which the first administrator is created.
const SETUP_KEY_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// Creates the key for the first administrator; none: there are users already.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn create_setup_key(archive: &Archive) -> Result<Option<String>> {
    if !archive.catalog.users().await?.is_empty() {
        return Ok(None);
    }
    let key = random_key()?;
    let new =
        NewKey { sha256: &sha256_hex(&key), purpose: KeyPurpose::Setup, user: "", label: "", rights: None, lifetime: SETUP_KEY_LIFETIME };
    archive.catalog.add_key(&new, "").await?;
    Ok(Some(key))
}

/// Creates the first administrator.
///
/// # Errors
/// `Denied` for an unknown or expired key; `Invalid` for an unusable name or password.
pub async fn create_first_administrator(archive: &Archive, key: &str, name: &str, display_name: &str, password: &str) -> Result<()> {
    let grants = vec![Grant { role: Role::Administrator, unit: "*".to_owned() }];
    let user = validated_user(name, display_name, grants)?;
    archive.catalog.add_first_user(&user, &hash_password(password).await?, &sha256_hex(key)).await
}

/// Whether the name can be used to sign in: 1 to 64 of a–z, digits and `. - _ @`.
pub(crate) fn is_valid_user_name(name: &str) -> bool {
    let is_usable = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-' | '_' | '@');
    (1..=64).contains(&name.len()) && name.chars().all(is_usable)
}

/// Fails unless `by` administers the units of all these grants: an administrator of one unit appoints none for another.
fn check_may_administer(by: &Identity, grants: &[Grant]) -> Result<()> {
    let units = by.units_with(Right::Administer);
    let foreign = grants.iter().find(|grant| units != UnitScope::All && (grant.unit == "*" || !units.contains(&grant.unit)));
    foreign.map_or(Ok(()), |grant| Err(Error::denied(format!("you do not look after people of unit {}", grant.unit))))
}

/// The user of this name, if `by` administers their units.
fn find_managed_user<'a>(users: &'a [User], by: &Identity, name: &str) -> Result<&'a User> {
    let user = users.iter().find(|user| user.name == name);
    let user = user.ok_or_else(|| Error::not_found(format!("there is nobody with the name {name}")))?;
    check_may_administer(by, &user.grants)?;
    Ok(user)
}

/// Fails unless `by` administers the units of the user of this name.
pub(crate) async fn require_user_admin(archive: &Archive, by: &Identity, name: &str) -> Result<()> {
    find_managed_user(&archive.catalog.users().await?, by, name).map(|_| ())
}

/// A user with valid name and grants; without a display name the sign-in name stands in.
fn validated_user(name: &str, display_name: &str, grants: Vec<Grant>) -> Result<User> {
    if !is_valid_user_name(name) {
        return Err(Error::invalid("a name to sign in with is 1 to 64 of the letters a to z, digits and . - _ @"));
    }
    if grants.iter().any(|grant| grant.unit.is_empty()) {
        return Err(Error::invalid("a role needs a unit; write * for every unit"));
    }
    let display_name = if display_name.trim().is_empty() { name } else { display_name.trim() };
    Ok(User::new(name, display_name, grants))
}

/// All users, by name.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn list_users(archive: &Archive) -> Result<Vec<User>> {
    archive.catalog.users().await
}

/// Adds a user.
///
/// # Errors
/// `Denied` for a unit that `by` does not administer; `Invalid` for an unusable name or password; `Conflict` where the name is taken.
pub async fn add_user(
    archive: &Archive,
    by: &Identity,
    name: &str,
    display_name: &str,
    grants: Vec<Grant>,
    password: &str,
) -> Result<User> {
    check_may_administer(by, &grants)?;
    let user = validated_user(name, display_name, grants)?;
    archive.catalog.add_user(&user, Some(&hash_password(password).await?), &by.user.name).await?;
    Ok(user)
}

/// Changes a user's display name, grants and whether they are disabled. At least one administrator of all units must remain.
///
/// # Errors
/// `NotFound` for an unknown name; `Denied` for a unit that `by` does not administer; `Conflict` where no administrator would remain.
pub async fn change_user(
    archive: &Archive,
    by: &Identity,
    name: &str,
    display_name: &str,
    grants: Vec<Grant>,
    disabled: bool,
) -> Result<()> {
    let users = archive.catalog.users().await?;
    find_managed_user(&users, by, name)?;
    check_may_administer(by, &grants)?;
    let user = validated_user(name, display_name, grants)?;
    let is_administrator =
        |user: &User| !user.disabled && user.grants.iter().any(|grant| grant.role == Role::Administrator && grant.unit == "*");
    let others = users.iter().any(|other| other.name != name && is_administrator(other));
    if !others && !is_administrator(&User { disabled, ..user.clone() }) {
        return Err(Error::conflict("nobody could look after people any more; make somebody else an administrator first"));
    }
    archive.catalog.update_user(name, &user.display_name, &user.grants, disabled, &by.user.name).await
}

/// Changes the caller's password; their other sessions end.
///
/// # Errors
/// `Denied` where the old one is wrong; `Limit` while the name is locked; `Invalid` for an unusable new one; `Conflict` for a user who
/// signs in by OpenID Connect.
pub async fn change_password(archive: &Archive, identity: &Identity, old: &str, new: &str, from: &str) -> Result<()> {
    check_local_account(&identity.user)?;
    verify_password(archive, identity, old, from).await?;
    archive.catalog.set_password(&identity.user.name, &hash_password(new).await?, &identity.user.name, Some(&identity.key_id)).await
}

/// Sets a new password for another user; their sessions end.
///
/// # Errors
/// `NotFound` for an unknown name; `Denied` for a unit that `by` does not administer; `Invalid` for an unusable password; `Conflict` for
/// a user who signs in by OpenID Connect.
pub async fn reset_password(archive: &Archive, by: &Identity, name: &str, password: &str) -> Result<()> {
    check_local_account(find_managed_user(&archive.catalog.users().await?, by, name)?)?;
    archive.catalog.set_password(name, &hash_password(password).await?, &by.user.name, None).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn invalid_user_names_are_rejected() {
        let is_taken = |name: &str| validated_user(name, "", Vec::new()).is_ok();
        assert!(is_taken("lan.nguyen-2@snv"));
        for name in ["", "Lan", "lan nguyen", "<b>", "lan\n", "lân"] {
            assert!(!is_taken(name), "{name:?}");
        }
    }
}

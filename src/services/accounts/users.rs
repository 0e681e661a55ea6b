//! Users: the first administrator, adding and changing users, their passwords.

use crate::accounts::passwords::{check_local_account, hash_password, require_session, verify_password};
use crate::accounts::secrets::{random_key, sha256_hex};
use crate::archive::Archive;
use sohoa_base::error::Result;
use sohoa_base::messages::sign_in;
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
    let new = NewKey {
        sha256: &sha256_hex(&key),
        purpose: KeyPurpose::Setup,
        user: "",
        label: "",
        rights: None,
        lifetime: SETUP_KEY_LIFETIME,
        authenticated: None,
    };
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

/// Whether `by` administers the unit of the grant.
fn administers_grant(by: &Identity, grant: &Grant) -> bool {
    match by.units_with(Right::Administer) {
        UnitScope::All => true,
        units => grant.unit != "*" && units.contains(&grant.unit),
    }
}

/// Whether `by` may change the user: every role of the user is in a unit that `by` administers. Users without roles are left to the
/// administrators of all units.
pub(crate) fn administers(by: &Identity, user: &User) -> bool {
    let is_central = by.units_with(Right::Administer) == UnitScope::All;
    is_central || (!user.grants.is_empty() && user.grants.iter().all(|grant| administers_grant(by, grant)))
}

/// Fails unless `by` may give all these grants: an administrator of one unit appoints nobody for another, and leaves nobody without a
/// role, since such a user belongs to no unit.
fn check_may_grant(by: &Identity, grants: &[Grant]) -> Result<()> {
    if grants.is_empty() && by.units_with(Right::Administer) != UnitScope::All {
        return Err(sign_in::user_role_needed());
    }
    let foreign = grants.iter().find(|grant| !administers_grant(by, grant));
    foreign.map_or(Ok(()), |grant| Err(sign_in::unit_not_administered(&grant.unit)))
}

/// Fails where `by` would become an officer in charge of secrets by their own act: somebody else must appoint them.
fn check_not_self_appointed(by: &Identity, before: &User, grants: &[Grant]) -> Result<()> {
    let is_new_office = |grant: &&Grant| grant.role == Role::SecrecyOfficer && !before.grants.contains(grant);
    match grants.iter().find(is_new_office) {
        Some(_) if before.name == by.user.name => Err(sign_in::officer_self_appointed()),
        _ => Ok(()),
    }
}

/// The user of this name, if `by` administers them. Users without a role in a unit of `by` are as unknown as those that do not exist.
fn find_managed_user<'a>(users: &'a [User], by: &Identity, name: &str) -> Result<&'a User> {
    let user = users.iter().find(|user| user.name == name && visible_user(by, user).is_some());
    let user = user.ok_or_else(|| sign_in::user_not_visible(name))?;
    if !administers(by, user) {
        return Err(sign_in::user_of_other_units(name));
    }
    Ok(user)
}

/// What `by` may see of a user: the roles in the units that `by` administers; `None` for a user who has none there.
fn visible_user(by: &Identity, user: &User) -> Option<User> {
    if by.units_with(Right::Administer) == UnitScope::All {
        return Some(user.clone());
    }
    let grants: Vec<Grant> = user.grants.iter().filter(|grant| administers_grant(by, grant)).cloned().collect();
    (!grants.is_empty()).then(|| User { grants, ..user.clone() })
}

/// Fails unless `by` administers the user of this name.
pub(crate) async fn require_user_admin(archive: &Archive, by: &Identity, name: &str) -> Result<()> {
    find_managed_user(&archive.catalog.users().await?, by, name).map(|_| ())
}

/// A user with valid name and grants; without a display name the sign-in name stands in.
fn validated_user(name: &str, display_name: &str, grants: Vec<Grant>) -> Result<User> {
    if !is_valid_user_name(name) {
        return Err(sign_in::user_name_invalid());
    }
    if grants.iter().any(|grant| grant.unit.is_empty()) {
        return Err(sign_in::role_unit_missing());
    }
    let display_name = if display_name.trim().is_empty() { name } else { display_name.trim() };
    Ok(User::new(name, display_name, grants))
}

/// The users with a role in a unit that `by` administers, by name, each with these roles alone; all users for an administrator of all
/// units.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn list_users(archive: &Archive, by: &Identity) -> Result<Vec<User>> {
    Ok(archive.catalog.users().await?.iter().filter_map(|user| visible_user(by, user)).collect())
}

/// The users of [`list_users`], each with whether `by` may change them.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn list_managed_users(archive: &Archive, by: &Identity) -> Result<Vec<(User, bool)>> {
    let all = archive.catalog.users().await?;
    Ok(all.iter().filter_map(|user| Some((visible_user(by, user)?, administers(by, user)))).collect())
}

/// Adds a user.
///
/// # Errors
/// `Denied` for a unit that `by` does not administer, or the key of a program; `Invalid` for an unusable name or password; `Conflict`
/// where the name is taken, or for a unit that looks like another one.
pub async fn add_user(
    archive: &Archive,
    by: &Identity,
    name: &str,
    display_name: &str,
    grants: Vec<Grant>,
    password: &str,
) -> Result<User> {
    require_session(by)?;
    check_may_grant(by, &grants)?;
    let user = validated_user(name, display_name, grants)?;
    archive.catalog.add_user(&user, Some(&hash_password(password).await?), &by.user.name).await?;
    Ok(user)
}

/// Changes a user's display name, grants and whether they are disabled. At least one administrator of all units must remain.
///
/// # Errors
/// `NotFound` for an unknown name, or a user without a role in a unit that `by` administers; `Denied` for a unit that `by` does not
/// administer, for `by` who would become an officer in charge of secrets, or the key of a program; `Conflict` where no administrator
/// would remain, or for a unit that looks like another one.
pub async fn change_user(
    archive: &Archive,
    by: &Identity,
    name: &str,
    display_name: &str,
    grants: Vec<Grant>,
    disabled: bool,
) -> Result<()> {
    require_session(by)?;
    let users = archive.catalog.users().await?;
    let before = find_managed_user(&users, by, name)?;
    check_may_grant(by, &grants)?;
    check_not_self_appointed(by, before, &grants)?;
    let user = validated_user(name, display_name, grants)?;
    let is_administrator =
        |user: &User| !user.disabled && user.grants.iter().any(|grant| grant.role == Role::Administrator && grant.unit == "*");
    let others = users.iter().any(|other| other.name != name && is_administrator(other));
    if !others && !is_administrator(&User { disabled, ..user.clone() }) {
        return Err(sign_in::administrator_needed());
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
    archive.catalog.change_password(&identity.user.name, &hash_password(new).await?, &identity.key_id).await
}

/// Ends the lock of a user name after wrong passwords, for every network; returns for how many there were wrong passwords. `operator` is
/// the user of the command line.
///
/// # Errors
/// `NotFound` for a name that nobody has and nobody tried.
pub async fn unlock_sign_in(archive: &Archive, name: &str, operator: &str) -> Result<u64> {
    let networks = archive.catalog.unlock_sign_in(name, operator).await?;
    if networks == 0 && archive.catalog.user_credentials(name).await?.is_none() {
        return Err(sign_in::user_not_visible(name));
    }
    Ok(networks)
}

/// Sets a new password for another user; their sessions end, and the keys of their programs.
///
/// # Errors
/// `NotFound` for an unknown name, or a user without a role in a unit that `by` administers; `Denied` for a user who has roles in other
/// units too, or the key of a program; `Invalid` for an unusable password; `Conflict` for a user who signs in by OpenID Connect.
pub async fn reset_password(archive: &Archive, by: &Identity, name: &str, password: &str) -> Result<()> {
    require_session(by)?;
    check_local_account(find_managed_user(&archive.catalog.users().await?, by, name)?)?;
    archive.catalog.reset_password(name, &hash_password(password).await?, &by.user.name).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn administrator_of_a_unit_sees_and_changes_its_people_alone() {
        let grant = |unit: &str, role: Role| Grant { role, unit: unit.to_owned() };
        let person = |grants: &[Grant]| User::new("lan", "", grants.to_vec());
        let administrator = |unit: &str| {
            let user = person(&[grant(unit, Role::Administrator), grant("SYT", Role::Reader)]);
            Identity { user, key_rights: None, key_id: String::new() }
        };
        let (own, central) = (administrator("SNV"), administrator("*"));
        let cases = [
            (vec![grant("SNV", Role::Reader)], true, true),
            (vec![grant("SNV", Role::Reader), grant("SYT", Role::Reader)], true, false),
            (vec![grant("SNV", Role::Reader), grant("*", Role::Reader)], true, false),
            (vec![grant("SYT", Role::Reader)], false, false),
            (vec![grant("*", Role::Administrator)], false, false),
            (vec![grant("snv", Role::Reader)], false, false),
            (vec![], false, false),
        ];
        for (grants, is_visible, is_managed) in cases {
            let user = person(&grants);
            assert_eq!((visible_user(&own, &user).is_some(), administers(&own, &user)), (is_visible, is_managed), "{grants:?}");
            assert!(visible_user(&own, &user).is_none_or(|shown| shown.grants == [grant("SNV", Role::Reader)]), "{grants:?}");
            assert!(visible_user(&central, &user).is_some_and(|shown| shown == user) && administers(&central, &user));
        }
        assert!(check_may_grant(&own, &[]).is_err() && check_may_grant(&central, &[]).is_ok());
        assert!(check_may_grant(&own, &[grant("*", Role::Reader)]).is_err());
    }

    #[test]
    fn nobody_makes_themselves_an_officer() {
        let grant = |unit: &str, role: Role| Grant { role, unit: unit.to_owned() };
        let (office, elsewhere) = (grant("SNV", Role::SecrecyOfficer), grant("SYT", Role::SecrecyOfficer));
        let administrator = User::new("lan", "", vec![grant("*", Role::Administrator)]);
        let by = Identity { user: administrator.clone(), key_rights: None, key_id: String::new() };
        let other = User::new("hoa", "", Vec::new());
        let officer = User::new("lan", "", vec![grant("*", Role::Administrator), office.clone()]);
        assert!(check_not_self_appointed(&by, &administrator, std::slice::from_ref(&office)).is_err());
        assert!(check_not_self_appointed(&by, &other, std::slice::from_ref(&office)).is_ok());
        assert!(check_not_self_appointed(&by, &officer, std::slice::from_ref(&office)).is_ok(), "an office that somebody gave is kept");
        assert!(check_not_self_appointed(&by, &officer, &[office, elsewhere]).is_err());
    }

    #[test]
    fn invalid_user_names_are_rejected() {
        let is_taken = |name: &str| validated_user(name, "", Vec::new()).is_ok();
        assert!(is_taken("lan.nguyen-2@snv"));
        for name in ["", "Lan", "lan nguyen", "<b>", "lan\n", "lân"] {
            assert!(!is_taken(name), "{name:?}");
        }
    }
}

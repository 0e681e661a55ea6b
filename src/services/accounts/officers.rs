//! Officers in charge of secrets: who may decide about dossiers in quarantine, and in which units.
//!
//! An officer is an account with the right [`Right::ManageQuarantine`], known by its sign-in name and never by its display name. Names
//! in `secrecy_officers` count only in an archive without accounts: whoever uses its command line can change all its files anyway.

use crate::accounts::sessions::require_renewed;
use crate::accounts::tokens::identity_of_token;
use crate::archive::Archive;
use sohoa_base::error::Result;
use sohoa_base::messages::{requests, sign_in};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_catalog::with_acting_key;

/// An officer who was found to be one.
#[derive(Debug, Clone)]
pub struct Officer {
    /// Sign-in name; in an archive without accounts, the name in `secrecy_officers`.
    pub(crate) name: String,
    /// Account of the operating system on the command line; that of the archive in a browser.
    pub(crate) operator: String,
    /// Units whose dossiers the officer decides about.
    pub(crate) units: UnitScope,
    /// Key with which the command line acts for the officer.
    pub(crate) key_id: Option<String>,
    /// Whether the officer is an account; then every decision needs a note.
    pub(crate) has_account: bool,
}

impl Officer {
    /// Runs `work` for the officer: where the command line acts with a key, its events name the key.
    pub(crate) async fn run<F: Future>(&self, work: F) -> F::Output {
        match &self.key_id {
            Some(key) => with_acting_key(key.clone(), work).await,
            None => work.await,
        }
    }
}

/// The person who uses the command line.
#[derive(Debug, Clone, Copy)]
pub struct CommandLineUser<'a> {
    /// Key of a program of the person's account (`SOHOA_KEY`).
    pub key: Option<&'a str>,
    /// Name given with `--by`.
    pub by: Option<&'a str>,
    /// Account of the operating system.
    pub operator: &'a str,
}

/// The officer who decides in a browser.
///
/// # Errors
/// `Denied` without the right, for the key of a program, and where neither sign-in nor renewal was within the last five minutes.
pub async fn officer_of_session(archive: &Archive, by: &Identity) -> Result<Officer> {
    require_renewed(archive, by).await?;
    let units = by.units_with(Right::ManageQuarantine);
    if units.is_empty() {
        return Err(requests::role_not_allowed());
    }
    let name = by.user.name.clone();
    Ok(Officer { operator: name.clone(), name, units, key_id: None, has_account: true })
}

/// The officer who decides on the command line: the owner of the key where the archive has accounts, else who is named in
/// `secrecy_officers`.
///
/// # Errors
/// `Denied` for anybody else; `Invalid` where `--by` names another account than that of the key.
pub async fn officer_of_command_line(archive: &Archive, who: CommandLineUser<'_>) -> Result<Officer> {
    let operator = who.operator.to_owned();
    let Some(identity) = key_owner(archive, who.key).await? else {
        let name = who.by.unwrap_or(who.operator).to_owned();
        check_named_officer(&archive.config.secrecy_officers, &name)?;
        return Ok(Officer { name, operator, units: UnitScope::All, key_id: None, has_account: false });
    };
    let name = identity.user.name.clone();
    if let Some(by) = who.by.filter(|by| *by != name) {
        return Err(sign_in::officer_name_differs(by, name));
    }
    let units = identity.units_with(Right::ManageQuarantine);
    Ok(Officer { name, operator, units, key_id: Some(identity.key_id), has_account: true })
}

/// Units whose quarantine the person on the command line may see.
///
/// # Errors
/// `Denied` in an archive with accounts, unless the key is one of an officer.
pub async fn visible_units_of_command_line(archive: &Archive, key: Option<&str>) -> Result<UnitScope> {
    Ok(key_owner(archive, key).await?.map_or(UnitScope::All, |identity| identity.units_with(Right::ManageQuarantine)))
}

/// The officer behind the key; `None` in an archive without accounts, where a key means nothing.
async fn key_owner(archive: &Archive, key: Option<&str>) -> Result<Option<Identity>> {
    if archive.catalog.users().await?.is_empty() {
        return Ok(None);
    }
    let Some(key) = key.filter(|key| !key.is_empty()) else {
        return Err(sign_in::officer_key_missing());
    };
    let identity = identity_of_token(archive, key).await?;
    let identity = identity.ok_or_else(sign_in::officer_key_unknown)?;
    if !identity.has_right(Right::ManageQuarantine) {
        return Err(sign_in::officer_key_without_right(identity.user.name));
    }
    Ok(Some(identity))
}

fn check_named_officer(officers: &[String], name: &str) -> Result<()> {
    if officers.iter().any(|officer| officer == name) {
        return Ok(());
    }
    Err(if officers.is_empty() { sign_in::officers_not_set(name) } else { sign_in::officer_not_named(name) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_officers_are_compared_exactly() {
        let officers = ["lan".to_owned()];
        assert!(check_named_officer(&officers, "lan").is_ok());
        for name in ["Lan", " lan", "lan ", "", "hoa"] {
            assert!(check_named_officer(&officers, name).is_err(), "{name:?}");
        }
        assert!(check_named_officer(&[], "lan").is_err());
    }
}

//! People who may sign in, their roles, and what a role may do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What may be done. Every action of the server needs exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Right {
    /// Search, open and download records.
    Read,
    /// Deliver scans.
    Upload,
    /// See runs, their balance and failures.
    #[serde(rename = "watch")]
    Monitor,
    /// Pause, resume, cancel and repeat runs.
    #[serde(rename = "steer")]
    ManageRuns,
    /// See what waits for a person, and decide.
    Review,
    /// Add and change people, keys and pipelines.
    Administer,
    /// See who did and saw what.
    Audit,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 7] = [Self::Read, Self::Upload, Self::Monitor, Self::ManageRuns, Self::Review, Self::Administer, Self::Audit];

    /// Its name, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Upload => "upload",
            Self::Monitor => "watch",
            Self::ManageRuns => "steer",
            Self::Review => "review",
            Self::Administer => "administer",
            Self::Audit => "audit",
        }
    }
}

/// What a person is in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Reads records (người khai thác).
    Reader,
    /// Delivers scans and follows them (văn thư, lưu trữ viên).
    Archivist,
    /// Decides about what machines are unsure of (người duyệt).
    Reviewer,
    /// Watches, mends, and looks after people (quản trị).
    Administrator,
    /// Sees who did what (kiểm toán).
    Auditor,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Reader, Self::Archivist, Self::Reviewer, Self::Administrator, Self::Auditor];

    /// Its name, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Archivist => "archivist",
            Self::Reviewer => "reviewer",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
        }
    }

    /// What the role may do.
    #[must_use]
    pub fn rights(self) -> &'static [Right] {
        match self {
            Self::Reader => &[Right::Read],
            Self::Archivist => &[Right::Read, Right::Upload, Right::Monitor],
            Self::Reviewer => &[Right::Read, Right::Monitor, Right::Review],
            Self::Administrator => {
                &[Right::Read, Right::Upload, Right::Monitor, Right::ManageRuns, Right::Review, Right::Administer, Right::Audit]
            }
            Self::Auditor => &[Right::Read, Right::Monitor, Right::Audit],
        }
    }
}

/// A role in a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Code of the unit (fonds) in which it holds; `*`: in every unit.
    pub unit: String,
}

/// Where an account comes from, and so who checks that somebody is who they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// An administrator made it here.
    #[default]
    Local,
    /// Made at the first sign-in by OpenID Connect.
    Oidc,
}

/// A person who may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct User {
    /// Name to sign in with.
    pub name: String,
    /// Name for people to read.
    #[serde(rename = "shown")]
    pub display_name: String,
    /// Roles.
    pub grants: Vec<Grant>,
    /// Nobody can sign in with it any more.
    pub disabled: bool,
    /// Where it comes from.
    #[serde(default)]
    pub origin: Origin,
    /// Signing in needs a code from an authenticator app too.
    #[serde(default)]
    #[serde(rename = "two_steps")]
    pub totp_enabled: bool,
    /// Since when it exists, RFC 3339.
    pub created: String,
}

impl User {
    /// A local person who signs in with a password alone.
    #[must_use]
    pub fn new(name: &str, shown: &str, grants: Vec<Grant>) -> Self {
        let (name, shown) = (name.to_owned(), shown.to_owned());
        Self { name, display_name: shown, grants, disabled: false, origin: Origin::Local, totp_enabled: false, created: String::new() }
    }
}

/// In which units something may be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitScope {
    /// In all.
    All,
    /// In these; none where the set is empty.
    Only(BTreeSet<String>),
}

impl UnitScope {
    /// Whether `unit` is one of them.
    #[must_use]
    pub fn contains(&self, unit: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(units) => units.contains(unit),
        }
    }

    /// Whether there is any.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::Only(BTreeSet::new())
    }
}

/// Who asks: a person who signed in, or a program with a person's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The person.
    pub user: User,
    /// What the key may at most; none: all that the person may.
    pub key_rights: Option<BTreeSet<Right>>,
    /// Identifier of the key.
    pub key_id: String,
}

impl Identity {
    /// The units in which `right` holds.
    #[must_use]
    pub fn units_with(&self, right: Right) -> UnitScope {
        if self.key_rights.as_ref().is_some_and(|rights| !rights.contains(&right)) {
            return UnitScope::Only(BTreeSet::new());
        }
        let granted = self.user.grants.iter().filter(|grant| grant.role.rights().contains(&right));
        let units: BTreeSet<String> = granted.map(|grant| grant.unit.clone()).collect();
        if units.contains("*") { UnitScope::All } else { UnitScope::Only(units) }
    }

    /// Whether `right` holds in any unit.
    #[must_use]
    pub fn has_right(&self, right: Right) -> bool {
        !self.units_with(right).is_empty()
    }
}

/// A key of a program, without the key itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Token {
    /// Identifier.
    pub id: String,
    /// Whose it is.
    pub user: String,
    /// What it is for.
    pub label: String,
    /// What it may at most.
    pub rights: BTreeSet<Right>,
    /// When it was made, last used, and ends, RFC 3339.
    pub created: String,
    /// When it was last used.
    #[serde(rename = "seen")]
    pub last_used: String,
    /// When it ends.
    pub expires: String,
}

/// A search that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SavedSearch {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// Words and filters.
    pub query: String,
    /// The unit in which it searches; empty: the only one of its owner, or all.
    pub unit: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(grants: &[(Role, &str)], at_most: Option<&[Right]>) -> Identity {
        let grants = grants.iter().map(|(role, unit)| Grant { role: *role, unit: (*unit).to_owned() }).collect();
        let user = User::new("lan", "Lan", grants);
        Identity { user, key_rights: at_most.map(|rights| rights.iter().copied().collect()), key_id: String::new() }
    }

    #[test]
    fn roles_hold_in_their_unit_and_keys_take_away() {
        let lan = identity(&[(Role::Archivist, "snv"), (Role::Reviewer, "*")], None);
        assert!(lan.units_with(Right::Upload).contains("snv") && !lan.units_with(Right::Upload).contains("syt"));
        assert_eq!(lan.units_with(Right::Review), UnitScope::All);
        assert!(lan.has_right(Right::Read) && !lan.has_right(Right::Administer) && !lan.has_right(Right::Audit));
        let key = identity(&[(Role::Administrator, "*")], Some(&[Right::Upload]));
        assert!(key.has_right(Right::Upload) && !key.has_right(Right::Read) && !key.has_right(Right::Administer));
    }

    #[test]
    fn only_administrators_look_after_people_and_every_right_has_a_role() {
        for right in Right::ALL {
            assert!(Role::ALL.iter().any(|role| role.rights().contains(&right)), "{right:?}");
        }
        let holders: Vec<Role> = Role::ALL.into_iter().filter(|role| role.rights().contains(&Right::Administer)).collect();
        assert_eq!(holders, [Role::Administrator]);
    }
}

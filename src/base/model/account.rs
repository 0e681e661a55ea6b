//! User accounts, roles and their rights.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A right. Every action of the server requires exactly one.
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
    /// See and decide what waits for review.
    Review,
    /// Add and change users, keys and pipelines.
    Administer,
    /// See the audit log.
    Audit,
    /// See what is in quarantine, release it or take it out of the archive.
    #[serde(rename = "quarantine")]
    ManageQuarantine,
}

impl Right {
    /// Every right.
    pub const ALL: [Self; 8] =
        [Self::Read, Self::Upload, Self::Monitor, Self::ManageRuns, Self::Review, Self::Administer, Self::Audit, Self::ManageQuarantine];

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
            Self::ManageQuarantine => "quarantine",
        }
    }
}

/// Role of a user in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Reads records (người khai thác).
    Reader,
    /// Delivers scans and follows their processing (văn thư, lưu trữ viên).
    Archivist,
    /// Decides about doubtful results (người duyệt).
    Reviewer,
    /// Monitors the system, repairs it, and manages users (quản trị).
    Administrator,
    /// Reads the audit log (kiểm toán).
    Auditor,
    /// Decides about dossiers with a stamp of secrecy (người phụ trách bí mật nhà nước). No other role may.
    SecrecyOfficer,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 6] = [Self::Reader, Self::Archivist, Self::Reviewer, Self::Administrator, Self::Auditor, Self::SecrecyOfficer];

    /// Its name, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Archivist => "archivist",
            Self::Reviewer => "reviewer",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
            Self::SecrecyOfficer => "secrecy-officer",
        }
    }

    /// Rights of the role.
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
            Self::SecrecyOfficer => &[Right::ManageQuarantine],
        }
    }
}

/// A role granted in a unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Grant {
    /// The role.
    pub role: Role,
    /// Code of the unit (fonds) in which it applies; `*`: every unit.
    pub unit: String,
}

/// Origin of an account, which decides who authenticates its user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Created here by an administrator.
    #[default]
    Local,
    /// Created at the first sign-in by OpenID Connect.
    Oidc,
}

/// A user account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct User {
    /// User name for signing in.
    pub name: String,
    /// Full name for display.
    pub display_name: String,
    /// Roles.
    pub grants: Vec<Grant>,
    /// Whether signing in is blocked.
    pub disabled: bool,
    /// Origin of the account.
    pub origin: Origin,
    /// Whether signing in also needs a code from an authenticator app.
    pub totp_enabled: bool,
    /// Time of creation, RFC 3339.
    pub created: String,
}

impl User {
    /// A local account that signs in with a password alone.
    #[must_use]
    pub fn new(name: &str, display_name: &str, grants: Vec<Grant>) -> Self {
        let (name, display_name) = (name.to_owned(), display_name.to_owned());
        Self { name, display_name, grants, disabled: false, origin: Origin::Local, totp_enabled: false, created: String::new() }
    }
}

/// Set of units in which an action is allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitScope {
    /// All units.
    All,
    /// These units; an empty set allows none.
    Only(BTreeSet<String>),
}

impl UnitScope {
    /// Whether `unit` is in the set.
    #[must_use]
    pub fn contains(&self, unit: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(units) => units.contains(unit),
        }
    }

    /// Whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::Only(BTreeSet::new())
    }
}

/// Authenticated sender of a request: a user with a session, or a program with a user's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user: User,
    /// Upper bound of the key's rights; none: all rights of the user.
    pub key_rights: Option<BTreeSet<Right>>,
    /// Identifier of the key.
    pub key_id: String,
}

impl Identity {
    /// Units in which `right` is granted.
    #[must_use]
    pub fn units_with(&self, right: Right) -> UnitScope {
        if self.key_rights.as_ref().is_some_and(|rights| !rights.contains(&right)) {
            return UnitScope::Only(BTreeSet::new());
        }
        let granted = self.user.grants.iter().filter(|grant| grant.role.rights().contains(&right));
        let units: BTreeSet<String> = granted.map(|grant| grant.unit.clone()).collect();
        if units.contains("*") { UnitScope::All } else { UnitScope::Only(units) }
    }

    /// Whether `right` is granted in any unit.
    #[must_use]
    pub fn has_right(&self, right: Right) -> bool {
        !self.units_with(right).is_empty()
    }
}

/// An API key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Token {
    /// Identifier.
    pub id: String,
    /// User name of the owner.
    pub user: String,
    /// Purpose of the key.
    pub label: String,
    /// Upper bound of its rights.
    pub rights: BTreeSet<Right>,
    /// Time of creation, RFC 3339.
    pub created: String,
    /// Time of last use, RFC 3339.
    pub last_used: String,
    /// Time of expiry, RFC 3339.
    pub expires: String,
}

/// A session of a user, without its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Session {
    /// Identifier.
    pub id: String,
    /// Address from which it was opened.
    pub from: String,
    /// Time of the sign-in, RFC 3339.
    pub created: String,
    /// Time of last use, RFC 3339; exact to a minute.
    pub last_used: String,
    /// Time of expiry, RFC 3339; earlier where it is not used.
    pub expires: String,
}

/// A saved search of a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SavedSearch {
    /// Identifier.
    pub id: String,
    /// Name.
    pub name: String,
    /// Words and filters.
    pub query: String,
    /// Code of the unit searched; empty: the only unit of its owner, or all.
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
    fn roles_apply_per_unit_and_api_keys_restrict_rights() {
        let lan = identity(&[(Role::Archivist, "snv"), (Role::Reviewer, "*")], None);
        assert!(lan.units_with(Right::Upload).contains("snv") && !lan.units_with(Right::Upload).contains("syt"));
        assert_eq!(lan.units_with(Right::Review), UnitScope::All);
        assert!(lan.has_right(Right::Read) && !lan.has_right(Right::Administer) && !lan.has_right(Right::Audit));
        let key = identity(&[(Role::Administrator, "*")], Some(&[Right::Upload]));
        assert!(key.has_right(Right::Upload) && !key.has_right(Right::Read) && !key.has_right(Right::Administer));
    }

    #[test]
    fn only_administrators_administer_only_officers_decide_about_secrets_and_every_right_is_granted() {
        for right in Right::ALL {
            assert!(Role::ALL.iter().any(|role| role.rights().contains(&right)), "{right:?}");
        }
        let holders = |right: Right| Role::ALL.into_iter().filter(|role| role.rights().contains(&right)).collect::<Vec<_>>();
        assert_eq!(holders(Right::Administer), [Role::Administrator]);
        assert_eq!(holders(Right::ManageQuarantine), [Role::SecrecyOfficer]);
    }
}

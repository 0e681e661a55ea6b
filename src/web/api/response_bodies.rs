//! Bodies of responses that no service returns as they are.

use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::model::account::{Right, User};
use std::collections::BTreeSet;

/// Who is signed in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Me {
    /// The person.
    pub(super) user: User,
    /// Rights of the person in any unit.
    pub(super) rights: BTreeSet<Right>,
    /// Value of the header `x-form-key` that changing requests of a browser need; none for a program's key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) form_key: Option<String>,
}

/// Recovery codes for a lost app: shown once, and each works once.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RecoveryCodes {
    /// The codes.
    pub(super) recovery_codes: Vec<String>,
}

/// A new key: shown once.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CreatedToken {
    /// Identifier.
    pub(super) id: String,
    /// The key itself.
    pub(super) key: String,
}

/// Number of files and pages changed.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ChangedCount {
    pub(super) changed: u64,
}

/// Holder of the lock of a document.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct LockHolder {
    /// Name of the person.
    pub(super) holder: String,
}

//! Fields of dossiers and documents: names, types, lengths, obligations and code lists, as data with effective dates.
//!
//! `fields.toml` beside this file holds them; Circular 05/2025/TT-BNV is in force since 1 July 2025.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// All profiles, newest last.
static PROFILES: LazyLock<Vec<FieldProfile>> =
    LazyLock::new(|| toml::from_str::<ProfileFile>(include_str!("fields.toml")).unwrap_or_default().profile);

#[derive(Debug, Default, Deserialize)]
struct ProfileFile {
    profile: Vec<FieldProfile>,
}

/// Description fields prescribed by one circular.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldProfile {
    /// Number of the circular.
    pub name: String,
    /// First day in force, `YYYY-MM-DD`.
    #[serde(rename = "from")]
    pub effective_from: String,
    /// Fields of a dossier.
    pub dossier: Vec<FieldDefinition>,
    /// Fields of a document.
    pub document: Vec<FieldDefinition>,
    /// Fields of a document that the circular does not prescribe.
    pub extensions: Vec<FieldDefinition>,
    /// Code lists: by field name, the labels by code.
    pub codes: BTreeMap<String, BTreeMap<String, String>>,
}

/// Definition of one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldDefinition {
    /// Name in data.
    pub name: String,
    /// Name in Vietnamese.
    pub label: String,
    /// Type of the values.
    #[serde(rename = "type")]
    pub field_type: FieldType,
    /// Maximum number of characters of a text or digits of a number; 0: no limit.
    pub length: usize,
    /// Whether a value is required.
    #[serde(rename = "need")]
    pub obligation: Obligation,
}

/// Type of a field's values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldType {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// A day, `YYYY-MM-DD`; a month or a year if the rest is unknown.
    Date,
    /// `true` or `false`.
    Boolean,
    /// A code of a list; several are separated by `;`.
    Code,
}

/// Whether a value is required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Obligation {
    /// Always required.
    Required,
    /// Required depending on another field.
    Conditional,
    /// Optional.
    Optional,
    /// Not a field of the circular.
    Extension,
}

/// All profiles, newest last.
#[must_use]
pub fn profiles() -> &'static [FieldProfile] {
    &PROFILES
}

/// The newest profile.
#[must_use]
pub fn newest_profile() -> Option<&'static FieldProfile> {
    PROFILES.last()
}

impl FieldProfile {
    /// Field of a dossier by name.
    #[must_use]
    pub fn dossier_field(&self, name: &str) -> Option<&FieldDefinition> {
        self.dossier.iter().chain(&self.extensions).find(|field| field.name == name)
    }

    /// Field of a document by name.
    #[must_use]
    pub fn document_field(&self, name: &str) -> Option<&FieldDefinition> {
        self.document.iter().chain(&self.extensions).find(|field| field.name == name)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn newest_profile_matches_circular_05_2025() {
        let profile = newest_profile().unwrap();
        assert_eq!((profile.name.as_str(), profile.dossier.len(), profile.document.len()), ("05/2025/TT-BNV", 18, 21));
        assert_eq!(profile.effective_from, "2025-07-01");
        let subject = profile.document_field("subject").unwrap();
        assert_eq!((subject.field_type, subject.length, subject.obligation), (FieldType::Text, 500, Obligation::Required));
        assert_eq!(profile.document_field("signer").unwrap().obligation, Obligation::Extension);
        let coded =
            profile.dossier.iter().chain(&profile.document).filter(|field| field.field_type == FieldType::Code && field.name != "typeName");
        assert!(coded.into_iter().all(|field| profile.codes.contains_key(&field.name)));
    }
}

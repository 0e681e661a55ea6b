//! Personal data (dữ liệu cá nhân) on pages: kind and position only; the values stay on the page.

use crate::model::page::geometry::Bounds;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One piece of personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonalData {
    /// Kind.
    pub kind: PersonalDataKind,
    /// Page of the document, from 1.
    pub page: u32,
    /// Bounding box of each of its words, px of the upright image.
    pub bounds: Vec<Bounds>,
}

/// Kinds of personal data that are detected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "PersonalKind")]
pub enum PersonalDataKind {
    /// Number of a citizen's card, identity card or passport (số định danh cá nhân, CCCD, CMND, hộ chiếu).
    CitizenNumber,
    /// Mobile telephone (số điện thoại).
    Telephone,
    /// Bank account (số tài khoản).
    BankAccount,
    /// Day of birth (ngày sinh).
    BirthDate,
    /// Home address (nơi ở).
    Address,
    /// E-mail address of a person, not of an office (thư điện tử).
    Email,
}

impl PersonalDataKind {
    /// Name of the kind, as in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CitizenNumber => "citizen-number",
            Self::Telephone => "telephone",
            Self::BankAccount => "bank-account",
            Self::BirthDate => "birth-date",
            Self::Address => "address",
            Self::Email => "email",
        }
    }
}

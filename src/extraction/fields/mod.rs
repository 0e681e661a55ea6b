//! Fields of one document: number, date, issuer, subject, signer and others.

pub mod archival;
pub(crate) mod issuer;
pub(crate) mod kind;
pub(crate) mod legal_basis;
pub(crate) mod normative_kinds;
pub(crate) mod number;
pub mod personal_data;
pub(crate) mod place_and_date;
pub mod secrecy;
pub(crate) mod signer;
pub(crate) mod subject;
pub(crate) mod validation;

//! Signing in, and administration of accounts.

pub(crate) mod administration;
pub(crate) mod oidc;
pub(crate) mod sign_in;

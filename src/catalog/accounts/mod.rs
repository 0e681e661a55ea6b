//! Accounts: users, keys, sign-in, saved searches.

pub(crate) mod keys;
pub(crate) mod mfa_and_oidc;
pub(crate) mod saved_searches;
pub(crate) mod users;

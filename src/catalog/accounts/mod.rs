//! Accounts: users, units, keys, sign-in, saved searches.

pub(crate) mod backup;
pub(crate) mod keys;
pub(crate) mod mfa_and_oidc;
pub(crate) mod saved_searches;
pub(crate) mod sign_in_failures;
pub(crate) mod units;
pub(crate) mod user_rows;
pub(crate) mod users;

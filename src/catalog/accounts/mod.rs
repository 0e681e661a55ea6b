//! Users, keys, sign-in.

pub(crate) mod mfa_and_oidc;
pub(crate) mod saved_searches;
pub(crate) mod users_and_keys;

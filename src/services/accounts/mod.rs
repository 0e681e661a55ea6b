//! Accounts, keys, passwords, sign-in with a second factor or an office's own provider.

pub mod oidc;
pub(crate) mod oidc_claims;
pub(crate) mod secret_box;
pub mod totp;
pub mod users;

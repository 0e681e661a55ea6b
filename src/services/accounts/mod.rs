//! Users, passwords, sessions, API tokens, the second factor, OpenID Connect, officers in charge of secrets.

pub mod officers;
pub mod oidc;
pub(crate) mod oidc_claims;
pub(crate) mod passwords;
pub(crate) mod secret_box;
pub mod secrets;
pub mod sessions;
pub mod tokens;
pub mod totp;
pub mod users;

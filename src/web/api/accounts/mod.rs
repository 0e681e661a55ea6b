//! Users, sessions, second factor.

pub(crate) mod session;
pub(crate) mod totp;
pub(crate) mod users;

//! Paths of routes that rules are about, or that several handlers answer.

/// The first administrator.
pub(crate) const SETUP: &str = "/api/setup";

/// The session of the browser.
pub(crate) const SESSION: &str = "/api/session";

/// Renewal of the sign-in of a session.
pub(crate) const RENEWAL: &str = "/api/session/renewal";

/// The user's own password.
pub(crate) const PASSWORD: &str = "/api/session/password";

/// The user's own second factor.
pub(crate) const TOTP: &str = "/api/session/totp";

/// Start of a sign-in by OpenID Connect.
pub(crate) const OIDC: &str = "/sign-in/oidc";

/// Where the OpenID Connect provider sends the browser back to.
pub(crate) const OIDC_CALLBACK: &str = "/sign-in/oidc/callback";

/// Style sheets, scripts and fonts.
pub(crate) const ASSET: &str = "/assets/{name}";

/// Files of an upload.
pub(crate) const UPLOAD_FILES: &str = "/api/uploads/{upload}/files";

/// One file of an upload.
pub(crate) const UPLOAD_FILE: &str = "/api/uploads/{upload}/files/{file}";

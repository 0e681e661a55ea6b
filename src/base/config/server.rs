//! Settings of the server, and of signing in there.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// How the server is reached, and how often it may be asked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Address at which browsers reach it, such as `https://sohoa.example.vn`; none: where it listens.
    pub public_url: Option<String>,
    /// Addresses of reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Tries to come in from one address, a minute and at once; 0: no limit.
    pub sign_ins_per_minute: u32,
    /// Requests of one session, key or unknown address, a second on average; 0: no limit.
    pub requests_per_second: u32,
    /// Requests of one of these at once.
    pub requests_at_once: u32,
    /// Key with which secrets in the catalogue are sealed, 64 hexadecimal digits; none: one is made in `<home>/secret.key`.
    pub secret_key: Option<String>,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            public_url: None,
            trusted_proxies: Vec::new(),
            sign_ins_per_minute: 20,
            requests_per_second: 50,
            requests_at_once: 500,
            secret_key: None,
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// Signing in by OpenID Connect; there where `issuer` is set.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Oidc {
    /// Address of the provider, below which its `.well-known/openid-configuration` lies.
    pub issuer: Option<String>,
    /// What the provider calls this server.
    pub client_id: String,
    /// Secret that the provider shares with this server; none: proof by PKCE alone.
    pub client_secret: Option<String>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<String>,
    /// Claim with the name to sign in with.
    pub name_claim: String,
    /// Claim with the names of the groups.
    pub groups_claim: String,
    /// What the members of a group are.
    pub groups: Vec<OidcGroup>,
}

/// What the members of a provider's group are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcGroup {
    /// The group, as the provider calls it.
    pub group: String,
    /// The role: `reader`, `archivist`, `reviewer`, `administrator` or `auditor`.
    pub role: String,
    /// Code of the unit in which it holds; `*`: every unit.
    pub unit: String,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: "sohoa".to_owned(),
            client_secret: None,
            scopes: vec!["profile".to_owned()],
            name_claim: "preferred_username".to_owned(),
            groups_claim: "groups".to_owned(),
            groups: Vec::new(),
        }
    }
}

impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Oidc").field("issuer", &self.issuer).field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

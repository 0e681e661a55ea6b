//! Settings of the server and of signing in.

use super::network::Network;
use serde::{Deserialize, Serialize};

/// Address, proxies and rate limits of the server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Server {
    /// Public address for browsers, such as `https://sohoa.example.vn`; none: the listening address.
    pub public_url: Option<String>,
    /// Addresses or networks (CIDR) of the reverse proxies whose `X-Forwarded-For` is trusted.
    pub trusted_proxies: Vec<Network>,
    /// Maximum sign-in attempts for one user name from one address, per minute and as a burst; 0: no limit.
    pub sign_ins_per_minute: u32,
    /// The same for all names together: generous, because a whole office may share an address; 0: no limit.
    pub sign_ins_per_address: u32,
    /// Maximum average requests per second of one session, key or unauthenticated address; 0: no limit.
    pub requests_per_second: u32,
    /// Maximum burst of requests of one of these.
    pub requests_at_once: u32,
    /// Key that encrypts secrets in the catalogue, 64 hexadecimal digits; none: a key is generated in
    /// `<home>/secret.key`.
    pub secret_key: Option<String>,
    /// Whether everybody may read `/metrics`; else this machine and keys with the right to monitor every unit.
    pub metrics_public: bool,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            public_url: None,
            trusted_proxies: Vec::new(),
            sign_ins_per_minute: 20,
            sign_ins_per_address: 300,
            requests_per_second: 50,
            requests_at_once: 500,
            secret_key: None,
            metrics_public: false,
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("public_url", &self.public_url).finish_non_exhaustive()
    }
}

/// Sign-in by OpenID Connect; enabled if `issuer` is set.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Oidc {
    /// Address of the provider, under which `.well-known/openid-configuration` is served.
    pub issuer: Option<String>,
    /// Client identifier of this server at the provider.
    pub client_id: String,
    /// Client secret shared with the provider; none: PKCE alone.
    pub client_secret: Option<String>,
    /// Scopes requested in addition to `openid`.
    pub scopes: Vec<String>,
    /// Claim that holds the user name.
    pub name_claim: String,
    /// Claim that holds the names of the groups.
    pub groups_claim: String,
    /// Roles by group.
    pub groups: Vec<OidcGroup>,
}

/// Role granted to the members of one of the provider's groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcGroup {
    /// Name of the group at the provider.
    pub group: String,
    /// The role: `reader`, `archivist`, `reviewer`, `administrator`, `auditor` or `secrecy-officer`.
    pub role: String,
    /// Code of the unit in which the role applies; `*`: every unit.
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

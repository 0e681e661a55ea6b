//! Signing in with an office's own accounts: OpenID Connect, authorization code flow with PKCE, state and nonce.
//!
//! What the browser must bring back lies in the catalogue under the hash of a key that only the browser has, and is taken
//! once. The provider's subject tells people apart, never a name: names are given anew, and ours may be somebody else's.
//! What people may do follows their groups at each sign-in; who is in none of ours comes in no more.

use crate::accounts::{SignedIn, is_name, new_key, opened, same, sha256};
use crate::archive::Archive;
use crate::claims::{Claims, groups_of, text_of};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse,
    CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet,
    EndpointNotSet, EndpointSet, HttpRequest, HttpResponse, IdTokenFields, IssuerUrl, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, RequestTokenError, Scope, StandardErrorResponse, StandardTokenResponse, TokenResponse, UserInfoClaims,
};
use serde_json::{Map, Value};
use sohoa_base::config::{Oidc, OidcGroup};
use sohoa_base::error::{Error, Kind, Result, ResultExt};
use sohoa_base::model::account::{Grant, Role};
use sohoa_catalog::{Elsewhere, Flow};
use std::time::Duration;
use ureq::tls::{RootCerts, TlsConfig};

/// How long somebody may take at the provider.
const PATIENCE: Duration = Duration::from_secs(600);

/// Longest wait for an answer of the provider.
const LONGEST: Duration = Duration::from_secs(10);

/// Largest answer of the provider, bytes.
const LARGEST: u64 = 1 << 20;

/// Signatures that are believed: none, and such with a shared secret, are not.
const SIGNATURES: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
];

type Fields = IdTokenFields<Claims, EmptyExtraTokenFields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

type Provider = Client<
    Claims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Where the browser goes to sign in.
#[derive(Debug, Clone)]
pub struct Begun {
    /// The provider's address.
    pub address: String,
    /// What the browser keeps until it comes back.
    pub key: String,
}

/// What the browser brings back.
#[derive(Debug, Clone, Default)]
pub struct Answer {
    /// The code that stands for the person.
    pub code: String,
    /// What was sent along.
    pub state: String,
    /// Why there is no code.
    pub error: Option<String>,
    /// Who says so, where the provider tells (RFC 9207).
    pub issuer: Option<String>,
}

/// Whether people can sign in this way.
#[must_use]
pub fn is_set(settings: &Oidc) -> bool {
    settings.issuer.is_some()
}

/// Whether the settings can be right, before anybody signs in.
///
/// # Errors
/// `Invalid`, naming the setting.
pub fn checked(settings: &Oidc) -> Result<()> {
    let Some(issuer) = &settings.issuer else { return Ok(()) };
    let is_near = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .any(|near| issuer.strip_prefix(near).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])));
    if !issuer.starts_with("https://") && !is_near {
        return Err(Error::invalid(format!("oidc.issuer is {issuer}; it must begin with https://")));
    }
    if settings.groups.is_empty() {
        return Err(Error::invalid("oidc.groups is empty, so that nobody could come in; say what the members of a group are"));
    }
    settings.groups.iter().try_for_each(|group| grant(group).map(|_| ()))
}

fn grant(group: &OidcGroup) -> Result<Grant> {
    let role = Role::ALL.into_iter().find(|role| role.name() == group.role);
    let known = || Role::ALL.map(Role::name).join(", ");
    let role = role.ok_or_else(|| Error::invalid(format!("oidc.groups: {} is no role; use one of {}", group.role, known())))?;
    if group.unit.is_empty() {
        return Err(Error::invalid("a role needs a unit; write * for every unit"));
    }
    Ok(Grant { role, unit: group.unit.clone() })
}

/// What the members of these groups are.
fn grants(settings: &Oidc, groups: &[String]) -> Result<Vec<Grant>> {
    let held = settings.groups.iter().filter(|group| groups.contains(&group.group));
    let mut grants = held.map(grant).collect::<Result<Vec<_>>>()?;
    grants.sort();
    grants.dedup();
    Ok(grants)
}

/// Sends a request of the protocol. Redirects are not followed: they could lead into the inner network.
async fn send(request: HttpRequest) -> Result<HttpResponse> {
    let failed = || "the office's sign-in does not answer; try again later".to_owned();
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = ureq::Agent::config_builder().tls_config(tls).max_redirects(0).max_redirects_will_error(false);
    let agent: ureq::Agent = config.http_status_as_error(false).timeout_global(Some(LONGEST)).build().into();
    let ask = move || {
        let (parts, body) = request.into_parts();
        let answered = match body.is_empty() {
            true => agent.run(ureq::http::Request::from_parts(parts, ())),
            false => agent.run(ureq::http::Request::from_parts(parts, body)),
        };
        let (parts, mut body) = answered?.into_parts();
        let bytes = body.with_config().limit(LARGEST).read_to_vec()?;
        Ok::<_, ureq::Error>(HttpResponse::from_parts(parts, bytes))
    };
    tokio::task::spawn_blocking(ask).await.or_error(Kind::Internal, failed)?.or_error(Kind::Unavailable, failed)
}

/// The provider as it describes itself now; `back` is where it sends browsers back to.
async fn provider(settings: &Oidc, back: &str) -> Result<Provider> {
    let issuer = settings.issuer.clone().ok_or_else(|| Error::not_found("there is nothing at this address"))?;
    let wrong = || format!("oidc.issuer {issuer} is no address");
    let url = IssuerUrl::new(issuer.clone()).or_error(Kind::Invalid, wrong)?;
    let metadata = CoreProviderMetadata::discover_async(url, &send).await;
    let metadata = metadata.or_error(Kind::Unavailable, || "the office's sign-in does not answer; try again later".to_owned())?;
    let methods = metadata.token_endpoint_auth_methods_supported();
    let in_body = methods.is_some_and(|methods| {
        !methods.contains(&CoreClientAuthMethod::ClientSecretBasic) && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
    });
    let secret = settings.client_secret.clone().map(ClientSecret::new);
    let back = RedirectUrl::new(back.to_owned()).or_error(Kind::Invalid, || format!("server.public_url: {back} is no address"))?;
    let provider = Client::from_provider_metadata(metadata, ClientId::new(settings.client_id.clone()), secret).set_redirect_uri(back);
    Ok(if in_body { provider.set_auth_type(AuthType::RequestBody) } else { provider })
}

/// Begins to sign in; `back` is the address to which the provider sends the browser back, `to` the page to go to after.
///
/// # Errors
/// `NotFound` where no provider is set; `Unavailable` where it does not answer.
pub async fn begin(archive: &Archive, back: &str, to: &str) -> Result<Begun> {
    let settings = &archive.config.oidc;
    let provider = provider(settings, back).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let asked = provider.authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random);
    let scopes = settings.scopes.iter().filter(|scope| *scope != "openid").map(|scope| Scope::new(scope.clone()));
    let (address, state, nonce) = asked.add_scopes(scopes).set_pkce_challenge(challenge).url();
    let key = new_key()?;
    let (state, nonce) = (state.into_secret(), nonce.secret().clone());
    let flow = Flow { state, nonce, verifier: verifier.into_secret(), to: to.to_owned() };
    archive.catalog.keep_flow(&sha256(&key), &flow, PATIENCE).await?;
    Ok(Begun { address: address.into(), key })
}

/// Signs in by what the browser brought back; gives the session and the page to go to. `from` is the browser's address.
///
/// # Errors
/// `Denied` where the answer does not hold or the person may not come in; `Unavailable` where the provider does not answer.
pub async fn finish(archive: &Archive, back: &str, key: &str, answer: Answer, from: &str) -> Result<(SignedIn, String)> {
    let note = async |kind: &str, user: &str, why: &str| {
        let body = serde_json::json!({ "by": "oidc", "user": user, "from": from, "why": why });
        archive.catalog.note("", "", kind, body).await
    };
    let (person, to) = match vouched(archive, back, key, answer).await {
        Ok(vouched) => vouched,
        Err(error) => {
            note("sign-in-failed", "", error.context()).await?;
            return Err(error);
        }
    };
    let entered = if person.grants.is_empty() {
        archive.catalog.turn_away(&person.subject).await?;
        Err(Error::denied("you are in no group that may work here; ask an administrator"))
    } else {
        archive.catalog.enter(&person, from).await
    };
    match entered {
        Ok(user) => Ok((opened(archive, user, from).await?, to)),
        Err(error) => {
            note("sign-in-denied", &person.name, error.context()).await?;
            Err(error)
        }
    }
}

/// Whom the provider vouches for, and the page that they wanted.
async fn vouched(archive: &Archive, back: &str, key: &str, answer: Answer) -> Result<(Elsewhere, String)> {
    let flow = archive.catalog.take_flow(&sha256(key)).await?.filter(|flow| same(&flow.state, &answer.state));
    let flow = flow.ok_or_else(|| Error::denied("this sign-in was not begun here, or is too old; begin again"))?;
    let person = person(&archive.config.oidc, back, &flow, answer).await?;
    Ok((person, flow.to))
}

/// The person whom the answer stands for.
async fn person(settings: &Oidc, back: &str, flow: &Flow, answer: Answer) -> Result<Elsewhere> {
    if answer.issuer.as_ref().is_some_and(|issuer| Some(issuer) != settings.issuer.as_ref()) {
        return Err(Error::denied("this sign-in was not begun here, or is too old; begin again"));
    }
    if answer.error.is_some() || answer.code.is_empty() {
        return Err(Error::denied("the office's sign-in was broken off; begin again"));
    }
    let (subject, claims) = claims(&provider(settings, back).await?, settings, flow, answer.code).await?;
    let name = text_of(&claims, &settings.name_claim).map(str::to_lowercase);
    let name = name.ok_or_else(|| Error::denied(format!("the office's sign-in tells no {}; ask an administrator", settings.name_claim)))?;
    if !is_name(&name) {
        return Err(Error::denied(format!("{name} cannot be a name here; ask an administrator")));
    }
    let shown = text_of(&claims, "name").map_or_else(|| name.clone(), |shown| shown.trim().chars().take(200).collect());
    let grants = grants(settings, &groups_of(&claims, &settings.groups_claim))?;
    let subject = format!("{} {subject}", settings.issuer.as_deref().unwrap_or_default());
    Ok(Elsewhere { subject, name, shown, grants })
}

/// Exchanges the code, checks the token's signature and claims; gives the subject and all that is told of it.
async fn claims(provider: &Provider, settings: &Oidc, flow: &Flow, code: String) -> Result<(String, Map<String, Value>)> {
    let untrue = || "the answer of the office's sign-in does not hold; begin again".to_owned();
    let request = provider.exchange_code(AuthorizationCode::new(code)).or_error(Kind::Invalid, untrue)?;
    let answered = request.set_pkce_verifier(PkceCodeVerifier::new(flow.verifier.clone())).request_async(&send).await;
    let tokens = answered.map_err(|error| match error {
        RequestTokenError::ServerResponse(_) => Error::denied("the office's sign-in refuses this one; begin again").caused_by(error),
        RequestTokenError::Request(_) => Error::unavailable("the office's sign-in does not answer; try again later").caused_by(error),
        _ => Error::denied(untrue()).caused_by(error),
    })?;
    let token = tokens.id_token().ok_or_else(|| Error::denied(untrue()))?;
    let verifier = provider.id_token_verifier().set_allowed_algs(SIGNATURES);
    let told = token.claims(&verifier, &Nonce::new(flow.nonce.clone())).or_error(Kind::Denied, untrue)?;
    if let Some(expected) = told.access_token_hash() {
        let algorithm = token.signing_alg().or_error(Kind::Denied, untrue)?;
        let signing = token.signing_key(&verifier).or_error(Kind::Denied, untrue)?;
        let found = AccessTokenHash::from_token(tokens.access_token(), algorithm, signing).or_error(Kind::Denied, untrue)?;
        if found != *expected {
            return Err(Error::denied(untrue()));
        }
    }
    let subject = told.subject().clone();
    let mut all = object(told)?;
    let is_whole = all.contains_key(&settings.name_claim) && all.contains_key(&settings.groups_claim);
    if !is_whole && let Ok(request) = provider.user_info(tokens.access_token().clone(), Some(subject.clone())) {
        let told: UserInfoClaims<Claims, CoreGenderClaim> = request.request_async(&send).await.or_error(Kind::Denied, untrue)?;
        for (name, value) in object(&told)? {
            // What is signed counts more.
            all.entry(name).or_insert(value);
        }
    }
    Ok((subject.to_string(), all))
}

fn object(told: &impl serde::Serialize) -> Result<Map<String, Value>> {
    let value = serde_json::to_value(told).or_error(Kind::Internal, || "claims have no JSON form".to_owned())?;
    Ok(if let Value::Object(object) = value { object } else { Map::new() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn settings(issuer: &str, groups: &[(&str, &str, &str)]) -> Oidc {
        let group = |(group, role, unit): &(&str, &str, &str)| OidcGroup {
            group: (*group).to_owned(),
            role: (*role).to_owned(),
            unit: (*unit).to_owned(),
        };
        Oidc { issuer: Some(issuer.to_owned()), groups: groups.iter().map(group).collect(), ..Oidc::default() }
    }

    #[test]
    fn settings_that_cannot_be_right_are_refused_at_the_start() {
        let one = [("kho", "reader", "SNV")];
        assert!(checked(&Oidc::default()).is_ok() && checked(&settings("https://sso.example.vn", &one)).is_ok());
        assert!(checked(&settings("http://127.0.0.1:4000", &one)).is_ok() && checked(&settings("http://localhost/a", &one)).is_ok());
        for (issuer, groups) in [
            ("http://sso.example.vn", &one[..]),
            ("http://127.0.0.1.example.vn", &one[..]),
            ("https://sso.example.vn", &[]),
            ("https://sso.example.vn", &[("kho", "king", "SNV")]),
            ("https://sso.example.vn", &[("kho", "reader", "")]),
        ] {
            assert_eq!(checked(&settings(issuer, groups)).unwrap_err().kind(), Kind::Invalid, "{issuer} {groups:?}");
        }
    }

    #[test]
    fn who_is_in_several_groups_is_what_each_is() {
        let set = settings("https://sso.example.vn", &[("kho", "reader", "SNV"), ("kho", "archivist", "SNV"), ("ptp", "reader", "SNV")]);
        let held = |groups: &[&str]| grants(&set, &groups.iter().map(|group| (*group).to_owned()).collect::<Vec<_>>()).unwrap().len();
        assert_eq!((held(&["kho", "ptp"]), held(&["ptp"]), held(&["Kho"]), held(&[])), (2, 1, 0, 0));
    }
}

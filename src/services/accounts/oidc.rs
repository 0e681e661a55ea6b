//! Signing in with an office's own accounts: OpenID Connect, authorization code flow with PKCE, state and nonce.
//!
//! The state of a login is stored in the catalogue under the hash of a key that only the browser has, and can be consumed once.
//! Users are identified by the provider's subject, never by name: names are reassigned, and a local user may have the same one.
//! Grants follow the user's groups at each sign-in; a user who is in no configured group loses access.

use crate::accounts::oidc_claims::{ProviderClaims, list_claim, text_claim};
use crate::accounts::secrets::{constant_time_eq, random_key, sha256_hex};
use crate::accounts::sessions::{self, NewSession, open_session};
use crate::accounts::users::is_valid_user_name;
use crate::archive::Archive;
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
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{program, requests, sign_in};
use sohoa_base::model::account::{Grant, Role};
use sohoa_catalog::{ExternalAccount, OidcLoginState};
use std::time::Duration;
use ureq::tls::{RootCerts, TlsConfig};

/// Longest time a user may spend at the provider.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(600);

/// Longest wait for a response of the provider.
const PROVIDER_TIMEOUT: Duration = Duration::from_secs(10);

/// Largest response of the provider, bytes.
const MAX_RESPONSE_BYTES: u64 = 1 << 20;

/// Accepted signature algorithms: asymmetric ones only; `none` and shared secrets (HMAC) are rejected.
const ALLOWED_SIGNATURES: [CoreJwsSigningAlgorithm; 8] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
];

type ProviderTokenFields =
    IdTokenFields<ProviderClaims, EmptyExtraTokenFields, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

type Provider = Client<
    ProviderClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<ProviderTokenFields, CoreTokenType>,
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

/// Redirect of the browser to the provider.
#[derive(Debug, Clone)]
pub struct AuthorizationRedirect {
    /// Authorization URL of the provider.
    pub url: String,
    /// Key of the login state, kept by the browser until it returns.
    pub key: String,
}

/// Parameters with which the provider sends the browser back (RFC 6749, section 4.1.2).
#[derive(Debug, Clone, Default)]
pub struct AuthorizationResponse {
    /// Authorization code.
    pub code: String,
    /// The `state` of the authorization request.
    pub state: String,
    /// Error code, instead of an authorization code.
    pub error: Option<String>,
    /// Issuer identifier, where the provider sends it (RFC 9207).
    pub issuer: Option<String>,
}

/// Whether sign-in by OpenID Connect is configured.
#[must_use]
pub fn is_configured(settings: &Oidc) -> bool {
    settings.issuer.is_some()
}

/// Checks the settings at startup.
///
/// # Errors
/// `Invalid`, naming the setting.
pub fn check_settings(settings: &Oidc) -> Result<()> {
    let Some(issuer) = &settings.issuer else { return Ok(()) };
    let is_loopback = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .any(|prefix| issuer.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])));
    if !issuer.starts_with("https://") && !is_loopback {
        return Err(sign_in::oidc_issuer_not_https(issuer));
    }
    if settings.groups.is_empty() {
        return Err(sign_in::oidc_groups_empty());
    }
    settings.groups.iter().try_for_each(|group| grant_of_group(group).map(|_| ()))
}

fn grant_of_group(group: &OidcGroup) -> Result<Grant> {
    let role = Role::ALL.into_iter().find(|role| role.as_str() == group.role);
    let known = || Role::ALL.map(Role::as_str).join(", ");
    let role = role.ok_or_else(|| sign_in::oidc_group_role_unknown(&group.role, known()))?;
    if group.unit.is_empty() {
        return Err(sign_in::role_unit_missing());
    }
    Ok(Grant { role, unit: group.unit.clone() })
}

/// Grants of a member of these groups.
fn grants_of_groups(settings: &Oidc, groups: &[String]) -> Result<Vec<Grant>> {
    let held = settings.groups.iter().filter(|group| groups.contains(&group.group));
    let mut grants = held.map(grant_of_group).collect::<Result<Vec<_>>>()?;
    grants.sort();
    grants.dedup();
    Ok(grants)
}

/// Sends a request to the provider. Redirects are not followed: they could lead into the internal network.
async fn send_request(request: HttpRequest) -> Result<HttpResponse> {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = ureq::Agent::config_builder().tls_config(tls).max_redirects(0).max_redirects_will_error(false);
    let agent: ureq::Agent = config.http_status_as_error(false).timeout_global(Some(PROVIDER_TIMEOUT)).build().into();
    let exchange = move || {
        let (parts, body) = request.into_parts();
        let response = match body.is_empty() {
            true => agent.run(ureq::http::Request::from_parts(parts, ())),
            false => agent.run(ureq::http::Request::from_parts(parts, body)),
        };
        let (parts, mut body) = response?.into_parts();
        let bytes = body.with_config().limit(MAX_RESPONSE_BYTES).read_to_vec()?;
        Ok::<_, ureq::Error>(HttpResponse::from_parts(parts, bytes))
    };
    let answer = tokio::task::spawn_blocking(exchange).await;
    let answer = answer.map_err(|error| program::bug("sign-in: request to the provider ended early").caused_by(error))?;
    answer.map_err(|error| sign_in::oidc_not_answering().caused_by(error))
}

/// Discovers the provider's endpoints and keys (OpenID Connect Discovery 1.0); `back` is the redirect URI.
async fn discover_provider(settings: &Oidc, back: &str) -> Result<Provider> {
    let issuer = settings.issuer.clone().ok_or_else(requests::address_unknown)?;
    let url = IssuerUrl::new(issuer.clone()).map_err(|error| sign_in::oidc_issuer_invalid(issuer).caused_by(error))?;
    let metadata = CoreProviderMetadata::discover_async(url, &send_request).await;
    let metadata = metadata.map_err(|error| sign_in::oidc_not_answering().caused_by(error))?;
    let methods = metadata.token_endpoint_auth_methods_supported();
    let in_body = methods.is_some_and(|methods| {
        !methods.contains(&CoreClientAuthMethod::ClientSecretBasic) && methods.contains(&CoreClientAuthMethod::ClientSecretPost)
    });
    let secret = settings.client_secret.clone().map(ClientSecret::new);
    let back = RedirectUrl::new(back.to_owned()).map_err(|error| sign_in::oidc_public_url_invalid(back).caused_by(error))?;
    let provider = Client::from_provider_metadata(metadata, ClientId::new(settings.client_id.clone()), secret).set_redirect_uri(back);
    Ok(if in_body { provider.set_auth_type(AuthType::RequestBody) } else { provider })
}

/// Begins a login; `back` is the redirect URI, `to` the page to show after signing in. `renew`: the provider asks the user again who
/// they are, also where it knows them.
///
/// # Errors
/// `NotFound` where no provider is configured; `Unavailable` where it does not answer.
pub async fn begin_login(archive: &Archive, back: &str, to: &str, renew: bool) -> Result<AuthorizationRedirect> {
    let settings = &archive.config.oidc;
    let provider = discover_provider(settings, back).await?;
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let mut request = provider.authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random);
    if renew {
        // With a maximum age the ID token must tell the time of the authentication (OpenID Connect Core 1.0, section 2).
        request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(sessions::RENEWAL_LIFETIME);
    }
    let scopes = settings.scopes.iter().filter(|scope| *scope != "openid").map(|scope| Scope::new(scope.clone()));
    let (url, state, nonce) = request.add_scopes(scopes).set_pkce_challenge(challenge).url();
    let key = random_key()?;
    let (state, nonce) = (state.into_secret(), nonce.secret().clone());
    let flow = OidcLoginState { state, nonce, pkce_verifier: verifier.into_secret(), return_to: to.to_owned() };
    archive.catalog.save_oidc_login(&sha256_hex(&key), &flow, LOGIN_TIMEOUT).await?;
    Ok(AuthorizationRedirect { url: url.into(), key })
}

/// Finishes a login; returns the session and the page to show. `from` is the address of the browser, for the audit.
///
/// # Errors
/// `Denied` for an invalid response or a user without access; `Unavailable` where the provider does not answer.
pub async fn finish_login(
    archive: &Archive,
    back: &str,
    key: &str,
    answer: AuthorizationResponse,
    from: &str,
) -> Result<(NewSession, String)> {
    let record = async |kind: &str, user: &str, why: &str| {
        let body = serde_json::json!({ "by": "oidc", "user": user, "from": from, "why": why });
        archive.catalog.append_event("", "", kind, body).await
    };
    let (person, authenticated, to) = match verify_response(archive, back, key, answer).await {
        Ok(verified) => verified,
        Err(error) => {
            record("sign-in-failed", "", &error.context()).await?;
            return Err(error);
        }
    };
    let signed_in = if person.grants.is_empty() {
        archive.catalog.revoke_external_access(&person.subject).await?;
        Err(sign_in::oidc_no_group())
    } else {
        archive.catalog.sign_in_external(&person, from).await
    };
    match signed_in {
        Ok(user) => Ok((open_session(archive, user, from, authenticated).await?, to)),
        Err(error) => {
            record("sign-in-denied", &person.name, &error.context()).await?;
            Err(error)
        }
    }
}

/// Verifies the response; returns the account, when the provider authenticated it (epoch seconds), and the page to show after signing in.
async fn verify_response(
    archive: &Archive,
    back: &str,
    key: &str,
    answer: AuthorizationResponse,
) -> Result<(ExternalAccount, Option<u64>, String)> {
    let flow = archive.catalog.consume_oidc_login(&sha256_hex(key)).await?.filter(|flow| constant_time_eq(&flow.state, &answer.state));
    let flow = flow.ok_or_else(sign_in::oidc_login_unknown)?;
    let (person, authenticated) = fetch_account(&archive.config.oidc, back, &flow, answer).await?;
    Ok((person, authenticated, flow.return_to))
}

/// Fetches the account for an authorization response, with the time at which the provider authenticated it, epoch seconds.
async fn fetch_account(
    settings: &Oidc,
    back: &str,
    flow: &OidcLoginState,
    answer: AuthorizationResponse,
) -> Result<(ExternalAccount, Option<u64>)> {
    if answer.issuer.as_ref().is_some_and(|issuer| Some(issuer) != settings.issuer.as_ref()) {
        return Err(sign_in::oidc_login_unknown());
    }
    if answer.error.is_some() || answer.code.is_empty() {
        return Err(sign_in::oidc_broken_off());
    }
    let (subject, authenticated, claims) = fetch_claims(&discover_provider(settings, back).await?, settings, flow, answer.code).await?;
    let name = text_claim(&claims, &settings.name_claim).map(str::to_lowercase);
    let name = name.ok_or_else(|| sign_in::oidc_claim_missing(&settings.name_claim))?;
    if !is_valid_user_name(&name) {
        return Err(sign_in::oidc_name_unusable(name));
    }
    let shown = text_claim(&claims, "name").map_or_else(|| name.clone(), |shown| shown.trim().chars().take(200).collect());
    let grants = grants_of_groups(settings, &list_claim(&claims, &settings.groups_claim))?;
    let subject = format!("{} {subject}", settings.issuer.as_deref().unwrap_or_default());
    Ok((ExternalAccount { subject, name, shown, grants }, authenticated))
}

/// Exchanges the code for tokens, verifies the ID token's signature and claims; returns the subject, its `auth_time` and all claims.
async fn fetch_claims(
    provider: &Provider,
    settings: &Oidc,
    flow: &OidcLoginState,
    code: String,
) -> Result<(String, Option<u64>, Map<String, Value>)> {
    let request = provider.exchange_code(AuthorizationCode::new(code));
    let request = request.map_err(|error| sign_in::oidc_token_address_missing().caused_by(error))?;
    let response = request.set_pkce_verifier(PkceCodeVerifier::new(flow.pkce_verifier.clone())).request_async(&send_request).await;
    let tokens = response.map_err(|error| match error {
        RequestTokenError::ServerResponse(_) => sign_in::oidc_refused().caused_by(error),
        RequestTokenError::Request(_) => sign_in::oidc_not_answering().caused_by(error),
        _ => sign_in::oidc_answer_invalid().caused_by(error),
    })?;
    let token = tokens.id_token().ok_or_else(sign_in::oidc_answer_invalid)?;
    let verifier = provider.id_token_verifier().set_allowed_algs(ALLOWED_SIGNATURES);
    let claims = token.claims(&verifier, &Nonce::new(flow.nonce.clone())).map_err(invalid)?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = token.signing_alg().map_err(invalid)?;
        let signing = token.signing_key(&verifier).map_err(invalid)?;
        let found = AccessTokenHash::from_token(tokens.access_token(), algorithm, signing).map_err(invalid)?;
        if found != *expected {
            return Err(sign_in::oidc_answer_invalid());
        }
    }
    let subject = claims.subject().clone();
    let authenticated = claims.auth_time().and_then(|time| u64::try_from(time.timestamp()).ok());
    let mut all = to_json_object(claims)?;
    let is_whole = all.contains_key(&settings.name_claim) && all.contains_key(&settings.groups_claim);
    if !is_whole && let Ok(request) = provider.user_info(tokens.access_token().clone(), Some(subject.clone())) {
        let user_info: UserInfoClaims<ProviderClaims, CoreGenderClaim> = request.request_async(&send_request).await.map_err(invalid)?;
        for (name, value) in to_json_object(&user_info)? {
            // Claims of the signed ID token take precedence.
            all.entry(name).or_insert(value);
        }
    }
    Ok((subject.to_string(), authenticated, all))
}

/// The answer of the provider does not hold.
fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    sign_in::oidc_answer_invalid().caused_by(error)
}

fn to_json_object(claims: &impl serde::Serialize) -> Result<Map<String, Value>> {
    let value = serde_json::to_value(claims).map_err(|error| program::bug("sign-in: JSON of the claims").caused_by(error))?;
    Ok(if let Value::Object(object) = value { object } else { Map::new() })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sohoa_base::error::ErrorKind;

    fn settings(issuer: &str, groups: &[(&str, &str, &str)]) -> Oidc {
        let group = |(group, role, unit): &(&str, &str, &str)| OidcGroup {
            group: (*group).to_owned(),
            role: (*role).to_owned(),
            unit: (*unit).to_owned(),
        };
        Oidc { issuer: Some(issuer.to_owned()), groups: groups.iter().map(group).collect(), ..Oidc::default() }
    }

    #[test]
    fn invalid_oidc_settings_are_rejected() {
        let one = [("kho", "reader", "SNV")];
        assert!(check_settings(&Oidc::default()).is_ok() && check_settings(&settings("https://sso.example.vn", &one)).is_ok());
        assert!(
            check_settings(&settings("http://127.0.0.1:4000", &one)).is_ok()
                && check_settings(&settings("http://localhost/a", &one)).is_ok()
        );
        for (issuer, groups) in [
            ("http://sso.example.vn", &one[..]),
            ("http://127.0.0.1.example.vn", &one[..]),
            ("https://sso.example.vn", &[]),
            ("https://sso.example.vn", &[("kho", "king", "SNV")]),
            ("https://sso.example.vn", &[("kho", "reader", "")]),
        ] {
            assert_eq!(check_settings(&settings(issuer, groups)).unwrap_err().kind(), ErrorKind::Invalid, "{issuer} {groups:?}");
        }
    }

    #[test]
    fn grants_of_several_groups_are_combined() {
        let set = settings("https://sso.example.vn", &[("kho", "reader", "SNV"), ("kho", "archivist", "SNV"), ("ptp", "reader", "SNV")]);
        let held =
            |groups: &[&str]| grants_of_groups(&set, &groups.iter().map(|group| (*group).to_owned()).collect::<Vec<_>>()).unwrap().len();
        assert_eq!((held(&["kho", "ptp"]), held(&["ptp"]), held(&["Kho"]), held(&[])), (2, 1, 0, 0));
    }
}

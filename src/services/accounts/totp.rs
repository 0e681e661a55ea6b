//! Second factor: besides the password a code of an authenticator app (TOTP, RFC 6238).
//!
//! Each code and each recovery code (for users who have lost the app) works once. The app's secret is stored encrypted
//! ([`crate::accounts::secret_box`]), recovery codes as their SHA-256: they are random enough that no salt is needed.

use crate::accounts::passwords::{check_local_account, record_sign_in, require_session, verify_password};
use crate::accounts::secret_box;
use crate::accounts::secrets::{random_bytes, sha256_hex};
use crate::accounts::users::require_user_admin;
use crate::archive::Archive;
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::{program, sign_in};
use sohoa_base::model::account::Identity;
use sohoa_catalog::UserCredentials;
use sohoa_imaging::barcodes::qr_code;
use totp_rs::{Builder, Totp};

/// Issuer that the app shows beside its codes.
const ISSUER: &str = "sohoa";

/// Length of an app's secret, bytes: that of the hash (RFC 4226, section 4).
const SECRET_BYTES: usize = 20;

/// Recovery codes per user.
const RECOVERY_CODE_COUNT: usize = 8;

/// Length of a recovery code, bytes.
const RECOVERY_CODE_BYTES: usize = 10;

/// Data with which an authenticator app is set up.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
pub struct Enrolment {
    /// The secret in base 32, to be typed.
    pub secret: String,
    /// The same as an `otpauth://` URI.
    pub uri: String,
    /// The URI as a QR code, SVG.
    pub qr: String,
}

fn build_totp(name: &str, secret: &[u8]) -> Result<Totp> {
    let secret = totp_rs::Secret::new(secret.into());
    let built = Builder::new().with_secret(secret).with_issuer(Some(ISSUER)).with_account_name(name).build();
    built.map_err(|error| program::bug("sign-in: secret of an authenticator app").caused_by(error.to_string()))
}

/// Begins the enrolment of an app; signing in does not change until [`confirm_enrolment`].
///
/// # Errors
/// `Denied` for a wrong password or an API token; `Conflict` where an app is set up already or the user signs in by OpenID Connect.
pub async fn begin_enrolment(archive: &Archive, by: &Identity, password: &str, from: &str) -> Result<Enrolment> {
    check_local_account(&by.user)?;
    verify_password(archive, by, password, from).await?;
    let secret = random_bytes::<SECRET_BYTES>()?;
    let totp = build_totp(&by.user.name, &secret)?;
    let uri = totp.to_url().map_err(|error| program::bug("sign-in: address of an authenticator app").caused_by(error.to_string()))?;
    let enrolment = Enrolment { secret: totp.secret().to_base32(), qr: qr_code::svg(&uri)?, uri };
    archive.catalog.set_pending_totp(&by.user.name, &secret_box::encrypt(&archive.config, &by.user.name, &secret)?).await?;
    Ok(enrolment)
}

/// Confirms the enrolment with a code of the app; from then on codes are required. Returns the recovery codes, which cannot be shown
/// again.
///
/// # Errors
/// `Denied` for a wrong code or an API token; `Conflict` where no enrolment was begun.
pub async fn confirm_enrolment(archive: &Archive, by: &Identity, code: &str) -> Result<Vec<String>> {
    if by.key_rights.is_some() {
        return Err(sign_in::person_needed());
    }
    let name = &by.user.name;
    let wanted = archive.catalog.user_credentials(name).await?.and_then(|secret| secret.pending_totp);
    let wanted = wanted.ok_or_else(sign_in::totp_not_begun)?;
    let totp = build_totp(name, &secret_box::decrypt(&archive.config, name, &wanted)?)?;
    let step = totp.check(&normalize_code(code), archive.catalog.now_seconds()).ok_or_else(wrong_code_error)?;
    let codes = (0..RECOVERY_CODE_COUNT).map(|_| random_bytes::<RECOVERY_CODE_BYTES>().map(hex::encode)).collect::<Result<Vec<_>>>()?;
    let hashes: Vec<String> = codes.iter().map(|code| sha256_hex(code)).collect();
    archive.catalog.confirm_totp(name, &wanted, step, &hashes, &by.key_id).await?;
    Ok(codes.iter().map(|code| format_recovery_code(code)).collect())
}

/// Removes the caller's second factor.
///
/// # Errors
/// `Denied` for a wrong password or code, or an API token; `Conflict` where no app is set up.
pub async fn disable(archive: &Archive, by: &Identity, password: &str, code: &str, from: &str) -> Result<()> {
    let secret = verify_password(archive, by, password, from).await?;
    if secret.totp.is_none() {
        return Err(sign_in::totp_not_set_up());
    }
    if !verify_code(archive, &secret, code).await? {
        record_sign_in(archive, &by.user.name, false, from).await?;
        return Err(wrong_code_error());
    }
    archive.catalog.remove_totp(&by.user.name).await
}

/// Removes the second factor of a user who has lost app and recovery codes; all keys of the user end.
///
/// # Errors
/// `NotFound` for an unknown name, or a user without a role in a unit that `by` administers; `Denied` for a user who has roles in other
/// units too, or the key of a program.
pub async fn reset(archive: &Archive, by: &Identity, name: &str) -> Result<()> {
    require_session(by)?;
    require_user_admin(archive, by, name).await?;
    archive.catalog.reset_totp(name, &by.user.name).await
}

/// Number of unused recovery codes.
///
/// # Errors
/// `Unavailable` where the catalogue does not answer.
pub async fn recovery_codes_left(archive: &Archive, by: &Identity) -> Result<u64> {
    archive.catalog.count_recovery_codes(&by.user.name).await
}

/// Verifies and consumes a code of the app or a recovery code; false where it is wrong or was used before.
pub(crate) async fn verify_code(archive: &Archive, secret: &UserCredentials, code: &str) -> Result<bool> {
    let Some(sealed) = &secret.totp else { return Ok(false) };
    let (name, code) = (&secret.user.name, normalize_code(code));
    // A recovery code needs no decryption, so it works even where the encryption key is lost.
    if code.len() == 2 * RECOVERY_CODE_BYTES {
        return archive.catalog.consume_recovery_code(name, &sha256_hex(&code)).await;
    }
    let totp = build_totp(name, &secret_box::decrypt(&archive.config, name, sealed)?)?;
    match totp.check(&code, archive.catalog.now_seconds()) {
        Some(step) => archive.catalog.consume_totp_step(name, step).await,
        None => Ok(false),
    }
}

pub(crate) fn wrong_code_error() -> Error {
    sign_in::totp_code_wrong()
}

/// A typed code without separators, in lower case.
fn normalize_code(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).take(64).map(|letter| letter.to_ascii_lowercase()).collect()
}

/// Formats a recovery code in groups of five, separated by hyphens.
fn format_recovery_code(code: &str) -> String {
    code.as_bytes().chunks(5).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn totp_matches_rfc_6238_and_codes_are_normalized() {
        let totp = build_totp("lan", b"12345678901234567890").unwrap();
        assert_eq!(totp.check("081804", 1_111_111_109), Some(1_111_111_109 / 30));
        assert_eq!(totp.check("081804", 1_111_111_109 + 30), Some(1_111_111_109 / 30), "a telephone's clock may be slow");
        assert_eq!(totp.check("081804", 1_111_111_109 + 90), None);
        assert_eq!(totp.to_url().unwrap(), "otpauth://totp/sohoa:lan?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=sohoa");
        assert_eq!(normalize_code(&format_recovery_code("00112233445566778899")), "00112233445566778899");
        assert_eq!(normalize_code(" 081 804\n"), "081804");
    }
}

//! Second factor (codes of authenticator apps, TOTP of RFC 6238) and sign-in through OpenID Connect.

use crate::Catalog;
use crate::accounts::keys::Keys;
use crate::accounts::user_rows::user_from_row;
use crate::accounts::users::unknown_user;
use crate::sql::{self, SqlValue, WriteTx, get, retrying, to_json};
use serde_json::json;
use sohoa_base::error::Result;
use sohoa_base::messages::sign_in;
use sohoa_base::model::account::{Grant, Origin, User};
use std::time::Duration;

/// State of a sign-in that waits for the answer of the OpenID provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcLoginState {
    /// `state` parameter that the answer must repeat.
    pub state: String,
    /// `nonce` that the ID token must contain.
    pub nonce: String,
    /// PKCE code verifier (RFC 7636), sent when the code is exchanged.
    pub pkce_verifier: String,
    /// Page to open after the sign-in.
    pub return_to: String,
}

/// A user authenticated by an OpenID provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalAccount {
    /// Issuer and subject identifier; they never change.
    pub subject: String,
    /// User name, used if the user is new.
    pub name: String,
    /// Display name.
    pub shown: String,
    /// Grants that replace the present ones.
    pub grants: Vec<Grant>,
}

impl Catalog {
    /// Time of the catalogue's clock, epoch seconds.
    #[must_use]
    pub fn now_seconds(&self) -> u64 {
        u64::try_from(self.clock.now() / 1000).unwrap_or(0)
    }

    /// Saves the sealed secret of an authenticator app until it is confirmed.
    ///
    /// # Errors
    /// `Conflict` if the user already has an app.
    pub async fn set_pending_totp(&self, name: &str, sealed: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE users SET pending_totp = $2 WHERE name = $1 AND totp IS NULL")
            .bind(name.to_owned())
            .bind(sealed.to_owned());
        if sql::execute(write.connection(), statement, "cannot keep a secret").await? == 0 {
            return Err(sign_in::totp_already_set_up());
        }
        write.commit().await
    }

    /// Confirms the pending secret: from now on sign-in requires a code of the app. `step` is the time step of the code that
    /// confirmed it, `codes` are SHA-256 sums of recovery codes. Deletes all sessions except `kept_session`.
    ///
    /// # Errors
    /// `Conflict` if another secret is pending.
    pub async fn confirm_totp(&self, name: &str, sealed: &str, step: u64, codes: &[String], kept_session: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query(
            "UPDATE users SET totp = pending_totp, pending_totp = NULL, totp_step = $3
             WHERE name = $1 AND pending_totp = $2 AND totp IS NULL",
        )
        .bind(name.to_owned())
        .bind(sealed.to_owned())
        .bind(sql::to_i64(step));
        if sql::execute(write.connection(), statement, "cannot keep a secret").await? == 0 {
            return Err(sign_in::totp_begun_elsewhere());
        }
        write.delete_recovery_codes(name).await?;
        let rows = codes.iter().map(|code| vec![SqlValue::Text(name.to_owned()), SqlValue::Text(code.clone())]).collect();
        sql::bulk_insert(write.connection(), "INSERT INTO recovery_codes (user_name, sha256) VALUES", rows, "", "cannot keep codes")
            .await?;
        write.end_keys(name, Keys::SessionsExcept(kept_session), name).await?;
        write.append_events("", &[("", "totp-added", json!({ "by": name, "user": name }))]).await?;
        write.commit().await
    }

    /// Marks the code of this time step as used; returns `false` if it or a later one was used before.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn consume_totp_step(&self, name: &str, step: u64) -> Result<bool> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE users SET totp_step = $2 WHERE name = $1 AND totp IS NOT NULL AND totp_step < $2")
            .bind(name.to_owned())
            .bind(sql::to_i64(step));
        let is_fresh = sql::execute(write.connection(), statement, "cannot note the use of a code").await? > 0;
        write.commit().await?;
        Ok(is_fresh)
    }

    /// Deletes a recovery code; returns whether it existed.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn consume_recovery_code(&self, name: &str, sha256: &str) -> Result<bool> {
        let mut write = self.write().await?;
        let statement =
            sqlx::query("DELETE FROM recovery_codes WHERE user_name = $1 AND sha256 = $2").bind(name.to_owned()).bind(sha256.to_owned());
        let existed = sql::execute(write.connection(), statement, "cannot use a recovery code up").await? > 0;
        if existed {
            write.append_events("", &[("", "recovery-code-used", json!({ "user": name }))]).await?;
        }
        write.commit().await?;
        Ok(existed)
    }

    /// Number of unused recovery codes of a user.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn count_recovery_codes(&self, name: &str) -> Result<u64> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT COUNT(*) AS count FROM recovery_codes WHERE user_name = $1").bind(name.to_owned());
        sql::get_u64(&sql::fetch_one(&mut connection, statement, "cannot count recovery codes").await?, "count")
    }

    /// Removes the authenticator app of a user, who asked for it; sign-in requires no code any more.
    ///
    /// # Errors
    /// `NotFound` for an unknown name.
    pub async fn remove_totp(&self, name: &str) -> Result<()> {
        self.remove_totp_by(name, name, false).await
    }

    /// Removes the authenticator app of a user for an administrator, and ends all keys of the user.
    ///
    /// # Errors
    /// `NotFound` for an unknown name.
    pub async fn reset_totp(&self, name: &str, by: &str) -> Result<()> {
        self.remove_totp_by(name, by, true).await
    }

    async fn remove_totp_by(&self, name: &str, by: &str, is_reset: bool) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE users SET totp = NULL, pending_totp = NULL WHERE name = $1").bind(name.to_owned());
        if sql::execute(write.connection(), statement, "cannot forget a secret").await? == 0 {
            return Err(unknown_user(name));
        }
        write.delete_recovery_codes(name).await?;
        if is_reset {
            write.end_keys(name, Keys::All, by).await?;
        }
        write.append_events("", &[("", "totp-ended", json!({ "by": by, "user": name }))]).await?;
        write.commit().await
    }

    /// Saves a sign-in until the provider answers, by the SHA-256 of the browser's key; deletes expired ones.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn save_oidc_login(&self, sha256: &str, flow: &OidcLoginState, lifetime: Duration) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM sign_in_flows WHERE expires <= $1").bind(write.now);
        sql::execute(write.connection(), statement, "cannot forget old sign-ins").await?;
        let statement = sqlx::query(
            "INSERT INTO sign_in_flows (sha256, state, nonce, pkce_verifier, return_to, expires) VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(sha256.to_owned())
        .bind(flow.state.clone())
        .bind(flow.nonce.clone())
        .bind(flow.pkce_verifier.clone())
        .bind(sql::replace_nul(&flow.return_to))
        .bind(write.now + sql::duration_ms(lifetime));
        sql::execute(write.connection(), statement, "cannot keep a sign-in").await?;
        write.commit().await
    }

    /// Returns and deletes the sign-in of the browser with this key, unless it is expired.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn consume_oidc_login(&self, sha256: &str) -> Result<Option<OidcLoginState>> {
        let mut write = self.write().await?;
        let statement =
            sqlx::query("DELETE FROM sign_in_flows WHERE sha256 = $1 RETURNING state, nonce, pkce_verifier, return_to, expires")
                .bind(sha256.to_owned());
        let row = sql::fetch_optional(write.connection(), statement, "cannot take a sign-in").await?;
        let now = write.now;
        write.commit().await?;
        let Some(row) = row else { return Ok(None) };
        if get::<i64>(&row, "expires")? <= now {
            return Ok(None);
        }
        let flow = OidcLoginState {
            state: get(&row, "state")?,
            nonce: get(&row, "nonce")?,
            pkce_verifier: get(&row, "pkce_verifier")?,
            return_to: get(&row, "return_to")?,
        };
        Ok(Some(flow))
    }

    /// Signs in a user authenticated by a provider: a new user is added, a known one gets the grants of their groups; if these changed,
    /// the keys of programs that act for the user end. `from` is the address of the browser, for the audit.
    ///
    /// # Errors
    /// `Denied` if the user is disabled, or the name belongs to another user.
    pub async fn sign_in_external(&self, person: &ExternalAccount, from: &str) -> Result<User> {
        retrying!(self.sign_in_external_once(person, from))
    }

    async fn sign_in_external_once(&self, person: &ExternalAccount, from: &str) -> Result<User> {
        let mut write = self.write().await?;
        let known = write.user_by_subject(&person.subject).await?;
        if known.as_ref().is_some_and(|user| user.disabled) {
            return Err(sign_in::account_disabled());
        }
        let name = known.as_ref().map_or(&person.name, |user| &user.name).clone();
        let is_same = known.as_ref().is_some_and(|user| user.grants == person.grants && user.display_name == person.shown);
        if known.is_none() {
            let statement = sqlx::query(
                "INSERT INTO users (name, display_name, grants, created, origin, subject) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (name) DO NOTHING",
            )
            .bind(name.clone())
            .bind(sql::replace_nul(&person.shown))
            .bind(to_json(&person.grants)?)
            .bind(write.now)
            .bind(sql::enum_str(&Origin::Oidc)?)
            .bind(sql::replace_nul(&person.subject));
            if sql::execute(write.connection(), statement, "cannot add a person").await? == 0 {
                // A user with the same name keeps it: the provider must not open the account of another user.
                return Err(sign_in::account_name_of_other_person(name));
            }
        } else if !is_same {
            write.sync_external_user(&name, &person.shown, &person.grants).await?;
        }
        if known.as_ref().is_some_and(|user| user.grants != person.grants) {
            write.end_keys(&name, Keys::Tokens, "oidc").await?;
        }
        write.register_units_of(&person.grants).await?;
        let statement = sqlx::query("UPDATE users SET groups_confirmed = $2 WHERE name = $1").bind(name.clone()).bind(write.now);
        sql::execute(write.connection(), statement, "cannot note a sign-in").await?;
        let change = json!({ "by": "oidc", "user": name, "grants": person.grants });
        let entered = json!({ "user": name, "from": from, "by": "oidc" });
        let kind = if known.is_none() { "user-added" } else { "user-changed" };
        let events = [("", kind, change), ("", "signed-in", entered)];
        write.append_events("", events.get(usize::from(is_same)..).unwrap_or_default()).await?;
        let user = write.user_by_subject(&person.subject).await?.ok_or_else(|| unknown_user(&name))?;
        write.commit().await?;
        Ok(user)
    }

    /// Removes the grants of a user who is in no group for this system any more, and deletes their keys.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn revoke_external_access(&self, subject: &str) -> Result<()> {
        let mut write = self.write().await?;
        let Some(user) = write.user_by_subject(subject).await? else { return Ok(()) };
        write.end_keys(&user.name, Keys::All, "oidc").await?;
        if !user.grants.is_empty() {
            write.sync_external_user(&user.name, &user.display_name, &[]).await?;
            let body = json!({ "by": "oidc", "user": user.name, "grants": [] });
            write.append_events("", &[("", "user-changed", body)]).await?;
        }
        write.commit().await
    }
}

impl WriteTx {
    async fn delete_recovery_codes(&mut self, name: &str) -> Result<()> {
        let statement = sqlx::query("DELETE FROM recovery_codes WHERE user_name = $1").bind(name.to_owned());
        sql::execute(self.connection(), statement, "cannot forget recovery codes").await?;
        Ok(())
    }

    async fn user_by_subject(&mut self, subject: &str) -> Result<Option<User>> {
        let statement = sqlx::query("SELECT * FROM users WHERE subject = $1").bind(sql::replace_nul(subject));
        let row = sql::fetch_optional(self.connection(), statement, "cannot read a person").await?;
        row.as_ref().map(user_from_row).transpose()
    }

    async fn sync_external_user(&mut self, name: &str, shown: &str, grants: &[Grant]) -> Result<()> {
        let statement = sqlx::query("UPDATE users SET display_name = $2, grants = $3 WHERE name = $1")
            .bind(name.to_owned())
            .bind(sql::replace_nul(shown))
            .bind(to_json(&grants)?);
        sql::execute(self.connection(), statement, "cannot change a person").await?;
        Ok(())
    }
}

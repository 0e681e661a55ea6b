//! Signing in by more than a password: codes of authenticator apps, and people whom a provider vouches for.

use crate::Catalog;
use crate::accounts::users_and_keys::{duration_ms, unknown_user, user_from_row};
use crate::sql::{self, SqlValue, WriteTx, get, retrying, to_json};
use serde_json::json;
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Grant, Origin, User};
use std::time::Duration;

/// A sign-in that waits for a provider's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcLoginState {
    /// What the answer must bring back.
    pub state: String,
    /// What the provider's token must hold.
    pub nonce: String,
    /// Proof that who asked is who exchanges the code.
    pub pkce_verifier: String,
    /// Address of the page to go to after.
    pub return_to: String,
}

/// Somebody whom a provider vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalAccount {
    /// The issuer and its name for the person, which never changes.
    pub subject: String,
    /// Name to sign in with, used where the person is new.
    pub name: String,
    /// Name for people to read.
    pub shown: String,
    /// What the person is from now on.
    pub grants: Vec<Grant>,
}

impl Catalog {
    /// Now, epoch seconds.
    #[must_use]
    pub fn now_seconds(&self) -> u64 {
        u64::try_from(self.clock.now() / 1000).unwrap_or(0)
    }

    /// Keeps the sealed secret of an authenticator app until it is confirmed.
    ///
    /// # Errors
    /// `Conflict` where the person has an app already.
    pub async fn set_pending_totp(&self, name: &str, sealed: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement =
            sqlx::query("UPDATE users SET totp_wanted = $2 WHERE name = $1 AND totp IS NULL").bind(name.to_owned()).bind(sealed.to_owned());
        if sql::execute(write.connection(), statement, "cannot keep a secret").await? == 0 {
            return Err(Error::conflict("an authenticator app is set up already; end that first"));
        }
        write.commit().await
    }

    /// From now on the app with this secret is needed. `step` is that of the code which proved it; `codes` are SHA-256s of
    /// recovery codes. Every session but `kept` ends.
    ///
    /// # Errors
    /// `Conflict` where another secret is wanted by now.
    pub async fn confirm_totp(&self, name: &str, sealed: &str, step: u64, codes: &[String], kept: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query(
            "UPDATE users SET totp = totp_wanted, totp_wanted = NULL, totp_step = $3 WHERE name = $1 AND totp_wanted = $2 AND totp IS NULL",
        )
        .bind(name.to_owned())
        .bind(sealed.to_owned())
        .bind(sql::to_i64(step));
        if sql::execute(write.connection(), statement, "cannot keep a secret").await? == 0 {
            return Err(Error::conflict("this was begun anew elsewhere; load the page again"));
        }
        write.delete_recovery_codes(name).await?;
        let rows = codes.iter().map(|code| vec![SqlValue::Text(name.to_owned()), SqlValue::Text(code.clone())]).collect();
        sql::bulk_insert(write.connection(), "INSERT INTO recovery_codes (user_name, sha256) VALUES", rows, "", "cannot keep codes")
            .await?;
        let statement = sqlx::query("DELETE FROM keys WHERE user_name = $1 AND used_for = 'session' AND id <> $2")
            .bind(name.to_owned())
            .bind(kept.to_owned());
        sql::execute(write.connection(), statement, "cannot end sessions").await?;
        write.append_events("", &[("", "totp-added", json!({ "by": name, "user": name }))]).await?;
        write.commit().await
    }

    /// Uses the code of this step up; whether it and no later one was used before.
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

    /// Uses a recovery code up; whether it was one.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn consume_recovery_code(&self, name: &str, sha256: &str) -> Result<bool> {
        let mut write = self.write().await?;
        let statement =
            sqlx::query("DELETE FROM recovery_codes WHERE user_name = $1 AND sha256 = $2").bind(name.to_owned()).bind(sha256.to_owned());
        let is_one = sql::execute(write.connection(), statement, "cannot use a recovery code up").await? > 0;
        if is_one {
            write.append_events("", &[("", "recovery-code-used", json!({ "user": name }))]).await?;
        }
        write.commit().await?;
        Ok(is_one)
    }

    /// How many recovery codes a person has left.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn count_recovery_codes(&self, name: &str) -> Result<u64> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT COUNT(*) AS count FROM recovery_codes WHERE user_name = $1").bind(name.to_owned());
        sql::get_u64(&sql::fetch_one(&mut connection, statement, "cannot count recovery codes").await?, "count")
    }

    /// No app is needed any more.
    ///
    /// # Errors
    /// `NotFound` for an unknown name.
    pub async fn remove_totp(&self, name: &str, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE users SET totp = NULL, totp_wanted = NULL WHERE name = $1").bind(name.to_owned());
        if sql::execute(write.connection(), statement, "cannot forget a secret").await? == 0 {
            return Err(unknown_user(name));
        }
        write.delete_recovery_codes(name).await?;
        write.append_events("", &[("", "totp-ended", json!({ "by": by, "user": name }))]).await?;
        write.commit().await
    }

    /// Keeps a sign-in until the provider answers, by the SHA-256 of the browser's key; forgets those that waited too long.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn save_oidc_login(&self, sha256: &str, flow: &OidcLoginState, lifetime: Duration) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM sign_in_flows WHERE expires <= $1").bind(write.now);
        sql::execute(write.connection(), statement, "cannot forget old sign-ins").await?;
        let statement =
            sqlx::query("INSERT INTO sign_in_flows (sha256, state, nonce, verifier, goes_to, expires) VALUES ($1, $2, $3, $4, $5, $6)")
                .bind(sha256.to_owned())
                .bind(flow.state.clone())
                .bind(flow.nonce.clone())
                .bind(flow.pkce_verifier.clone())
                .bind(sql::replace_nul(&flow.return_to))
                .bind(write.now + duration_ms(lifetime));
        sql::execute(write.connection(), statement, "cannot keep a sign-in").await?;
        write.commit().await
    }

    /// Takes the sign-in of the browser with this key: once.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn consume_oidc_login(&self, sha256: &str) -> Result<Option<OidcLoginState>> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM sign_in_flows WHERE sha256 = $1 RETURNING state, nonce, verifier, goes_to, expires")
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
            pkce_verifier: get(&row, "verifier")?,
            return_to: get(&row, "goes_to")?,
        };
        Ok(Some(flow))
    }

    /// Lets somebody in whom a provider vouches for: who is new is made, who is known gets the grants of their groups.
    /// `from` is the address of the browser, for the audit.
    ///
    /// # Errors
    /// `Denied` where the person is disabled, or the name is somebody else's.
    pub async fn sign_in_external(&self, person: &ExternalAccount, from: &str) -> Result<User> {
        retrying!(self.sign_in_external_once(person, from))
    }

    async fn sign_in_external_once(&self, person: &ExternalAccount, from: &str) -> Result<User> {
        let mut write = self.write().await?;
        let known = write.user_by_subject(&person.subject).await?;
        if known.as_ref().is_some_and(|user| user.disabled) {
            return Err(Error::denied("your account is disabled; ask an administrator"));
        }
        let name = known.as_ref().map_or(&person.name, |user| &user.name).clone();
        let is_same = known.as_ref().is_some_and(|user| user.grants == person.grants && user.display_name == person.shown);
        if known.is_none() {
            let statement = sqlx::query(
                "INSERT INTO users (name, shown, grants, created, origin, subject) VALUES ($1, $2, $3, $4, $5, $6)
                 ON CONFLICT (name) DO NOTHING",
            )
            .bind(name.clone())
            .bind(sql::replace_nul(&person.shown))
            .bind(to_json(&person.grants)?)
            .bind(write.now)
            .bind(sql::enum_str(&Origin::Oidc)?)
            .bind(sql::replace_nul(&person.subject));
            if sql::execute(write.connection(), statement, "cannot add a person").await? == 0 {
                // Whoever has the name, has it: the provider's word must not open somebody's account.
                return Err(Error::denied(format!("somebody else has the name {name} here; ask an administrator")));
            }
        } else if !is_same {
            write.sync_external_user(&name, &person.shown, &person.grants).await?;
        }
        let change = json!({ "by": "oidc", "user": name, "grants": person.grants });
        let entered = json!({ "user": name, "from": from, "by": "oidc" });
        let kind = if known.is_none() { "user-added" } else { "user-changed" };
        let events = [("", kind, change), ("", "signed-in", entered)];
        write.append_events("", events.get(usize::from(is_same)..).unwrap_or_default()).await?;
        let user = write.user_by_subject(&person.subject).await?.ok_or_else(|| unknown_user(&name))?;
        write.commit().await?;
        Ok(user)
    }

    /// Takes everything from somebody whom the provider gives no group here any more; what they held open ends.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn revoke_external_access(&self, subject: &str) -> Result<()> {
        let mut write = self.write().await?;
        let Some(user) = write.user_by_subject(subject).await? else { return Ok(()) };
        let statement = sqlx::query("DELETE FROM keys WHERE user_name = $1").bind(user.name.clone());
        sql::execute(write.connection(), statement, "cannot end keys").await?;
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
        let statement = sqlx::query("UPDATE users SET shown = $2, grants = $3 WHERE name = $1")
            .bind(name.to_owned())
            .bind(sql::replace_nul(shown))
            .bind(to_json(&grants)?);
        sql::execute(self.connection(), statement, "cannot change a person").await?;
        Ok(())
    }
}

//! Keys of users: sessions, tokens of programs, setup keys.

use crate::accounts::user_rows::user_from_row;
use crate::sql::{self, WriteTx, get, to_json};
use crate::{Catalog, rfc3339};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::sign_in;
use sohoa_base::model::account::{Identity, Right, Session, Token};
use sqlx::any::AnyRow;
use std::collections::BTreeSet;
use std::time::Duration;

/// Purpose of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPurpose {
    /// Session of a signed-in user.
    Session,
    /// Token of a program that acts for a user.
    Token,
    /// Key that allows the creation of the first administrator.
    Setup,
}

impl KeyPurpose {
    fn as_str(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::Setup => "setup",
        }
    }
}

/// Keys of a user that end together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys<'a> {
    /// Sessions and tokens.
    All,
    /// Tokens.
    Tokens,
    /// Sessions, except the one with this identifier.
    SessionsExcept(&'a str),
}

/// A new key. Only its hash is stored.
#[derive(Debug, Clone, Copy)]
pub struct NewKey<'a> {
    /// SHA-256 of the key, lower-case hexadecimal.
    pub sha256: &'a str,
    /// Purpose of the key.
    pub purpose: KeyPurpose,
    /// User name; empty for setup keys.
    pub user: &'a str,
    /// Label given by the user.
    pub label: &'a str,
    /// Maximum rights; none: all rights of its user.
    pub rights: Option<&'a BTreeSet<Right>>,
    /// Time until it expires.
    pub lifetime: Duration,
    /// When its user proved who they are, epoch seconds; none: not known. Only for sessions.
    pub authenticated: Option<u64>,
}

/// Idle time after which a session expires.
const SESSION_IDLE_LIMIT: Duration = Duration::from_secs(8 * 3600);

/// Time for which the tokens of users of an OpenID provider work after their groups were confirmed, at a sign-in.
const CONFIRMATION_LIFETIME: Duration = Duration::from_secs(30 * 24 * 3600);

/// Minimum interval between two updates of the time of last use.
const LAST_USE_INTERVAL: Duration = Duration::from_secs(60);

impl Catalog {
    /// Adds a key; returns its identifier.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn add_key(&self, new: &NewKey<'_>, by: &str) -> Result<String> {
        let mut write = self.write().await?;
        let id = sql::new_id();
        let statement = sqlx::query(
            "INSERT INTO keys (id, sha256, used_for, user_name, label, rights, created, last_used, expires, authenticated)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9)",
        )
        .bind(id.clone())
        .bind(new.sha256.to_owned())
        .bind(new.purpose.as_str())
        .bind(new.user.to_owned())
        .bind(sql::replace_nul(new.label))
        .bind(new.rights.map(to_json).transpose()?)
        .bind(write.now)
        .bind(write.now + sql::duration_ms(new.lifetime))
        // The clock of a provider may be fast.
        .bind(new.authenticated.map_or(0, |seconds| sql::to_i64(seconds).saturating_mul(1000)).min(write.now));
        sql::execute(write.connection(), statement, "cannot keep a key").await?;
        if new.purpose == KeyPurpose::Token {
            let body = serde_json::json!({ "by": by, "user": new.user, "label": new.label, "key": id, "rights": new.rights });
            write.append_events("", &[("", "token-added", body)]).await?;
        }
        write.commit().await?;
        Ok(id)
    }

    /// User of the key with this SHA-256; `None` if the key is unknown or expired, its user disabled, or, for a token of a user of an
    /// OpenID provider, if their groups were not confirmed for 30 days.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn identity(&self, sha256: &str, purpose: KeyPurpose) -> Result<Option<Identity>> {
        let now = self.clock.now();
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT keys.id, keys.rights, keys.last_used, users.* FROM keys JOIN users ON users.name = keys.user_name
             WHERE keys.sha256 = $1 AND keys.used_for = $2 AND keys.expires > $3 AND users.disabled = 0
               AND (keys.used_for <> 'session' OR keys.last_used > $4)
               AND (keys.used_for <> 'token' OR users.origin <> 'oidc' OR users.groups_confirmed > $5)",
        )
        .bind(sha256.to_owned())
        .bind(purpose.as_str())
        .bind(now)
        .bind(now - sql::duration_ms(SESSION_IDLE_LIMIT))
        .bind(now - sql::duration_ms(CONFIRMATION_LIFETIME));
        let Some(row) = sql::fetch_optional(&mut connection, statement, "cannot read a key").await? else { return Ok(None) };
        let rights: Option<String> = get(&row, "rights")?;
        let key_rights = rights.map(|rights| sql::from_json(&rights, "rights of a key")).transpose()?;
        let identity = Identity { user: user_from_row(&row)?, key_rights, key_id: get(&row, "id")? };
        if get::<i64>(&row, "last_used")? < now - sql::duration_ms(LAST_USE_INTERVAL) {
            let statement = sqlx::query("UPDATE keys SET last_used = $2 WHERE id = $1").bind(identity.key_id.clone()).bind(now);
            sql::execute(&mut connection, statement, "cannot note the use of a key").await?;
        }
        Ok(Some(identity))
    }

    /// Records that the user of a session proved again who they are; `from` is the address of the browser, for the audit.
    ///
    /// # Errors
    /// `NotFound` for a session that has ended.
    pub async fn renew_session(&self, id: &str, user: &str, from: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE keys SET authenticated = $3 WHERE id = $1 AND used_for = 'session' AND user_name = $2")
            .bind(id.to_owned())
            .bind(user.to_owned())
            .bind(write.now);
        if sql::execute(write.connection(), statement, "cannot renew a session").await? == 0 {
            return Err(sign_in::key_unknown(id));
        }
        write.append_events("", &[("", "sign-in-renewed", serde_json::json!({ "by": user, "user": user, "from": from }))]).await?;
        write.commit().await
    }

    /// Whether the user of a session proved who they are within `age` before now.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn is_recently_authenticated(&self, id: &str, age: Duration) -> Result<bool> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT id FROM keys WHERE id = $1 AND used_for = 'session' AND authenticated > $2")
            .bind(id.to_owned())
            .bind(self.clock.now() - sql::duration_ms(age));
        Ok(sql::fetch_optional(&mut connection, statement, "cannot read a key").await?.is_some())
    }

    /// Tokens, the newest first; of one user if `user` is given.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn tokens(&self, user: Option<&str>) -> Result<Vec<Token>> {
        let mut connection = self.read().await?;
        let statement =
            sqlx::query("SELECT * FROM keys WHERE used_for = 'token' AND (user_name = $1 OR $1 = '') ORDER BY created DESC, id DESC")
                .bind(user.unwrap_or_default().to_owned());
        sql::fetch_all(&mut connection, statement, "cannot read keys").await?.iter().map(token_from_row).collect()
    }

    /// Sessions of a user that have not ended, the newest first.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn sessions(&self, user: &str) -> Result<Vec<Session>> {
        let now = self.clock.now();
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT * FROM keys WHERE used_for = 'session' AND user_name = $1 AND expires > $2 AND last_used > $3
             ORDER BY created DESC, id DESC",
        )
        .bind(user.to_owned())
        .bind(now)
        .bind(now - sql::duration_ms(SESSION_IDLE_LIMIT));
        let rows = sql::fetch_all(&mut connection, statement, "cannot read sessions").await?;
        let time = |row: &AnyRow, column: &str| Ok::<_, Error>(rfc3339(get(row, column)?));
        rows.iter()
            .map(|row| {
                let (created, last_used, expires) = (time(row, "created")?, time(row, "last_used")?, time(row, "expires")?);
                Ok(Session { id: get(row, "id")?, from: get(row, "label")?, created, last_used, expires })
            })
            .collect()
    }

    /// Deletes the key of a user with this identifier and purpose.
    ///
    /// # Errors
    /// `NotFound` for an unknown one.
    pub async fn revoke_key(&self, id: &str, purpose: KeyPurpose, user: &str, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM keys WHERE id = $1 AND used_for = $2 AND user_name = $3")
            .bind(id.to_owned())
            .bind(purpose.as_str())
            .bind(user.to_owned());
        if sql::execute(write.connection(), statement, "cannot end a key").await? == 0 {
            return Err(sign_in::key_unknown(id));
        }
        let kind = if purpose == KeyPurpose::Token { "token-ended" } else { "signed-out" };
        write.append_events("", &[("", kind, serde_json::json!({ "by": by, "user": user, "key": id }))]).await?;
        write.commit().await
    }

    /// Deletes expired keys and idle sessions; returns their number.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn delete_expired_keys(&self) -> Result<u64> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM keys WHERE expires <= $1 OR (used_for = 'session' AND last_used <= $2)")
            .bind(write.now)
            .bind(write.now - sql::duration_ms(SESSION_IDLE_LIMIT));
        let forgotten = sql::execute(write.connection(), statement, "cannot forget old keys").await?;
        write.commit().await?;
        Ok(forgotten)
    }
}

impl WriteTx {
    /// Deletes keys of a user; each token that ends is an event of its own.
    pub(crate) async fn end_keys(&mut self, user: &str, ended: Keys<'_>, by: &str) -> Result<()> {
        let (condition, kept) = match ended {
            Keys::All => ("id <> $2", ""),
            Keys::Tokens => ("id <> $2 AND used_for = 'token'", ""),
            Keys::SessionsExcept(kept) => ("id <> $2 AND used_for = 'session'", kept),
        };
        let statement = sql::dynamic_query(format!("DELETE FROM keys WHERE user_name = $1 AND {condition} RETURNING id, used_for"))
            .bind(user.to_owned())
            .bind(kept.to_owned());
        let mut events = Vec::new();
        for row in &sql::fetch_all(self.connection(), statement, "cannot end keys").await? {
            if get::<String>(row, "used_for")? == "token" {
                let body = serde_json::json!({ "by": by, "user": user, "key": get::<String>(row, "id")? });
                events.push(("", "token-ended", body));
            }
        }
        self.append_events("", &events).await
    }
}

fn token_from_row(row: &AnyRow) -> Result<Token> {
    let rights: Option<String> = get(row, "rights")?;
    Ok(Token {
        id: get(row, "id")?,
        user: get(row, "user_name")?,
        label: get(row, "label")?,
        rights: rights.map(|rights| sql::from_json(&rights, "rights of a key")).transpose()?.unwrap_or_default(),
        created: rfc3339(get(row, "created")?),
        last_used: rfc3339(get(row, "last_used")?),
        expires: rfc3339(get(row, "expires")?),
    })
}

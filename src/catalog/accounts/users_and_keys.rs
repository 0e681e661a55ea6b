//! Accounts: people, and the keys of who is signed in.

use crate::sql::{self, WriteTx, get, retrying, to_json};
use crate::{Catalog, rfc3339};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Grant, Identity, Right, Token, User};
use sqlx::any::AnyRow;
use std::collections::BTreeSet;
use std::time::Duration;

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPurpose {
    /// A person is signed in.
    Session,
    /// A program acts for a person.
    Token,
    /// The first administrator is made with it.
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

/// A key to be kept; the key itself is not.
#[derive(Debug, Clone, Copy)]
pub struct NewKey<'a> {
    /// SHA-256 of the key, lower-case hexadecimal.
    pub sha256: &'a str,
    /// What it opens.
    pub purpose: KeyPurpose,
    /// Whose it is; empty for setup.
    pub user: &'a str,
    /// What it is for, in words.
    pub label: &'a str,
    /// What it may at most; none: all that its user may.
    pub rights: Option<&'a BTreeSet<Right>>,
    /// How long it holds.
    pub lifetime: Duration,
}

/// What is needed to check a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCredentials {
    /// The person.
    pub user: User,
    /// PHC string; none for who signs in elsewhere.
    pub password: Option<String>,
    /// Sealed secret of the authenticator app, where signing in needs its code.
    pub totp: Option<String>,
    /// Sealed secret of one that was not confirmed yet.
    pub pending_totp: Option<String>,
    /// Milliseconds for which nobody can sign in with this name any more; 0: it is open.
    pub locked_ms: u64,
}

/// Wrong passwords after which a name is locked.
const MAX_FAILED_SIGN_INS: i64 = 5;

/// For how long it is locked then; every further failure doubles it.
const FIRST_LOCKOUT: Duration = Duration::from_secs(60);

/// The longest lock.
const MAX_LOCKOUT: Duration = Duration::from_secs(3600);

/// A session ends when it was not used for this long.
const SESSION_IDLE_LIMIT: Duration = Duration::from_secs(8 * 3600);

/// Use of a key is noted when the last note is older than this.
const LAST_USE_INTERVAL: Duration = Duration::from_secs(60);

pub(crate) fn duration_ms(time: Duration) -> i64 {
    sql::to_i64(time.as_millis())
}

impl Catalog {
    /// Adds a person; `by` is who does it.
    ///
    /// # Errors
    /// `Conflict` where the name is taken.
    pub async fn add_user(&self, user: &User, password: Option<&str>, by: &str) -> Result<()> {
        retrying!(self.add_user_once(user, password, by))
    }

    async fn add_user_once(&self, user: &User, password: Option<&str>, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        if !write.insert_user(user, password, by).await? {
            return Err(Error::conflict(format!("there is already somebody with the name {}", user.name)));
        }
        write.commit().await
    }

    /// Adds the first person, for whom holds the key with this SHA-256; every such key ends.
    ///
    /// # Errors
    /// `Denied` where the key is unknown or at its end, or somebody is there already.
    pub async fn add_first_user(&self, user: &User, password: &str, sha256: &str) -> Result<()> {
        let mut write = self.write().await?;
        // Who else begins at the same time waits here, and finds no key.
        let statement = sqlx::query("DELETE FROM keys WHERE used_for = 'setup' RETURNING sha256, expires");
        let rows = sql::fetch_all(write.connection(), statement, "cannot end the key of the first start").await?;
        let mut is_known = false;
        for row in &rows {
            is_known = is_known || (get::<String>(row, "sha256")? == sha256 && get::<i64>(row, "expires")? > write.now);
        }
        let statement = sqlx::query("SELECT COUNT(*) AS count FROM users");
        let count = sql::get_u64(&sql::fetch_one(write.connection(), statement, "number of people").await?, "count")?;
        if !is_known || count > 0 {
            return Err(Error::denied("this key was used or is too old; start the server again for a new one"));
        }
        write.insert_user(user, Some(password), &user.name).await?;
        write.commit().await
    }

    /// Changes what a person is called and may do; signed-in sessions of who is disabled end.
    ///
    /// # Errors
    /// `NotFound` for an unknown name.
    pub async fn update_user(&self, name: &str, shown: &str, grants: &[Grant], disabled: bool, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE users SET shown = $2, grants = $3, disabled = $4 WHERE name = $1")
            .bind(name.to_owned())
            .bind(sql::replace_nul(shown))
            .bind(to_json(&grants)?)
            .bind(i64::from(disabled));
        if sql::execute(write.connection(), statement, "cannot change a person").await? == 0 {
            return Err(unknown_user(name));
        }
        if disabled {
            let statement = sqlx::query("DELETE FROM keys WHERE user_name = $1").bind(name.to_owned());
            sql::execute(write.connection(), statement, "cannot end keys").await?;
        }
        let body = serde_json::json!({ "by": by, "user": name, "grants": grants, "disabled": disabled });
        write.append_events("", &[("", "user-changed", body)]).await?;
        write.commit().await
    }

    /// Sets a person's password (PHC string), unlocks the name and ends every session of it but `kept`.
    ///
    /// # Errors
    /// `NotFound` for an unknown name.
    pub async fn set_password(&self, name: &str, password: &str, by: &str, kept: Option<&str>) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE users SET password = $2, failures = 0, locked_until = 0 WHERE name = $1")
            .bind(name.to_owned())
            .bind(password.to_owned());
        if sql::execute(write.connection(), statement, "cannot set a password").await? == 0 {
            return Err(unknown_user(name));
        }
        let statement = sqlx::query("DELETE FROM keys WHERE user_name = $1 AND used_for = 'session' AND id <> $2")
            .bind(name.to_owned())
            .bind(kept.unwrap_or_default().to_owned());
        sql::execute(write.connection(), statement, "cannot end sessions").await?;
        write.append_events("", &[("", "password-set", serde_json::json!({ "by": by, "user": name }))]).await?;
        write.commit().await
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn users(&self) -> Result<Vec<User>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM users ORDER BY name");
        sql::fetch_all(&mut connection, statement, "cannot read people").await?.iter().map(user_from_row).collect()
    }

    /// What is needed to check the password of `name`; `None` for an unknown one.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn user_credentials(&self, name: &str) -> Result<Option<UserCredentials>> {
        let now = self.clock.now();
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM users WHERE name = $1").bind(sql::replace_nul(name));
        let row = sql::fetch_optional(&mut connection, statement, "cannot read a person").await?;
        row.map(|row| {
            let until: i64 = get(&row, "locked_until")?;
            let locked_ms = u64::try_from(until - now).unwrap_or(0);
            let (totp, totp_wanted) = (get(&row, "totp")?, get(&row, "totp_wanted")?);
            Ok(UserCredentials { user: user_from_row(&row)?, password: get(&row, "password")?, totp, pending_totp: totp_wanted, locked_ms })
        })
        .transpose()
    }

    /// Keeps that a password was right or wrong; after several wrong ones the name is locked for a while.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn record_sign_in(&self, name: &str, right: bool, from: &str) -> Result<()> {
        retrying!(self.record_sign_in_once(name, right, from))
    }

    async fn record_sign_in_once(&self, name: &str, right: bool, from: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = if right {
            sqlx::query("UPDATE users SET failures = 0, locked_until = 0 WHERE name = $1 RETURNING failures").bind(sql::replace_nul(name))
        } else {
            sqlx::query("UPDATE users SET failures = failures + 1 WHERE name = $1 RETURNING failures").bind(sql::replace_nul(name))
        };
        let row = sql::fetch_optional(write.connection(), statement, "cannot note a sign-in").await?;
        let failures: i64 = row.map_or(Ok(0), |row| get(&row, "failures"))?;
        if failures >= MAX_FAILED_SIGN_INS {
            let doubled = duration_ms(FIRST_LOCKOUT) << (failures - MAX_FAILED_SIGN_INS).min(6);
            let statement = sqlx::query("UPDATE users SET locked_until = $2 WHERE name = $1")
                .bind(sql::replace_nul(name))
                .bind(write.now + doubled.min(duration_ms(MAX_LOCKOUT)));
            sql::execute(write.connection(), statement, "cannot lock a name").await?;
        }
        let kind = if right { "signed-in" } else { "sign-in-failed" };
        write.append_events("", &[("", kind, serde_json::json!({ "user": name, "from": from }))]).await?;
        write.commit().await
    }

    /// Keeps a key.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn add_key(&self, new: &NewKey<'_>, by: &str) -> Result<String> {
        let mut write = self.write().await?;
        let id = sql::new_id();
        let statement = sqlx::query(
            "INSERT INTO keys (id, sha256, used_for, user_name, label, rights, created, seen, expires)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8)",
        )
        .bind(id.clone())
        .bind(new.sha256.to_owned())
        .bind(new.purpose.as_str())
        .bind(new.user.to_owned())
        .bind(sql::replace_nul(new.label))
        .bind(new.rights.map(to_json).transpose()?)
        .bind(write.now)
        .bind(write.now + duration_ms(new.lifetime));
        sql::execute(write.connection(), statement, "cannot keep a key").await?;
        if new.purpose == KeyPurpose::Token {
            let body = serde_json::json!({ "by": by, "user": new.user, "label": new.label, "key": id, "rights": new.rights });
            write.append_events("", &[("", "token-added", body)]).await?;
        }
        write.commit().await?;
        Ok(id)
    }

    /// Who holds the key with this SHA-256; `None` where it is unknown, at its end, or its person disabled.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn identity(&self, sha256: &str, used_for: KeyPurpose) -> Result<Option<Identity>> {
        let now = self.clock.now();
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT keys.id, keys.rights, keys.seen, users.* FROM keys JOIN users ON users.name = keys.user_name
             WHERE keys.sha256 = $1 AND keys.used_for = $2 AND keys.expires > $3 AND users.disabled = 0
               AND (keys.used_for <> 'session' OR keys.seen > $4)",
        )
        .bind(sha256.to_owned())
        .bind(used_for.as_str())
        .bind(now)
        .bind(now - duration_ms(SESSION_IDLE_LIMIT));
        let Some(row) = sql::fetch_optional(&mut connection, statement, "cannot read a key").await? else { return Ok(None) };
        let rights: Option<String> = get(&row, "rights")?;
        let at_most = rights.map(|rights| sql::from_json(&rights, "rights of a key")).transpose()?;
        let identity = Identity { user: user_from_row(&row)?, key_rights: at_most, key_id: get(&row, "id")? };
        if get::<i64>(&row, "seen")? < now - duration_ms(LAST_USE_INTERVAL) {
            let statement = sqlx::query("UPDATE keys SET seen = $2 WHERE id = $1").bind(identity.key_id.clone()).bind(now);
            sql::execute(&mut connection, statement, "cannot note the use of a key").await?;
        }
        Ok(Some(identity))
    }

    /// Keys of programs, the newest first; of one person where `user` is given.
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

    /// Ends the key with this identifier, of one person where `user` is given.
    ///
    /// # Errors
    /// `NotFound` for an unknown one.
    pub async fn revoke_key(&self, id: &str, user: Option<&str>, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM keys WHERE id = $1 AND (user_name = $2 OR $2 = '') RETURNING used_for")
            .bind(id.to_owned())
            .bind(user.unwrap_or_default().to_owned());
        let row = sql::fetch_optional(write.connection(), statement, "cannot end a key").await?;
        let row = row.ok_or_else(|| Error::not_found(format!("there is no key {id}")))?;
        let kind = if get::<String>(&row, "used_for")? == "token" { "token-ended" } else { "signed-out" };
        write.append_events("", &[("", kind, serde_json::json!({ "by": by, "key": id }))]).await?;
        write.commit().await
    }

    /// Forgets keys that are at their end.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn delete_expired_keys(&self) -> Result<u64> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM keys WHERE expires <= $1 OR (used_for = 'session' AND seen <= $2)")
            .bind(write.now)
            .bind(write.now - duration_ms(SESSION_IDLE_LIMIT));
        let forgotten = sql::execute(write.connection(), statement, "cannot forget old keys").await?;
        write.commit().await?;
        Ok(forgotten)
    }
}

impl WriteTx {
    /// Adds a person; whether the name was free.
    async fn insert_user(&mut self, user: &User, password: Option<&str>, by: &str) -> Result<bool> {
        let statement = sqlx::query(
            "INSERT INTO users (name, shown, grants, password, created) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING",
        )
        .bind(sql::replace_nul(&user.name))
        .bind(sql::replace_nul(&user.display_name))
        .bind(to_json(&user.grants)?)
        .bind(password.map(str::to_owned))
        .bind(self.now);
        let is_free = sql::execute(self.connection(), statement, "cannot add a person").await? > 0;
        if is_free {
            let body = serde_json::json!({ "by": by, "user": user.name, "grants": user.grants });
            self.append_events("", &[("", "user-added", body)]).await?;
        }
        Ok(is_free)
    }
}

pub(crate) fn unknown_user(name: &str) -> Error {
    Error::not_found(format!("there is nobody with the name {name}"))
}

pub(crate) fn user_from_row(row: &AnyRow) -> Result<User> {
    Ok(User {
        name: get(row, "name")?,
        display_name: get(row, "shown")?,
        grants: sql::get_json(row, "grants")?,
        disabled: get::<i64>(row, "disabled")? != 0,
        origin: sql::get_enum(row, "origin")?,
        totp_enabled: get::<Option<String>>(row, "totp")?.is_some(),
        created: rfc3339(get(row, "created")?),
    })
}

fn token_from_row(row: &AnyRow) -> Result<Token> {
    let rights: Option<String> = get(row, "rights")?;
    Ok(Token {
        id: get(row, "id")?,
        user: get(row, "user_name")?,
        label: get(row, "label")?,
        rights: rights.map(|rights| sql::from_json(&rights, "rights of a key")).transpose()?.unwrap_or_default(),
        created: rfc3339(get(row, "created")?),
        last_used: rfc3339(get(row, "seen")?),
        expires: rfc3339(get(row, "expires")?),
    })
}

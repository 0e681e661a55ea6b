//! Accounts: people, and the keys of who is signed in.

use crate::sql::{self, Write, get, retrying, to_json};
use crate::{Catalog, rfc3339};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Grant, Identity, Right, Token, User};
use sqlx::any::AnyRow;
use std::collections::BTreeSet;
use std::time::Duration;

/// What a key opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyUse {
    /// A person is signed in.
    Session,
    /// A program acts for a person.
    Token,
    /// The first administrator is made with it.
    Setup,
}

impl KeyUse {
    fn word(self) -> &'static str {
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
    pub used_for: KeyUse,
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
pub struct Secret {
    /// The person.
    pub user: User,
    /// PHC string; none for who signs in elsewhere.
    pub password: Option<String>,
    /// Sealed secret of the authenticator app, where signing in needs its code.
    pub totp: Option<String>,
    /// Sealed secret of one that was not confirmed yet.
    pub totp_wanted: Option<String>,
    /// Milliseconds for which nobody can sign in with this name any more; 0: it is open.
    pub locked_ms: u64,
}

/// Wrong passwords after which a name is locked.
const FAILURES: i64 = 5;

/// For how long it is locked then; every further failure doubles it.
const LOCK: Duration = Duration::from_secs(60);

/// The longest lock.
const LONGEST_LOCK: Duration = Duration::from_secs(3600);

/// A session ends when it was not used for this long.
const IDLE: Duration = Duration::from_secs(8 * 3600);

/// Use of a key is noted when the last note is older than this.
const NOTED: Duration = Duration::from_secs(60);

pub(super) fn ms(time: Duration) -> i64 {
    sql::big(time.as_millis())
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
        let rows = sql::all(write.connection(), statement, "cannot end the key of the first start").await?;
        let mut is_known = false;
        for row in &rows {
            is_known = is_known || (get::<String>(row, "sha256")? == sha256 && get::<i64>(row, "expires")? > write.now);
        }
        let statement = sqlx::query("SELECT COUNT(*) AS count FROM users");
        let count = sql::get_u64(&sql::one(write.connection(), statement, "number of people").await?, "count")?;
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
    pub async fn change_user(&self, name: &str, shown: &str, grants: &[Grant], disabled: bool, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE users SET shown = $2, grants = $3, disabled = $4 WHERE name = $1")
            .bind(name.to_owned())
            .bind(sql::clean(shown))
            .bind(to_json(&grants)?)
            .bind(i64::from(disabled));
        if sql::execute(write.connection(), statement, "cannot change a person").await? == 0 {
            return Err(unknown(name));
        }
        if disabled {
            let statement = sqlx::query("DELETE FROM keys WHERE user_name = $1").bind(name.to_owned());
            sql::execute(write.connection(), statement, "cannot end keys").await?;
        }
        let body = serde_json::json!({ "by": by, "user": name, "grants": grants, "disabled": disabled });
        write.record("", &[("", "user-changed", body)]).await?;
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
            return Err(unknown(name));
        }
        let statement = sqlx::query("DELETE FROM keys WHERE user_name = $1 AND used_for = 'session' AND id <> $2")
            .bind(name.to_owned())
            .bind(kept.unwrap_or_default().to_owned());
        sql::execute(write.connection(), statement, "cannot end sessions").await?;
        write.record("", &[("", "password-set", serde_json::json!({ "by": by, "user": name }))]).await?;
        write.commit().await
    }

    /// Everybody, by name.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn users(&self) -> Result<Vec<User>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM users ORDER BY name");
        sql::all(&mut connection, statement, "cannot read people").await?.iter().map(user_of).collect()
    }

    /// What is needed to check the password of `name`; `None` for an unknown one.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn secret(&self, name: &str) -> Result<Option<Secret>> {
        let now = self.clock.now();
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM users WHERE name = $1").bind(sql::clean(name));
        let row = sql::optional(&mut connection, statement, "cannot read a person").await?;
        row.map(|row| {
            let until: i64 = get(&row, "locked_until")?;
            let locked_ms = u64::try_from(until - now).unwrap_or(0);
            let (totp, totp_wanted) = (get(&row, "totp")?, get(&row, "totp_wanted")?);
            Ok(Secret { user: user_of(&row)?, password: get(&row, "password")?, totp, totp_wanted, locked_ms })
        })
        .transpose()
    }

    /// Keeps that a password was right or wrong; after several wrong ones the name is locked for a while.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn note_sign_in(&self, name: &str, right: bool, from: &str) -> Result<()> {
        retrying!(self.note_sign_in_once(name, right, from))
    }

    async fn note_sign_in_once(&self, name: &str, right: bool, from: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = if right {
            sqlx::query("UPDATE users SET failures = 0, locked_until = 0 WHERE name = $1 RETURNING failures").bind(sql::clean(name))
        } else {
            sqlx::query("UPDATE users SET failures = failures + 1 WHERE name = $1 RETURNING failures").bind(sql::clean(name))
        };
        let row = sql::optional(write.connection(), statement, "cannot note a sign-in").await?;
        let failures: i64 = row.map_or(Ok(0), |row| get(&row, "failures"))?;
        if failures >= FAILURES {
            let doubled = ms(LOCK) << (failures - FAILURES).min(6);
            let statement = sqlx::query("UPDATE users SET locked_until = $2 WHERE name = $1")
                .bind(sql::clean(name))
                .bind(write.now + doubled.min(ms(LONGEST_LOCK)));
            sql::execute(write.connection(), statement, "cannot lock a name").await?;
        }
        let kind = if right { "signed-in" } else { "sign-in-failed" };
        write.record("", &[("", kind, serde_json::json!({ "user": name, "from": from }))]).await?;
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
        .bind(new.used_for.word())
        .bind(new.user.to_owned())
        .bind(sql::clean(new.label))
        .bind(new.rights.map(to_json).transpose()?)
        .bind(write.now)
        .bind(write.now + ms(new.lifetime));
        sql::execute(write.connection(), statement, "cannot keep a key").await?;
        if new.used_for == KeyUse::Token {
            let body = serde_json::json!({ "by": by, "user": new.user, "label": new.label, "key": id, "rights": new.rights });
            write.record("", &[("", "token-added", body)]).await?;
        }
        write.commit().await?;
        Ok(id)
    }

    /// Who holds the key with this SHA-256; `None` where it is unknown, at its end, or its person disabled.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn identity(&self, sha256: &str, used_for: KeyUse) -> Result<Option<Identity>> {
        let now = self.clock.now();
        let mut connection = self.read().await?;
        let statement = sqlx::query(
            "SELECT keys.id, keys.rights, keys.seen, users.* FROM keys JOIN users ON users.name = keys.user_name
             WHERE keys.sha256 = $1 AND keys.used_for = $2 AND keys.expires > $3 AND users.disabled = 0
               AND (keys.used_for <> 'session' OR keys.seen > $4)",
        )
        .bind(sha256.to_owned())
        .bind(used_for.word())
        .bind(now)
        .bind(now - ms(IDLE));
        let Some(row) = sql::optional(&mut connection, statement, "cannot read a key").await? else { return Ok(None) };
        let rights: Option<String> = get(&row, "rights")?;
        let at_most = rights.map(|rights| sql::from_json(&rights, "rights of a key")).transpose()?;
        let identity = Identity { user: user_of(&row)?, at_most, key: get(&row, "id")? };
        if get::<i64>(&row, "seen")? < now - ms(NOTED) {
            let statement = sqlx::query("UPDATE keys SET seen = $2 WHERE id = $1").bind(identity.key.clone()).bind(now);
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
        sql::all(&mut connection, statement, "cannot read keys").await?.iter().map(token_of).collect()
    }

    /// Ends the key with this identifier, of one person where `user` is given.
    ///
    /// # Errors
    /// `NotFound` for an unknown one.
    pub async fn end_key(&self, id: &str, user: Option<&str>, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM keys WHERE id = $1 AND (user_name = $2 OR $2 = '') RETURNING used_for")
            .bind(id.to_owned())
            .bind(user.unwrap_or_default().to_owned());
        let row = sql::optional(write.connection(), statement, "cannot end a key").await?;
        let row = row.ok_or_else(|| Error::not_found(format!("there is no key {id}")))?;
        let kind = if get::<String>(&row, "used_for")? == "token" { "token-ended" } else { "signed-out" };
        write.record("", &[("", kind, serde_json::json!({ "by": by, "key": id }))]).await?;
        write.commit().await
    }

    /// Forgets keys that are at their end.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn forget_old_keys(&self) -> Result<u64> {
        let mut write = self.write().await?;
        let statement = sqlx::query("DELETE FROM keys WHERE expires <= $1 OR (used_for = 'session' AND seen <= $2)")
            .bind(write.now)
            .bind(write.now - ms(IDLE));
        let forgotten = sql::execute(write.connection(), statement, "cannot forget old keys").await?;
        write.commit().await?;
        Ok(forgotten)
    }
}

impl Write {
    /// Adds a person; whether the name was free.
    async fn insert_user(&mut self, user: &User, password: Option<&str>, by: &str) -> Result<bool> {
        let statement = sqlx::query(
            "INSERT INTO users (name, shown, grants, password, created) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (name) DO NOTHING",
        )
        .bind(sql::clean(&user.name))
        .bind(sql::clean(&user.shown))
        .bind(to_json(&user.grants)?)
        .bind(password.map(str::to_owned))
        .bind(self.now);
        let is_free = sql::execute(self.connection(), statement, "cannot add a person").await? > 0;
        if is_free {
            let body = serde_json::json!({ "by": by, "user": user.name, "grants": user.grants });
            self.record("", &[("", "user-added", body)]).await?;
        }
        Ok(is_free)
    }
}

pub(super) fn unknown(name: &str) -> Error {
    Error::not_found(format!("there is nobody with the name {name}"))
}

pub(super) fn user_of(row: &AnyRow) -> Result<User> {
    Ok(User {
        name: get(row, "name")?,
        shown: get(row, "shown")?,
        grants: sql::get_json(row, "grants")?,
        disabled: get::<i64>(row, "disabled")? != 0,
        origin: sql::get_word(row, "origin")?,
        two_steps: get::<Option<String>>(row, "totp")?.is_some(),
        created: rfc3339(get(row, "created")?),
    })
}

fn token_of(row: &AnyRow) -> Result<Token> {
    let rights: Option<String> = get(row, "rights")?;
    Ok(Token {
        id: get(row, "id")?,
        user: get(row, "user_name")?,
        label: get(row, "label")?,
        rights: rights.map(|rights| sql::from_json(&rights, "rights of a key")).transpose()?.unwrap_or_default(),
        created: rfc3339(get(row, "created")?),
        seen: rfc3339(get(row, "seen")?),
        expires: rfc3339(get(row, "expires")?),
    })
}

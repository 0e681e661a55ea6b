//! Users: accounts, passwords, lockout after failed sign-ins.

use crate::sql::{self, WriteTx, get, retrying, to_json};
use crate::{Catalog, rfc3339};
use sohoa_base::error::{Error, Result};
use sohoa_base::model::account::{Grant, User};
use sqlx::any::AnyRow;
use std::time::Duration;

/// Data needed to check a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCredentials {
    /// The user.
    pub user: User,
    /// Password hash (PHC string); none for users who sign in through a provider.
    pub password: Option<String>,
    /// Sealed secret of the authenticator app, if sign-in requires its code.
    pub totp: Option<String>,
    /// Sealed secret of an app that is not confirmed yet.
    pub pending_totp: Option<String>,
    /// Remaining lockout of the user name, milliseconds; 0: not locked.
    pub locked_ms: u64,
}

/// Wrong passwords after which a user name is locked.
const MAX_FAILED_SIGN_INS: i64 = 5;

/// First lockout; every further failure doubles it.
const FIRST_LOCKOUT: Duration = Duration::from_secs(60);

/// Maximum lockout.
const MAX_LOCKOUT: Duration = Duration::from_secs(3600);

impl Catalog {
    /// Adds a user; `by` is the acting user.
    ///
    /// # Errors
    /// `Conflict` if the name is taken.
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

    /// Adds the first user, authorised by the setup key with this SHA-256; deletes all setup keys.
    ///
    /// # Errors
    /// `Denied` if the key is unknown or expired, or there is a user already.
    pub async fn add_first_user(&self, user: &User, password: &str, sha256: &str) -> Result<()> {
        let mut write = self.write().await?;
        // A concurrent call waits here and then finds no key.
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

    /// Changes the display name, grants and state of a user; deletes the keys of a disabled one.
    ///
    /// # Errors
    /// `NotFound` for an unknown name.
    pub async fn update_user(&self, name: &str, display_name: &str, grants: &[Grant], disabled: bool, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE users SET display_name = $2, grants = $3, disabled = $4 WHERE name = $1")
            .bind(name.to_owned())
            .bind(sql::replace_nul(display_name))
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

    /// Sets the password (PHC string) of a user, unlocks the name and deletes all sessions except `kept_session`.
    ///
    /// # Errors
    /// `NotFound` for an unknown name.
    pub async fn set_password(&self, name: &str, password: &str, by: &str, kept_session: Option<&str>) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE users SET password = $2, failures = 0, locked_until = 0 WHERE name = $1")
            .bind(name.to_owned())
            .bind(password.to_owned());
        if sql::execute(write.connection(), statement, "cannot set a password").await? == 0 {
            return Err(unknown_user(name));
        }
        let statement = sqlx::query("DELETE FROM keys WHERE user_name = $1 AND used_for = 'session' AND id <> $2")
            .bind(name.to_owned())
            .bind(kept_session.unwrap_or_default().to_owned());
        sql::execute(write.connection(), statement, "cannot end sessions").await?;
        write.append_events("", &[("", "password-set", serde_json::json!({ "by": by, "user": name }))]).await?;
        write.commit().await
    }

    /// All users, sorted by name.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn users(&self) -> Result<Vec<User>> {
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM users ORDER BY name");
        sql::fetch_all(&mut connection, statement, "cannot read people").await?.iter().map(user_from_row).collect()
    }

    /// Data needed to check a sign-in as `name`; `None` for an unknown name.
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
            let (totp, pending_totp) = (get(&row, "totp")?, get(&row, "pending_totp")?);
            Ok(UserCredentials { user: user_from_row(&row)?, password: get(&row, "password")?, totp, pending_totp, locked_ms })
        })
        .transpose()
    }

    /// Records a successful or failed sign-in; after several failures the name is locked for a while.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn record_sign_in(&self, name: &str, succeeded: bool, from: &str) -> Result<()> {
        retrying!(self.record_sign_in_once(name, succeeded, from))
    }

    async fn record_sign_in_once(&self, name: &str, succeeded: bool, from: &str) -> Result<()> {
        let mut write = self.write().await?;
        let statement = if succeeded {
            sqlx::query("UPDATE users SET failures = 0, locked_until = 0 WHERE name = $1 RETURNING failures").bind(sql::replace_nul(name))
        } else {
            sqlx::query("UPDATE users SET failures = failures + 1 WHERE name = $1 RETURNING failures").bind(sql::replace_nul(name))
        };
        let row = sql::fetch_optional(write.connection(), statement, "cannot note a sign-in").await?;
        let failures: i64 = row.map_or(Ok(0), |row| get(&row, "failures"))?;
        if failures >= MAX_FAILED_SIGN_INS {
            let doubled = sql::duration_ms(FIRST_LOCKOUT) << (failures - MAX_FAILED_SIGN_INS).min(6);
            let statement = sqlx::query("UPDATE users SET locked_until = $2 WHERE name = $1")
                .bind(sql::replace_nul(name))
                .bind(write.now + doubled.min(sql::duration_ms(MAX_LOCKOUT)));
            sql::execute(write.connection(), statement, "cannot lock a name").await?;
        }
        let kind = if succeeded { "signed-in" } else { "sign-in-failed" };
        write.append_events("", &[("", kind, serde_json::json!({ "user": name, "from": from }))]).await?;
        write.commit().await
    }
}

impl WriteTx {
    /// Inserts a user; returns whether the name was free.
    async fn insert_user(&mut self, user: &User, password: Option<&str>, by: &str) -> Result<bool> {
        let statement = sqlx::query(
            "INSERT INTO users (name, display_name, grants, password, created) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (name) DO NOTHING",
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
        display_name: get(row, "display_name")?,
        grants: sql::get_json(row, "grants")?,
        disabled: get::<i64>(row, "disabled")? != 0,
        origin: sql::get_enum(row, "origin")?,
        totp_enabled: get::<Option<String>>(row, "totp")?.is_some(),
        created: rfc3339(get(row, "created")?),
    })
}

//! Users: accounts and passwords.

use crate::Catalog;
use crate::accounts::keys::Keys;
use crate::accounts::user_rows::user_from_row;
use crate::sql::{self, WriteTx, get, retrying, to_json};
use sohoa_base::error::{Error, Result};
use sohoa_base::messages::sign_in;
use sohoa_base::model::account::{Grant, User};

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
}

impl Catalog {
    /// Adds a user; `by` is the acting user.
    ///
    /// # Errors
    /// `Conflict` if the name is taken, or a grant is in a unit that looks like another one.
    pub async fn add_user(&self, user: &User, password: Option<&str>, by: &str) -> Result<()> {
        retrying!(self.add_user_once(user, password, by))
    }

    async fn add_user_once(&self, user: &User, password: Option<&str>, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        if !write.insert_user(user, password, by).await? {
            return Err(sign_in::account_name_taken(&user.name));
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
            return Err(sign_in::setup_key_invalid());
        }
        write.insert_user(user, Some(password), &user.name).await?;
        write.commit().await
    }

    /// Changes the display name, grants and state of a user. Other grants end the keys of programs that act for the user; a disabled
    /// user loses all keys.
    ///
    /// # Errors
    /// `NotFound` for an unknown name; `Conflict` for a grant in a unit that looks like another one.
    pub async fn update_user(&self, name: &str, display_name: &str, grants: &[Grant], disabled: bool, by: &str) -> Result<()> {
        retrying!(self.update_user_once(name, display_name, grants, disabled, by))
    }

    async fn update_user_once(&self, name: &str, display_name: &str, grants: &[Grant], disabled: bool, by: &str) -> Result<()> {
        let mut write = self.write().await?;
        let before = write.lock_user(name).await?;
        let statement = sqlx::query("UPDATE users SET display_name = $2, grants = $3, disabled = $4 WHERE name = $1")
            .bind(name.to_owned())
            .bind(sql::replace_nul(display_name))
            .bind(to_json(&grants)?)
            .bind(i64::from(disabled));
        sql::execute(write.connection(), statement, "cannot change a person").await?;
        write.register_units_of(grants).await?;
        if disabled {
            write.end_keys(name, Keys::All, by).await?;
        } else if before.grants != grants {
            write.end_keys(name, Keys::Tokens, by).await?;
        }
        let body = serde_json::json!({ "by": by, "user": name, "grants": grants, "disabled": disabled });
        write.append_events("", &[("", "user-changed", body)]).await?;
        write.commit().await
    }

    /// Sets the password (PHC string) that a user chose; unlocks the name and deletes all sessions except `kept_session`.
    ///
    /// # Errors
    /// `NotFound` for an unknown name.
    pub async fn change_password(&self, name: &str, password: &str, kept_session: &str) -> Result<()> {
        self.set_password(name, password, name, Keys::SessionsExcept(kept_session)).await
    }

    /// Sets the password (PHC string) that an administrator gave to a user; unlocks the name and ends all keys of the user.
    ///
    /// # Errors
    /// `NotFound` for an unknown name.
    pub async fn reset_password(&self, name: &str, password: &str, by: &str) -> Result<()> {
        self.set_password(name, password, by, Keys::All).await
    }

    async fn set_password(&self, name: &str, password: &str, by: &str, ended: Keys<'_>) -> Result<()> {
        let mut write = self.write().await?;
        let statement = sqlx::query("UPDATE users SET password = $2 WHERE name = $1").bind(name.to_owned()).bind(password.to_owned());
        if sql::execute(write.connection(), statement, "cannot set a password").await? == 0 {
            return Err(unknown_user(name));
        }
        write.forget_failed_sign_ins(name).await?;
        write.end_keys(name, ended, by).await?;
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
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT * FROM users WHERE name = $1").bind(sql::replace_nul(name));
        let row = sql::fetch_optional(&mut connection, statement, "cannot read a person").await?;
        row.map(|row| {
            let (totp, pending_totp) = (get(&row, "totp")?, get(&row, "pending_totp")?);
            Ok(UserCredentials { user: user_from_row(&row)?, password: get(&row, "password")?, totp, pending_totp })
        })
        .transpose()
    }
}

impl WriteTx {
    /// The user of this name; the write lock on the row keeps others from changing it.
    async fn lock_user(&mut self, name: &str) -> Result<User> {
        let statement = sqlx::query("UPDATE users SET name = name WHERE name = $1 RETURNING *").bind(name.to_owned());
        let row = sql::fetch_optional(self.connection(), statement, "cannot read a person").await?;
        user_from_row(&row.ok_or_else(|| unknown_user(name))?)
    }

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
            self.register_units_of(&user.grants).await?;
            let body = serde_json::json!({ "by": by, "user": user.name, "grants": user.grants });
            self.append_events("", &[("", "user-added", body)]).await?;
        }
        Ok(is_free)
    }
}

pub(crate) fn unknown_user(name: &str) -> Error {
    sign_in::user_not_visible(name)
}

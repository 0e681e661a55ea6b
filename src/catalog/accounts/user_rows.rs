//! Conversion of rows of the table of users.

use crate::rfc3339;
use crate::sql::{self, get};
use sohoa_base::error::Result;
use sohoa_base::model::account::User;
use sqlx::any::AnyRow;

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

//! Failed sign-ins. They lock a user name for the network they came from, never for everybody: who guesses passwords must not be able
//! to keep the user out. Unknown names are locked like known ones, so that the lock does not tell which names exist.

use crate::Catalog;
use crate::sql::{self, WriteTx, get, retrying};
use sohoa_base::error::Result;
use std::time::Duration;

/// Failures after which a name is locked for a network.
const MAX_FAILED_SIGN_INS: i64 = 5;

/// First lockout; every further failure doubles it.
const FIRST_LOCKOUT: Duration = Duration::from_secs(60);

/// Maximum lockout.
const MAX_LOCKOUT: Duration = Duration::from_secs(3600);

/// Time after which failures are forgotten.
const FAILURE_LIFETIME: Duration = Duration::from_secs(24 * 3600);

impl Catalog {
    /// Remaining lockout of a user name for a network; zero: not locked.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn sign_in_lockout(&self, name: &str, network: &str) -> Result<Duration> {
        let now = self.clock.now();
        let mut connection = self.read().await?;
        let statement = sqlx::query("SELECT locked_until FROM sign_in_failures WHERE user_name = $1 AND network = $2")
            .bind(sql::replace_nul(name))
            .bind(network.to_owned());
        let row = sql::fetch_optional(&mut connection, statement, "cannot read failed sign-ins").await?;
        let until: i64 = row.map_or(Ok(0), |row| get(&row, "locked_until"))?;
        Ok(Duration::from_millis(u64::try_from(until - now).unwrap_or(0)))
    }

    /// Records a successful or failed sign-in from an address of a network; after several failures the name is locked for the network.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn record_sign_in(&self, name: &str, succeeded: bool, from: &str, network: &str) -> Result<()> {
        retrying!(self.record_sign_in_once(name, succeeded, from, network))
    }

    async fn record_sign_in_once(&self, name: &str, succeeded: bool, from: &str, network: &str) -> Result<()> {
        let mut write = self.write().await?;
        if succeeded {
            let statement = sqlx::query("DELETE FROM sign_in_failures WHERE user_name = $1 AND network = $2")
                .bind(sql::replace_nul(name))
                .bind(network.to_owned());
            sql::execute(write.connection(), statement, "cannot forget failed sign-ins").await?;
        } else {
            write.count_failure(name, network).await?;
        }
        let kind = if succeeded { "signed-in" } else { "sign-in-failed" };
        write.append_events("", &[("", kind, serde_json::json!({ "user": name, "from": from }))]).await?;
        write.commit().await
    }

    /// Ends the lock of a user name for every network, on behalf of `by`; returns for how many networks failures were counted.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn unlock_sign_in(&self, name: &str, by: &str) -> Result<u64> {
        let mut write = self.write().await?;
        let networks = write.forget_failed_sign_ins(name).await?;
        if networks > 0 {
            let body = serde_json::json!({ "by": sql::replace_nul(by), "user": sql::replace_nul(name), "networks": networks });
            write.append_events("", &[("", "sign-in-unlocked", body)]).await?;
        }
        write.commit().await?;
        Ok(networks)
    }
}

impl WriteTx {
    async fn count_failure(&mut self, name: &str, network: &str) -> Result<()> {
        let now = self.now;
        let statement = sqlx::query("DELETE FROM sign_in_failures WHERE last_failure <= $1").bind(now - sql::duration_ms(FAILURE_LIFETIME));
        sql::execute(self.connection(), statement, "cannot forget failed sign-ins").await?;
        let statement = sqlx::query(
            "INSERT INTO sign_in_failures (user_name, network, failures, last_failure) VALUES ($1, $2, 1, $3)
             ON CONFLICT (user_name, network) DO UPDATE SET failures = sign_in_failures.failures + 1, last_failure = excluded.last_failure
             RETURNING failures",
        )
        .bind(sql::replace_nul(name))
        .bind(network.to_owned())
        .bind(now);
        let failures: i64 = get(&sql::fetch_one(self.connection(), statement, "cannot count failed sign-ins").await?, "failures")?;
        if failures >= MAX_FAILED_SIGN_INS {
            let doubled = sql::duration_ms(FIRST_LOCKOUT) << (failures - MAX_FAILED_SIGN_INS).min(6);
            let statement = sqlx::query("UPDATE sign_in_failures SET locked_until = $3 WHERE user_name = $1 AND network = $2")
                .bind(sql::replace_nul(name))
                .bind(network.to_owned())
                .bind(now + doubled.min(sql::duration_ms(MAX_LOCKOUT)));
            sql::execute(self.connection(), statement, "cannot lock a name").await?;
        }
        Ok(())
    }

    /// Unlocks a user name for every network; returns for how many networks failures were counted.
    pub(crate) async fn forget_failed_sign_ins(&mut self, name: &str) -> Result<u64> {
        let statement = sqlx::query("DELETE FROM sign_in_failures WHERE user_name = $1").bind(sql::replace_nul(name));
        sql::execute(self.connection(), statement, "cannot forget failed sign-ins").await
    }
}

//! Migrations of the catalogue, in order. A released migration is never changed, since every catalogue stores its checksum. They
//! are listed here because the macro of sqlx that finds them would compile every driver a second time.

use sqlx::SqlStr;
use sqlx::migrate::{Migration, MigrationType, Migrator};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Migrator with all migrations.
pub(crate) static MIGRATIONS: LazyLock<Migrator> = LazyLock::new(|| {
    let migration = |(version, description, sql): &(i64, &'static str, &'static str)| {
        Migration::new(*version, Cow::Borrowed(*description), MigrationType::Simple, SqlStr::from_static(sql), false)
    };
    Migrator::with_migrations(FILES.iter().map(migration).collect())
});

/// Version, description as stored in the catalogue, and SQL text.
const FILES: &[(i64, &str, &str)] = &[
    (1, "catalogue", include_str!("migrations/0001_catalogue.sql")),
    (2, "decisions", include_str!("migrations/0002_decisions.sql")),
    (3, "review", include_str!("migrations/0003_review.sql")),
    (4, "accounts", include_str!("migrations/0004_accounts.sql")),
    (5, "uploads", include_str!("migrations/0005_uploads.sql")),
    (6, "sign in", include_str!("migrations/0006_sign_in.sql")),
    (7, "searches", include_str!("migrations/0007_searches.sql")),
    (8, "watching", include_str!("migrations/0008_watching.sql")),
    (9, "roadmap", include_str!("migrations/0009_roadmap.sql")),
    (10, "lines told", include_str!("migrations/0010_lines_told.sql")),
    (11, "cases", include_str!("migrations/0011_cases.sql")),
    (12, "queue", include_str!("migrations/0012_queue.sql")),
    (13, "work versions", include_str!("migrations/0013_work_versions.sql")),
    (14, "standard names", include_str!("migrations/0014_standard_names.sql")),
    (15, "failed tasks", include_str!("migrations/0015_failed_tasks.sql")),
    (16, "folder deliveries", include_str!("migrations/0016_folder_deliveries.sql")),
    (17, "withheld originals", include_str!("migrations/0017_withheld_originals.sql")),
    (18, "access", include_str!("migrations/0018_access.sql")),
    (19, "identity", include_str!("migrations/0019_identity.sql")),
    (20, "ledger due", include_str!("migrations/0020_ledger_due.sql")),
    (21, "event sealing", include_str!("migrations/0021_event_sealing.sql")),
    (22, "renewed sign in", include_str!("migrations/0022_renewed_sign_in.sql")),
    (23, "store outbox", include_str!("migrations/0023_store_outbox.sql")),
    (24, "upload quotas", include_str!("migrations/0024_upload_quotas.sql")),
    (25, "messages", include_str!("migrations/0025_messages.sql")),
];

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_migration_file_is_listed_in_order() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<String> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
        files.sort();
        let listed: Vec<String> = FILES.iter().map(|(version, name, _)| format!("{version:04}_{}.sql", name.replace(' ', "_"))).collect();
        assert_eq!(listed, files);
    }
}

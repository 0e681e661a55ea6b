//! Spool of audited reads beside a SQLite catalogue, so that a read does not wait for the only writer.
//!
//! Each process appends lines of JSON to a file of its own, which it keeps locked. The sealer imports full files; files of processes
//! that have ended are imported by whichever process opens the catalogue. A line survives the end of its process at once, a loss of
//! power once the system has written it.

use super::PendingEvent;
use crate::Catalog;
use crate::sql::{self, bind_all, dynamic_query, placeholders, retrying};
use sohoa_base::error::Result;
use sohoa_base::messages::{maintenance, program};
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// The spool of this process.
#[derive(Debug)]
pub(crate) struct ReadSpool {
    folder: PathBuf,
    current: Mutex<Option<SpoolFile>>,
}

#[derive(Debug)]
struct SpoolFile {
    path: PathBuf,
    /// Open and locked.
    file: File,
}

impl ReadSpool {
    /// The spool in the folder `NAME-reads` beside the catalogue at `path`.
    pub(crate) fn beside(path: &Path) -> Self {
        let mut folder = path.as_os_str().to_owned();
        folder.push("-reads");
        Self { folder: folder.into(), current: Mutex::default() }
    }

    pub(super) fn append(&self, event: &PendingEvent) -> Result<()> {
        let mut line = sql::to_json(event)?;
        line.push('\n');
        let unwritable = |error| maintenance::read_event_unwritable(self.folder.display()).caused_by(error);
        let mut current = self.current.lock().map_err(|_| program::bug("catalogue: lock of the read log"))?;
        let spool = match current.as_mut() {
            Some(spool) => spool,
            None => current.insert(self.create_file().map_err(unwritable)?),
        };
        let written = spool.file.write_all(line.as_bytes());
        if written.is_err() {
            // The rest of a line that was cut off is not continued.
            *current = None;
        }
        written.map_err(unwritable)
    }

    fn create_file(&self) -> std::io::Result<SpoolFile> {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let path = self.folder.join(format!("{}.jsonl", sql::new_id()));
        // Nobody looks at the file before it is locked.
        let unlocked = path.with_extension("new");
        let file = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&unlocked)?;
        file.lock()?;
        std::fs::rename(&unlocked, &path)?;
        Ok(SpoolFile { path, file })
    }

    /// Files ready for import: what this process has written so far, and files of processes that have ended. They stay locked.
    fn take_files(&self) -> Result<Vec<SpoolFile>> {
        let own = self.current.lock().map_err(|_| program::bug("catalogue: lock of the read log"))?.take();
        let mut taken: Vec<SpoolFile> = own.into_iter().collect();
        // Without the folder nothing was spooled.
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Ok(taken) };
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.extension().is_none_or(|extension| extension != "jsonl") || taken.iter().any(|file| file.path == path) {
                continue;
            }
            let Ok(file) = File::open(&path) else { continue };
            match file.try_lock() {
                Ok(()) => taken.push(SpoolFile { path, file }),
                Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
            }
        }
        Ok(taken)
    }
}

impl Catalog {
    /// Moves the lines of spool files into the log; each file is imported once, also where the import is interrupted.
    pub(super) async fn import_read_spools(&self) -> Result<()> {
        let Some(spool) = &self.read_spool else { return Ok(()) };
        for SpoolFile { path, file } in spool.take_files()? {
            retrying!(self.import_spool_file(&spool.folder, &path))?;
            std::fs::remove_file(&path).map_err(|error| maintenance::file_undeletable(path.display()).caused_by(error))?;
            drop(file);
        }
        Ok(())
    }

    async fn import_spool_file(&self, folder: &Path, path: &Path) -> Result<()> {
        let Ok(text) = std::fs::read_to_string(path) else { return Ok(()) };
        let name = file_name(path);
        let present: Vec<String> =
            std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| file_name(&entry.path())).collect();
        let mut write = self.write().await?;
        // Names serve only while their files are there.
        let text_of_delete = format!("DELETE FROM imported_spools WHERE name NOT IN ({})", placeholders(1, present.len()));
        sql::execute(write.connection(), bind_all(dynamic_query(text_of_delete), &present), "cannot import audited reads").await?;
        let statement = sqlx::query("INSERT INTO imported_spools (name) VALUES ($1) ON CONFLICT (name) DO NOTHING").bind(name);
        if sql::execute(write.connection(), statement, "cannot import audited reads").await? == 0 {
            return Ok(());
        }
        // A process that was killed may have left half a line; the read that it belonged to was not answered.
        let events = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        write.insert_pending_events(events).await?;
        write.commit().await
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

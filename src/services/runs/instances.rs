//! Instances: one life of the workers of a process, told apart from any other by a random number.
//!
//! While its workers run, an instance holds the lock of a file in the home folder. The system frees the lock when the process ends in
//! whatever way, so whoever can take it knows that the instance is dead, and its tasks need not wait for the end of their leases. Host
//! names and process numbers decide nothing: containers may share both. Tasks of instances on other homes wait for the end of their
//! leases.

use crate::archive::Archive;
use sohoa_base::error::Result;
use sohoa_base::messages::maintenance;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

/// Folder of the lock files in the home folder.
const FOLDER: &str = "instances";

/// The workers of this process, from their start to their end.
#[derive(Debug)]
pub(crate) struct Instance {
    id: String,
    /// Lock file; none where the file system has no locks.
    lock: Option<LockFile>,
}

/// The locked file of an instance.
#[derive(Debug)]
struct LockFile {
    path: PathBuf,
    _file: File,
}

impl LockFile {
    /// Deletes the file, then frees the lock.
    fn delete(self) {
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::debug!(%error, path = %self.path.display(), "the lock file of an instance stays");
        }
    }
}

impl Instance {
    /// Begins an instance on this home.
    ///
    /// # Errors
    /// `Unavailable` where the folder of lock files cannot be written.
    pub(crate) fn begin(home: &Path) -> Result<Self> {
        let id = format!("{:016x}", uuid::Uuid::now_v7().as_u64_pair().1);
        let folder = home.join(FOLDER);
        let failed = |error: std::io::Error| maintenance::home_file_unwritable(folder.join(&id).display()).caused_by(error);
        std::fs::create_dir_all(&folder).map_err(failed)?;
        // It gets its name when it is locked, so that nobody sees it unlocked while it is alive.
        let (unlocked, path) = (folder.join(format!(".{id}")), folder.join(&id));
        let file = File::create_new(&unlocked).map_err(failed)?;
        if let Err(error) = file.try_lock() {
            tracing::warn!(%error, "the home folder has no file locks: tasks of a dead process are taken over at the end of their leases");
            std::fs::remove_file(&unlocked).map_err(failed)?;
            return Ok(Self { id, lock: None });
        }
        std::fs::rename(&unlocked, &path).map_err(failed)?;
        Ok(Self { id, lock: Some(LockFile { path, _file: file }) })
    }

    /// Name of one of its workers: host, process and instance, number. Only the instance tells whether the worker is alive.
    pub(crate) fn worker_name(&self, number: usize) -> String {
        worker_name(&host_name(), std::process::id(), &self.id, number)
    }

    /// Ends the instance after its workers have given back all their tasks. One that is dropped without it counts as dead.
    pub(crate) fn end(self) {
        if let Some(lock) = self.lock {
            lock.delete();
        }
    }
}

fn worker_name(host: &str, process: u32, instance: &str, number: usize) -> String {
    format!("{host}/{process}.{instance}/{number}")
}

/// Instance in the name of a worker.
fn instance_of(worker: &str) -> Option<&str> {
    let (process, _) = worker.rsplit_once('/')?;
    process.rsplit_once('.').map(|(_, instance)| instance)
}

fn host_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").map_or_else(|_| "localhost".to_owned(), |name| name.trim().to_owned())
}

/// Dead instances of one home, with their locks, so that no other process frees their tasks at the same time.
struct DeadInstances(Vec<(String, LockFile)>);

impl DeadInstances {
    fn find(home: &Path) -> Result<Self> {
        let folder = home.join(FOLDER);
        let mut dead = Vec::new();
        let entries = match std::fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self(dead)),
            Err(error) => return Err(maintenance::folder_unreadable(folder.display()).caused_by(error)),
        };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with('.') {
                continue;
            }
            let path = entry.path();
            // It may have ended since the folder was read.
            let Ok(file) = OpenOptions::new().read(true).write(true).open(&path) else { continue };
            match file.try_lock() {
                Ok(()) => dead.push((name, LockFile { path, _file: file })),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(error)) => tracing::debug!(%error, "an instance counts as alive"),
            }
        }
        Ok(Self(dead))
    }

    fn contain(&self, worker: &str) -> bool {
        instance_of(worker).is_some_and(|instance| self.0.iter().any(|(dead, _)| dead == instance))
    }
}

/// Makes the tasks of dead instances of this home claimable at once; returns their number.
///
/// # Errors
/// `Unavailable` when the catalogue or the home folder does not answer.
pub(crate) async fn reclaim_dead_leases(archive: &Archive) -> Result<u64> {
    let dead = DeadInstances::find(&archive.config.home)?;
    if dead.0.is_empty() {
        return Ok(0);
    }
    let taken = archive.catalog.reclaim_dead_leases(|worker| !dead.contain(worker)).await?;
    dead.0.into_iter().for_each(|(_, lock)| lock.delete());
    if taken > 0 {
        tracing::info!(tasks = taken, "tasks of dead processes are free again");
    }
    Ok(taken)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn dead_workers(home: &Path, workers: &[&str]) -> Vec<bool> {
        let dead = DeadInstances::find(home).unwrap();
        workers.iter().map(|worker| dead.contain(worker)).collect()
    }

    #[test]
    fn instances_with_one_host_name_and_process_number_do_not_take_each_others_tasks() {
        let (home, other_home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (first, second) = (Instance::begin(home.path()).unwrap(), Instance::begin(home.path()).unwrap());
        let elsewhere = Instance::begin(other_home.path()).unwrap();
        let names = [&first, &second, &elsewhere].map(|instance| worker_name("app", 1, &instance.id, 0));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(dead_workers(home.path(), &names), [false, false, false], "all are alive");

        // One dies: whoever shares its home knows, and nobody else is taken for dead.
        drop(first);
        assert_eq!(dead_workers(home.path(), &names), [true, false, false]);
        assert_eq!(dead_workers(other_home.path(), &names), [false, false, false]);
        drop(elsewhere);
        assert_eq!(dead_workers(home.path(), &names), [true, false, false], "another home is not looked into");
        assert_eq!(dead_workers(other_home.path(), &names), [false, false, true]);

        // While one process frees tasks of the dead, another does not.
        let found = DeadInstances::find(home.path()).unwrap();
        assert_eq!(found.0.len(), 1);
        assert!(DeadInstances::find(home.path()).unwrap().0.is_empty());
        second.end();
        drop(found);
        assert_eq!(DeadInstances::find(home.path()).unwrap().0.len(), 1, "an instance that ended well leaves nothing");
    }

    #[test]
    fn names_of_workers_of_other_forms_belong_to_no_instance() {
        assert_eq!(instance_of("host.vn/7.0123456789abcdef/3"), Some("0123456789abcdef"));
        for name in ["host/7/3", "host", ""] {
            assert_eq!(instance_of(name).filter(|instance| instance.len() == 16), None, "{name}");
        }
    }
}

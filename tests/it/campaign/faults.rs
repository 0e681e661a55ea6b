//! The faults of a campaign: how each is made and ended.

use super::plant::{Plant, Role, wait_until};
use std::fs::File;
use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

/// Kind of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// `sohoa work` is killed (SIGKILL) and started again.
    KillWorker,
    /// A reading process is killed: that costs the page in hand, which is tried again with `sohoa runs retry`.
    KillReader,
    /// `sohoa serve` is killed and started again.
    KillServer,
    /// The disk of the home is full for a while.
    DiskFull,
    /// Every cached reading is deleted.
    DeleteCache,
    /// The search index is deleted.
    DeleteIndex,
    /// The folder of a local store is away for a while.
    StoreAway,
    /// PostgreSQL is shut down at once (`-m immediate`) and started again.
    RestartPostgres,
    /// The same, with a long while between.
    PostgresAway,
    /// PostgreSQL ends the program's connections and refuses its sign-in for a while.
    PostgresRefusesLogin,
    /// PostgreSQL refuses the program's rights on all tables for a while.
    PostgresRefusesTables,
    /// Garage is killed and started again.
    RestartS3,
    /// The same, with a long while between.
    S3Away,
    /// Garage refuses the program's rights on the bucket for a while.
    S3Refuses,
    /// Connections to PostgreSQL are closed, and new ones too for a while.
    CutPostgres,
    /// Nothing passes to or from PostgreSQL for a while; connections stay open.
    StallPostgres,
    /// Present connections to PostgreSQL never answer again and never close.
    HalfOpenPostgres,
    /// As [`Fault::CutPostgres`], to S3.
    CutS3,
    /// As [`Fault::StallPostgres`], to S3.
    StallS3,
    /// As [`Fault::HalfOpenPostgres`], to S3.
    HalfOpenS3,
}

use Fault::{
    CutPostgres, CutS3, DeleteCache, DeleteIndex, DiskFull, HalfOpenPostgres, HalfOpenS3, KillReader, KillServer, KillWorker, PostgresAway,
    PostgresRefusesLogin, PostgresRefusesTables, RestartPostgres, RestartS3, S3Away, S3Refuses, StallPostgres, StallS3, StoreAway,
};

/// What a kind of fault needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Nothing,
    /// A home on a disk of its own.
    OwnDisk,
    /// A store that is a folder.
    LocalStore,
    /// PostgreSQL and Garage.
    Servers,
}

/// How long a fault lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// It is an event.
    None,
    /// A few seconds.
    Short,
    /// As long as a server that is restarted by hand.
    Long,
}

impl Fault {
    const ALL: [(Self, &'static str, Need, Length); 20] = [
        (KillWorker, "worker killed", Need::Nothing, Length::None),
        (KillReader, "reading process killed", Need::Nothing, Length::None),
        (KillServer, "server killed", Need::Nothing, Length::None),
        (DiskFull, "disk of the home full", Need::OwnDisk, Length::Short),
        (DeleteCache, "cache deleted", Need::Nothing, Length::None),
        (DeleteIndex, "search index deleted", Need::Nothing, Length::None),
        (StoreAway, "folder of the store away", Need::LocalStore, Length::Short),
        (RestartPostgres, "PostgreSQL restarted", Need::Servers, Length::None),
        (PostgresAway, "PostgreSQL away", Need::Servers, Length::Long),
        (PostgresRefusesLogin, "PostgreSQL refuses the sign-in", Need::Servers, Length::Short),
        (PostgresRefusesTables, "PostgreSQL refuses the tables", Need::Servers, Length::Short),
        (RestartS3, "S3 restarted", Need::Servers, Length::None),
        (S3Away, "S3 away", Need::Servers, Length::Long),
        (S3Refuses, "S3 refuses the bucket", Need::Servers, Length::Short),
        (CutPostgres, "link to PostgreSQL cut", Need::Servers, Length::Short),
        (StallPostgres, "link to PostgreSQL stalled", Need::Servers, Length::Short),
        (HalfOpenPostgres, "link to PostgreSQL half-open", Need::Servers, Length::None),
        (CutS3, "link to S3 cut", Need::Servers, Length::Short),
        (StallS3, "link to S3 stalled", Need::Servers, Length::Short),
        (HalfOpenS3, "link to S3 half-open", Need::Servers, Length::None),
    ];

    fn row(self) -> &'static (Self, &'static str, Need, Length) {
        Self::ALL.iter().find(|row| row.0 == self).unwrap()
    }

    /// Its name in tables.
    pub(crate) fn name(self) -> &'static str {
        self.row().1
    }

    pub(crate) fn length(self) -> Length {
        self.row().3
    }

    /// The kinds that a plant allows, and the names of the others.
    pub(crate) fn possible(plant: &Plant) -> (Vec<Self>, Vec<&'static str>) {
        let is_possible = |need: Need| match need {
            Need::Nothing => true,
            Need::OwnDisk => plant.has_own_disk,
            Need::LocalStore => plant.servers.is_none(),
            Need::Servers => plant.servers.is_some(),
        };
        let (possible, skipped): (Vec<_>, Vec<_>) = Self::ALL.into_iter().partition(|row| is_possible(row.2));
        let applies = |row: &(Self, &'static str, Need, Length)| row.2 != Need::LocalStore;
        (possible.iter().map(|row| row.0).collect(), skipped.iter().filter(|row| applies(row)).map(|row| row.1).collect())
    }

    /// Whether nothing of the fault outlasts a few seconds, so that it suits a short campaign: a half-open connection is noticed by
    /// time limits alone.
    pub(crate) fn is_quick(self) -> bool {
        !matches!(self, HalfOpenPostgres | HalfOpenS3)
    }

    /// Whether a command that starts while the fault lasts, or is met by it, may end with the code for an outage.
    pub(crate) fn is_outage(self) -> bool {
        !matches!(self, KillWorker | KillReader | KillServer | DeleteCache | DeleteIndex)
    }

    /// Makes the fault. `number` is a random number for those that choose. `false`: there was nothing to break.
    pub(crate) fn begin(self, plant: &mut Plant, number: u64) -> bool {
        let servers = plant.servers.clone();
        let on_servers = |act: &dyn Fn(&super::servers::Servers)| servers.as_deref().map(act).is_some();
        let runtime = Arc::clone(&plant.runtime);
        match self {
            KillWorker => plant.kill(Role::Worker),
            KillServer => plant.kill(Role::Server),
            KillReader => return wait_until(Duration::from_secs(5), || plant.kill_reader(number).then_some(())).is_some(),
            DiskFull => fill_disk(plant),
            DeleteCache => delete_cache(plant),
            DeleteIndex => delete_index(plant),
            StoreAway => std::fs::rename(plant.home().join("store"), plant.home().join("away")).unwrap(),
            RestartPostgres | PostgresAway => return on_servers(&|servers| servers.crash("postgres")),
            PostgresRefusesLogin => return on_servers(&|servers| runtime.block_on(servers.allow_login(false))),
            PostgresRefusesTables => return on_servers(&|servers| runtime.block_on(servers.allow_tables(&plant.name, false))),
            RestartS3 | S3Away => return on_servers(&|servers| servers.crash("garage")),
            S3Refuses => return on_servers(&|servers| servers.allow_bucket(false)),
            CutPostgres => return on_servers(&|servers| servers.postgres.cut()),
            StallPostgres => return on_servers(&|servers| servers.postgres.stall()),
            HalfOpenPostgres => return on_servers(&|servers| servers.postgres.leave_half_open()),
            CutS3 => return on_servers(&|servers| servers.s3.cut()),
            StallS3 => return on_servers(&|servers| servers.s3.stall()),
            HalfOpenS3 => return on_servers(&|servers| servers.s3.leave_half_open()),
        }
        true
    }

    /// Ends the fault.
    pub(crate) fn end(self, plant: &mut Plant) {
        let runtime = Arc::clone(&plant.runtime);
        match self {
            KillWorker => return plant.start_again(Role::Worker),
            KillServer => return plant.start_again(Role::Server),
            DiskFull => return std::fs::remove_file(plant.home().join(FILLER)).unwrap(),
            // A command that opened the store meanwhile made an empty one; nothing may be lost in it.
            StoreAway => {
                if plant.home().join("store").exists() {
                    let stray = tempfile::tempdir_in(plant.home()).unwrap().keep();
                    std::fs::rename(plant.home().join("store"), stray.join("store")).unwrap();
                }
                return std::fs::rename(plant.home().join("away"), plant.home().join("store")).unwrap();
            }
            _ => {}
        }
        let Some(servers) = plant.servers.clone() else { return };
        match self {
            RestartPostgres | PostgresAway => servers.start_again("postgres"),
            PostgresRefusesLogin => runtime.block_on(servers.allow_login(true)),
            PostgresRefusesTables => runtime.block_on(servers.allow_tables(&plant.name, true)),
            RestartS3 | S3Away => servers.start_again("garage"),
            S3Refuses => servers.allow_bucket(true),
            CutPostgres | StallPostgres => servers.postgres.restore(),
            CutS3 | StallS3 => servers.s3.restore(),
            _ => {}
        }
    }
}

/// File that fills the disk of a home.
const FILLER: &str = "filler";

fn fill_disk(plant: &Plant) {
    let mut filler = File::create(plant.home().join(FILLER)).unwrap();
    let zeros = vec![0; 1 << 20];
    while filler.write_all(&zeros).is_ok() {}
    // The rest of the last block.
    while filler.write_all(&[0; 512]).is_ok() {}
}

fn delete_cache(plant: &Plant) {
    let store = Arc::clone(&plant.store);
    plant.runtime.block_on(async {
        for entry in store.list("cache/").await.unwrap() {
            store.delete(&entry.key).await.unwrap();
        }
    });
}

/// A writer may add a file while the folder is being deleted.
fn delete_index(plant: &Plant) {
    let index = plant.home().join("index");
    let gone = wait_until(Duration::from_secs(10), || (std::fs::remove_dir_all(&index).is_ok() || !index.exists()).then_some(()));
    assert!(gone.is_some(), "the index cannot be deleted");
}

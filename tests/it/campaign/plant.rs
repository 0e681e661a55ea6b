//! What a part of a campaign runs: a server and a worker in one home, restarted when they were killed, and the store and catalogue as
//! the tests see them.

use super::servers::Servers;
use crate::support::server::program;
use sohoa_catalog::Catalog;
use sohoa_storage::blob_store::BlobStore;
use sohoa_storage::open as open_store;
use sohoa_storage::s3::client::S3Options;
use std::fs::{File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// What the scripted engine reads in each line.
const WORDS: &str = "ỦY BAN NHÂN DÂN kế hoạch số hóa tài liệu lưu trữ";

/// Longest wait for the answer of a service that starts.
const START: Duration = Duration::from_secs(90);

/// Longest wait for a service that was asked to stop.
const STOP: Duration = Duration::from_secs(90);

/// A service of the plant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// `sohoa serve`, with one reading process.
    Server,
    /// `sohoa work`, with one reading process.
    Worker,
}

/// A running service.
struct Service {
    child: Child,
    log: PathBuf,
}

/// The plant of one part.
pub(crate) struct Plant {
    /// Home, deliveries and logs.
    pub(crate) folder: PathBuf,
    /// Name of the part in database and bucket.
    pub(crate) name: String,
    pub(crate) servers: Option<Arc<Servers>>,
    pub(crate) runtime: Arc<Runtime>,
    /// Past the links.
    pub(crate) catalog: Catalog,
    /// Past the links.
    pub(crate) store: Arc<dyn BlobStore>,
    /// Whether the home is a small disk of its own.
    pub(crate) has_own_disk: bool,
    settings: Vec<(String, String)>,
    port: u16,
    server: Service,
    worker: Service,
}

impl Drop for Plant {
    fn drop(&mut self) {
        for service in [&mut self.server, &mut self.worker] {
            let _ = service.child.kill();
            let _ = service.child.wait();
        }
    }
}

impl Plant {
    /// Starts the services in a new home below `folder`.
    pub(crate) fn start(folder: PathBuf, name: &str, servers: Option<Arc<Servers>>, runtime: Arc<Runtime>) -> Self {
        let home = folder.join("home");
        std::fs::create_dir_all(&home).unwrap();
        std::fs::create_dir_all(folder.join("logs")).unwrap();
        // Memory: it is quick, and full when it should be.
        let size = if servers.is_some() { "size=128m,mode=700" } else { "size=1g,mode=700" };
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", size, "sohoa-campaign"]).arg(&home).output();
        let has_own_disk = mounted.is_ok_and(|done| done.status.success());
        let settings = servers.as_ref().map(|servers| servers.settings_of_part(&runtime, name)).unwrap_or_default();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let server = start_service(&folder, &settings, Role::Server, port);
        wait_until(START, || is_ready(port)).expect("the server does not start");
        let worker = start_service(&folder, &settings, Role::Worker, port);
        let (catalogue, store, s3) = match &servers {
            None => {
                (format!("sqlite:{}", home.join("catalog.db").display()), home.join("store").display().to_string(), S3Options::default())
            }
            Some(servers) => {
                let setting = |wanted: &str| settings.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
                let s3 = S3Options {
                    endpoint: Some(servers.s3_endpoint()),
                    region: setting("SOHOA_S3_REGION"),
                    access_key: setting("SOHOA_S3_ACCESS_KEY"),
                    secret_key: setting("SOHOA_S3_SECRET_KEY"),
                    path_style: None,
                };
                (servers.catalogue_of_part(name), setting("SOHOA_STORE").unwrap(), s3)
            }
        };
        let (catalog, store) =
            runtime.block_on(async { (Catalog::open(&catalogue).await.unwrap(), open_store::open(&store, &s3).await.unwrap()) });
        Self { folder, name: name.to_owned(), servers, runtime, catalog, store, has_own_disk, settings, port, server, worker }
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.join("home")
    }

    /// Whether the server says that it is ready.
    pub(crate) fn is_ready(&self) -> bool {
        is_ready(self.port).is_some()
    }

    /// Ends everything and deletes the folder.
    pub(crate) fn remove(self) {
        let (folder, home) = (self.folder.clone(), self.home());
        drop(self);
        let _ = Command::new("umount").arg("--lazy").arg(&home).stderr(Stdio::null()).status();
        std::fs::remove_dir_all(folder).unwrap();
    }

    fn service(&mut self, role: Role) -> &mut Service {
        match role {
            Role::Server => &mut self.server,
            Role::Worker => &mut self.worker,
        }
    }

    /// Kills a service with SIGKILL.
    pub(crate) fn kill(&mut self, role: Role) {
        let service = self.service(role);
        service.child.kill().unwrap();
        service.child.wait().unwrap();
    }

    /// Starts a killed service again.
    pub(crate) fn start_again(&mut self, role: Role) {
        let service = start_service(&self.folder, &self.settings, role, self.port);
        *self.service(role) = service;
    }

    /// Kills a reading process of either service with SIGKILL; `false` where none is running.
    pub(crate) fn kill_reader(&self, number: u64) -> bool {
        let parents = [self.server.child.id(), self.worker.child.id()];
        let readers: Vec<i32> =
            children(&parents).into_iter().filter(|(_, command)| command.contains("\0reader\0read\0")).map(|(id, _)| id).collect();
        let Some(reader) = readers.get(usize::try_from(number).unwrap_or(0) % readers.len().max(1)) else { return false };
        let Some(reader) = rustix::process::Pid::from_raw(*reader) else { return false };
        rustix::process::kill_process(reader, rustix::process::Signal::KILL).is_ok()
    }

    /// The services that have ended by themselves, each with its status and the end of its log.
    pub(crate) fn ended_services(&mut self) -> Vec<String> {
        let mut ended = Vec::new();
        for (name, service) in [("serve", &mut self.server), ("work", &mut self.worker)] {
            if let Some(status) = service.child.try_wait().unwrap() {
                ended.push(format!("`sohoa {name}` ended by itself: {status}: {}", last_lines(&service.log)));
            }
        }
        ended
    }

    /// Asks both services to stop; what went wrong.
    pub(crate) fn stop(&mut self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, service) in [("serve", &mut self.server), ("work", &mut self.worker)] {
            let _ = rustix::process::kill_process(rustix::process::Pid::from_child(&service.child), rustix::process::Signal::TERM);
            let status = wait_until(STOP, || service.child.try_wait().unwrap());
            if status.and_then(|status| status.code()) != Some(0) {
                wrong.push(format!("`sohoa {name}` was asked to stop: {status:?}: {}", last_lines(&service.log)));
            }
        }
        wrong
    }

    /// A command of the program in the home of the plant.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = command_in(&self.folder, &self.settings);
        command.args(arguments);
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts a submission whose receipt and messages go to files.
    pub(crate) fn submit(&self, folders: &[PathBuf], number: u32, attempt: u32) -> (Child, PathBuf) {
        let receipt = self.folder.join(format!("logs/submit-{number}-{attempt}.json"));
        let messages = File::create(receipt.with_extension("log")).unwrap();
        let mut command = self.command(&["submit", "--json", "-q"]);
        let child = command.args(folders).stdout(File::create(&receipt).unwrap()).stderr(messages).spawn().unwrap();
        (child, receipt)
    }
}

/// Waits until `condition` gives a value; `None` where it does not in time.
pub(crate) fn wait_until<T>(longest: Duration, mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    loop {
        if let Some(found) = condition() {
            return Some(found);
        }
        if began.elapsed() > longest {
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn command_in(folder: &Path, settings: &[(String, String)]) -> Command {
    let mut command = program();
    command.envs(settings.iter().map(|(name, value)| (name, value)));
    command.arg("--scripted-engine").arg(WORDS).arg("--home").arg(folder.join("home")).args(["--lang", "en"]);
    command.current_dir(folder).stdin(Stdio::null());
    command
}

fn start_service(folder: &Path, settings: &[(String, String)], role: Role, port: u16) -> Service {
    let mut command = command_in(folder, settings);
    let log = folder.join(match role {
        Role::Server => "logs/serve.log",
        Role::Worker => "logs/work.log",
    });
    match role {
        Role::Server => command.args(["serve", "--workers", "1", "--listen", &format!("127.0.0.1:{port}")]),
        Role::Worker => command.args(["work", "--jobs", "1"]),
    };
    let file = OpenOptions::new().create(true).append(true).open(&log).unwrap();
    let child = command.env("SOHOA_LOG", "sohoa=info,warn").stdout(file.try_clone().unwrap()).stderr(file).spawn().unwrap();
    Service { child, log }
}

fn is_ready(port: u16) -> Option<()> {
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(Duration::from_secs(10))).build().into();
    agent.get(format!("http://127.0.0.1:{port}/readyz")).call().ok().map(drop)
}

/// Identifier and command line of every child of these processes.
fn children(parents: &[u32]) -> Vec<(i32, String)> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let ids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<i32>().ok());
    let child = |id: i32| {
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let parent: u32 = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
        let command = std::fs::read_to_string(format!("/proc/{id}/cmdline")).ok()?;
        parents.contains(&parent).then_some((id, command))
    };
    ids.filter_map(child).collect()
}

/// The end of a log.
fn last_lines(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join(" | ")
}

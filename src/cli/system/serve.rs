//! `sohoa serve`

use crate::global_args::GlobalArgs;
use crate::startup::{current_program, read_pipeline, stop_on_signal, warn_missing_models};
use clap::Args;
use sohoa_base::error::Result;
use sohoa_services::archive::Archive;
use sohoa_texts::{Language, Message, localize};
use sohoa_web::server::serve;
use std::net::SocketAddr;

/// Arguments of `serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
The first start prints the address where the first administrator is made; its key holds for a day and works once.
Browsers keep the session only over TLS or on this machine itself: put a reverse proxy with TLS in front.

  sohoa serve                                   at http://127.0.0.1:8080, and work on runs
  sohoa serve --listen 0.0.0.0:8080 --workers 0 answer only; `sohoa work` reads, here or elsewhere")]
pub struct Serve {
    /// Address and port to listen at.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,
    /// Reading processes at once; 0: none [default: one per processor].
    #[arg(long, value_name = "N")]
    pub workers: Option<u32>,
}

impl Serve {
    /// Serves until a signal asks to stop, and returns the exit code.
    ///
    /// # Errors
    /// As [`serve`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let mut flags = toml::Table::new();
        if let Some(workers) = self.workers.filter(|workers| *workers > 0) {
            flags.insert("jobs".to_owned(), i64::from(workers).into());
        }
        let config = global.load_config(flags)?;
        let language = Language::from_code(&config.language);
        let pipeline = read_pipeline(config.pipeline.as_deref())?;
        raise_file_limit();
        if rustix::process::geteuid().is_root() {
            tracing::warn!("the server runs as root: a fault in it would have all rights on this machine; run it as a user of its own");
        }
        let archive = Archive::open(config, &current_program()?).await?;
        warn_missing_models(&archive, global);
        let works = self.workers != Some(0);
        serve(archive, pipeline, self.listen, works, stop_on_signal(), |listening| {
            let address = format!("http://{}", listening.address);
            eprintln!("{}", localize(language, Message::Serving { address: address.clone() }));
            if let Some(key) = listening.setup {
                eprintln!("{}", localize(language, Message::FirstAdminSetup { address, key }));
            }
        })
        .await?;
        Ok(0)
    }
}

/// Allows as many open files as the system grants: each connection needs one.
fn raise_file_limit() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    // Where the system refuses, the limit stays as it was.
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}

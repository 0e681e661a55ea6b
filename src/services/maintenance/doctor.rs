//! Checks of the installation: missing dependencies and wrong settings.

use crate::archive::{self, Archive};
use serde::Serialize;
use sohoa_base::config::{Config, Server};
use sohoa_base::private_files;
use sohoa_engine::networks::models;
use sohoa_engine::tesseract::recognizer;
use sohoa_formats::report::fonts;
use sohoa_storage::capability_check::check_capabilities;
use std::path::{Path, PathBuf};

/// Result of one check.
#[derive(Debug, Serialize)]
pub struct Check {
    /// Subject of the check.
    pub what: String,
    /// Finding.
    pub found: String,
    /// Whether the check passed.
    pub passed: bool,
    /// Command or setting that fixes it.
    pub fix: Option<String>,
}

fn make_check(what: &str, outcome: Result<String, (String, &str)>) -> Check {
    match outcome {
        Ok(found) => Check { what: what.to_owned(), found, passed: true, fix: None },
        Err((found, mend)) => Check { what: what.to_owned(), found, passed: false, fix: Some(mend.to_owned()) },
    }
}

/// Checks language data, models, reading processes, typeface, store, catalogue and index.
pub async fn run_checks(config: &Config, program: &Path) -> Vec<Check> {
    let mut checks = Vec::new();
    let model = recognizer::find_language_data(config.tessdata.as_deref());
    checks.push(make_check(
        "Tesseract",
        model
            .map(|file| format!("{}, {}", recognizer::version(), file.display()))
            .map_err(|error| (error.chain(), "apt-get install tesseract-ocr-vie")),
    ));
    let pool = archive::pool(config, program, 1);
    let opened = pool.models().await;
    let has_landlock = pool.has_landlock().await.unwrap_or(false);
    let is_left_out = |model: &models::ModelFile| opened.as_ref().is_ok_and(|opened| !opened.contains_key(model.file));
    let folder = models::models_dir(config.models.as_deref());
    for model in models::all_models() {
        let loss = if Some(model) == models::ONNX_RUNTIME { "reading takes longer" } else { "reading is less accurate" };
        let outcome = match models::find_verified(&model, &folder) {
            Ok(Some(_)) if is_left_out(&model) => {
                Err((format!("this system cannot load it: {loss}"), "use a system with glibc 2.28 or newer"))
            }
            Ok(Some(file)) => Ok(file.display().to_string()),
            Ok(None) => Err((format!("not installed: {loss}"), "sohoa models fetch")),
            Err(error) => Err((error.chain(), "sohoa models fetch")),
        };
        checks.push(make_check(model.purpose, outcome));
    }
    checks.push(make_check(
        "reading processes",
        match opened {
            Ok(_) => Ok("they start, without files and network".to_owned()),
            Err(error) => Err((error.chain(), "raise limits.memory_mib in sohoa.toml, or use a Linux kernel with seccomp")),
        },
    ));
    checks.push(describe_landlock(has_landlock));
    checks.push(describe_user(rustix::process::geteuid().is_root()));
    if config.scripted_engine.is_some() {
        let found = "scripted: nothing is read, every line has the same words".to_owned();
        checks.push(make_check("engine", Err((found, "leave out --scripted-engine, which is for tests only"))));
    }
    let regular = fonts::font_files().map(|faces| faces.first().map_or_else(String::new, |file| file.display().to_string()));
    checks.push(make_check("typeface of PDF reports", regular.map_err(|error| (error.chain(), "apt-get install fonts-croscore"))));
    checks.extend(check_proxies(&config.server));
    match Archive::open(config.clone(), program).await {
        Err(error) => checks.push(make_check("archive", Err((error.chain(), "check --home, --store and --catalog")))),
        Ok(archive) => {
            checks.push(make_check("catalogue", Ok(redact_password(&config.catalog_url()))));
            checks.push(make_check("index", Ok(config.index_folder().display().to_string())));
            checks.push(check_privacy(config));
            checks.push(make_check("own copies needed", Ok(own_copies(config))));
            match check_capabilities(archive.store.as_ref()).await {
                Ok(findings) => {
                    for finding in findings {
                        let fine = finding.is_supported || !finding.is_required;
                        let mend = (!fine).then(|| "check the rights of the keys under [s3], or of the folder".to_owned());
                        checks.push(Check { what: format!("store: {}", finding.name), found: finding.detail, passed: fine, fix: mend });
                    }
                }
                Err(error) => checks.push(make_check("store", Err((error.chain(), "check --store and the keys under [s3] in sohoa.toml")))),
            }
        }
    }
    checks
}

/// Landlock is a second lock behind seccomp, so that reading goes on without it.
fn describe_landlock(is_in_force: bool) -> Check {
    let found = if is_in_force {
        "in force: reading processes open their models and nothing else, before system calls are filtered too"
    } else {
        "this kernel has none: until system calls are filtered, reading processes can open what this user can"
    };
    let fix = (!is_in_force).then(|| "use Linux 5.13 or newer with landlock among the LSMs (lsm= on the kernel's command line)".to_owned());
    Check { what: "landlock".to_owned(), found: found.to_owned(), passed: true, fix }
}

/// Root is allowed, for containers and trials, but said.
fn describe_user(is_root: bool) -> Check {
    let found = if is_root { "root: a fault in the server would have all rights on this machine" } else { "not root" };
    let fix = is_root.then(|| "run sohoa as a user of its own, such as with User= of systemd or USER of a container".to_owned());
    Check { what: "user".to_owned(), found: found.to_owned(), passed: true, fix }
}

/// The server speaks HTTP only, so a public address with HTTPS means that a proxy stands before it.
fn check_proxies(server: &Server) -> Option<Check> {
    let is_https = server.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    let found = match server.trusted_proxies.as_slice() {
        [] => Err((
            "public_url is HTTPS and no proxy is named: everybody counts as one address".to_owned(),
            "set trusted_proxies under [server] to the address of the reverse proxy",
        )),
        named => Ok(named.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
    };
    is_https.then(|| make_check("reverse proxies", found))
}

/// What neither the store nor its backup holds.
fn own_copies(config: &Config) -> String {
    let kept = |name: &str| config.home.join(name).display().to_string();
    let secret = if config.server.secret_key.is_some() { "server.secret_key".to_owned() } else { kept("secret.key") };
    format!("{secret}, {}, {}: keep copies apart from the store; `sohoa backup` copies the rest", kept("audit.key"), kept("sohoa.toml"))
}

/// Whether other users of this machine can read what the archive keeps on its disks. A home or store that is known as one was closed to
/// them when it was opened.
fn check_privacy(config: &Config) -> Check {
    let mut places = vec![config.home.clone(), config.index_folder()];
    places.extend(config.catalog_url().strip_prefix("sqlite:").map(|path| PathBuf::from(path.strip_prefix("//").unwrap_or(path))));
    places.extend(sohoa_storage::open::local_folder(&config.store_url()));
    let open: Vec<String> =
        places.iter().filter(|place| private_files::is_readable_by_others(place)).map(|place| place.display().to_string()).collect();
    if open.is_empty() {
        return make_check("privacy", Ok("no other user of this machine can read home, store, catalogue and index".to_owned()));
    }
    Check {
        what: "privacy".to_owned(),
        found: format!("other users of this machine can read {}", open.join(", ")),
        passed: false,
        fix: Some(format!("chmod -R o-rwx {}", open.join(" "))),
    }
}

/// A URL without user name and password.
fn redact_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}://…{}", url.get(..scheme).unwrap_or_default(), url.get(at..).unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}

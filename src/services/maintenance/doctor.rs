//! Checks of the installation: missing dependencies and wrong settings.

use crate::archive::{self, Archive};
use serde::Serialize;
use sohoa_base::config::{Config, Server};
use sohoa_base::error::Error;
use sohoa_base::language::Language;
use sohoa_base::messages::{Message, doctor};
use sohoa_base::private_files;
use sohoa_engine::networks::models;
use sohoa_engine::tesseract::recognizer;
use sohoa_formats::report::fonts;
use sohoa_storage::capability_check::{CapabilityCheck, check_capabilities};
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

/// What a check found, before it is put into words.
enum Finding {
    /// A name, such as a path.
    Name(String),
    Text(Message),
    Failed(Error),
}

impl Finding {
    fn text(&self, language: Language) -> String {
        match self {
            Self::Name(name) => name.clone(),
            Self::Text(message) => message.text(language),
            Self::Failed(error) => error.text(language),
        }
    }
}

/// What mends a finding.
enum Fix {
    Command(&'static str),
    Text(Message),
}

/// Writes checks in the reader's language.
#[derive(Clone, Copy)]
struct Writer(Language);

impl Writer {
    fn passed(self, what: &Message, found: &Finding) -> Check {
        Check { what: what.text(self.0), found: found.text(self.0), passed: true, fix: None }
    }

    fn failed(self, what: &Message, found: &Finding, fix: &Fix) -> Check {
        let fix = match fix {
            Fix::Command(command) => (*command).to_owned(),
            Fix::Text(message) => message.text(self.0),
        };
        Check { what: what.text(self.0), found: found.text(self.0), passed: false, fix: Some(fix) }
    }

    fn check(self, what: &Message, outcome: Result<Finding, (Finding, Fix)>) -> Check {
        match outcome {
            Ok(found) => self.passed(what, &found),
            Err((found, fix)) => self.failed(what, &found, &fix),
        }
    }
}

/// Checks language data, models, reading processes, typeface, store, catalogue and index; `language` is that of the reader.
pub async fn run_checks(config: &Config, program: &Path, language: Language) -> Vec<Check> {
    let writer = Writer(language);
    let mut checks = Vec::new();
    checks.push(match recognizer::find_language_data(config.tessdata.as_deref()) {
        Ok(file) => {
            let found = format!("{}, {}", recognizer::version(), file.display());
            Check { what: "Tesseract".to_owned(), found, passed: true, fix: None }
        }
        Err(error) => {
            let fix = Some("apt-get install tesseract-ocr-vie".to_owned());
            Check { what: "Tesseract".to_owned(), found: error.text(language), passed: false, fix }
        }
    });
    let pool = archive::pool(config, program, 1);
    let opened = pool.models().await;
    let has_landlock = pool.has_landlock().await.unwrap_or(false);
    let is_left_out = |model: &models::ModelFile| opened.as_ref().is_ok_and(|opened| !opened.contains_key(model.file));
    let folder = models::models_dir(config.models.as_deref());
    for model in models::all_models() {
        let is_runtime = Some(model) == models::ONNX_RUNTIME;
        let loss = if is_runtime { doctor::doctor_reads_slower() } else { doctor::doctor_reads_worse() };
        let outcome = match models::find_verified(&model, &folder) {
            Ok(Some(_)) if is_left_out(&model) => {
                Err((Finding::Text(doctor::doctor_model_not_loadable(loss)), Fix::Text(doctor::doctor_fix_system())))
            }
            Ok(Some(file)) => Ok(Finding::Name(file.display().to_string())),
            Ok(None) => Err((Finding::Text(doctor::doctor_model_not_installed(loss)), Fix::Command("sohoa models fetch"))),
            Err(error) => Err((Finding::Failed(error), Fix::Command("sohoa models fetch"))),
        };
        checks.push(writer.check(&model_name(&model), outcome));
    }
    checks.push(writer.check(
        &doctor::doctor_reading_processes(),
        match opened {
            Ok(_) => Ok(Finding::Text(doctor::doctor_processes_start())),
            Err(error) => Err((Finding::Failed(error), Fix::Text(doctor::doctor_fix_processes()))),
        },
    ));
    checks.push(describe_landlock(has_landlock, language));
    checks.push(describe_user(rustix::process::geteuid().is_root(), language));
    if config.scripted_engine.is_some() {
        let found = Finding::Text(doctor::doctor_engine_scripted());
        checks.push(writer.failed(&doctor::doctor_engine(), &found, &Fix::Text(doctor::doctor_fix_engine())));
    }
    let regular = fonts::font_files().map(|faces| faces.first().map_or_else(String::new, |file| file.display().to_string()));
    let regular = regular.map(Finding::Name).map_err(|error| (Finding::Failed(error), Fix::Command("apt-get install fonts-croscore")));
    checks.push(writer.check(&doctor::doctor_typeface(), regular));
    checks.extend(check_proxies(&config.server, writer));
    match Archive::open(config.clone(), program).await {
        Err(error) => {
            checks.push(writer.failed(&doctor::doctor_archive(), &Finding::Failed(error), &Fix::Text(doctor::doctor_fix_archive())));
        }
        Ok(archive) => {
            checks.push(writer.passed(&doctor::doctor_catalogue(), &Finding::Name(redact_password(&config.catalog_url()))));
            checks.push(writer.passed(&doctor::doctor_index(), &Finding::Name(config.index_folder().display().to_string())));
            checks.push(check_privacy(config, language));
            checks.push(writer.passed(&doctor::doctor_own_copies(), &Finding::Text(own_copies(config))));
            match check_capabilities(archive.store.as_ref()).await {
                Ok(findings) => checks.extend(findings.iter().map(|finding| describe_capability(finding, language))),
                Err(error) => {
                    checks.push(writer.failed(&doctor::doctor_store(), &Finding::Failed(error), &Fix::Text(doctor::doctor_fix_store())));
                }
            }
        }
    }
    checks
}

/// What a model is for.
#[must_use]
pub fn model_name(model: &models::ModelFile) -> Message {
    match model.purpose {
        "line finder" => doctor::doctor_line_finder(),
        "second reader" => doctor::doctor_second_reader(),
        "reader of handwritten digits" => doctor::doctor_digit_reader(),
        _ => doctor::doctor_runtime(),
    }
}

fn describe_capability(finding: &CapabilityCheck, language: Language) -> Check {
    let what = match finding.name {
        "write" => doctor::doctor_store_write(),
        "read" => doctor::doctor_store_read(),
        "list" => doctor::doctor_store_list(),
        "delete" => doctor::doctor_store_delete(),
        _ => doctor::doctor_store_conditional(),
    };
    let found = match (finding.is_supported, finding.is_required) {
        (true, _) => doctor::doctor_works(),
        (false, true) => doctor::doctor_store_fails(),
        (false, false) => doctor::doctor_not_supported(),
    };
    let passed = finding.is_supported || !finding.is_required;
    let found = format!("{} ({})", found.text(language), finding.detail.text(language));
    Check { what: what.text(language), found, passed, fix: (!passed).then(|| doctor::doctor_fix_rights().text(language)) }
}

/// Landlock is a second lock behind seccomp, so that reading goes on without it.
fn describe_landlock(is_in_force: bool, language: Language) -> Check {
    let found = if is_in_force { doctor::doctor_landlock_on() } else { doctor::doctor_landlock_off() };
    let fix = (!is_in_force).then(|| doctor::doctor_fix_landlock().text(language));
    Check { what: "landlock".to_owned(), found: found.text(language), passed: true, fix }
}

/// Root is allowed, for containers and trials, but said.
fn describe_user(is_root: bool, language: Language) -> Check {
    let found = if is_root { doctor::doctor_user_root() } else { doctor::doctor_user_not_root() };
    let fix = is_root.then(|| doctor::doctor_fix_user().text(language));
    Check { what: doctor::doctor_user().text(language), found: found.text(language), passed: true, fix }
}

/// The server speaks HTTP only, so a public address with HTTPS means that a proxy stands before it.
fn check_proxies(server: &Server, writer: Writer) -> Option<Check> {
    let is_https = server.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    let found = match server.trusted_proxies.as_slice() {
        [] => Err((Finding::Text(doctor::doctor_proxies_missing()), Fix::Text(doctor::doctor_fix_proxies()))),
        named => Ok(Finding::Name(named.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))),
    };
    is_https.then(|| writer.check(&doctor::doctor_proxies(), found))
}

/// What neither the store nor its backup holds.
fn own_copies(config: &Config) -> Message {
    let kept = |name: &str| config.home.join(name).display().to_string();
    let secret = if config.server.secret_key.is_some() { "server.secret_key".to_owned() } else { kept("secret.key") };
    doctor::doctor_copies(secret, kept("audit.key"), kept("sohoa.toml"))
}

/// Whether other users of this machine can read what the archive keeps on its disks. A home or store that is known as one was closed to
/// them when it was opened.
fn check_privacy(config: &Config, language: Language) -> Check {
    let mut places = vec![config.home.clone(), config.index_folder()];
    places.extend(config.catalog_url().strip_prefix("sqlite:").map(|path| PathBuf::from(path.strip_prefix("//").unwrap_or(path))));
    places.extend(sohoa_storage::open::local_folder(&config.store_url()));
    let open: Vec<String> =
        places.iter().filter(|place| private_files::is_readable_by_others(place)).map(|place| place.display().to_string()).collect();
    let what = doctor::doctor_privacy();
    if open.is_empty() {
        return Writer(language).passed(&what, &Finding::Text(doctor::doctor_files_private()));
    }
    Check {
        what: what.text(language),
        found: doctor::doctor_files_open(open.join(", ")).text(language),
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

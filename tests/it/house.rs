//! The house keeps its own rules: imports run downward, an outside crate lives in one room, files stay short.

use std::fmt::Write as _;
use std::path::Path;

/// The longest a file may be, lines.
const LONGEST: usize = 500;

/// Rooms by floor; a room may import lower floors only, less what [`may_import`] takes away.
const FLOORS: &[(&str, u8)] = &[
    ("error", 1),
    ("model", 2),
    ("text", 2),
    ("config", 2),
    ("messages", 2),
    ("imaging", 3),
    ("formats", 3),
    ("engine", 3),
    ("description", 3),
    ("evaluation", 3),
    ("roadmap", 3),
    ("specimen", 3),
    ("blobs", 3),
    ("catalog", 3),
    ("sandbox", 4),
    ("search", 4),
    ("stages", 5),
    ("archive", 6),
    ("pipeline", 7),
    ("desk", 8),
    ("web", 9),
    ("cli", 10),
];

/// Outside crates that only some rooms may name: a prefix of the crate's name, then the rooms.
const CRATES: &[(&str, &[&str])] = &[
    ("aws_", &["blobs"]),
    ("sqlx", &["catalog"]),
    ("tesseract", &["engine"]),
    ("pdf_writer", &["formats", "specimen"]),
    ("pdf", &["formats"]),
    ("hayro", &["formats"]),
    ("fax", &["formats", "specimen"]),
    ("tiff", &["formats"]),
    ("zip", &["formats"]),
    ("tar", &["formats"]),
    ("cms", &["formats"]),
    ("x509_cert", &["formats"]),
    ("rsa", &["formats"]),
    ("p256", &["formats"]),
    ("tantivy", &["search"]),
    ("image", &["imaging", "formats", "engine", "specimen", "sandbox"]),
    ("imageproc", &["imaging", "specimen"]),
    ("fast_image_resize", &["imaging", "specimen"]),
    ("ab_glyph", &["specimen", "formats"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    ("rustix", &["sandbox", "blobs", "cli"]),
    ("seccompiler", &["sandbox"]),
    ("rten", &["engine"]),
    ("ort", &["engine"]),
    ("rxing", &["imaging", "specimen"]),
    ("rapidfuzz", &["evaluation", "description"]),
    ("similar", &["evaluation"]),
    ("calamine", &["formats"]),
    ("rust_xlsxwriter", &["formats"]),
    ("docx_rs", &["formats"]),
    ("krilla", &["formats"]),
    ("argon2", &["desk"]),
    ("subtle", &["desk"]),
    ("getrandom", &["desk"]),
    ("axum", &["web"]),
    ("base64", &["web"]),
    ("tower_http", &["web"]),
    ("utoipa", &["web"]),
    ("maud", &["web"]),
    ("tokio_stream", &["web"]),
    ("prometheus_client", &["web"]),
    ("governor", &["web"]),
    ("totp_rs", &["desk"]),
    ("chacha20poly1305", &["desk"]),
    ("openidconnect", &["desk"]),
    ("ureq", &["desk"]),
];

fn floor(room: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == room).map(|(_, floor)| *floor)
}

/// Whether `from` may import `to`.
fn may_import(from: &str, to: &str) -> bool {
    let (Some(own), Some(other)) = (floor(from), floor(to)) else { return false };
    match (from, to) {
        _ if from == to => true,
        ("messages", "model") => true,
        ("search", _) => matches!(to, "error" | "model" | "text"),
        ("stages", "catalog") | ("archive", "stages") => false,
        ("web", _) => matches!(to, "error" | "model" | "config" | "text" | "messages" | "archive" | "desk" | "pipeline"),
        _ => other < own,
    }
}

/// Whether a room may name an outside crate.
fn may_name(room: &str, outside: &str) -> bool {
    let listed = |prefix: &str| outside == prefix || outside.starts_with(&format!("{}_", prefix.trim_end_matches('_')));
    // The first row that fits decides, so the longer name stands above the shorter one.
    CRATES.iter().find(|(prefix, _)| listed(prefix)).is_none_or(|(_, rooms)| rooms.contains(&room))
}

/// The room of a path within `src`, or `None` for `lib.rs` and `main.rs`, which are the doors.
fn room_of(path: &str) -> Option<&str> {
    let first = path.split('/').next().unwrap_or_default().trim_end_matches(".rs");
    (!matches!(first, "lib" | "main")).then_some(first)
}

/// The code of a file with comments, strings and character literals emptied; lines stay lines.
fn bare(source: &str) -> String {
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
            ['r', next, ..] if !word_before && matches!(next, '"' | '#') => raw_string(rest),
            ['b', 'r', next, ..] if !word_before && matches!(next, '"' | '#') => 1 + raw_string(&rest[1..]),
            ['"', ..] => quoted(rest),
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

fn quoted(rest: &[char]) -> usize {
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
fn raw_string(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|letter| **letter == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let from = 2 + hashes;
    rest[from..].windows(end.len()).position(|part| part == end).map_or(rest.len(), |index| from + index + end.len())
}

/// The rooms that follow `crate::`: one, or each of `crate::{a::…, b}`.
fn rooms_after(rest: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect::<String>();
    let Some(group) = rest.trim_start().strip_prefix('{') else { return vec![word(rest.trim_start())] };
    let mut depth = 0;
    let mut rooms = vec![String::new()];
    for letter in group.chars() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => rooms.push(String::new()),
            _ if depth == 0 => rooms.last_mut().unwrap().push(letter),
            _ => {}
        }
    }
    rooms.iter().map(|room| word(room.trim())).filter(|room| !room.is_empty()).collect()
}

/// Every breach in one file: `path` is within `src`.
fn breaches(path: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let code = bare(source);
    let line_of = |at: usize| code[..at].matches('\n').count() + 1;
    let mut say = |line: usize, what: String, rule: &str| found.push(format!("src/{path}:{line}: {what} (rule: {rule})"));

    let lines = source.lines().count();
    if lines > LONGEST {
        say(lines, format!("{lines} lines"), "no file over 500 lines");
    }
    for (number, line) in (1..).zip(source.lines()) {
        if ["/home/", "/root/", "/Users/"].iter().any(|home| line.contains(home)) {
            say(number, "names somebody's home folder".to_owned(), "no absolute home paths");
        }
    }
    for word in ["unsafe", "todo!", "unimplemented!", "dbg!"] {
        let allowed = word == "unsafe" && path == "engine/tesseract_ffi.rs";
        for (at, _) in code.match_indices(word).filter(|_| !allowed) {
            if whole_word(&code, at, word) {
                say(line_of(at), format!("has `{word}`"), "no unfinished or unsafe code outside src/engine/tesseract_ffi.rs");
            }
        }
    }
    let Some(room) = room_of(path) else { return found };
    if floor(room).is_none() {
        say(1, format!("is in `{room}`, which no floor lists"), "every room stands on a floor");
        return found;
    }
    for (at, prefix) in code.match_indices("crate::").filter(|(at, _)| !preceded_by_word(&code, *at)) {
        for other in rooms_after(&code[at + prefix.len()..]) {
            if floor(&other).is_some() && !may_import(room, &other) {
                say(line_of(at), format!("`{room}` imports `{other}`"), "imports run downward only");
            }
        }
    }
    for (at, _) in code.match_indices("::") {
        let name: String = code[..at].chars().rev().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect();
        let name: String = name.chars().rev().collect();
        let start = at - name.len();
        // `a::b::` names a only; a room's own module of that name is no crate.
        if name.is_empty() || code[..start].ends_with("::") || own_module(&code, &name) || may_name(room, &name) {
            continue;
        }
        say(line_of(at), format!("`{room}` names the crate `{name}`"), "an outside crate lives in its own room");
    }
    found
}

/// Whether the file itself brings `name` in as a module: declared in it, or imported from the house.
fn own_module(code: &str, name: &str) -> bool {
    let declared = [format!("mod {name};"), format!("mod {name} {{")].iter().any(|form| code.contains(form));
    let imported = code.split(';').filter_map(|part| part.split_once("use ")).any(|(_, path)| {
        let house = ["crate::", "super::", "self::"].iter().any(|start| path.trim_start().starts_with(start));
        house && path.split(|letter: char| !(letter.is_alphanumeric() || letter == '_')).any(|word| word == name)
    });
    declared || imported
}

fn preceded_by_word(code: &str, at: usize) -> bool {
    code[..at].chars().next_back().is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
}

fn whole_word(code: &str, at: usize, word: &str) -> bool {
    let after = code[at + word.len()..].chars().next();
    !preceded_by_word(code, at) && !after.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
}

#[test]
fn the_house_keeps_its_rules() {
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
        for breach in breaches(&path, &std::fs::read_to_string(entry.path()).unwrap()) {
            writeln!(report, "{breach}").unwrap();
        }
    }
    assert!(seen > 20, "only {seen} files seen");
    assert!(report.is_empty(), "\n{report}");
}

#[test]
fn imports_upward_and_sideways_are_caught() {
    let caught = |path: &str, code: &str| breaches(path, code).len();
    assert_eq!(caught("text/fold.rs", "use crate::error::Result;"), 0);
    assert_eq!(caught("text/fold.rs", "use crate::catalog::Row;"), 1);
    assert_eq!(caught("error.rs", "fn f() { crate::model::x() }"), 1);
    assert_eq!(caught("model/a.rs", "use crate::text::fold;"), 1);
    assert_eq!(caught("imaging/a.rs", "use crate::{error::{Error, Result}, formats::picture};"), 1);
    assert_eq!(caught("imaging/a.rs", "use crate::imaging::skew;"), 0);
    assert_eq!(caught("search/a.rs", "use crate::config::Config;"), 1);
    assert_eq!(caught("stages/read.rs", "use crate::sandbox::Child;\nuse crate::catalog::tasks;"), 1);
    assert_eq!(caught("stages/index.rs", "use crate::search::Index;"), 0);
    assert_eq!(caught("archive.rs", "use crate::stages::STAGES;"), 1);
    assert_eq!(caught("cli/run.rs", "use crate::desk::runs; use crate::formats::pdf;"), 0);
    assert_eq!(caught("attic/a.rs", ""), 1);
    assert_eq!(
        breaches("blobs/s3.rs", "\n\nuse crate::sandbox;"),
        ["src/blobs/s3.rs:3: `blobs` imports `sandbox` (rule: imports run downward only)"]
    );
}

#[test]
fn crates_out_of_their_room_are_caught() {
    let caught = |path: &str, code: &str| breaches(path, code).len();
    assert_eq!(caught("blobs/s3.rs", "use aws_sdk_s3::Client;"), 0);
    assert_eq!(caught("desk/a.rs", "use aws_sdk_s3::Client;"), 1);
    assert_eq!(caught("desk/a.rs", "fn f() { sqlx::query(); }"), 1);
    assert_eq!(caught("imaging/a.rs", "use imageproc::filter; use image::GrayImage;"), 0);
    assert_eq!(caught("stages/a.rs", "use image::GrayImage;"), 1);
    assert_eq!(caught("specimen/a.rs", "use pdf_writer::Pdf; use pdf::file;"), 1);
    assert_eq!(caught("specimen/a.rs", "use super::tiff; fn f() { tiff::write() }"), 0);
    assert_eq!(caught("desk/a.rs", "use serde::Serialize; use tokio::fs;"), 0);
    assert_eq!(caught("desk/a.rs", "/// See sqlx::query.\nconst A: &str = \"sqlx::query\";"), 0);
}

#[test]
fn long_unsafe_and_unfinished_files_are_caught() {
    let caught = |path: &str, code: &str| breaches(path, code).len();
    assert_eq!(caught("lib.rs", &"\n".repeat(500)), 0);
    assert_eq!(caught("lib.rs", &"\n".repeat(501)), 1);
    assert_eq!(caught("engine/tesseract_ffi.rs", "unsafe { f() }"), 0);
    assert_eq!(caught("engine/mod.rs", "unsafe { f() }"), 1);
    assert_eq!(caught("engine/mod.rs", "#![allow(unsafe_code)] // unsafe"), 0);
    for unfinished in ["todo!()", "unimplemented!()", "dbg!(1)"] {
        assert_eq!(caught("model/a.rs", &format!("fn f() {{ {unfinished} }}")), 1, "{unfinished}");
    }
    assert_eq!(caught("config.rs", "const A: &str = \"/home/an/a\";"), 1);
}

#[test]
fn text_between_quotes_is_no_code() {
    assert_eq!(bare("a \"x\\\"y\" b // c\nd"), "a  b \nd");
    assert_eq!(bare("r#\"q\"w\"# 'x' '\\'' '\\n' &'a str"), "    &'a str");
    assert_eq!(bare("/* u\nv */w"), "\nw");
}

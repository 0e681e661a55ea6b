//! No circle between the modules of one crate, other than a parent and its child: a reader can start at the bottom.

use crate::architecture::without_comments_and_strings;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A module's path within its crate; the crate's root is empty.
type Module = Vec<String>;

/// Module of a file, by its path within the crate's folder.
fn module_of(file: &str) -> Module {
    let mut parts: Module = file.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod" || last == "lib") {
        parts.pop();
    }
    parts
}

/// The paths of a `use` tree, such as `crate::a::{b, c::d}`.
fn paths_of_tree(prefix: &[String], tree: &str, paths: &mut Vec<Vec<String>>) {
    let tree = tree.trim();
    let segments = |text: &str| text.split("::").map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect::<Vec<_>>();
    let Some(open) = tree.find('{') else {
        let path = tree.split(" as ").next().unwrap_or_default();
        paths.push([prefix, &segments(path)].concat());
        return;
    };
    let prefix = [prefix, &segments(&tree[..open])].concat();
    let body = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    let (mut depth, mut begin) = (0, 0);
    for (at, letter) in body.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                paths_of_tree(&prefix, &body[begin..at], paths);
                begin = at + 1;
            }
            _ => {}
        }
    }
    if !body[begin..].trim().is_empty() {
        paths_of_tree(&prefix, &body[begin..], paths);
    }
}

/// Every path that starts at `crate`, `super` or `self` in code without its tests.
fn paths_in(source: &str) -> Vec<Vec<String>> {
    let code = without_comments_and_strings(source.split("#[cfg(test)]").next().unwrap_or_default());
    let mut paths = Vec::new();
    for statement in code.split(';') {
        if let Some((_, tree)) = statement.rsplit_once("use ")
            && ["crate", "super", "self"].iter().any(|root| tree.trim_start().starts_with(root))
        {
            paths_of_tree(&[], tree, &mut paths);
        }
    }
    let is_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    for word in code.split(|letter: char| !is_path(letter)) {
        if word.starts_with("crate::") || word.starts_with("super::") {
            paths_of_tree(&[], word.trim_end_matches(':'), &mut paths);
        }
    }
    paths
}

/// The module that a path of `from` names, among `modules`.
fn target(from: &Module, path: &[String], modules: &BTreeSet<Module>) -> Module {
    let mut base = from.clone();
    let mut rest = path;
    if rest.first().is_some_and(|root| root == "crate") {
        (base, rest) = (Module::new(), &rest[1..]);
    }
    while let Some(step) = rest.first().filter(|step| *step == "super" || *step == "self") {
        if step == "super" {
            base.pop();
        }
        rest = &rest[1..];
    }
    let mut whole = [base, rest.to_vec()].concat();
    while !modules.contains(&whole) && whole.pop().is_some() {}
    whole
}

/// Pairs of modules that reach each other, from the sources of one crate by file.
fn circles(files: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let modules: BTreeSet<Module> = files.keys().map(|file| module_of(file)).collect();
    let mut uses: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (file, source) in files {
        let from = module_of(file);
        let targets = paths_in(source).iter().map(|path| target(&from, path, &modules)).collect::<BTreeSet<_>>();
        let is_kin = |other: &Module| from.starts_with(other) || other.starts_with(&from);
        uses.insert(from.clone(), targets.into_iter().filter(|other| !is_kin(other)).collect());
    }
    let reached = |from: &Module| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&Module> = uses.get(from).into_iter().flatten().collect();
        while let Some(next) = open.pop() {
            if seen.insert(next.clone()) {
                open.extend(uses.get(next).into_iter().flatten());
            }
        }
        seen
    };
    let reach: BTreeMap<&Module, BTreeSet<Module>> = modules.iter().map(|module| (module, reached(module))).collect();
    let mut found = Vec::new();
    for (one, there) in &reach {
        for other in there.iter().filter(|other| one < other && reach[other].contains(*one)) {
            found.push((one.join("::"), other.join("::")));
        }
    }
    found
}

#[test]
fn modules_of_a_crate_have_no_circles() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut seen = 0;
    for entry in std::fs::read_dir(source).unwrap() {
        let folder = entry.unwrap().path();
        if !folder.join("lib.rs").is_file() {
            continue;
        }
        let mut files = BTreeMap::new();
        for entry in walkdir::WalkDir::new(&folder).into_iter().map(Result::unwrap) {
            let path = entry.path().strip_prefix(&folder).unwrap().to_string_lossy().into_owned();
            if path.ends_with(".rs") && !path.starts_with("tests/") && !path.ends_with("build.rs") {
                files.insert(path, std::fs::read_to_string(entry.path()).unwrap());
            }
        }
        seen += files.len();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        found.extend(circles(&files).into_iter().map(|(one, other)| format!("{name}: {one} and {other} use each other")));
    }
    assert!(seen > 400, "only {seen} files seen");
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

#[test]
fn circles_are_found_and_parents_are_none() {
    let files = |sources: &[(&str, &str)]| sources.iter().map(|(file, source)| ((*file).to_owned(), (*source).to_owned())).collect();
    let pair = |one: &str, other: &str| vec![(one.to_owned(), other.to_owned())];
    assert_eq!(circles(&files(&[("a.rs", "use crate::b::X;"), ("b.rs", "fn f() { crate::a::g() }")])), pair("a", "b"));
    assert_eq!(
        circles(&files(&[("a/mod.rs", ""), ("a/b.rs", "use super::c::X;"), ("a/c.rs", "use crate::{a::b::{Y, Z}};")])),
        pair("a::b", "a::c")
    );
    assert!(circles(&files(&[("a/mod.rs", "use crate::a::b::X;"), ("a/b.rs", "use super::Y;")])).is_empty());
    assert!(
        circles(&files(&[("a.rs", "use crate::b::X;"), ("b.rs", "// crate::a\n#[cfg(test)]\nmod tests { use crate::a::Y; }")])).is_empty()
    );
    assert_eq!(circles(&files(&[("a.rs", "use crate::b::X;"), ("b.rs", "use crate::c;"), ("c.rs", "use crate::a;")])).len(), 3);
}

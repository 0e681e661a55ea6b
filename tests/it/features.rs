//! One set of features for every dependency: `cargo … -p CRATE` must not build dependencies a second time.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Features of every package that `cargo tree` lists for these arguments, by package and version.
fn features(of: &[&str]) -> BTreeMap<String, BTreeSet<String>> {
    let mut command = Command::new(env!("CARGO"));
    command.args(["tree", "--offline", "--locked", "--prefix", "none", "--no-dedupe", "-e", "normal,build,dev", "-f", "{p}|{f}"]);
    let output = command.args(of).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let Some((package, features)) = line.split_once('|') else { continue };
        let package = package.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
        found.entry(package).or_default().insert(features.to_owned());
    }
    found
}

#[test]
fn every_crate_builds_its_dependencies_with_the_features_of_the_workspace() {
    let whole = features(&["--workspace"]);
    let members: Vec<&String> = whole.keys().filter(|package| package.starts_with("sohoa-")).collect();
    assert!(members.len() > 10, "{members:?}");
    let mut differing = Vec::new();
    for member in members {
        let name = member.split(' ').next().unwrap();
        for (package, sets) in features(&["-p", name]) {
            if !whole.get(&package).is_some_and(|all| sets.is_subset(all)) {
                differing.push(format!("{name}: {package}"));
            }
        }
    }
    assert!(differing.is_empty(), "run `cargo hakari generate`; other features than in the workspace:\n{}", differing.join("\n"));
}

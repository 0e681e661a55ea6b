//! External programs that validate output. A test without its program is skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Path of a program; `None`, reported as skipped, where it is not in PATH.
pub fn tool(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&folders).map(|folder| folder.join(name)).find(|file| file.is_file());
    if found.is_none() {
        crate::skipped(&format!("no program {name} in PATH"));
    }
    found
}

/// Runs a program and returns its standard output.
///
/// # Panics
/// Where the program fails, with both outputs.
pub fn run(program: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(program).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{} {arguments:?}: {}\n{}{}",
        program.display(),
        output.status,
        text(&output.stdout),
        text(&output.stderr)
    );
    output.stdout
}

/// Folder of Java libraries in Debian.
const JARS: &str = "/usr/share/java";

/// Asserts that the files are valid PDF/A-1b by PDFBox Preflight; skipped without Java or the libraries.
pub fn assert_pdf_a_1b(files: &[&Path]) {
    let (Some(java), Some(_compiler)) = (tool("java"), tool("javac")) else { return };
    let names = ["preflight", "pdfbox2", "fontbox2", "xmpbox", "commons-logging", "javax.activation", "jaxb-api"];
    let jars: Vec<PathBuf> = names.iter().map(|name| Path::new(JARS).join(format!("{name}.jar"))).collect();
    if let Some(absent) = jars.iter().find(|jar| !jar.is_file()) {
        crate::skipped(&format!("PDF/A-1b check: no {}", absent.display()));
        return;
    }
    let path = std::env::join_paths(&jars).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("Preflight.java");
    let mut arguments = vec!["-Djava.awt.headless=true", "-XX:+UseSerialGC", "-cp", path.to_str().unwrap(), source.to_str().unwrap()];
    arguments.extend(files.iter().map(|file| file.to_str().unwrap()));
    run(&java, &arguments);
}

/// Asserts that the XML file is valid by a schema that imports XLink; skipped without xmllint. Needs no network.
pub fn assert_valid_xml(file: &Path, schema: &Path) {
    let Some(xmllint) = tool("xmllint") else { return };
    let folder = tempfile::tempdir().unwrap();
    // Schemas of the Library of Congress import the XLink schema by URL; an XML catalogue maps it to the copy in this folder.
    let xlink = Path::new(env!("CARGO_MANIFEST_DIR")).join("xlink.xsd");
    let catalogue = folder.path().join("catalog.xml");
    let addresses = ["http://www.loc.gov/standards/xlink/xlink.xsd", "https://www.loc.gov/standards/xlink/xlink.xsd"];
    let entries: String =
        addresses.iter().map(|from| format!("<system systemId=\"{from}\" uri=\"file://{}\"/>\n", xlink.display())).collect();
    let text = format!("<catalog xmlns=\"urn:oasis:names:tc:entity:xmlns:xml:catalog\">\n{entries}</catalog>\n");
    std::fs::write(&catalogue, text).unwrap();
    let output = Command::new(xmllint)
        .env("XML_CATALOG_FILES", &catalogue)
        .args(["--nonet", "--noout", "--schema"])
        .args([schema, file])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
}

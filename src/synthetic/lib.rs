//! Fictional dossiers of realistic degraded scans, made from a seed.
//!
//! [`generate`] writes them; [`wear`] puts the faults of [`degrade`] on any page picture, several at once.

pub mod canvas;
pub mod degrade;
pub mod expected;
pub mod files;
pub mod fonts;
pub mod layout;
pub mod paper;
pub mod personal_page;
pub mod random;
mod scan;
pub mod secrecy_stamp;
pub mod sheet;
pub mod stamp;
pub mod stamped_page;
pub mod story;
pub mod trial;
pub mod wear;

use expected::{Document, Expected};
use files::Encoded;
use fonts::Fonts;
use layout::{CleanPage, Role};
use paper::Paper;
use random::Random;
use scan::{Look, Placed};
use sha2::{Digest, Sha256};
use sohoa_base::error::{Kind, Result, ResultExt};
use std::path::Path;
use story::Story;

/// How a dossier's scans lie in files.
#[derive(Debug, Clone, Copy)]
enum Files {
    /// One PDF of this name.
    Pdf(&'static str),
    /// One fax TIFF of this name.
    Tiff(&'static str),
    /// A JPEG for each page.
    Loose,
}

/// What comes into a dossier, in order.
enum Part {
    Paper(Box<Paper>),
    Blank,
    Separator,
}

/// Resolution of every page, dots per inch: the least that the rules for archives allow.
const DPI: u16 = 200;

/// Writes four dossiers into `folder`: `<dossier>/` with scans, and `<dossier>.expected.json` beside it.
/// The same seed gives the same bytes.
///
/// # Errors
/// `NotFound` where the typeface is not installed; `Invalid` where `folder` cannot be written.
pub fn generate(folder: &Path, seed: u64) -> Result<()> {
    let fonts = Fonts::load()?;
    dossier(&fonts, folder, seed, "001-ke-hoach-so-hoa", Look::Office, Files::Pdf("hồ sơ 001.pdf"), 2019, |story| {
        vec![Part::paper(story.submission()), Part::Blank, Part::paper(story.decision())]
    })?;
    dossier(&fonts, folder, seed, "002-cau-phao-cua-may", Look::Old, Files::Loose, 2017, |story| {
        vec![Part::paper(story.letter()), Part::Blank, Part::Separator, Part::paper(story.report()), Part::paper(story.invitation())]
    })?;
    dossier(&fonts, folder, seed, "003-ban-giao-tai-lieu", Look::Fax, Files::Tiff("BB_bangiao.tif"), 2012, |story| {
        vec![Part::paper(story.minutes()), Part::Blank, Part::paper(story.notice())]
    })?;
    dossier(&fonts, folder, seed, "004-tiep-cong-dan", Look::Grey, Files::Pdf("scan0001.pdf"), 2021, |story| {
        vec![Part::paper(story.notice()), Part::Separator, Part::paper(story.letter()), Part::Blank, Part::paper(story.invitation())]
    })
}

impl Part {
    fn paper(paper: Paper) -> Self {
        Self::Paper(Box::new(paper))
    }
}

#[allow(clippy::too_many_arguments, reason = "one row of the table in `generate`")]
fn dossier(
    fonts: &Fonts,
    folder: &Path,
    seed: u64,
    name: &str,
    look: Look,
    kind: Files,
    year: u16,
    parts: impl Fn(&mut Story) -> Vec<Part>,
) -> Result<()> {
    let mut story = Story::new(Random::for_purpose(seed, &format!("{name} story")), year);
    let mut hand = Random::for_purpose(seed, &format!("{name} hand"));
    let mut clean: Vec<CleanPage> = Vec::new();
    let mut documents = Vec::new();
    for part in parts(&mut story) {
        match part {
            Part::Paper(paper) => {
                let first = clean.len() + 1;
                clean.extend(layout::set(fonts, &paper, u32::from(DPI), &mut hand));
                documents.push(truth(&paper, (first..=clean.len()).collect()));
            }
            Part::Blank => clean.push(layout::blank(fonts, u32::from(DPI))),
            Part::Separator => clean.push(layout::separator(fonts, u32::from(DPI))),
        }
    }
    let target = folder.join(name);
    let broken = || format!("cannot write {}: check that the folder may be written", target.display());
    std::fs::create_dir_all(&target).or_error(Kind::Invalid, broken)?;
    let mut scans = Vec::new();
    let mut pages = Vec::new();
    for (index, page) in clean.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| clean.get(index));
        let turn = turn_of(look, index, clean.len(), page.role);
        let placed = Placed { page, before, turn, dpi: DPI };
        let mut random = Random::for_purpose(seed, &format!("{name} page {index}"));
        let (scan, skew) = scan::scan(&placed, look, &mut random)?;
        let (file, page_in_file) = match kind {
            Files::Pdf(file) | Files::Tiff(file) => (file.to_owned(), index + 1),
            Files::Loose => (format!("trang {}.jpg", index + 1), 1),
        };
        pages.push(expected::Page {
            page: index + 1,
            file,
            page_in_file,
            role: role_name(page.role).to_owned(),
            turn,
            skew,
            encoding: look.encoding().to_owned(),
            dpi: DPI,
            lines: page.lines.clone(),
        });
        scans.push(scan);
    }
    let mut listed = Vec::new();
    for (file, count, bytes) in pack(kind, &scans) {
        std::fs::write(target.join(&file), &bytes).or_error(Kind::Invalid, broken)?;
        listed.push(expected::File { name: file, pages: count, sha256: hex::encode(Sha256::digest(&bytes)) });
    }
    let expected = Expected { dossier: name.to_owned(), files: listed, documents, pages };
    let mut json = serde_json::to_string_pretty(&expected).or_error(Kind::Internal, || "cannot write expected.json".to_owned())?;
    json.push('\n');
    std::fs::write(folder.join(format!("{name}.expected.json")), json).or_error(Kind::Invalid, broken)
}

fn pack(kind: Files, scans: &[Encoded]) -> Vec<(String, usize, Vec<u8>)> {
    match kind {
        Files::Pdf(name) => vec![(name.to_owned(), scans.len(), files::pdf(scans))],
        Files::Tiff(name) => vec![(name.to_owned(), scans.len(), files::tiff(scans))],
        Files::Loose => (1..)
            .zip(scans)
            .map(|(number, scan)| {
                let (files::Data::Colour(bytes) | files::Data::Grey(bytes) | files::Data::Fax(bytes)) = &scan.data;
                (format!("trang {number}.jpg"), 1, bytes.clone())
            })
            .collect(),
    }
}

/// One page lies upside down and one sideways in the whole set: the last of the old and of the fax dossier.
fn turn_of(look: Look, index: usize, count: usize, role: Role) -> u16 {
    match (look, index + 1 == count, role) {
        (Look::Old, true, Role::First) => 180,
        (Look::Fax, true, _) => 90,
        _ => 0,
    }
}

fn truth(paper: &Paper, pages: Vec<usize>) -> Document {
    let (day, month, year) = paper.date;
    Document {
        kind: paper.kind.to_owned(),
        number: paper.number.clone(),
        date: format!("{year:04}-{month:02}-{day:02}"),
        issuer: paper.issuer.clone(),
        subject: paper.subject.strip_prefix("Về việc ").unwrap_or(&paper.subject).to_owned(),
        signer: paper.signer.clone(),
        pages,
    }
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::First => "first",
        Role::Following => "following",
        Role::Annex => "annex",
        Role::Blank => "blank",
        Role::Separator => "separator",
    }
}

//! Fictional dossiers of realistic degraded scans, made from a seed.
//!
//! [`generate`] writes them; [`wear`] puts the faults of [`degrade`] on any page picture, several at once.

pub mod degradation;
pub mod ground_truth;
pub mod page;
pub mod page_files;
pub mod personal_data_page;
pub mod random;
pub mod separators;
pub mod stamps;

use degradation::scanner::{ScanInput, ScanStyle};
use ground_truth::{DocumentTruth, GroundTruth};
use page::content_generator::ContentGenerator;
use page::document_content::DocumentContent;
use page::fonts::Fonts;
use page::layout::{CleanPage, PageRole};
use page_files::EncodedPage;
use random::SeededRng;
use sha2::{Digest, Sha256};
use sohoa_base::error::{ErrorKind, Result, ResultExt};
use std::path::Path;

/// How a dossier's scans lie in files.
#[derive(Debug, Clone, Copy)]
enum FileLayout {
    /// One PDF of this name.
    Pdf(&'static str),
    /// One fax TIFF of this name.
    Tiff(&'static str),
    /// A JPEG for each page.
    Loose,
}

/// What comes into a dossier, in order.
enum DossierPart {
    Document(Box<DocumentContent>),
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
    generate_dossier(&fonts, folder, seed, "001-ke-hoach-so-hoa", ScanStyle::Office, FileLayout::Pdf("hồ sơ 001.pdf"), 2019, |story| {
        vec![DossierPart::document(story.submission()), DossierPart::Blank, DossierPart::document(story.decision())]
    })?;
    generate_dossier(&fonts, folder, seed, "002-cau-phao-cua-may", ScanStyle::Old, FileLayout::Loose, 2017, |story| {
        vec![
            DossierPart::document(story.letter()),
            DossierPart::Blank,
            DossierPart::Separator,
            DossierPart::document(story.report()),
            DossierPart::document(story.invitation()),
        ]
    })?;
    generate_dossier(&fonts, folder, seed, "003-ban-giao-tai-lieu", ScanStyle::Fax, FileLayout::Tiff("BB_bangiao.tif"), 2012, |story| {
        vec![DossierPart::document(story.minutes()), DossierPart::Blank, DossierPart::document(story.notice())]
    })?;
    generate_dossier(&fonts, folder, seed, "004-tiep-cong-dan", ScanStyle::Grey, FileLayout::Pdf("scan0001.pdf"), 2021, |story| {
        vec![
            DossierPart::document(story.notice()),
            DossierPart::Separator,
            DossierPart::document(story.letter()),
            DossierPart::Blank,
            DossierPart::document(story.invitation()),
        ]
    })
}

impl DossierPart {
    fn document(paper: DocumentContent) -> Self {
        Self::Document(Box::new(paper))
    }
}

#[allow(clippy::too_many_arguments, reason = "one row of the table in `generate`")]
fn generate_dossier(
    fonts: &Fonts,
    folder: &Path,
    seed: u64,
    name: &str,
    look: ScanStyle,
    kind: FileLayout,
    year: u16,
    parts: impl Fn(&mut ContentGenerator) -> Vec<DossierPart>,
) -> Result<()> {
    let mut story = ContentGenerator::new(SeededRng::for_purpose(seed, &format!("{name} story")), year);
    let mut hand = SeededRng::for_purpose(seed, &format!("{name} hand"));
    let mut clean: Vec<CleanPage> = Vec::new();
    let mut documents = Vec::new();
    for part in parts(&mut story) {
        match part {
            DossierPart::Document(paper) => {
                let first = clean.len() + 1;
                clean.extend(page::layout::typeset(fonts, &paper, u32::from(DPI), &mut hand));
                documents.push(document_truth(&paper, (first..=clean.len()).collect()));
            }
            DossierPart::Blank => clean.push(page::layout::blank_page(fonts, u32::from(DPI))),
            DossierPart::Separator => clean.push(page::layout::separator_page(fonts, u32::from(DPI))),
        }
    }
    let target = folder.join(name);
    let broken = || format!("cannot write {}: check that the folder may be written", target.display());
    std::fs::create_dir_all(&target).or_error(ErrorKind::Invalid, broken)?;
    let mut scans = Vec::new();
    let mut pages = Vec::new();
    for (index, page) in clean.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|index| clean.get(index));
        let turn = page_turn(look, index, clean.len(), page.role);
        let placed = ScanInput { page, previous_page: before, turn, dpi: DPI };
        let mut random = SeededRng::for_purpose(seed, &format!("{name} page {index}"));
        let (scan, skew) = degradation::scanner::render_scan(&placed, look, &mut random)?;
        let (file, page_in_file) = match kind {
            FileLayout::Pdf(file) | FileLayout::Tiff(file) => (file.to_owned(), index + 1),
            FileLayout::Loose => (format!("trang {}.jpg", index + 1), 1),
        };
        pages.push(ground_truth::PageTruth {
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
    for (file, count, bytes) in pack_files(kind, &scans) {
        std::fs::write(target.join(&file), &bytes).or_error(ErrorKind::Invalid, broken)?;
        listed.push(ground_truth::FileTruth { name: file, pages: count, sha256: hex::encode(Sha256::digest(&bytes)) });
    }
    let expected = GroundTruth { dossier: name.to_owned(), files: listed, documents, pages };
    let mut json = serde_json::to_string_pretty(&expected).or_error(ErrorKind::Internal, || "cannot write expected.json".to_owned())?;
    json.push('\n');
    std::fs::write(folder.join(format!("{name}.expected.json")), json).or_error(ErrorKind::Invalid, broken)
}

fn pack_files(kind: FileLayout, scans: &[EncodedPage]) -> Vec<(String, usize, Vec<u8>)> {
    match kind {
        FileLayout::Pdf(name) => vec![(name.to_owned(), scans.len(), page_files::write_pdf(scans))],
        FileLayout::Tiff(name) => vec![(name.to_owned(), scans.len(), page_files::write_tiff(scans))],
        FileLayout::Loose => (1..)
            .zip(scans)
            .map(|(number, scan)| {
                let (page_files::EncodedData::Colour(bytes) | page_files::EncodedData::Grey(bytes) | page_files::EncodedData::Fax(bytes)) =
                    &scan.data;
                (format!("trang {number}.jpg"), 1, bytes.clone())
            })
            .collect(),
    }
}

/// One page lies upside down and one sideways in the whole set: the last of the old and of the fax dossier.
fn page_turn(look: ScanStyle, index: usize, count: usize, role: PageRole) -> u16 {
    match (look, index + 1 == count, role) {
        (ScanStyle::Old, true, PageRole::First) => 180,
        (ScanStyle::Fax, true, _) => 90,
        _ => 0,
    }
}

fn document_truth(paper: &DocumentContent, pages: Vec<usize>) -> DocumentTruth {
    let (day, month, year) = paper.date;
    DocumentTruth {
        kind: paper.kind.to_owned(),
        number: paper.number.clone(),
        date: format!("{year:04}-{month:02}-{day:02}"),
        issuer: paper.issuer.clone(),
        subject: paper.subject.strip_prefix("Về việc ").unwrap_or(&paper.subject).to_owned(),
        signer: paper.signer.clone(),
        pages,
    }
}

fn role_name(role: PageRole) -> &'static str {
    match role {
        PageRole::First => "first",
        PageRole::Following => "following",
        PageRole::Annex => "annex",
        PageRole::Blank => "blank",
        PageRole::Separator => "separator",
    }
}

//! The sample dossiers: four dossiers that differ in scanner, file format and kinds of documents.

use crate::degradation::scanner::{ScanInput, ScanStyle, render_scan};
use crate::ground_truth::{DocumentTruth, FileTruth, GroundTruth, PageTruth};
use crate::page::content_generator::ContentGenerator;
use crate::page::document_content::DocumentContent;
use crate::page::fonts::Fonts;
use crate::page::layout;
use crate::page::layout::{CleanPage, PageRole};
use crate::page_files;
use crate::page_files::{EncodedData, EncodedPage};
use crate::random::SeededRng;
use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::messages::{evaluation, program};
use std::path::Path;

/// Files of a dossier.
#[derive(Debug, Clone, Copy)]
enum FileLayout {
    /// One PDF of this name.
    Pdf(&'static str),
    /// One fax TIFF of this name.
    Tiff(&'static str),
    /// A JPEG for each page.
    Loose,
}

/// A part of a dossier, in the order of its pages.
enum DossierPart {
    Document(Box<DocumentContent>),
    Blank,
    Separator,
}

/// Resolution of every page, dots per inch: the least that Vietnamese archives accept.
const DPI: u16 = 200;

/// Writes four dossiers into `folder`: the scans in `<dossier>/`, the ground truth in `<dossier>.expected.json`.
/// The same seed gives the same bytes.
///
/// # Errors
/// `NotFound` where the typeface is not installed; `Invalid` where `folder` cannot be written.
pub fn generate(folder: &Path, seed: u64) -> Result<()> {
    let fonts = Fonts::load()?;
    generate_dossier(
        &fonts,
        folder,
        seed,
        "001-ke-hoach-so-hoa",
        ScanStyle::Office,
        FileLayout::Pdf("hồ sơ 001.pdf"),
        2019,
        |generator| vec![DossierPart::document(generator.submission()), DossierPart::Blank, DossierPart::document(generator.decision())],
    )?;
    generate_dossier(&fonts, folder, seed, "002-cau-phao-cua-may", ScanStyle::Old, FileLayout::Loose, 2017, |generator| {
        vec![
            DossierPart::document(generator.letter()),
            DossierPart::Blank,
            DossierPart::Separator,
            DossierPart::document(generator.report()),
            DossierPart::document(generator.invitation()),
        ]
    })?;
    generate_dossier(
        &fonts,
        folder,
        seed,
        "003-ban-giao-tai-lieu",
        ScanStyle::Fax,
        FileLayout::Tiff("BB_bangiao.tif"),
        2012,
        |generator| vec![DossierPart::document(generator.minutes()), DossierPart::Blank, DossierPart::document(generator.notice())],
    )?;
    generate_dossier(&fonts, folder, seed, "004-tiep-cong-dan", ScanStyle::Grey, FileLayout::Pdf("scan0001.pdf"), 2021, |generator| {
        vec![
            DossierPart::document(generator.notice()),
            DossierPart::Separator,
            DossierPart::document(generator.letter()),
            DossierPart::Blank,
            DossierPart::document(generator.invitation()),
        ]
    })
}

impl DossierPart {
    fn document(content: DocumentContent) -> Self {
        Self::Document(Box::new(content))
    }
}

#[allow(clippy::too_many_arguments, reason = "one row of the table in `generate`")]
fn generate_dossier(
    fonts: &Fonts,
    folder: &Path,
    seed: u64,
    name: &str,
    style: ScanStyle,
    files: FileLayout,
    year: u16,
    parts: impl Fn(&mut ContentGenerator) -> Vec<DossierPart>,
) -> Result<()> {
    let mut generator = ContentGenerator::new(SeededRng::for_purpose(seed, &format!("{name} story")), year);
    let mut signature_rng = SeededRng::for_purpose(seed, &format!("{name} hand"));
    let mut clean: Vec<CleanPage> = Vec::new();
    let mut documents = Vec::new();
    for part in parts(&mut generator) {
        match part {
            DossierPart::Document(content) => {
                let first = clean.len() + 1;
                clean.extend(layout::typeset(fonts, &content, u32::from(DPI), &mut signature_rng));
                documents.push(document_truth(&content, (first..=clean.len()).collect()));
            }
            DossierPart::Blank => clean.push(layout::blank_page(fonts, u32::from(DPI))),
            DossierPart::Separator => clean.push(layout::separator_page(fonts, u32::from(DPI))),
        }
    }
    let target = folder.join(name);
    let cannot_write = |error: std::io::Error| evaluation::sample_folder_unwritable(target.display()).caused_by(error);
    std::fs::create_dir_all(&target).map_err(cannot_write)?;
    let mut scans = Vec::new();
    let mut pages = Vec::new();
    for (index, page) in clean.iter().enumerate() {
        let previous_page = index.checked_sub(1).and_then(|index| clean.get(index));
        let turn = page_turn(style, index, clean.len(), page.role);
        let input = ScanInput { page, previous_page, turn, dpi: DPI };
        let mut random = SeededRng::for_purpose(seed, &format!("{name} page {index}"));
        let (scan, skew) = render_scan(&input, style, &mut random)?;
        let (file, page_in_file) = match files {
            FileLayout::Pdf(file) | FileLayout::Tiff(file) => (file.to_owned(), index + 1),
            FileLayout::Loose => (format!("trang {}.jpg", index + 1), 1),
        };
        pages.push(PageTruth {
            page: index + 1,
            file,
            page_in_file,
            role: role_name(page.role).to_owned(),
            turn,
            skew,
            encoding: style.encoding().to_owned(),
            dpi: DPI,
            lines: page.lines.clone(),
        });
        scans.push(scan);
    }
    let mut written = Vec::new();
    for (file, count, bytes) in pack_files(files, &scans) {
        std::fs::write(target.join(&file), &bytes).map_err(cannot_write)?;
        written.push(FileTruth { name: file, pages: count, sha256: hex::encode(Sha256::digest(&bytes)) });
    }
    let expected = GroundTruth { dossier: name.to_owned(), files: written, documents, pages };
    let mut json =
        serde_json::to_string_pretty(&expected).map_err(|error| program::bug("samples: JSON of the ground truth").caused_by(error))?;
    json.push('\n');
    std::fs::write(folder.join(format!("{name}.expected.json")), json).map_err(cannot_write)
}

fn pack_files(files: FileLayout, scans: &[EncodedPage]) -> Vec<(String, usize, Vec<u8>)> {
    match files {
        FileLayout::Pdf(name) => vec![(name.to_owned(), scans.len(), page_files::write_pdf(scans))],
        FileLayout::Tiff(name) => vec![(name.to_owned(), scans.len(), page_files::write_tiff(scans))],
        FileLayout::Loose => (1..)
            .zip(scans)
            .map(|(number, scan)| {
                let (EncodedData::Colour(bytes) | EncodedData::Grey(bytes) | EncodedData::Fax(bytes)) = &scan.data;
                (format!("trang {number}.jpg"), 1, bytes.clone())
            })
            .collect(),
    }
}

/// Clockwise turn of a page, degrees. Two pages of the whole set are turned: the last of the old dossier by 180, the last
/// of the fax dossier by 90.
fn page_turn(style: ScanStyle, index: usize, count: usize, role: PageRole) -> u16 {
    match (style, index + 1 == count, role) {
        (ScanStyle::Old, true, PageRole::First) => 180,
        (ScanStyle::Fax, true, _) => 90,
        _ => 0,
    }
}

fn document_truth(content: &DocumentContent, pages: Vec<usize>) -> DocumentTruth {
    let (day, month, year) = content.date;
    DocumentTruth {
        kind: content.kind.to_owned(),
        number: content.number.clone(),
        date: format!("{year:04}-{month:02}-{day:02}"),
        issuer: content.issuer.clone(),
        subject: content.subject.strip_prefix("Về việc ").unwrap_or(&content.subject).to_owned(),
        signer: content.signer.clone(),
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

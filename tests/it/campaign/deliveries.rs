//! Deliveries of a campaign: small drawn pages as JPEG, TIFF and PDF, with damaged and locked files among them.

use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use image::{GrayImage, Luma};
use sha2::{Digest, Sha256};
use sohoa_synthetic::random::SeededRng;
use std::path::{Path, PathBuf};

/// Size of a page, px.
const PAGE: (u32, u32) = (160, 120);

/// Resolution of a page, dots per inch: the one at which pages are read.
const DPI: u16 = 200;

/// Height of a line of ink and distance between the tops of two, px.
const LINE: (u32, u32) = (8, 24);

/// A delivered file, with what must become of it.
#[derive(Debug, Clone)]
pub(crate) struct ExpectedFile {
    /// Code of its dossier.
    pub(crate) dossier: String,
    /// Lower-case hexadecimal.
    pub(crate) sha256: String,
    /// Number of pages; 0: refused as a whole.
    pub(crate) pages: u32,
    /// Number of pages that can be read: the first ones.
    pub(crate) readable: u32,
}

/// One delivery.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    /// Folders of its dossiers.
    pub(crate) folders: Vec<PathBuf>,
    pub(crate) files: Vec<ExpectedFile>,
}

impl Delivery {
    pub(crate) fn pages(&self) -> u32 {
        self.files.iter().map(|file| file.pages).sum()
    }

    pub(crate) fn readable(&self) -> u32 {
        self.files.iter().map(|file| file.readable).sum()
    }

    pub(crate) fn refused_files(&self) -> usize {
        self.files.iter().filter(|file| file.pages == 0).count()
    }

    /// Codes of its dossiers.
    pub(crate) fn dossiers(&self) -> Vec<String> {
        self.folders.iter().map(|folder| folder.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    fn add(&mut self, folder: &Path, name: &str, bytes: &[u8], (pages, readable): (u32, u32)) {
        std::fs::create_dir_all(folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
        let dossier = folder.file_name().unwrap().to_string_lossy().into_owned();
        self.files.push(ExpectedFile { dossier, sha256: hex::encode(Sha256::digest(bytes)), pages, readable });
    }
}

/// Writes the delivery `name` of some `pages` pages into a folder below `root`. One in three also adds a page to the earlier dossier `extended`.
pub(crate) fn write(root: &Path, name: &str, pages: u32, extended: Option<&str>, random: &mut SeededRng) -> Delivery {
    let (root, mut delivery) = (root.join(name), Delivery { folders: Vec::new(), files: Vec::new() });
    let per_dossier = pages.div_ceil(3).max(4);
    for number in 1..=3 {
        let folder = root.join(format!("{name}-{number}"));
        // One PDF, one TIFF, and images for the rest.
        let (in_pdf, in_tiff) = (per_dossier / 4 + 1, per_dossier / 4 + 1);
        delivery.add(&folder, "van-ban.pdf", &pdf(&jpegs(in_pdf, random), ""), (in_pdf, in_pdf));
        let drawn: Vec<GrayImage> = (0..in_tiff).map(|_| draw(random)).collect();
        delivery.add(&folder, "ban-quet.tif", &tiff(&drawn), (in_tiff, in_tiff));
        for image in 1..=per_dossier - in_pdf - in_tiff {
            delivery.add(&folder, &format!("trang-{image}.jpg"), &jpeg(&draw(random)), (1, 1));
        }
        match random.next_u64() % 6 {
            0 => delivery.add(&folder, "hong.pdf", format!("no PDF {}", random.next_u64()).as_bytes(), (0, 0)),
            1 => delivery.add(&folder, "khoa.pdf", &pdf(&jpegs(2, random), ENCRYPTION), (0, 0)),
            // The same bytes in several dossiers: each keeps its own copy.
            2 => delivery.add(&folder, "rach.pdf", &sohoa_testing::torn_pdf(), (2, 1)),
            _ => {}
        }
        delivery.folders.push(folder);
    }
    if let Some(earlier) = extended.filter(|_| random.is_chance(0.34)) {
        let folder = root.join(earlier);
        delivery.add(&folder, &format!("bo-sung-{name}.jpg"), &jpeg(&draw(random)), (1, 1));
        delivery.folders.push(folder);
    }
    delivery
}

/// Lines of ink of random lengths; no two pages are equal.
fn draw(random: &mut SeededRng) -> GrayImage {
    let mut page = GrayImage::from_pixel(PAGE.0, PAGE.1, Luma([255]));
    for top in (12..PAGE.1 - LINE.1).step_by(LINE.1 as usize) {
        let words = random.next_u64();
        for x in 8..PAGE.0 - 8 {
            // Words of 8 px, parted where a bit is 0.
            if (words >> (x / 8)) & 1 == 1 {
                (0..LINE.0).for_each(|y| page.put_pixel(x, top + y, Luma([20])));
            }
        }
    }
    page
}

fn jpegs(count: u32, random: &mut SeededRng) -> Vec<Vec<u8>> {
    (0..count).map(|_| jpeg(&draw(random))).collect()
}

fn jpeg(page: &GrayImage) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut bytes, 90);
    encoder.set_pixel_density(PixelDensity::dpi(DPI));
    encoder.encode_image(page).unwrap();
    bytes
}

/// An uncompressed grey TIFF.
fn tiff(pages: &[GrayImage]) -> Vec<u8> {
    const ENTRIES: u16 = 12;
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    for (number, page) in pages.iter().enumerate() {
        let directory = u32::try_from(bytes.len()).unwrap();
        let resolution = directory + 2 + u32::from(ENTRIES) * 12 + 4;
        let pixels = resolution + 8;
        let (width, height) = page.dimensions();
        let next = if number + 1 < pages.len() { pixels + width * height } else { 0 };
        bytes.extend(ENTRIES.to_le_bytes());
        // Field, type (3: 16 bits, 4: 32 bits, 5: fraction), value.
        let fields: [(u16, u16, u32); ENTRIES as usize] = [
            (256, 4, width),
            (257, 4, height),
            (258, 3, 8),
            (259, 3, 1),
            (262, 3, 1),
            (273, 4, pixels),
            (277, 3, 1),
            (278, 4, height),
            (279, 4, width * height),
            (282, 5, resolution),
            (283, 5, resolution),
            (296, 3, 2),
        ];
        for (field, kind, value) in fields {
            bytes.extend(field.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(next.to_le_bytes());
        bytes.extend(u32::from(DPI).to_le_bytes());
        bytes.extend(1_u32.to_le_bytes());
        bytes.extend(page.as_raw());
    }
    bytes
}

/// Entries of a trailer that lock a PDF: no password fits.
const ENCRYPTION: &str = "/Encrypt << /Filter /Standard /V 1 /R 2 /Length 40 /P -4 \
    /O <1111111111111111111111111111111111111111111111111111111111111111> \
    /U <2222222222222222222222222222222222222222222222222222222222222222> >> /ID [<00> <00>]";

/// A PDF of one scan a page; `trailer` are further entries of its trailer.
fn pdf(scans: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let stream = |dictionary: &str, bytes: &[u8]| {
        let head = format!("<< {dictionary} /Length {} >>\nstream\n", bytes.len());
        [head.as_bytes(), bytes, b"\nendstream"].concat()
    };
    let points = |pixels: u32| f64::from(pixels) * 72.0 / f64::from(DPI);
    let (width, height) = (points(PAGE.0), points(PAGE.1));
    let kids: String = (0..scans.len()).map(|page| format!("{} 0 R ", page * 3 + 3)).collect();
    let root = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", scans.len());
    let mut objects = vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(), root.into_bytes()];
    for scan in scans {
        let first = objects.len() + 1;
        let resources = format!("/Resources << /XObject << /I {} 0 R >> >> /Contents {} 0 R", first + 1, first + 2);
        objects.push(format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] {resources} >>").into_bytes());
        let image = format!("/Width {} /Height {} /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode", PAGE.0, PAGE.1);
        objects.push(stream(&format!("/Type /XObject /Subtype /Image {image}"), scan));
        objects.push(stream("", format!("{width} 0 0 {height} 0 0 cm /I Do").as_bytes()));
    }
    let (mut pdf, mut offsets) = (b"%PDF-1.4\n".to_vec(), String::new());
    for (number, object) in (1..).zip(&objects) {
        offsets.push_str(&format!("{:010} 00000 n \n", pdf.len()));
        pdf.extend([format!("{number} 0 obj\n").as_bytes(), object, b"\nendobj\n"].concat());
    }
    let (count, at) = (objects.len() + 1, pdf.len());
    let end = format!("trailer << /Size {count} /Root 1 0 R {trailer} >>\nstartxref\n{at}\n%%EOF\n");
    pdf.extend(format!("xref\n0 {count}\n0000000000 65535 f \n{offsets}{end}").into_bytes());
    pdf
}

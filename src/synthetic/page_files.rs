//! Files of scans as scanner software writes them: PDF of JPEG or fax pages, multi-page fax TIFF.

use fax::{Color, VecWriter, encoder::Encoder};
use image::GrayImage;
use pdf_writer::{Content, Filter, Finish, Name, Pdf, Rect, Ref};
use sohoa_base::error::Result;
use sohoa_base::messages::program;

/// An encoded scan of one page.
#[derive(Debug, Clone)]
pub struct EncodedPage {
    /// Width, px.
    pub width: u32,
    /// Height, px.
    pub height: u32,
    /// Dots per inch.
    pub dpi: u16,
    /// Its encoded data.
    pub data: EncodedData,
}

/// Encoded data of a scan.
#[derive(Debug, Clone)]
pub enum EncodedData {
    /// A colour JPEG file.
    Colour(Vec<u8>),
    /// A grey JPEG file.
    Grey(Vec<u8>),
    /// Group 4 fax data, black is 1.
    Fax(Vec<u8>),
}

/// Encodes a picture as Group 4 fax data (ITU-T T.6); grey levels below `threshold` are black.
///
/// # Errors
/// `Internal` where the encoder fails, which writing to memory rules out.
pub fn encode_fax(picture: &GrayImage, threshold: u8) -> Result<Vec<u8>> {
    let mut encoder = Encoder::new(VecWriter::new());
    let width = picture.width();
    for row in picture.as_raw().chunks_exact(width.max(1) as usize) {
        let line = row.iter().map(|&value| if value < threshold { Color::Black } else { Color::White });
        encoder.encode_line(line, width).map_err(|error| program::bug("drawn pages: fax line").caused_by(error))?;
    }
    let writer = encoder.finish().map_err(|error| program::bug("drawn pages: end of the fax data").caused_by(error))?;
    Ok(writer.finish())
}

/// Writes a PDF 1.4 with one image a page and nothing else.
#[must_use]
pub fn write_pdf(pages: &[EncodedPage]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    pdf.set_version(1, 4);
    let (catalog, tree) = (Ref::new(1), Ref::new(2));
    let reference = |page: usize, part: i32| Ref::new(3 + page as i32 * 3 + part);
    pdf.catalog(catalog).pages(tree);
    pdf.pages(tree).kids((0..pages.len()).map(|page| reference(page, 0))).count(pages.len() as i32);
    for (index, page) in pages.iter().enumerate() {
        let points = |px: u32| px as f32 * 72.0 / f32::from(page.dpi);
        let (width, height) = (points(page.width), points(page.height));
        let mut leaf = pdf.page(reference(index, 0));
        leaf.parent(tree).media_box(Rect::new(0.0, 0.0, width, height)).contents(reference(index, 1));
        leaf.resources().x_objects().pair(Name(b"Im0"), reference(index, 2));
        leaf.finish();
        let mut content = Content::new();
        content.save_state().transform([width, 0.0, 0.0, height, 0.0, 0.0]).x_object(Name(b"Im0")).restore_state();
        pdf.stream(reference(index, 1), &content.finish());
        let (EncodedData::Colour(bytes) | EncodedData::Grey(bytes) | EncodedData::Fax(bytes)) = &page.data;
        let mut picture = pdf.image_xobject(reference(index, 2), bytes);
        picture.width(page.width as i32).height(page.height as i32).bits_per_component(if matches!(page.data, EncodedData::Fax(_)) {
            1
        } else {
            8
        });
        match &page.data {
            EncodedData::Fax(_) => {
                picture.filter(Filter::CcittFaxDecode);
                picture.color_space().device_gray();
                picture.decode_parms().k(-1).columns(page.width as i32).rows(page.height as i32);
            }
            EncodedData::Colour(_) => {
                picture.filter(Filter::DctDecode);
                picture.color_space().device_rgb();
            }
            EncodedData::Grey(_) => {
                picture.filter(Filter::DctDecode);
                picture.color_space().device_gray();
            }
        }
    }
    pdf.finish()
}

/// Writes a multi-page TIFF (revision 6.0, little-endian) of the fax pages; pages of other encodings are left out.
#[must_use]
pub fn write_tiff(pages: &[EncodedPage]) -> Vec<u8> {
    let mut file = b"II\x2a\x00\x00\x00\x00\x00".to_vec();
    let mut link = 4;
    for page in pages {
        let EncodedData::Fax(bytes) = &page.data else { continue };
        let strip = file.len() as u32;
        file.extend_from_slice(bytes);
        pad_to_even(&mut file);
        let resolution = file.len() as u32;
        file.extend_from_slice(&u32::from(page.dpi).to_le_bytes());
        file.extend_from_slice(&1u32.to_le_bytes());
        let directory = file.len() as u32;
        if let Some(slot) = file.get_mut(link..link + 4) {
            slot.copy_from_slice(&directory.to_le_bytes());
        }
        const SHORT: u16 = 3;
        const LONG: u16 = 4;
        const RATIONAL: u16 = 5;
        // TIFF requires ascending order of tags.
        let entries: [(u16, u16, u32); 13] = [
            (254, LONG, 2),                  // one page of many
            (256, LONG, page.width),         // width
            (257, LONG, page.height),        // height
            (258, SHORT, 1),                 // bits a sample
            (259, SHORT, 4),                 // Group 4 fax
            (262, SHORT, 0),                 // white is 0
            (273, LONG, strip),              // where the strip begins
            (277, SHORT, 1),                 // samples a px
            (278, LONG, page.height),        // rows a strip
            (279, LONG, bytes.len() as u32), // length of the strip
            (282, RATIONAL, resolution),     // across
            (283, RATIONAL, resolution),     // down
            (296, SHORT, 2),                 // per inch
        ];
        file.extend_from_slice(&(entries.len() as u16).to_le_bytes());
        for (tag, kind, value) in entries {
            file.extend_from_slice(&tag.to_le_bytes());
            file.extend_from_slice(&kind.to_le_bytes());
            file.extend_from_slice(&1u32.to_le_bytes());
            file.extend_from_slice(&value.to_le_bytes());
        }
        link = file.len();
        file.extend_from_slice(&0u32.to_le_bytes());
        pad_to_even(&mut file);
    }
    file
}

/// TIFF requires directories at even offsets.
fn pad_to_even(file: &mut Vec<u8>) {
    if file.len() % 2 == 1 {
        file.push(0);
    }
}

//! Separator sheets (tờ phân cách), to be printed and put between documents.
//!
//! A sheet carries large text for people and three codes for machines, so that a bad scan leaves at least one readable: a
//! QR code, a Code 128 and, at both ends, the patch code T.

use crate::page::canvas::Canvas;
use crate::page::fonts::{Face, Fonts};
use crate::page_files::{EncodedData, EncodedPage, encode_fax};
use image::{RgbImage, imageops};
use rxing::common::BitMatrix;
use rxing::{BarcodeFormat, EncodeHints, MultiFormatWriter, Writer};
use sohoa_base::error::Result;
use sohoa_base::messages::evaluation;
use sohoa_base::model::page::barcode::{PATCH_CODES, PATCH_NARROW_MM, PATCH_WIDE_MM, Separator};

/// Text of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetTexts {
    /// Title, in the largest type.
    pub title: String,
    /// Title in a second language.
    pub subtitle: String,
    /// Instructions where to put it, one line each.
    pub instructions: Vec<String>,
}

/// Resolution at which sheets are printed, dots per inch.
pub const PRINT_DPI: u16 = 300;

/// Side of the QR code, mm.
const QR_SIDE_MM: f32 = 62.0;

/// Greatest width and height of the Code 128, mm.
const BARCODE_SIZE_MM: (f32, f32) = (170.0, 22.0);

/// Least width of a module of the Code 128, mm: two px at 100 dots per inch.
const MIN_MODULE_MM: f32 = 0.51;

/// Horizontal middle of the sheet, mm.
const CENTRE_X_MM: f32 = 105.0;

/// Draws a sheet.
///
/// # Errors
/// `Invalid` where the dossier code is too long for a QR code that stays readable in bad scans, or has letters that the
/// codes lack.
pub fn draw_sheet(fonts: &Fonts, separator: &Separator, texts: &SheetTexts, dpi: u32) -> Result<RgbImage> {
    let payload = separator.payload();
    if payload.len() > 120 {
        return Err(evaluation::separator_code_too_long(payload));
    }
    let mut canvas = Canvas::a4(fonts, dpi);
    // A sheet fed upside down begins with the same bars.
    draw_patch_code(&mut canvas, 13.0);
    canvas.picture = imageops::rotate180(&canvas.picture);
    draw_patch_code(&mut canvas, 13.0);
    let mut base = 62.0;
    canvas.draw_text_centred(Face::Bold, fitting_size(&canvas, 46.0, &texts.title), CENTRE_X_MM, base, &texts.title);
    base += 13.0;
    canvas.draw_text_centred(Face::Bold, fitting_size(&canvas, 26.0, &texts.subtitle), CENTRE_X_MM, base, &texts.subtitle);
    if let Separator::Dossier(Some(code)) = separator {
        base += 16.0;
        canvas.draw_text_centred(Face::Bold, fitting_size(&canvas, 34.0, code), CENTRE_X_MM, base, code);
    }
    let code = encode_barcode(&payload, BarcodeFormat::QR_CODE)?;
    draw_modules(&mut canvas, &code, (CENTRE_X_MM - QR_SIDE_MM / 2.0, base + 14.0), (QR_SIDE_MM, QR_SIDE_MM));
    // The bars of a long code would be too narrow for a bad scan: then the Code 128 holds only that a dossier begins, and
    // the QR code holds which.
    let brief = match separator {
        Separator::Dossier(_) => Separator::Dossier(None),
        Separator::Document => Separator::Document,
    };
    let full = encode_barcode(&payload, BarcodeFormat::CODE_128)?;
    let bars = if full.width() as f32 * MIN_MODULE_MM <= BARCODE_SIZE_MM.0 {
        full
    } else {
        encode_barcode(&brief.payload(), BarcodeFormat::CODE_128)?
    };
    draw_modules(&mut canvas, &bars, (CENTRE_X_MM - BARCODE_SIZE_MM.0 / 2.0, base + 14.0 + QR_SIDE_MM + 12.0), BARCODE_SIZE_MM);
    base += 14.0 + QR_SIDE_MM + 12.0 + BARCODE_SIZE_MM.1 + 14.0;
    for line in &texts.instructions {
        canvas.draw_text_centred(Face::Regular, fitting_size(&canvas, 16.0, line), CENTRE_X_MM, base, line);
        base += 8.0;
    }
    Ok(canvas.picture)
}

/// Draws a sheet as a black-and-white page for a PDF.
///
/// # Errors
/// As [`draw_sheet`].
pub fn encode_sheet_page(fonts: &Fonts, separator: &Separator, texts: &SheetTexts) -> Result<EncodedPage> {
    let picture = imageops::grayscale(&draw_sheet(fonts, separator, texts, u32::from(PRINT_DPI))?);
    let (width, height) = picture.dimensions();
    Ok(EncodedPage { width, height, dpi: PRINT_DPI, data: EncodedData::Fax(encode_fax(&picture, 150)?) })
}

/// Type size, points, at which `text` fits on a line.
fn fitting_size(canvas: &Canvas<'_>, size: f32, text: &str) -> f32 {
    const ROOM: f32 = 178.0;
    let width = canvas.text_width(Face::Bold, size, text);
    if width > ROOM { size * ROOM / width } else { size }
}

/// Draws the bars of patch code T across the sheet, the first `top` mm from its upper edge.
fn draw_patch_code(canvas: &mut Canvas<'_>, top: f32) {
    let mut top = top;
    let bars = PATCH_CODES.iter().find(|(name, _)| *name == "T").map(|(_, bars)| *bars);
    for wide in bars.into_iter().flatten() {
        let height = if wide { PATCH_WIDE_MM } else { PATCH_NARROW_MM };
        canvas.fill_rect(20.0, top, 170.0, height);
        top += height + PATCH_NARROW_MM;
    }
}

/// Modules of a code, without quiet zone.
fn encode_barcode(payload: &str, format: BarcodeFormat) -> Result<BitMatrix> {
    let hints = EncodeHints { Margin: Some("0".to_owned()), ErrorCorrection: Some("Q".to_owned()), ..EncodeHints::default() };
    MultiFormatWriter
        .encode_with_hints(payload, &format, 0, 0, &hints)
        .map_err(|error| evaluation::separator_code_invalid(payload).caused_by(error))
}

/// Draws modules into a box, mm; all have the same width, a whole number of px.
fn draw_modules(canvas: &mut Canvas<'_>, code: &BitMatrix, (left, top): (f32, f32), (width, height): (f32, f32)) {
    let (columns, rows) = (code.width().max(1), code.height().max(1));
    let px = |mm: f32| (mm * canvas.scale) as u32;
    let module = (px(width) / columns).max(1);
    let tall = if rows == 1 { px(height) } else { module };
    let x0 = px(left) + (px(width).saturating_sub(module * columns)) / 2;
    let y0 = px(top);
    for row in 0..rows {
        for column in (0..columns).filter(|column| code.get(*column, row)) {
            for y in 0..tall {
                for x in 0..module {
                    if let Some(pixel) = canvas.picture.get_pixel_mut_checked(x0 + column * module + x, y0 + row * tall + y) {
                        *pixel = crate::page::canvas::TONER;
                    }
                }
            }
        }
    }
}

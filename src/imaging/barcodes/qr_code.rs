//! QR codes for display on a screen.

use rxing::{BarcodeFormat, EncodeHints, MultiFormatWriter, Writer};
use sohoa_base::error::Result;
use sohoa_base::messages::{program, reading};
use std::fmt::Write as _;

/// Longest text, bytes: phones still read it reliably from a screen.
const MAX_BYTES: usize = 500;

/// Width of the light margin that scanners need, modules.
const QUIET_ZONE: u32 = 4;

/// QR code of the text as SVG: black on white, one unit per module.
///
/// # Errors
/// `Invalid` where the text is empty or too long.
pub fn svg(text: &str) -> Result<String> {
    if text.is_empty() || text.len() > MAX_BYTES {
        return Err(reading::qr_text_length_invalid(MAX_BYTES, text.len()));
    }
    let hints = EncodeHints { Margin: Some(QUIET_ZONE.to_string()), ErrorCorrection: Some("M".to_owned()), ..EncodeHints::default() };
    let code = MultiFormatWriter
        .encode_with_hints(text, &BarcodeFormat::QR_CODE, 0, 0, &hints)
        .map_err(|error| program::bug("QR code").caused_by(error))?;
    let (width, height) = (code.width(), code.height());
    let mut path = String::new();
    for row in 0..height {
        let mut column = 0;
        while column < width {
            let run = (column..width).take_while(|column| code.get(*column, row)).count();
            if run > 0 {
                // Writing to a string cannot fail.
                let _ = write!(path, "M{column} {row}h{run}v1h-{run}z");
            }
            column += u32::try_from(run).unwrap_or(width) + 1;
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{width}v{height}H0z\"/><path fill=\"#000\" d=\"{path}\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;
    use crate::barcodes::detect;
    use image::{GrayImage, Luma};

    /// A page with the SVG's runs on it, eight pixels a module.
    fn drawn(svg: &str) -> GrayImage {
        let mut picture = GrayImage::from_pixel(1654, 2339, Luma([255]));
        let runs = svg.split("d=\"").nth(2).unwrap().split('"').next().unwrap();
        for run in runs.split('M').filter(|run| !run.is_empty()) {
            let numbers: Vec<u32> = run.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).collect();
            let [column, row, length]: [u32; 3] = numbers.get(..3).unwrap().try_into().unwrap();
            for y in row * 8..(row + 1) * 8 {
                for x in column * 8..(column + length) * 8 {
                    picture.put_pixel(400 + x, 400 + y, Luma([0]));
                }
            }
        }
        picture
    }

    #[test]
    fn generated_qr_code_is_decodable() {
        let text = "otpauth://totp/sohoa:lan?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=sohoa";
        let read = detect::find(&drawn(&svg(text).unwrap()));
        assert!(read.iter().any(|code| code.text == text), "{read:?}");
        assert!(svg("").is_err() && svg(&"x".repeat(501)).is_err());
    }
}

//! Separator sheets (tờ phân cách), printed and laid between documents or dossiers before scanning.

use sohoa_base::error::Result;
use sohoa_base::messages::deliveries;
use sohoa_base::model::page::barcode::Separator;
use sohoa_synthetic::page::fonts::Fonts;
use sohoa_synthetic::page_files::write_pdf;
use sohoa_synthetic::separators::separator_sheet;
use sohoa_synthetic::separators::separator_sheet::SheetTexts;
use sohoa_texts::{Language, Message, localize};

/// Most sheets in one PDF.
const MAX_SHEETS: usize = 1000;

/// Renders the sheets as a PDF, each `count` times in a row.
///
/// # Errors
/// `NotFound` where the typeface is not installed; `Invalid` for a code that does not fit into the barcode; `Limit` for too many sheets.
pub fn sheets_pdf(separators: &[Separator], count: usize) -> Result<Vec<u8>> {
    if count.saturating_mul(separators.len()) > MAX_SHEETS {
        return Err(deliveries::separator_sheets_over_limit(MAX_SHEETS));
    }
    let fonts = Fonts::load()?;
    let mut pages = Vec::new();
    for separator in separators {
        let page = separator_sheet::encode_sheet_page(&fonts, separator, &sheet_words(separator))?;
        pages.extend(std::iter::repeat_n(page, count));
    }
    Ok(write_pdf(&pages))
}

/// Texts of a sheet in both languages, which explain it to whoever finds it.
#[must_use]
pub fn sheet_words(separator: &Separator) -> SheetTexts {
    let dossier = matches!(separator, Separator::Dossier(_));
    let both = |message: fn(bool) -> Message<'static>| {
        [Language::Vietnamese, Language::English].map(|language| localize(language, message(dossier)))
    };
    let [title, subtitle] = both(|dossier| Message::SeparatorTitle { dossier });
    SheetTexts { title, subtitle, instructions: both(|dossier| Message::SeparatorInstruction { dossier }).to_vec() }
}

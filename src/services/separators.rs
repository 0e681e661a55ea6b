//! Separator sheets (tờ phân cách) for the operators of scanners.

use sohoa_base::error::{Error, Result};
use sohoa_base::model::code::Separator;
use sohoa_synthetic::files::pdf;
use sohoa_synthetic::fonts::Fonts;
use sohoa_synthetic::sheet::{self, Words};
use sohoa_texts::{Language, Message, sentence};

/// Most sheets of one file.
const MOST: usize = 1000;

/// The sheets as a PDF, each so many times in a row.
///
/// # Errors
/// `NotFound` where the typeface is not installed; `Invalid` for a code that cannot be written for machines, and
/// `Limit` for too many sheets.
pub fn print(separators: &[Separator], count: usize) -> Result<Vec<u8>> {
    if count.saturating_mul(separators.len()) > MOST {
        return Err(Error::limit(format!("at most {MOST} sheets go into one file; print the file several times")));
    }
    let fonts = Fonts::load()?;
    let mut pages = Vec::new();
    for separator in separators {
        let page = sheet::page(&fonts, separator, &words(separator))?;
        pages.extend(std::iter::repeat_n(page, count));
    }
    Ok(pdf(&pages))
}

/// What a sheet says to people, in both languages: whoever picks it up must know what it is.
#[must_use]
pub fn words(separator: &Separator) -> Words {
    let dossier = matches!(separator, Separator::Dossier(_));
    let both = |message: fn(bool) -> Message<'static>| {
        [Language::Vietnamese, Language::English].map(|language| sentence(language, message(dossier)))
    };
    let [title, subtitle] = both(|dossier| Message::SheetTitle { dossier });
    Words { title, subtitle, use_of_it: both(|dossier| Message::SheetUse { dossier }).to_vec() }
}

//! Features of a page's reading that indicate where documents begin and end.

use crate::fields::kind::starts_with_regarding;
use crate::fields::number::{DocumentNumber, find_document_number, is_number_row};
use crate::fields::place_and_date::find_place_and_date;
use crate::page_zones::{Emblem, PageZones, Row, find_zones, is_date_row, page_rows};
use crate::separation::page_number;
use crate::separation::page_number::PageNumber;
use crate::string_similarity::{is_mostly_upper, normalized_key, similarity};
use crate::vocabulary::SEPARATOR_TEXTS;
use sohoa_base::model::document_kinds::DOCUMENT_KINDS;
use sohoa_base::model::page::barcode::Separator;
use sohoa_base::model::page::reading::Reading;

/// Features of a page's reading that indicate where documents begin and end. They are small, so that a pile of thousands
/// of pages is separated without holding the readings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoundaryFeatures {
    pub(crate) is_blank: bool,
    pub(crate) has_words: bool,
    /// Whether the page is a separator sheet.
    pub(crate) is_separator: bool,
    /// Whether a separator's code is on a page with other content: the page itself begins something.
    pub(crate) has_separator_code: bool,
    /// Score of the page's header as that of a first page, 0 to 9, see [`HeaderWeight`].
    pub(crate) header_score: u32,
    /// Whether the state's or the party's name is in the header.
    pub(crate) has_emblem: bool,
    /// Whether the page belongs to the document before, whatever its header.
    pub(crate) belongs_to_previous: bool,
    /// Page number.
    pub(crate) page_number: Option<PageNumber>,
    /// The document's own number and notation as a normalised key.
    pub(crate) number: Option<String>,
    /// Notation, and date of issue in both ways of writing, as normalised keys.
    pub(crate) notation_and_date: Option<(String, [String; 2])>,
    /// Lines with a digit as normalised keys: they may cite an attached document.
    pub(crate) mentions: Vec<String>,
}

/// Weights of the parts of a first page's header (Decree 30/2020, Appendix I). OCR may lose any of them.
struct HeaderWeight;

impl HeaderWeight {
    const EMBLEM: u32 = 3;
    const FAINT_EMBLEM: u32 = 2;
    const ORGAN: u32 = 1;
    const NOTATION: u32 = 2;
    const NUMBER_ROW: u32 = 1;
    const DATE: u32 = 2;
    const TITLE: u32 = 1;
}

impl BoundaryFeatures {
    /// Extracts the features of a page; `loose` if it is a separate image and not a page of a file.
    #[must_use]
    pub fn from_reading(reading: &Reading, loose: bool) -> Self {
        let zones = find_zones(reading);
        let number = find_document_number(&zones).map(|(numbered, _)| numbered);
        let date = find_place_and_date(&zones).and_then(|(issued, _)| issued.date);
        let marked = Separator::from_barcodes(&reading.barcodes).is_some();
        let separator = is_separator(reading);
        Self {
            is_blank: reading.blank,
            has_words: reading.words().next().is_some(),
            is_separator: separator,
            has_separator_code: marked && !separator,
            header_score: header_score(&zones, number.as_ref()),
            has_emblem: zones.emblem.is_some(),
            // A page of a file may be a form inside an annex; a separate image is more likely a filled-in form.
            belongs_to_previous: is_annex(reading) || is_draft(&zones) || is_unnumbered(&zones) || (!loose && is_form(&zones)),
            page_number: page_number::find_page_number(reading),
            notation_and_date: number.as_ref().zip(date).and_then(|(found, date)| notation_and_date(found, &date)),
            number: number.and_then(|found| Some(normalized_key(&format!("{}{}", found.number?, found.notation)))),
            mentions: reading
                .lines()
                .map(|line| normalized_key(&line.text()))
                .filter(|line| line.chars().any(|c| c.is_ascii_digit()))
                .collect(),
        }
    }
}

/// Maximum number of letters on a separator sheet, including those misread from bars.
const MAX_SEPARATOR_LETTERS: usize = 300;

/// Whether the page is a separator sheet: little text, and a separator code or text.
#[must_use]
pub fn is_separator(reading: &Reading) -> bool {
    let text: String = reading.words().map(|word| normalized_key(&word.text)).collect();
    let length = text.chars().count();
    if Separator::from_barcodes(&reading.barcodes).is_some() {
        return length <= MAX_SEPARATOR_LETTERS;
    }
    if length == 0 || length > MAX_SEPARATOR_LETTERS / 2 {
        return false;
    }
    // On a sheet with little else the words may be split; among other words they are on a line of their own.
    (length <= 60
        && SEPARATOR_TEXTS.iter().any(|known| text.contains(known) || (length <= known.len() + 4 && similarity(&text, known) >= 80)))
        || reading.lines().any(|line| {
            let line = normalized_key(&line.text());
            SEPARATOR_TEXTS.iter().any(|known| similarity(&line, known) >= 85)
        })
}

/// Score of the page's header as that of a first page, 0 to 9.
fn header_score(zones: &PageZones<'_>, number: Option<&DocumentNumber>) -> u32 {
    let emblem = match zones.emblem {
        Some((Emblem::State | Emblem::Party, 80..)) => HeaderWeight::EMBLEM,
        Some(_) => HeaderWeight::FAINT_EMBLEM,
        None => 0,
    };
    let organ = zones.left.iter().take(4).any(|row| is_mostly_upper(&row.text()) && row.text().chars().count() >= 4);
    let noted = number.is_some_and(|number| number.notation.chars().count() >= 4);
    let row = zones.left.iter().any(is_number_row);
    let dated = zones.right.iter().any(|row| is_date_row(&row.folded_text()));
    let weigh = |is: bool, weight: u32| if is { weight } else { 0 };
    emblem
        + weigh(organ, HeaderWeight::ORGAN)
        + if noted { HeaderWeight::NOTATION } else { weigh(row, HeaderWeight::NUMBER_ROW) }
        + weigh(dated, HeaderWeight::DATE)
        + weigh(has_title(zones), HeaderWeight::TITLE)
}

/// Whether there is the name of a kind alone on a row below the header, `V/v` or `Kính gửi`.
fn has_title(zones: &PageZones<'_>) -> bool {
    let title = |row: &Row<'_>| {
        let text = normalized_key(&row.text());
        is_mostly_upper(&row.text()) && DOCUMENT_KINDS.iter().any(|kind| similarity(&text, &normalized_key(kind.name)) >= 85)
    };
    zones.left.iter().any(starts_with_regarding)
        || zones.body.iter().take(4).any(|row| title(row) || normalized_key(&row.text()).starts_with("kinhgui"))
}

/// Notation and date of issue as other documents write them.
fn notation_and_date(found: &DocumentNumber, date: &str) -> Option<(String, [String; 2])> {
    let mut parts = date.split('-').map(|part| part.parse::<u32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let notation = normalized_key(&found.notation);
    (notation.len() >= 5).then(|| (notation, [format!("{day:02}{month:02}{year}"), format!("ngay{day:02}thang{month:02}nam{year}")]))
}

/// Whether `DỰ THẢO` is in the header or directly below it.
fn is_draft(zones: &PageZones<'_>) -> bool {
    zones.left.iter().chain(&zones.right).chain(zones.body.iter().take(2)).any(|row| normalized_key(&row.text()).starts_with("duthao"))
}

/// Whether neither number nor date was filled in: a draft that belongs to the document before.
fn is_unnumbered(zones: &PageZones<'_>) -> bool {
    let bare = |text: &str| !text.chars().any(char::is_alphanumeric);
    let number = zones.left.iter().find_map(|row| {
        let text = row.folded_text();
        // "Sở Y tế" folds to the same prefix, but has no slash.
        let (before, _) = text.trim_start().strip_prefix("so")?.split_once('/')?;
        Some(bare(before))
    });
    let day = zones.right.iter().map(Row::folded_text).find(|row| is_date_row(row)).map(|row| {
        let between = row.split_once("ngay").and_then(|(_, rest)| rest.split_once("thang"));
        between.is_some_and(|(day, rest)| bare(day) && rest.split_once("nam").is_some_and(|(month, _)| bare(month)))
    });
    number == Some(true) && day == Some(true)
}

/// Whether number and date are blanks: a form to fill in.
fn is_form(zones: &PageZones<'_>) -> bool {
    let dotted = |text: &str| text.contains("...") || text.contains("…") || text.contains("___");
    zones.left.iter().chain(&zones.right).any(|row| dotted(&row.text()))
        && find_document_number(zones).is_none_or(|(numbered, _)| numbered.number.is_none())
}

/// Whether `Phụ lục`, `Mẫu số` or `(Kèm theo …)` is in the upper third.
fn is_annex(reading: &Reading) -> bool {
    const STARTS: [&str; 12] = [
        "phu luc",
        "mau so",
        "bieu so",
        "bieu mau",
        "kem theo",
        "ban hanh kem",
        "ban hanh theo",
        "mau 0",
        "mau 1",
        "dinh kem",
        "ban kem",
        "cac phu luc",
    ];
    let limit = reading.height / 3;
    page_rows(reading).iter().filter(|row| row.bounds.y0 <= limit).take(14).any(|row| {
        let text = row.folded_text();
        let in_brackets = text.trim_start().starts_with(['(', '[', '{', '|', 'l']);
        let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
        STARTS.iter().any(|start| text.starts_with(start)) || (in_brackets && (text.contains("kem theo") || text.contains("ban hanh kem")))
    })
}

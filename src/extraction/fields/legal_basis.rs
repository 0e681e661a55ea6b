//! The legal basis of a document (căn cứ ban hành): the paragraphs below its name that begin with `Căn cứ`.

use crate::fields::subject::{TextSpan, join_rows};
use crate::page_zones::{PageZones, Row};

/// Maximum number of rows of one citation.
const MAX_ROWS: usize = 8;

/// The citations of a first page, separated by semicolons.
pub(crate) fn find_legal_basis(zones: &PageZones<'_>) -> Option<TextSpan> {
    let begins = |row: &Row<'_>| {
        let text = row.folded_text();
        text.trim_start_matches(|letter: char| !letter.is_alphanumeric()).starts_with("can cu ")
    };
    let mut rows = zones.body.iter().skip_while(|row| !begins(row)).peekable();
    let mut taken: Vec<&Row<'_>> = Vec::new();
    let mut found: Vec<String> = Vec::new();
    while let Some(row) = rows.next_if(|row| begins(row)) {
        let mut text = row.text();
        taken.push(row);
        for _ in 1..MAX_ROWS {
            let Some(more) = rows.next_if(|more| !begins(more) && !ends_citation(&text)) else { break };
            text.push(' ');
            text.push_str(&more.text());
            taken.push(more);
        }
        found.push(text.trim_matches(|letter: char| letter.is_whitespace() || matches!(letter, ';' | ',' | '.' | '-')).to_owned());
    }
    let joined = found.join("; ");
    join_rows(&taken, |_| joined.clone())
}

/// Whether a citation is complete.
fn ends_citation(text: &str) -> bool {
    text.trim_end().ends_with([';', '.', ':'])
}

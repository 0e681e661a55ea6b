//! The signer (quyền hạn, chức vụ, họ tên): box 7, right of the list of recipients.

use crate::fields::subject::{TextSpan, join_rows};
use crate::page_zones::{Row, median_word_height, split_columns};
use crate::string_similarity::{fold_text, is_mostly_upper, normalized_key, similarity};
use crate::vocabulary::{FAMILY_NAMES, FREQUENT_FAMILY_NAMES, SIGNER_POSITIONS, SIGNING_MARKS};
use crate::word_confidence::mean_confidence;
use sohoa_base::model::page::reading::Reading;

/// A signing block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SigningBlock {
    pub(crate) position: Option<TextSpan>,
    pub(crate) signer: Option<TextSpan>,
}

/// Position stated by a row of capitals, corrected to its spelling, with its signing mark (`KT.`, `TM.` …).
fn match_position(row: &Row<'_>) -> Option<String> {
    let text = row.text();
    if !is_mostly_upper(&text) {
        return None;
    }
    let text = text.trim().trim_matches(|c: char| !c.is_alphanumeric() && c != '.');
    let (mark, rest) = match text.split_once(['.', ' ', '/']) {
        Some((mark, rest)) if SIGNING_MARKS.contains(&fold_text(mark.trim()).as_str()) => (Some(mark.trim()), rest),
        // A handwritten mark is often unreadable; the text after it is printed.
        Some((mark, rest)) if mark.chars().count() <= 3 && text.contains(&format!("{mark}.")) => (None, rest),
        _ => (None, text),
    };
    let rest = rest.trim().trim_matches(|c: char| !c.is_alphanumeric());
    let wanted = normalized_key(rest);
    let known = SIGNER_POSITIONS
        .iter()
        .map(|position| (*position, similarity(&normalized_key(position), &wanted)))
        .max_by_key(|(_, alike)| *alike)
        .filter(|(position, alike)| *alike >= if position.len() > 12 { 85 } else { 90 });
    match (mark, known) {
        (Some(mark), Some((position, _))) => Some(format!("{}. {position}", mark.to_uppercase())),
        (Some(mark), None) if wanted.len() >= 4 => Some(format!("{}. {rest}", mark.to_uppercase())),
        (None, Some((position, _))) => Some(position.to_owned()),
        _ => None,
    }
}

/// Family name whose first letter or two are hidden by a seal or a signature, such as `guyễn` and `rần`.
fn complete_family_name(word: &str) -> Option<&'static str> {
    let letters = word.chars().count();
    let rest = fold_text(word);
    if letters < 3 || word.chars().next().is_some_and(char::is_uppercase) || FAMILY_NAMES.contains(&rest.as_str()) {
        return None;
    }
    let mut fitting = FREQUENT_FAMILY_NAMES.iter().filter(|name| {
        let whole = fold_text(name);
        whole.len() > rest.len() && whole.len() <= rest.len() + 2 && whole.ends_with(&rest)
    });
    let only = fitting.next()?;
    fitting.next().is_none().then_some(*only)
}

/// Name of a person in a row, and the confidence of its form, 0 to 100.
fn parse_person_name(row: &Row<'_>) -> Option<(String, u32)> {
    let text = row.text();
    let words: Vec<&str> = text
        .split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric() && c != '.'))
        .filter(|word| !word.is_empty() && !word.contains('.'))
        .collect();
    let formed = |word: &&str| {
        let mut letters = word.chars();
        letters.next().is_some_and(char::is_uppercase) && word.chars().all(char::is_alphabetic) && word.chars().count() <= 7
    };
    let completed = words.first().filter(|_| words.len() >= 3).and_then(|word| complete_family_name(word));
    let words: Vec<&str> = completed.into_iter().chain(words.iter().copied().skip(usize::from(completed.is_some()))).collect();
    let from = words.iter().position(|word| FAMILY_NAMES.contains(&fold_text(word).as_str()) && formed(word)).unwrap_or(0);
    let name: Vec<&str> = words.iter().skip(from).take_while(|word| formed(word)).copied().collect();
    if !(2..=5).contains(&name.len()) || name.iter().any(|word| word.chars().count() < 2 && fold_text(word) != "y") {
        return None;
    }
    let family = name.first().is_some_and(|word| FAMILY_NAMES.contains(&fold_text(word).as_str()));
    // The row of a signature holds only the name; anything before it was a part of it, or ink over it.
    let is_whole = completed.is_none() && from == 0;
    let small = name.iter().all(|word| word.chars().skip(1).all(char::is_lowercase));
    match (family, small) {
        // Names of two words are rare: most have lost their first word to a seal or a signature.
        (true, true) if name.len() == 2 => Some((name.join(" "), 50)),
        (true, true) if !is_whole => Some((name.join(" "), 75)),
        (true, true) => Some((name.join(" "), 95)),
        (true, false) if is_mostly_upper(&name.join("")) => Some((name.join(" "), 60)),
        (false, true) if name.len() >= 3 => Some((name.join(" "), 50)),
        _ => None,
    }
}

/// Finds the signing block of a page, below `top` px. Positions in capitals are in the right column, with the name below
/// the last of them.
pub(crate) fn find_signing_block(reading: &Reading, top: u32) -> Option<SigningBlock> {
    let (_, right) = split_columns(reading);
    let height = median_word_height(reading);
    let mut positions: Vec<(&Row<'_>, String)> = Vec::new();
    for row in right.iter().filter(|row| row.bounds.y0 >= top && row.bounds.x0 * 100 >= reading.width * 38) {
        let Some(stated) = match_position(row) else { continue };
        if positions.last().is_some_and(|(last, _)| row.bounds.y0.saturating_sub(last.bounds.y1) > height * 4) {
            break;
        }
        positions.push((row, stated));
    }
    let Some(last) = positions.last().map(|(row, _)| *row) else { return find_name_without_position(reading, top) };
    complete_signing_marks(&mut positions);
    let rows: Vec<&Row<'_>> = positions.iter().map(|(row, _)| *row).collect();
    let stated = positions.iter().map(|(_, stated)| stated.clone()).collect::<Vec<_>>().join(" ");
    let mut position = join_rows(&rows, |_| stated.clone())?;
    // Positions are a closed list: misread ones are corrected to one of them.
    position.confidence = mean_confidence(rows.iter().flat_map(|row| row.words.iter().copied())) * 95 / 100;
    if stated.starts_with("PHÓ ") {
        // A deputy signs for a head, whose position is above: that row was lost.
        position.confidence /= 2;
    }
    let reach = last.bounds.y1 + reading.height / 5;
    let signer = right
        .iter()
        .filter(|row| row.bounds.y0 > last.bounds.y1 && row.bounds.y0 <= reach && match_position(row).is_none())
        .filter_map(|row| parse_person_name(row).map(|(name, sure)| (row, name, sure)))
        .max_by_key(|(row, _, sure)| (*sure, row.confidence()))
        .and_then(|(row, name, sure)| {
            let mut found = join_rows(&[row], |_| name.clone())?;
            found.confidence = found.confidence * sure / 100;
            Some(found)
        });
    Some(SigningBlock { position: Some(position), signer })
}

/// A head's position above a deputy's means that the deputy signs for the head (`KT.`).
fn complete_signing_marks(positions: &mut [(&Row<'_>, String)]) {
    let deputies: Vec<bool> = positions.iter().map(|(_, office)| office.starts_with("PHÓ ")).collect();
    for ((_, office), deputy_next) in positions.iter_mut().zip(deputies.iter().skip(1)) {
        if *deputy_next && !office.contains(". ") && !office.starts_with("PHÓ ") {
            office.insert_str(0, "KT. ");
        }
    }
}

/// Finds a name right of the list of recipients whose position was not read because of a seal.
fn find_name_without_position(reading: &Reading, top: u32) -> Option<SigningBlock> {
    let (left, right) = split_columns(reading);
    let listed = left.iter().find(|row| row.bounds.y0 >= top && row.folded_text().starts_with("noi nhan"))?;
    right
        .iter()
        .filter(|row| row.bounds.y0 > listed.bounds.y0 && row.bounds.y0 < listed.bounds.y1 + reading.height / 4)
        .filter(|row| (2..=5).contains(&row.words.len()) && row.bounds.x0 * 100 >= reading.width * 45)
        .filter_map(|row| parse_person_name(row).filter(|(_, sure)| *sure >= 90).map(|(name, _)| (row, name)))
        .max_by_key(|(row, _)| row.confidence())
        .and_then(|(row, name)| {
            let mut found = join_rows(&[row], |_| name.clone())?;
            found.confidence = found.confidence * 75 / 100;
            Some(SigningBlock { position: None, signer: Some(found) })
        })
}

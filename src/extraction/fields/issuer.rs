//! The issuing organ (cơ quan ban hành): box 2 of the header, below its parent organ.

use crate::fields::number::{DocumentNumber, is_number_row};
use crate::fields::subject::{TextSpan, join_rows};
use crate::page_zones::{PageZones, Row};
use crate::string_similarity::{fold_text, is_mostly_upper, normalized_key, similarity};
use crate::vocabulary::{BODY_NAMES, ORGAN_STARTS, PLACE_KINDS, SECTORS};

/// Words in lower case inside a name, folded as read in capitals.
const LOWERCASE_WORDS: [(&str, &str); 2] = [("va", "và"), ("cua", "của")];

/// First words of names that are followed by a capitalised word: Sở Y tế, Cục Quản lý.
const NAME_HEADS: [&str; 13] =
    ["so", "bo", "ban", "cuc", "vu", "vien", "phong", "hoi", "truong", "doan", "chi cuc", "tong cuc", "trung tam"];

struct ParsedOrgan {
    name: String,
    place: Option<String>,
}

fn capitalize(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect())
}

/// Splits `words` before a kind of place (`tỉnh`, `thành phố` …) that is followed by a name.
fn split_place(words: &[&str]) -> (usize, Option<String>) {
    for at in 0..words.len() {
        for (kind, written) in PLACE_KINDS {
            let length = written.split(' ').count();
            let stretch: String = words.iter().skip(at).take(length).map(|word| normalized_key(word)).collect();
            let name: Vec<&str> = words.iter().skip(at + length).copied().collect();
            // A kind of place follows a body or begins the row, never directly after "quản lý", "nông" …
            if stretch == kind
                && !name.is_empty()
                && (at == 0 || at >= 2 || normalized_key(words.first().copied().unwrap_or_default()).len() >= 4)
            {
                let text = name.join(" ");
                let name = crate::fields::place_and_date::match_province(&text)
                    .filter(|_| matches!(kind, "tinh" | "thanhpho"))
                    .map_or_else(|| name.iter().map(|word| capitalize(word)).collect::<Vec<_>>().join(" "), |(known, _)| known.to_owned());
                return (at, Some(format!("{written} {name}")));
            }
        }
    }
    (words.len(), None)
}

/// Names of party committees, folded and as written.
const PARTY_COMMITTEES: [(&str, &str); 5] =
    [("tinh uy", "Tỉnh ủy"), ("thanh uy", "Thành ủy"), ("huyen uy", "Huyện ủy"), ("quan uy", "Quận ủy"), ("thi uy", "Thị ủy")];

/// A party committee with its place: `TỈNH ỦY QUẢNG NGÃI`.
fn parse_committee(words: &[&str]) -> Option<ParsedOrgan> {
    let head = fold_text(&words.iter().take(2).copied().collect::<Vec<_>>().join(" "));
    let (_, name) = PARTY_COMMITTEES.iter().find(|(form, _)| *form == head)?;
    let rest: Vec<&str> = words.iter().skip(2).copied().collect();
    let place = crate::fields::place_and_date::match_province(&rest.join(" "))
        .map_or_else(|| rest.iter().map(|word| capitalize(word)).collect::<Vec<_>>().join(" "), |(known, _)| known.to_owned());
    Some(ParsedOrgan { name: (*name).to_owned(), place: Some(place).filter(|place| !place.is_empty()) })
}

/// Name of a body without its place, with case and spelling restored. `initials` are those in the document's number.
fn body_name(words: &[&str], initials: &[String]) -> String {
    let tight: String = words.iter().map(|word| normalized_key(word)).collect();
    if let Some((_, full)) = BODY_NAMES.iter().find(|(form, _)| *form == tight || (form.len() >= 10 && similarity(form, &tight) >= 85)) {
        return (*full).to_owned();
    }
    let first = words.first().map(|word| normalized_key(word)).unwrap_or_default();
    if matches!(first.as_str(), "so" | "bo") {
        let rest: String = words.iter().skip(1).map(|word| normalized_key(word)).collect();
        let best = SECTORS
            .iter()
            .map(|branch| {
                let short: String = branch.split([' ', ',', '-']).filter_map(|word| word.chars().next()).collect();
                let stated = initials.iter().any(|stated| {
                    *stated == normalized_key(&format!("{first}{short}"))
                        || *stated == normalized_key(&format!("{}{short}", first.chars().next().unwrap_or_default()))
                });
                (branch, similarity(&normalized_key(branch), &rest) + if stated { 25 } else { 0 })
            })
            .max_by_key(|(_, alike)| *alike);
        if let Some((branch, _)) = best.filter(|(_, alike)| *alike >= 80) {
            return format!("{} {branch}", if first == "so" { "Sở" } else { "Bộ" });
        }
    }
    if let (true, Some(rest)) = (tight.starts_with("banchidao"), words.get(3..)) {
        return format!("Ban Chỉ đạo {}", rest.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>().join(" ")).trim().to_owned();
    }
    let head = NAME_HEADS.iter().filter(|head| fold_text(&words.join(" ")).starts_with(&format!("{head} "))).max_by_key(|head| head.len());
    let head_words = head.map_or(1, |head| head.split(' ').count());
    let mut out: Vec<String> = Vec::new();
    let mut capital = true;
    for (at, word) in words.iter().enumerate() {
        let small = LOWERCASE_WORDS.iter().find(|(form, _)| *form == normalized_key(word)).filter(|_| at > 0);
        match small {
            Some((_, small)) => {
                out.push((*small).to_owned());
                capital = true;
            }
            None => {
                let keep = word.chars().any(|c| c.is_ascii_digit())
                    || (word.chars().count() >= 2 && normalized_key(word).chars().all(|c| !"aeiouy".contains(c)));
                out.push(if keep {
                    (*word).to_owned()
                } else if capital {
                    capitalize(word)
                } else {
                    word.to_lowercase()
                });
                capital = (head.is_some() && at + 1 == head_words) || word.ends_with([',', '-']);
            }
        }
    }
    out.join(" ")
}

fn parse_organ(text: &str, initials: &[String]) -> ParsedOrgan {
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).collect();
    if let Some(committee) = parse_committee(&words) {
        return committee;
    }
    let (at, place) = split_place(&words);
    let before: Vec<&str> = words.iter().take(at).copied().collect();
    let name = if before.is_empty() { String::new() } else { body_name(&before, initials) };
    ParsedOrgan { name, place }
}

impl ParsedOrgan {
    fn full_name(&self) -> String {
        match &self.place {
            Some(place) if self.name.is_empty() => place.clone(),
            Some(place) => format!("{} {place}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Name of the issuer completed by its parent: `Sở Y tế` below `UBND tỉnh X` is `Sở Y tế tỉnh X`.
fn join_with_parent(parent: &ParsedOrgan, issuer: &ParsedOrgan) -> String {
    let party = PARTY_COMMITTEES.iter().any(|(_, name)| *name == parent.name);
    if party || fold_text(&issuer.name) == "van phong" {
        return format!("{} {}", issuer.full_name(), parent.full_name());
    }
    match (&issuer.place, &parent.place) {
        (Some(_), _) => issuer.full_name(),
        (None, Some(place)) => format!("{} {place}", issuer.name),
        (None, None) => format!("{}, {}", issuer.name, parent.full_name()),
    }
}

fn starts_organ_name(row: &Row<'_>) -> bool {
    let text = format!("{} ", row.folded_text());
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    ORGAN_STARTS.iter().any(|start| text.starts_with(start))
}

/// The issuing organ of a first page. `place` is the place of the date line, to restore a lost place name.
pub(crate) fn find_issuer(zones: &PageZones<'_>, number: Option<&DocumentNumber>, place: Option<&str>) -> Option<TextSpan> {
    let end = zones.left.iter().position(is_number_row).unwrap_or(zones.left.len());
    let rows: Vec<&Row<'_>> = zones
        .left
        .iter()
        .take(end.min(5))
        .filter(|row| is_mostly_upper(&row.text()) && row.text().chars().filter(|c| c.is_alphabetic()).count() >= 3)
        .collect();
    if zones.emblem.is_none() && !rows.first().is_some_and(|row| starts_organ_name(row)) {
        return None;
    }
    let initials: Vec<String> = number.map(|number| number.notation.split(['-', '/']).map(normalized_key).collect()).unwrap_or_default();
    let mut texts: Vec<String> = Vec::new();
    for row in &rows {
        match texts.last_mut() {
            Some(last) if !starts_organ_name(row) => {
                last.push(' ');
                last.push_str(&row.text());
            }
            _ => texts.push(row.text()),
        }
    }
    let mut organs: Vec<ParsedOrgan> = texts.iter().map(|text| parse_organ(text, &initials)).collect();
    for organ in &mut organs {
        correct_place(organ, place);
    }
    let value = match organs.as_slice() {
        [] => return None,
        [only] => only.full_name(),
        [.., parent, issuer] => join_with_parent(parent, issuer),
    };
    let known = texts.len() <= 2 && starts_organ_name(rows.first()?);
    // A name of known parts in the place of the date line is right even if single letters are doubtful.
    let placed = known && place.is_some_and(|place| value.ends_with(place));
    let mut found = join_rows(&rows, |_| value.clone())?;
    found.confidence = found.confidence.max(match (placed, known) {
        (true, _) => 93,
        (false, true) => 65,
        (false, false) => 0,
    }) * if known { 98 } else { 70 }
        / 100;
    Some(found)
}

/// Corrects a misread province to the place of the date line if they are similar.
fn correct_place(organ: &mut ParsedOrgan, place: Option<&str>) {
    if let (Some(held), Some(place)) = (organ.place.as_mut(), place) {
        let Some((kind, name)) = PLACE_KINDS.iter().find_map(|(_, kind)| held.strip_prefix(kind).map(|name| (*kind, name.trim()))) else {
            return;
        };
        if similarity(&normalized_key(name), &normalized_key(place)) >= 70 && name != place {
            *held = format!("{kind} {place}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organ_name(text: &str) -> String {
        parse_organ(text, &["syt".to_owned()]).full_name()
    }

    #[test]
    fn uppercase_organ_names_are_normalized() {
        assert_eq!(organ_name("UỶ BAN NHÂN DÂN TĨNH QUANG NGAI"), "Ủy ban nhân dân tỉnh Quảng Ngãi");
        assert_eq!(organ_name("UBND TỈNH KIÊN GIANG"), "Ủy ban nhân dân tỉnh Kiên Giang");
        assert_eq!(organ_name("SỢ VTE"), "Sở Y tế");
        assert_eq!(organ_name("SỞ GIÁO DỤC VÀ ĐÀO TẠO"), "Sở Giáo dục và Đào tạo");
        assert_eq!(organ_name("THỦ TƯỚNG CHÍNH PHỦ"), "Thủ tướng Chính phủ");
        assert_eq!(organ_name("CỤC QUẢN LÝ DƯỢC"), "Cục Quản lý dược");
        assert_eq!(organ_name("ỦY BAN NHÂN DÂN XÃ MONG THỌ"), "Ủy ban nhân dân xã Mong Thọ");
        assert_eq!(organ_name("BAN CHỈ ĐẠO 138"), "Ban Chỉ đạo 138");
    }

    #[test]
    fn issuer_name_is_joined_with_parent_organ() {
        let part = |text: &str| parse_organ(text, &[]);
        assert_eq!(join_with_parent(&part("UBND TỈNH KIÊN GIANG"), &part("SỞ Y TẾ")), "Sở Y tế tỉnh Kiên Giang");
        assert_eq!(join_with_parent(&part("BỘ Y TẾ"), &part("CỤC QUẢN LÝ DƯỢC")), "Cục Quản lý dược, Bộ Y tế");
        assert_eq!(join_with_parent(&part("TỈNH ỦY QUẢNG NGÃI"), &part("VĂN PHÒNG")), "Văn phòng Tỉnh ủy Quảng Ngãi");
    }
}

//! The issuing organ (cơ quan ban hành): box 2 of the header, its parent above it.

use super::fuzzy::{folded, is_upper, likeness, squeezed};
use super::number::{Numbered, is_number_row};
use super::subject::{Passage, passage};
use super::vocabulary::{BODIES, BRANCHES, ORGAN_STARTS, PLACE_KINDS};
use super::zones::{Row, Zones};

/// Words that stay small inside a name, folded as read in capitals.
const SMALL: [(&str, &str); 2] = [("va", "và"), ("cua", "của")];

/// First words of names that the next word's capital follows: Sở Y tế, Cục Quản lý.
const HEADS: [&str; 13] = ["so", "bo", "ban", "cuc", "vu", "vien", "phong", "hoi", "truong", "doan", "chi cuc", "tong cuc", "trung tam"];

struct Organ {
    name: String,
    place: Option<String>,
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters.flat_map(char::to_lowercase)).collect())
}

/// Splits `words` before a kind of place (`tỉnh`, `thành phố` …) that a name follows.
fn split_place(words: &[&str]) -> (usize, Option<String>) {
    for at in 0..words.len() {
        for (kind, written) in PLACE_KINDS {
            let length = written.split(' ').count();
            let stretch: String = words.iter().skip(at).take(length).map(|word| squeezed(word)).collect();
            let name: Vec<&str> = words.iter().skip(at + length).copied().collect();
            // A kind of place goes after a body or at the start of the row, never right after "quản lý", "nông" …
            if stretch == kind
                && !name.is_empty()
                && (at == 0 || at >= 2 || squeezed(words.first().copied().unwrap_or_default()).len() >= 4)
            {
                let text = name.join(" ");
                let name = super::date::province(&text)
                    .filter(|_| matches!(kind, "tinh" | "thanhpho"))
                    .map_or_else(|| name.iter().map(|word| capitalised(word)).collect::<Vec<_>>().join(" "), |(known, _)| known.to_owned());
                return (at, Some(format!("{written} {name}")));
            }
        }
    }
    (words.len(), None)
}

/// Names of party committees, folded and as written.
const COMMITTEES: [(&str, &str); 5] =
    [("tinh uy", "Tỉnh ủy"), ("thanh uy", "Thành ủy"), ("huyen uy", "Huyện ủy"), ("quan uy", "Quận ủy"), ("thi uy", "Thị ủy")];

/// A party committee with its place: `TỈNH ỦY QUẢNG NGÃI`.
fn committee(words: &[&str]) -> Option<Organ> {
    let head = folded(&words.iter().take(2).copied().collect::<Vec<_>>().join(" "));
    let (_, name) = COMMITTEES.iter().find(|(form, _)| *form == head)?;
    let rest: Vec<&str> = words.iter().skip(2).copied().collect();
    let place = super::date::province(&rest.join(" "))
        .map_or_else(|| rest.iter().map(|word| capitalised(word)).collect::<Vec<_>>().join(" "), |(known, _)| known.to_owned());
    Some(Organ { name: (*name).to_owned(), place: Some(place).filter(|place| !place.is_empty()) })
}

/// The cased and mended name of a body without its place. `initials` are those in the document's number.
fn body(words: &[&str], initials: &[String]) -> String {
    let tight: String = words.iter().map(|word| squeezed(word)).collect();
    if let Some((_, full)) = BODIES.iter().find(|(form, _)| *form == tight || (form.len() >= 10 && likeness(form, &tight) >= 85)) {
        return (*full).to_owned();
    }
    let first = words.first().map(|word| squeezed(word)).unwrap_or_default();
    if matches!(first.as_str(), "so" | "bo") {
        let rest: String = words.iter().skip(1).map(|word| squeezed(word)).collect();
        let best = BRANCHES
            .iter()
            .map(|branch| {
                let short: String = branch.split([' ', ',', '-']).filter_map(|word| word.chars().next()).collect();
                let stated = initials.iter().any(|stated| {
                    *stated == squeezed(&format!("{first}{short}"))
                        || *stated == squeezed(&format!("{}{short}", first.chars().next().unwrap_or_default()))
                });
                (branch, likeness(&squeezed(branch), &rest) + if stated { 25 } else { 0 })
            })
            .max_by_key(|(_, alike)| *alike);
        if let Some((branch, _)) = best.filter(|(_, alike)| *alike >= 80) {
            return format!("{} {branch}", if first == "so" { "Sở" } else { "Bộ" });
        }
    }
    if let (true, Some(rest)) = (tight.starts_with("banchidao"), words.get(3..)) {
        return format!("Ban Chỉ đạo {}", rest.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>().join(" ")).trim().to_owned();
    }
    let head = HEADS.iter().filter(|head| folded(&words.join(" ")).starts_with(&format!("{head} "))).max_by_key(|head| head.len());
    let head_words = head.map_or(1, |head| head.split(' ').count());
    let mut out: Vec<String> = Vec::new();
    let mut capital = true;
    for (at, word) in words.iter().enumerate() {
        let small = SMALL.iter().find(|(form, _)| *form == squeezed(word)).filter(|_| at > 0);
        match small {
            Some((_, small)) => {
                out.push((*small).to_owned());
                capital = true;
            }
            None => {
                let keep = word.chars().any(|c| c.is_ascii_digit())
                    || (word.chars().count() >= 2 && squeezed(word).chars().all(|c| !"aeiouy".contains(c)));
                out.push(if keep {
                    (*word).to_owned()
                } else if capital {
                    capitalised(word)
                } else {
                    word.to_lowercase()
                });
                capital = (head.is_some() && at + 1 == head_words) || word.ends_with([',', '-']);
            }
        }
    }
    out.join(" ")
}

fn organ(text: &str, initials: &[String]) -> Organ {
    let words: Vec<&str> = text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).collect();
    if let Some(committee) = committee(&words) {
        return committee;
    }
    let (at, place) = split_place(&words);
    let before: Vec<&str> = words.iter().take(at).copied().collect();
    let name = if before.is_empty() { String::new() } else { body(&before, initials) };
    Organ { name, place }
}

impl Organ {
    fn full(&self) -> String {
        match &self.place {
            Some(place) if self.name.is_empty() => place.clone(),
            Some(place) => format!("{} {place}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Names the issuer together with what places it: `Sở Y tế` under `UBND tỉnh X` is `Sở Y tế tỉnh X`.
fn join(parent: &Organ, issuer: &Organ) -> String {
    let party = COMMITTEES.iter().any(|(_, name)| *name == parent.name);
    if party || folded(&issuer.name) == "van phong" {
        return format!("{} {}", issuer.full(), parent.full());
    }
    match (&issuer.place, &parent.place) {
        (Some(_), _) => issuer.full(),
        (None, Some(place)) => format!("{} {place}", issuer.name),
        (None, None) => format!("{}, {}", issuer.name, parent.full()),
    }
}

fn starts_organ(row: &Row<'_>) -> bool {
    let text = format!("{} ", row.folded());
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    ORGAN_STARTS.iter().any(|start| text.starts_with(start))
}

/// The issuing organ of a first page. `place` is the place of the date line, to mend a lost place name.
pub(super) fn issuer(zones: &Zones<'_>, number: Option<&Numbered>, place: Option<&str>) -> Option<Passage> {
    let end = zones.left.iter().position(is_number_row).unwrap_or(zones.left.len());
    let rows: Vec<&Row<'_>> = zones
        .left
        .iter()
        .take(end.min(5))
        .filter(|row| is_upper(&row.text()) && row.text().chars().filter(|c| c.is_alphabetic()).count() >= 3)
        .collect();
    if zones.emblem.is_none() && !rows.first().is_some_and(|row| starts_organ(row)) {
        return None;
    }
    let initials: Vec<String> = number.map(|number| number.notation.split(['-', '/']).map(squeezed).collect()).unwrap_or_default();
    let mut texts: Vec<String> = Vec::new();
    for row in &rows {
        match texts.last_mut() {
            Some(last) if !starts_organ(row) => {
                last.push(' ');
                last.push_str(&row.text());
            }
            _ => texts.push(row.text()),
        }
    }
    let mut organs: Vec<Organ> = texts.iter().map(|text| organ(text, &initials)).collect();
    for organ in &mut organs {
        mend_place(organ, place);
    }
    let value = match organs.as_slice() {
        [] => return None,
        [only] => only.full(),
        [.., parent, issuer] => join(parent, issuer),
    };
    let known = texts.len() <= 2 && starts_organ(rows.first()?);
    // A name whose parts are known ones, in the place that the date line names too, is right whatever single letters say.
    let placed = known && place.is_some_and(|place| value.ends_with(place));
    let mut found = passage(&rows, |_| value.clone())?;
    found.confidence = found.confidence.max(match (placed, known) {
        (true, _) => 93,
        (false, true) => 65,
        (false, false) => 0,
    }) * if known { 98 } else { 70 }
        / 100;
    Some(found)
}

/// A province read with slips is mended to the place of the date line when they are alike.
fn mend_place(organ: &mut Organ, place: Option<&str>) {
    if let (Some(held), Some(place)) = (organ.place.as_mut(), place) {
        let Some((kind, name)) = PLACE_KINDS.iter().find_map(|(_, kind)| held.strip_prefix(kind).map(|name| (*kind, name.trim()))) else {
            return;
        };
        if likeness(&squeezed(name), &squeezed(place)) >= 70 && name != place {
            *held = format!("{kind} {place}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> String {
        organ(text, &["syt".to_owned()]).full()
    }

    #[test]
    fn capitals_become_names() {
        assert_eq!(named("UỶ BAN NHÂN DÂN TĨNH QUANG NGAI"), "Ủy ban nhân dân tỉnh Quảng Ngãi");
        assert_eq!(named("UBND TỈNH KIÊN GIANG"), "Ủy ban nhân dân tỉnh Kiên Giang");
        assert_eq!(named("SỢ VTE"), "Sở Y tế");
        assert_eq!(named("SỞ GIÁO DỤC VÀ ĐÀO TẠO"), "Sở Giáo dục và Đào tạo");
        assert_eq!(named("THỦ TƯỚNG CHÍNH PHỦ"), "Thủ tướng Chính phủ");
        assert_eq!(named("CỤC QUẢN LÝ DƯỢC"), "Cục Quản lý dược");
        assert_eq!(named("ỦY BAN NHÂN DÂN XÃ MONG THỌ"), "Ủy ban nhân dân xã Mong Thọ");
        assert_eq!(named("BAN CHỈ ĐẠO 138"), "Ban Chỉ đạo 138");
    }

    #[test]
    fn the_parent_places_the_issuer() {
        let part = |text: &str| organ(text, &[]);
        assert_eq!(join(&part("UBND TỈNH KIÊN GIANG"), &part("SỞ Y TẾ")), "Sở Y tế tỉnh Kiên Giang");
        assert_eq!(join(&part("BỘ Y TẾ"), &part("CỤC QUẢN LÝ DƯỢC")), "Cục Quản lý dược, Bộ Y tế");
        assert_eq!(join(&part("TỈNH ỦY QUẢNG NGÃI"), &part("VĂN PHÒNG")), "Văn phòng Tỉnh ủy Quảng Ngãi");
    }
}

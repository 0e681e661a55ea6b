//! Scanned pages with invented personal data in the usual sentences of offices, and with numbers that are no personal
//! data.

use crate::degradation::effects;
use crate::degradation::scanner::degrade_as_scan;
use crate::page::content_generator::ContentGenerator;
use crate::page::document_content::DocumentContent;
use crate::page::fonts::Fonts;
use crate::page::layout;
use crate::random::{SeededRng, choose};
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::personal_data::PersonalDataKind;

/// Resolution of the pages, dots per inch.
const DPI: u16 = 200;

/// Paragraphs on a page; every third has no personal data.
const PARAGRAPH_COUNT: usize = 6;

/// A drawn page with its ground truth.
#[derive(Debug, Clone, Serialize)]
pub struct PersonalDataPage {
    /// The personal data on it.
    pub data: Vec<PersonalDatum>,
    /// A colour JPEG.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// One piece of personal data as printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonalDatum {
    /// Its kind.
    pub kind: PersonalDataKind,
    /// Its text.
    pub text: String,
}

/// Draws page `number` of a `seed`; the same two give the same page.
///
/// # Errors
/// As [`effects::encode_jpeg`].
pub fn draw_page(fonts: &Fonts, seed: u64, number: usize) -> Result<PersonalDataPage> {
    let mut random = SeededRng::for_purpose(seed, &format!("personal {number}"));
    let mut generator = ContentGenerator::new(SeededRng::for_purpose(seed, &format!("personal story {number}")), 2019);
    let mut content = if random.next_u64().is_multiple_of(2) { generator.letter() } else { generator.minutes() };
    let data = fill_body(&mut content, &mut generator, &mut random);
    let clean = layout::typeset(fonts, &content, u32::from(DPI), &mut random).into_iter().next();
    let picture = degrade_as_scan(clean.as_ref().map(|page| page.picture.clone()).unwrap_or_default(), &mut random);
    // Only the first page is kept; data on later ones is dropped.
    let printed = clean.map(|page| page.lines.join(" ")).unwrap_or_default();
    let data = data.into_iter().filter(|datum| printed.contains(&datum.text)).collect();
    Ok(PersonalDataPage { data, bytes: effects::encode_jpeg(&picture, random.uniform(45.0, 88.0) as u8, DPI)? })
}

/// Replaces the body by paragraphs with personal data and some with similar numbers.
fn fill_body(content: &mut DocumentContent, generator: &mut ContentGenerator, random: &mut SeededRng) -> Vec<PersonalDatum> {
    let mut data = Vec::new();
    content.body = (0..PARAGRAPH_COUNT)
        .map(|place| if place % 3 == 2 { decoy_paragraph(random) } else { personal_paragraph(generator, random, &mut data) })
        .collect();
    content.recipients.truncate(2);
    content.annex = None;
    data
}

/// One of several phrases.
fn pick_phrase<'a>(phrases: &[&'a str], random: &mut SeededRng) -> &'a str {
    choose(phrases, random).unwrap_or_default()
}

fn random_digits(count: usize, random: &mut SeededRng) -> String {
    (0..count).map(|_| char::from(b'0' + (random.next_u64() % 10) as u8)).collect()
}

/// Digits in groups of the given lengths, with `between` between them; the rest is the last group.
fn group_digits(text: &str, lengths: &[usize], between: &str) -> String {
    let mut rest = text;
    let mut parts = Vec::new();
    for length in lengths {
        let (part, behind) = rest.split_at_checked(*length).unwrap_or((rest, ""));
        parts.push(part);
        rest = behind;
    }
    parts.push(rest);
    parts.retain(|part| !part.is_empty());
    parts.join(between)
}

fn citizen_number(random: &mut SeededRng) -> String {
    let province = 1 + random.next_u64() % 96;
    let number = format!("{province:03}{}{}", random.next_u64() % 4, random_digits(8, random));
    if random.next_u64().is_multiple_of(4) { group_digits(&number, &[3, 3, 3], " ") } else { number }
}

fn mobile_number(random: &mut SeededRng) -> String {
    let number = format!("0{}{}", pick_phrase(&["3", "5", "7", "8", "9"], random), random_digits(8, random));
    match random.next_u64() % 4 {
        0 => group_digits(&number, &[4, 3], "."),
        1 => group_digits(&number, &[4, 3], " "),
        2 => format!("+84 {}", group_digits(number.get(1..).unwrap_or_default(), &[3, 3], " ")),
        _ => number,
    }
}

fn birth_date(random: &mut SeededRng) -> String {
    let (day, month, year) = (1 + random.next_u64() % 28, 1 + random.next_u64() % 12, 1941 + random.next_u64() % 62);
    match random.next_u64() % 3 {
        0 => format!("{day:02}/{month:02}/{year}"),
        1 => format!("{day:02} tháng {month:02} năm {year}"),
        _ => format!("{day}/{month}/{year}"),
    }
}

fn home_address(random: &mut SeededRng) -> String {
    let (house, alley) = (1 + random.next_u64() % 300, 1 + random.next_u64() % 90);
    let street = pick_phrase(&["đường Suối Hạc", "phố Đồi Trúc", "đường Cửa Mây", "tổ dân phố 4"], random);
    let ward = pick_phrase(&["phường Suối Hạc", "xã Đồi Trúc", "xã Vĩnh Lạc Hà"], random);
    if random.next_u64().is_multiple_of(2) {
        format!("số {house} {street}, {ward}, tỉnh Bình Sơn Giang")
    } else {
        format!("thôn {alley}, {ward}, tỉnh Bình Sơn Giang")
    }
}

/// A paragraph with personal data of one person, which is added to `data`.
fn personal_paragraph(generator: &mut ContentGenerator, random: &mut SeededRng, data: &mut Vec<PersonalDatum>) -> String {
    let name = generator.person_name();
    let mut record = |kind, text: String| {
        data.push(PersonalDatum { kind, text: text.clone() });
        text
    };
    match random.next_u64() % 6 {
        0 => {
            let (born, number) =
                (record(PersonalDataKind::BirthDate, birth_date(random)), record(PersonalDataKind::CitizenNumber, citizen_number(random)));
            let label = pick_phrase(&["số CCCD", "căn cước công dân số", "số định danh cá nhân"], random);
            format!("Ông {name}, sinh ngày {born}, {label}: {number}, cấp tại Cục Cảnh sát quản lý hành chính về trật tự xã hội.")
        }
        1 => {
            let label = pick_phrase(&["Nơi thường trú", "Nơi ở hiện nay", "Hộ khẩu thường trú"], random);
            let (place, number) =
                (record(PersonalDataKind::Address, home_address(random)), record(PersonalDataKind::Telephone, mobile_number(random)));
            format!("{label} của bà {name}: {place}; số điện thoại liên hệ: {number}.")
        }
        2 => {
            let number = record(PersonalDataKind::BankAccount, random_digits(13, random));
            let label = pick_phrase(&["số tài khoản", "STK", "tài khoản số"], random);
            format!("Tiền hỗ trợ được chuyển cho {name} vào {label} {number} mở tại ngân hàng.")
        }
        3 => {
            let (old, born) = (record(PersonalDataKind::CitizenNumber, random_digits(9, random)), 1941 + random.next_u64() % 62);
            format!(
                "Bà {name}, sinh năm {}, số CMND {old}, là người đứng tên trên hồ sơ gốc.",
                record(PersonalDataKind::BirthDate, born.to_string())
            )
        }
        4 => {
            let (number, mail) = (
                record(PersonalDataKind::Telephone, mobile_number(random)),
                format!("{}.{}@example.vn", pick_phrase(&["mau", "gia", "vi"], random), random_digits(3, random)),
            );
            let label = pick_phrase(&["SĐT", "điện thoại", "ĐT"], random);
            format!("Người nộp hồ sơ: {name}, {label}: {number}, thư điện tử: {}.", record(PersonalDataKind::Email, mail))
        }
        _ => {
            let number =
                record(PersonalDataKind::CitizenNumber, format!("{}{}", pick_phrase(&["B", "C", "P"], random), random_digits(7, random)));
            let place = record(PersonalDataKind::Address, home_address(random));
            format!("Ông {name}, hộ chiếu số {number}, hiện cư trú tại {place}.")
        }
    }
}

/// A paragraph with numbers that are no personal data.
fn decoy_paragraph(random: &mut SeededRng) -> String {
    let (one, two) = (random_digits(3, random), random_digits(3, random));
    match random.next_u64() % 4 {
        0 => format!("Kinh phí thực hiện là 1.{one}.{two}.000 đồng, giao theo Quyết định số 1{one}/QĐ-UBND ngày 12 tháng 9 năm 2019."),
        1 => format!(
            "Mọi thông tin xin liên hệ Văn phòng, điện thoại 0225 3{one} {two}, fax 0225 3{two} {one}, thư điện tử vanphong@binhsongiang.gov.vn."
        ),
        2 => format!("Hồ sơ có mã 000.00.16.H24-200514-0{one}, tiếp nhận ngày 14/5/2020, hẹn trả ngày 28/5/2020."),
        _ => format!("Đường dây nóng của tỉnh là 0912 {one} {two}; tổng số 12{one} hồ sơ, 45{two} trang trong các năm 2016 - 2019."),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn same_seed_and_number_draw_identical_page() {
        let fonts = Fonts::load().unwrap();
        let (one, again, other) = (draw_page(&fonts, 3, 0).unwrap(), draw_page(&fonts, 3, 0).unwrap(), draw_page(&fonts, 3, 1).unwrap());
        assert_eq!((&one.data, &one.bytes), (&again.data, &again.bytes));
        assert_ne!(one.bytes, other.bytes);
        assert!(!one.data.is_empty());
    }

    #[test]
    fn digits_are_grouped_with_separator() {
        assert_eq!(group_digits("0912345678", &[4, 3], "."), "0912.345.678");
        assert_eq!(group_digits("12", &[4, 3], " "), "12");
    }
}

//! Pages with invented personal data in the sentences in which offices write it, and with numbers that are none, as
//! scanners deliver them.

use crate::degradation::effects;
use crate::page::content_generator::ContentGenerator;
use crate::page::document_content::DocumentContent;
use crate::page::fonts::Fonts;
use crate::page::layout;
use crate::random::SeededRng;
use crate::stamps::secrecy_stamp::choose;
use crate::stamps::stamped_page::degrade_as_scan;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::personal_data::PersonalDataKind;

/// Resolution of the pages, dots per inch.
const DPI: u16 = 200;

/// Paragraphs with personal data on a page.
const PARAGRAPH_COUNT: usize = 6;

/// A page that was drawn, and the personal data on it.
#[derive(Debug, Clone, Serialize)]
pub struct PersonalDataPage {
    /// What must be found.
    pub data: Vec<PersonalDatum>,
    /// A colour JPEG.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// One piece of personal data as printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonalDatum {
    /// What it is.
    pub kind: PersonalDataKind,
    /// As printed.
    pub text: String,
}

/// Page number `number` of a `seed`; the same two give the same page.
///
/// # Errors
/// As [`effects::jpeg`].
pub fn draw_page(fonts: &Fonts, seed: u64, number: usize) -> Result<PersonalDataPage> {
    let mut random = SeededRng::for_purpose(seed, &format!("personal {number}"));
    let mut story = ContentGenerator::new(SeededRng::for_purpose(seed, &format!("personal story {number}")), 2019);
    let mut paper = if random.next_u64().is_multiple_of(2) { story.letter() } else { story.minutes() };
    let data = fill_body(&mut paper, &mut story, &mut random);
    let clean = layout::typeset(fonts, &paper, u32::from(DPI), &mut random).into_iter().next();
    let picture = degrade_as_scan(clean.as_ref().map(|page| page.picture.clone()).unwrap_or_default(), &mut random);
    // What did not find room is on the next sheet.
    let printed = clean.map(|page| page.lines.join(" ")).unwrap_or_default();
    let data = data.into_iter().filter(|datum| printed.contains(&datum.text)).collect();
    Ok(PersonalDataPage { data, bytes: effects::encode_jpeg(&picture, random.uniform(45.0, 88.0) as u8, DPI)? })
}

/// Puts paragraphs with personal data, and some that only look like it, in the place of the paper's own.
fn fill_body(paper: &mut DocumentContent, story: &mut ContentGenerator, random: &mut SeededRng) -> Vec<PersonalDatum> {
    let mut data = Vec::new();
    paper.body = (0..PARAGRAPH_COUNT)
        .map(|place| if place % 3 == 2 { decoy_paragraph(random) } else { personal_paragraph(story, random, &mut data) })
        .collect();
    paper.recipients.truncate(2);
    paper.annex = None;
    data
}

/// One of several ways to say something.
fn pick_phrase<'a>(ways: &[&'a str], random: &mut SeededRng) -> &'a str {
    choose(ways, random).unwrap_or_default()
}

fn random_digits(count: usize, random: &mut SeededRng) -> String {
    (0..count).map(|_| char::from(b'0' + (random.next_u64() % 10) as u8)).collect()
}

/// Digits in groups of the given lengths, with a sign between them.
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

/// A paragraph with the data of one person.
fn personal_paragraph(story: &mut ContentGenerator, random: &mut SeededRng, data: &mut Vec<PersonalDatum>) -> String {
    let name = story.person_name();
    let mut tell = |kind, text: String| {
        data.push(PersonalDatum { kind, text: text.clone() });
        text
    };
    match random.next_u64() % 6 {
        0 => {
            let (born, number) =
                (tell(PersonalDataKind::BirthDate, birth_date(random)), tell(PersonalDataKind::CitizenNumber, citizen_number(random)));
            let said = pick_phrase(&["số CCCD", "căn cước công dân số", "số định danh cá nhân"], random);
            format!("Ông {name}, sinh ngày {born}, {said}: {number}, cấp tại Cục Cảnh sát quản lý hành chính về trật tự xã hội.")
        }
        1 => {
            let said = pick_phrase(&["Nơi thường trú", "Nơi ở hiện nay", "Hộ khẩu thường trú"], random);
            let (place, number) =
                (tell(PersonalDataKind::Address, home_address(random)), tell(PersonalDataKind::Telephone, mobile_number(random)));
            format!("{said} của bà {name}: {place}; số điện thoại liên hệ: {number}.")
        }
        2 => {
            let number = tell(PersonalDataKind::BankAccount, random_digits(13, random));
            let said = pick_phrase(&["số tài khoản", "STK", "tài khoản số"], random);
            format!("Tiền hỗ trợ được chuyển cho {name} vào {said} {number} mở tại ngân hàng.")
        }
        3 => {
            let (old, born) = (tell(PersonalDataKind::CitizenNumber, random_digits(9, random)), 1941 + random.next_u64() % 62);
            format!(
                "Bà {name}, sinh năm {}, số CMND {old}, là người đứng tên trên hồ sơ gốc.",
                tell(PersonalDataKind::BirthDate, born.to_string())
            )
        }
        4 => {
            let (number, mail) = (
                tell(PersonalDataKind::Telephone, mobile_number(random)),
                format!("{}.{}@example.vn", pick_phrase(&["mau", "gia", "vi"], random), random_digits(3, random)),
            );
            let said = pick_phrase(&["SĐT", "điện thoại", "ĐT"], random);
            format!("Người nộp hồ sơ: {name}, {said}: {number}, thư điện tử: {}.", tell(PersonalDataKind::Email, mail))
        }
        _ => {
            let number =
                tell(PersonalDataKind::CitizenNumber, format!("{}{}", pick_phrase(&["B", "C", "P"], random), random_digits(7, random)));
            let place = tell(PersonalDataKind::Address, home_address(random));
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
    fn the_same_number_gives_the_same_page_and_another_another() {
        let fonts = Fonts::load().unwrap();
        let (one, again, other) = (draw_page(&fonts, 3, 0).unwrap(), draw_page(&fonts, 3, 0).unwrap(), draw_page(&fonts, 3, 1).unwrap());
        assert_eq!((&one.data, &one.bytes), (&again.data, &again.bytes));
        assert_ne!(one.bytes, other.bytes);
        assert!(!one.data.is_empty());
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(group_digits("0912345678", &[4, 3], "."), "0912.345.678");
        assert_eq!(group_digits("12", &[4, 3], " "), "12");
    }
}

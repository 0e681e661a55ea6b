//! Description and separation of fictional documents with typical OCR errors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod pages;
mod separation;
mod stamps;

use pages::{centred_line, decision, letter, page, text_line};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Reading, WordSource};
use sohoa_base::model::record::Description;
use sohoa_extraction::description::describe;
use sohoa_extraction::review::{PageFacts, ReviewOptions, review_reasons};

fn value<'a>(description: &'a Description, field: &str) -> Option<&'a str> {
    description.fields.get(field).map(|field| field.value.as_str())
}

#[test]
fn decision_with_mixed_header_lines_is_described() {
    let reading = decision();
    let found = describe(&[&reading]);
    assert_eq!((found.kind.as_str(), found.kind_name.as_str(), found.normative), ("02", "quyết định", false));
    assert!(found.kind_confidence >= 95);
    assert_eq!(value(&found, "codeNumber"), Some("215"));
    assert_eq!(value(&found, "codeNotation"), Some("QĐ-SNV"));
    assert_eq!(value(&found, "issuedDate"), Some("2019-03-07"));
    assert_eq!(value(&found, "place"), Some("Kiên Giang"));
    assert_eq!(value(&found, "organName"), Some("Sở Nội vụ tỉnh Kiên Giang"));
    assert_eq!(value(&found, "subject"), Some("Về việc thành lập Hội đồng xét tuyển viên chức của Trung tâm Lưu trữ lịch sử"));
    assert_eq!(value(&found, "position"), Some("KT. GIÁM ĐỐC PHÓ GIÁM ĐỐC"));
    assert_eq!(value(&found, "signer"), Some("Nguyễn Thị Minh Khuê"));
    assert_eq!(value(&found, "language"), Some("01"));
    let subject = &found.fields["subject"];
    assert_eq!((subject.page, subject.bounds.map(|bounds| (bounds.y0, bounds.y1))), (Some(1), Some((450, 518))));
    // Fourteen words, each of which is right in 985 cases of a thousand.
    assert!((75..90).contains(&subject.confidence), "{subject:?}");
    let grounds = "Căn cứ Quyết định số 99/2014/QĐ-UBND ngày 15 tháng 11 năm 2014 của Ủy ban nhân dân tỉnh ban hành quy định \
                   chức năng, nhiệm vụ của Sở Nội vụ";
    assert_eq!(value(&found, "grounds"), Some(grounds));
}

#[test]
fn truncated_family_name_of_signer_is_restored() {
    let signed = |name: &str| {
        let mut reading = decision();
        if let Some(last) = reading.blocks[0].lines.last_mut() {
            *last = text_line(960, 2050, name);
        }
        describe(&[&reading]).fields.get("signer").map(|field| (field.value.clone(), field.confidence))
    };
    let (whole, sure) = signed("Nguyễn Thị Minh Khuê").unwrap();
    let (cut, less) = signed("guyễn Thị Minh Khuê").unwrap();
    assert_eq!((whole.as_str(), cut.as_str()), ("Nguyễn Thị Minh Khuê", "Nguyễn Thị Minh Khuê"));
    assert_eq!(signed("rần Hoàng Tuấn").unwrap().0, "Trần Hoàng Tuấn");
    let (short, least) = signed("Hoàng Tuấn").unwrap();
    assert_eq!(short, "Hoàng Tuấn");
    assert!(sure > less && less > least && least <= 50, "{sure} {less} {least}");
}

/// The decision with one line of its text replaced.
fn decision_with(at: u32, text: &str) -> Reading {
    let mut reading = decision();
    if let Some(found) = reading.blocks[0].lines.iter_mut().find(|line| line.bounds.y0 == at) {
        *found = text_line(found.bounds.x0, at, text);
    }
    reading
}

#[test]
fn deputy_position_without_superior_line_has_low_confidence() {
    let whole = describe(&[&decision()]);
    let position = |description: &Description| description.fields["position"].confidence;
    assert!(position(&whole) > 80, "{whole:?}");
    let mut lost = decision();
    lost.blocks[0].lines.retain(|line| line.words[0].text != "KT.");
    let lost = describe(&[&lost]);
    assert_eq!(value(&lost, "position"), Some("PHÓ GIÁM ĐỐC"));
    assert!(position(&lost) < 50, "{lost:?}");
}

#[test]
fn date_before_cited_documents_has_low_confidence() {
    let sure = |reading: &Reading| describe(&[reading]).fields["issuedDate"].confidence;
    let cited = "Căn cứ Quyết định số 99/2014/QĐ-UBND ngày 15 tháng 11 năm 2021 của Ủy ban";
    assert!(sure(&decision()) > 60);
    assert!(sure(&decision_with(650, cited)) <= 30);
    let due = "Căn cứ nhu cầu xét tuyển viên chức đến hết ngày 15 tháng 11 năm 2021 của Ủy ban";
    assert!(sure(&decision_with(650, due)) > 60, "a day of a plan may lie ahead");
}

#[test]
fn subject_is_corrected_from_repetition_in_body() {
    let subject = |reading: &Reading| describe(&[reading]).fields["subject"].clone();
    let text = "Điều 1. Thành lập Hội đồng xét tuyển viên chức, Hội đồng xét tuyển viên chức của Trung tâm.";
    let mut reading = decision_with(880, text);
    let word = reading.blocks[0].lines[4].words.iter_mut().find(|word| word.text == "tuyển").unwrap();
    "tuyên".clone_into(&mut word.text);
    let mended = subject(&reading);
    assert_eq!(mended.value, "Về việc thành lập Hội đồng xét tuyển viên chức của Trung tâm Lưu trữ lịch sử");
    assert_eq!(mended.alternatives[0].value, "Về việc thành lập Hội đồng xét tuyên viên chức của Trung tâm Lưu trữ lịch sử");
    // A person's correction is kept.
    reading.blocks[0].lines[4].words.iter_mut().filter(|word| word.text == "tuyên").for_each(|word| word.source = WordSource::Person);
    assert!(subject(&reading).value.contains("tuyên"));
}

#[test]
fn skewed_page_yields_same_description_as_straight_page() {
    let straight = describe(&[&decision()]);
    let mut skewed = decision();
    skewed.skew_centidegrees = 150;
    let slope = 1.5_f64.to_radians().tan();
    for line in skewed.blocks.iter_mut().flat_map(|block| &mut block.lines) {
        for word in &mut line.words {
            let drop = (f64::from(word.bounds.x0) * slope) as u32;
            word.bounds.y0 += drop;
            word.bounds.y1 += drop;
        }
        line.bounds = Bounds::enclosing(line.words.iter().map(|word| &word.bounds)).unwrap();
    }
    let skewed = describe(&[&skewed]);
    assert_eq!(skewed.kind, straight.kind);
    for (name, field) in &straight.fields {
        assert_eq!(skewed.fields.get(name).map(|field| &field.value), Some(&field.value), "{name}");
    }
}

#[test]
fn space_before_slash_lowers_number_confidence() {
    let confidence = |number: &str| describe(&[&letter(number)]).fields["codeNumber"].confidence;
    assert_eq!(confidence("Số: 431/UBND-NC"), 94);
    assert_eq!(confidence("Số: 431 /UBND-NC"), 50);
    assert_eq!(confidence("Số: 4 31 /UBND-NC"), 47);
}

#[test]
fn letter_is_recognised_by_regarding_line() {
    let reading = letter("Số: 431/UBND-NC");
    let found = describe(&[&reading]);
    assert_eq!(found.kind_name, "công văn");
    assert_eq!(value(&found, "codeNumber"), Some("431"));
    assert_eq!(value(&found, "codeNotation"), Some("UBND-NC"));
    assert_eq!(value(&found, "organName"), Some("Ủy ban nhân dân tỉnh Quảng Ngãi"));
    assert_eq!(value(&found, "subject"), Some("chấn chỉnh công tác lưu trữ hồ sơ"));
    assert_eq!(value(&found, "recipients"), Some("Các sở, ban, ngành; UBND các huyện"));
    assert_eq!(value(&found, "position"), Some("TL. CHỦ TỊCH CHÁNH VĂN PHÒNG"));
    assert_eq!(value(&found, "signer"), Some("Trần Văn Hòa"));
}

#[test]
fn blank_number_space_keeps_the_notation() {
    let mut reading = letter("Số: /UBND-NC");
    for word in reading.blocks[0].lines.iter_mut().flat_map(|line| &mut line.words).filter(|word| word.text == "/UBND-NC") {
        word.bounds = Bounds::new(560, word.bounds.y0, 680, word.bounds.y1);
    }
    let found = describe(&[&reading]);
    assert_eq!((value(&found, "codeNumber"), value(&found, "codeNotation")), (None, Some("UBND-NC")));
    assert_eq!(found.kind_name, "công văn");
}

#[test]
fn annex_does_not_inherit_number_of_parent_document() {
    let reading = page(vec![
        centred_line(180, "DANH MỤC HỒ SƠ NỘP LƯU"),
        centred_line(230, "(Kèm theo Quyết định số 431/QĐ-UBND ngày 20 tháng 02 năm 2025 của Chủ tịch)"),
        text_line(180, 330, "TT Tên hồ sơ Thời hạn bảo quản"),
    ]);
    let found = describe(&[&reading]);
    assert_eq!((value(&found, "codeNumber"), value(&found, "organName"), value(&found, "issuedDate")), (None, None, None));
    assert!(found.kind_confidence < 50, "{found:?}");
}

#[test]
fn unreadable_number_is_omitted_and_reported_for_review() {
    let found = describe(&[&letter("Số: ‡JÉ /UBND-NC")]);
    assert_eq!(value(&found, "codeNumber"), None);
    assert_eq!(value(&found, "codeNotation"), Some("UBND-NC"));
    let page = PageFacts { confidence: 90, blank: false, refused: false, rescan: false, warnings: &[] };
    assert_eq!(review_reasons(&found, &[page], &ReviewOptions::default()), ["number-missing"]);
}

#[test]
fn party_letter_is_described() {
    let reading = page(vec![
        text_line(240, 180, "TỈNH ỦY QUẢNG NGÃI  |  ĐẢNG CỘNG SẢN VIỆT NAM"),
        text_line(330, 220, "VĂN PHÒNG"),
        text_line(400, 255, "*"),
        text_line(260, 290, "Số 145-CV/VPTU  |  Quảng Ngãi, ngày 03 tháng 6 năm 2019"),
        text_line(220, 340, "V/v chuẩn bị hội nghị"),
        text_line(600, 460, "Kính gửi: Ban Thường vụ các huyện ủy"),
        text_line(250, 560, "Thực hiện chương trình công tác, Văn phòng Tỉnh ủy đề nghị chuẩn bị các nội dung sau."),
    ]);
    let found = describe(&[&reading]);
    assert_eq!(found.kind_name, "công văn");
    assert_eq!(value(&found, "codeNumber"), Some("145"));
    assert_eq!(value(&found, "codeNotation"), Some("CV/VPTU"));
    assert_eq!(value(&found, "organName"), Some("Văn phòng Tỉnh ủy Quảng Ngãi"));
    assert_eq!(value(&found, "issuedDate"), Some("2019-06-03"));
    assert_eq!(value(&found, "subject"), Some("chuẩn bị hội nghị"));
}

#[test]
fn year_in_number_marks_document_as_normative() {
    let head = |number: &str, name: &str, organ: &str| {
        page(vec![
            text_line(300, 180, &format!("{organ}  |  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")),
            text_line(260, 290, &format!("{number}  |  Hà Nội, ngày 29 tháng 02 năm 2024")),
            centred_line(400, name),
            centred_line(450, "Quy định về bảo quản tài liệu giấy"),
            text_line(250, 560, "Căn cứ Luật Tổ chức Chính phủ ngày 19 tháng 6 năm 2015;"),
        ])
    };
    let found = describe(&[&head("Số: 18/2024/NĐ-CP", "NGHỊ ĐỊNH", "CHÍNH PHỦ")]);
    assert_eq!((found.kind.as_str(), found.kind_name.as_str(), found.normative), ("32", "nghị định", true));
    assert_eq!((value(&found, "codeNumber"), value(&found, "codeNotation")), (Some("18"), Some("2024/NĐ-CP")));
    assert_eq!(value(&found, "organName"), Some("Chính phủ"));
    assert_eq!(value(&found, "issuedDate"), Some("2024-02-29"));
    let found = describe(&[&head("Số: 18/2024/QĐ-UBND", "QUYẾT ĐỊNH", "UBND TỈNH HÀ NAM")]);
    assert_eq!((found.kind.as_str(), found.normative), ("02", true));
    let found = describe(&[&head("Số: 18/QĐ-UBND", "QUYẾT ĐỊNH", "UBND TỈNH HÀ NAM")]);
    assert_eq!((found.kind.as_str(), found.normative), ("02", false));
}

#[test]
fn impossible_and_cited_dates_are_not_used() {
    let reading = page(vec![
        text_line(240, 180, "ỦY BAN NHÂN DÂN  |  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        text_line(240, 220, "XÃ MỘC HƯƠNG  |  Độc lập - Tự do - Hạnh phúc"),
        text_line(260, 290, "Số: 7/TB-UBND  |  Mộc Hương, ngày 14 tháng 13 năm 2020"),
        centred_line(400, "THÔNG BẢO"),
        centred_line(450, "Lịch tiếp công dân quý II"),
        text_line(250, 560, "Căn cứ Kế hoạch số 12/KH-UBND ngày 02 tháng 01 năm 2020 của Ủy ban nhân dân xã,"),
    ]);
    let found = describe(&[&reading]);
    assert_eq!(found.kind_name, "thông báo");
    assert_eq!(value(&found, "issuedDate"), None);
    assert_eq!(value(&found, "codeNumber"), Some("7"));
    assert_eq!(value(&found, "organName"), Some("Ủy ban nhân dân xã Mộc Hương"));
    let page = PageFacts { confidence: 40, blank: false, refused: false, rescan: true, warnings: &[] };
    let refused = PageFacts { confidence: 0, blank: false, refused: true, rescan: false, warnings: &[] };
    let wanted = ["date-missing", "page-refused", "page-confidence-low", "page-rescan"];
    assert_eq!(review_reasons(&found, &[page, refused], &ReviewOptions::default()), wanted);
}

#[test]
fn empty_input_yields_empty_description() {
    let empty = page(Vec::new());
    for pages in [Vec::new(), vec![&empty]] {
        let found = describe(&pages);
        assert_eq!((found.kind.as_str(), found.kind_confidence, found.fields.len()), ("32", 0, 0));
    }
    let found = describe(&[]);
    assert!(review_reasons(&found, &[], &ReviewOptions::default()).contains(&"kind-unsure".to_owned()));
}

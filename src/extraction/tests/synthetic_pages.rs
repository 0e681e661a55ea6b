//! Fictional papers, laid out as Decree 30/2020 asks, through the slips that OCR makes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use sohoa_base::model::page::barcode::{Barcode, Symbology};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{
    Block, BlockKind, Line, Quality, Reading, SecrecyLevel, SecrecyStamp, TextSource, Word, WordSource,
};
use sohoa_base::model::record::Description;
use sohoa_extraction::description::describe;
use sohoa_extraction::fields::secrecy::find_secrecy_stamp;
use sohoa_extraction::review::{PageFacts, ReviewOptions, review_reasons};
use sohoa_extraction::separation::split::{BoundaryFeatures, SeparationPage, is_separator, split_into_documents};

const LETTER_WIDTH: u32 = 15;

/// A line of words from `x` on; a part after `  |  ` starts at the header's right column.
fn text_line(x: u32, y: u32, text: &str) -> Line {
    let mut words = Vec::new();
    for (part, start) in text.split("  |  ").zip([x, 760]) {
        let mut at = start;
        for word in part.split(' ') {
            let width = LETTER_WIDTH * word.chars().count() as u32;
            words.push(Word::new(word, Bounds::new(at, y, at + width, y + 28), 94));
            at += width + 12;
        }
    }
    Line::new(Bounds::enclosing(words.iter().map(|word| &word.bounds)).unwrap(), words)
}

/// A centred line.
fn centred_line(y: u32, text: &str) -> Line {
    let width: u32 = text.split(' ').map(|word| LETTER_WIDTH * word.chars().count() as u32 + 12).sum();
    text_line(860 - width / 2, y, text)
}

/// An A4 page at 200 dpi.
fn page(lines: Vec<Line>) -> Reading {
    let bounds = Bounds::enclosing(lines.iter().map(|line| &line.bounds)).unwrap_or_default();
    Reading {
        width: 1654,
        height: 2339,
        dpi: 200,
        turn: 0,
        skew_centidegrees: 0,
        blank: lines.is_empty(),
        source: TextSource::Recognised,
        quality: Quality::default(),
        blocks: vec![Block { kind: BlockKind::Text, bounds, lines }],
        barcodes: Vec::new(),
        stamps: Vec::new(),
    }
}

fn value<'a>(description: &'a Description, field: &str) -> Option<&'a str> {
    description.fields.get(field).map(|field| field.value.as_str())
}

/// A decision whose header columns OCR ran into one line each.
fn decision() -> Reading {
    page(vec![
        text_line(240, 180, "UBND TỈNH KIÊN GIANG  |  CỘNG HÒA XÃ HỌI CHỦ NGHĨA VIỆT NAM"),
        text_line(340, 220, "SỞ NÔI VỤ  |  Độc lập - Tự do - Hạnh phúc"),
        text_line(300, 290, "Số: 215/QÐ-SNV  |  Kiên Giang, ngày 07 tháng 3 năm 2019"),
        centred_line(400, "QUYÉT ĐỊNH"),
        centred_line(450, "Về việc thành lập Hội đồng xét tuyển viên chức"),
        centred_line(490, "của Trung tâm Lưu trữ lịch sử"),
        centred_line(580, "GIÁM ĐỐC SỞ NỘI VỤ"),
        text_line(250, 650, "Căn cứ Quyết định số 99/2014/QĐ-UBND ngày 15 tháng 11 năm 2014 của Ủy ban"),
        text_line(180, 690, "nhân dân tỉnh ban hành quy định chức năng, nhiệm vụ của Sở Nội vụ;"),
        centred_line(800, "QUYẾT ĐỊNH:"),
        text_line(250, 880, "Điều 1. Thành lập Hội đồng gồm các ông, bà có tên sau đây để làm việc này."),
        text_line(180, 1800, "Nơi nhận:"),
        text_line(1000, 1800, "KT. GIÁM ĐÓC"),
        text_line(980, 1840, "PHÓ GIÁM ĐỐC"),
        text_line(180, 1840, "- Như Điều 3;"),
        text_line(180, 1880, "- Lưu: VT, TCBC."),
        text_line(960, 2050, "Nguyễn Thị Minh Khuê"),
    ])
}

/// A công văn whose subject stands under its number.
fn letter(number: &str) -> Reading {
    page(vec![
        text_line(220, 180, "ỦY BAN NHÂN DÂN"),
        text_line(760, 182, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        text_line(220, 220, "TĨNH QUANG NGAÀI"),
        text_line(820, 222, "Độc lập - Tự do - Hạnh phúc"),
        text_line(230, 290, number),
        text_line(780, 292, "Quảng Ngãi, ngày 14 tháng 02 năm 2020"),
        text_line(210, 340, "V/v chấn chỉnh công tác"),
        text_line(240, 380, "lưu trữ hồ sơ"),
        text_line(600, 480, "Kính gửi:"),
        text_line(700, 530, "- Các sở, ban, ngành;"),
        text_line(700, 570, "- UBND các huyện."),
        text_line(250, 660, "Thời gian qua, công tác lưu trữ hồ sơ ở một số đơn vị chưa được quan tâm đúng mức"),
        text_line(180, 700, "và còn nhiều thiếu sót, Chủ tịch Ủy ban nhân dân tỉnh yêu cầu các đơn vị như sau."),
        text_line(180, 1800, "Nơi nhận:  |  TL. CHỦ TỊCH"),
        text_line(180, 1840, "- Như trên;  |  CHÁNH VĂN PHÒNG"),
        text_line(180, 2050, "- Lưu: VT.  |  Trần Văn Hòa"),
    ])
}

fn running_page(number: &str) -> Reading {
    page(vec![
        centred_line(90, number),
        text_line(180, 200, "và các cơ quan, đơn vị có liên quan chịu trách nhiệm thi hành quyết định này kể từ"),
        text_line(180, 240, "ngày ký, bảo mật thông tin theo Công văn số 12/UBND-VX ngày 14 tháng 02 năm 2020."),
    ])
}

#[test]
fn a_decision_with_mixed_header_lines() {
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
fn a_signer_whose_family_name_lost_its_front_is_known() {
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
fn a_deputy_without_a_head_above_lost_a_row() {
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
fn no_paper_is_older_than_those_that_it_cites() {
    let sure = |reading: &Reading| describe(&[reading]).fields["issuedDate"].confidence;
    let cited = "Căn cứ Quyết định số 99/2014/QĐ-UBND ngày 15 tháng 11 năm 2021 của Ủy ban";
    assert!(sure(&decision()) > 60);
    assert!(sure(&decision_with(650, cited)) <= 30);
    let due = "Căn cứ nhu cầu xét tuyển viên chức đến hết ngày 15 tháng 11 năm 2021 của Ủy ban";
    assert!(sure(&decision_with(650, due)) > 60, "a day of a plan may lie ahead");
}

#[test]
fn a_subject_is_mended_by_the_text_that_repeats_it() {
    let subject = |reading: &Reading| describe(&[reading]).fields["subject"].clone();
    let text = "Điều 1. Thành lập Hội đồng xét tuyển viên chức, Hội đồng xét tuyển viên chức của Trung tâm.";
    let mut reading = decision_with(880, text);
    let word = reading.blocks[0].lines[4].words.iter_mut().find(|word| word.text == "tuyển").unwrap();
    "tuyên".clone_into(&mut word.text);
    let mended = subject(&reading);
    assert_eq!(mended.value, "Về việc thành lập Hội đồng xét tuyển viên chức của Trung tâm Lưu trữ lịch sử");
    assert_eq!(mended.alternatives[0].value, "Về việc thành lập Hội đồng xét tuyên viên chức của Trung tâm Lưu trữ lịch sử");
    // What a person wrote stays.
    reading.blocks[0].lines[4].words.iter_mut().filter(|word| word.text == "tuyên").for_each(|word| word.source = WordSource::Person);
    assert!(subject(&reading).value.contains("tuyên"));
}

#[test]
fn a_skewed_page_is_described_like_a_straight_one() {
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
fn a_number_set_apart_from_its_slash_was_written_by_hand() {
    let confidence = |number: &str| describe(&[&letter(number)]).fields["codeNumber"].confidence;
    assert_eq!(confidence("Số: 431/UBND-NC"), 94);
    assert_eq!(confidence("Số: 431 /UBND-NC"), 50);
    assert_eq!(confidence("Số: 4 31 /UBND-NC"), 47);
}

#[test]
fn a_letter_is_known_by_its_regarding() {
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
fn a_blank_left_for_handwriting_does_not_part_the_number_from_its_notation() {
    let mut reading = letter("Số: /UBND-NC");
    for word in reading.blocks[0].lines.iter_mut().flat_map(|line| &mut line.words).filter(|word| word.text == "/UBND-NC") {
        word.bounds = Bounds::new(560, word.bounds.y0, 680, word.bounds.y1);
    }
    let found = describe(&[&reading]);
    assert_eq!((value(&found, "codeNumber"), value(&found, "codeNotation")), (None, Some("UBND-NC")));
    assert_eq!(found.kind_name, "công văn");
}

#[test]
fn an_annex_does_not_take_the_number_of_the_paper_it_belongs_to() {
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
fn an_unreadable_number_is_left_out() {
    let found = describe(&[&letter("Số: ‡JÉ /UBND-NC")]);
    assert_eq!(value(&found, "codeNumber"), None);
    assert_eq!(value(&found, "codeNotation"), Some("UBND-NC"));
    let page = PageFacts { confidence: 90, blank: false, refused: false, rescan: false, warnings: &[] };
    assert_eq!(review_reasons(&found, &[page], &ReviewOptions::default()), ["number-missing"]);
}

#[test]
fn a_party_letter() {
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
fn a_normative_text_has_the_year_in_its_number() {
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
fn impossible_dates_and_dates_of_other_papers_are_not_taken() {
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
fn nothing_is_said_of_nothing() {
    let empty = page(Vec::new());
    for pages in [Vec::new(), vec![&empty]] {
        let found = describe(&pages);
        assert_eq!((found.kind.as_str(), found.kind_confidence, found.fields.len()), ("32", 0, 0));
    }
    let found = describe(&[]);
    assert!(review_reasons(&found, &[], &ReviewOptions::default()).contains(&"kind-unsure".to_owned()));
}

fn separator() -> Reading {
    page(vec![centred_line(1000, "TỜ PHÂN CÁCH"), centred_line(1100, "SOHOA SEPARATOR")])
}

fn annex_form() -> Reading {
    page(vec![
        text_line(1100, 100, "Mẫu số 02"),
        text_line(240, 180, "TÊN ĐƠN VỊ  |  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        text_line(240, 220, "..............  |  Độc lập - Tự do - Hạnh phúc"),
        text_line(260, 290, "Số: ...../BC-ĐV  |  ........, ngày ... tháng ... năm 2020"),
        centred_line(400, "BÁO CÁO"),
    ])
}

fn separation_pages(pages: &[(usize, bool, Option<&Reading>)]) -> Vec<SeparationPage> {
    let mut numbers = std::collections::BTreeMap::new();
    pages
        .iter()
        .map(|(file, loose, reading)| {
            let number: &mut u32 = numbers.entry(*file).or_default();
            *number += 1;
            SeparationPage {
                file: *file,
                number_in_file: *number,
                is_loose_image: *loose,
                features: reading.map(|reading| BoundaryFeatures::from_reading(reading, *loose)),
                blank: reading.is_some_and(|reading| reading.blank),
            }
        })
        .collect()
}

#[test]
fn loose_pages_are_cut_at_first_pages_and_separators() {
    let (decision, letter, two, blank, separator, annex) =
        (decision(), letter("Số: 431/UBND-NC"), running_page("2"), page(Vec::new()), separator(), annex_form());
    let readings = [
        Some(&letter),    // 0
        Some(&two),       // 1
        Some(&blank),     // 2
        Some(&decision),  // 3
        Some(&annex),     // 4
        None,             // 5
        Some(&separator), // 6
        Some(&blank),     // 7
        Some(&two),       // 8: after a separator anything begins
        Some(&separator), // 9: nothing follows
    ];
    let pages: Vec<_> = readings.iter().enumerate().map(|(file, reading)| (file, true, *reading)).collect();
    assert_eq!(split_into_documents(&separation_pages(&pages)), [vec![0, 1, 2], vec![3, 4, 5], vec![6, 7, 8, 9]]);
    assert!(is_separator(&separator) && !is_separator(&decision) && !is_separator(&blank));
    // The separator in front does not hide the paper behind it.
    assert_eq!(describe(&[&separator, &blank, &decision]).kind_name, "quyết định");
    assert_eq!(describe(&[&separator, &blank, &decision]).fields["subject"].page, Some(3));
}

#[test]
fn a_file_begins_a_document_and_forms_inside_it_do_not() {
    let (decision, letter, two, annex) = (decision(), letter("Số: 431/UBND-NC"), running_page("2"), annex_form());
    let pages = [
        (0, false, Some(&two)),
        (0, false, Some(&annex)),
        (0, false, Some(&decision)),
        (0, false, Some(&two)),
        (1, false, None),
        (1, false, Some(&annex)),
        (2, true, Some(&two)),
        (3, true, Some(&letter)),
    ];
    assert_eq!(split_into_documents(&separation_pages(&pages)), [vec![0, 1], vec![2, 3], vec![4, 5], vec![6], vec![7]]);
    assert!(split_into_documents(&[]).is_empty());
}

#[test]
fn a_paper_that_the_one_before_names_is_its_attachment() {
    let named = letter("Số: 12/UBND-VX");
    let (decision, two) = (decision(), running_page("2"));
    let pages = [(0, false, Some(&decision)), (0, false, Some(&two)), (0, false, Some(&named))];
    assert_eq!(split_into_documents(&separation_pages(&pages)), [vec![0, 1, 2]]);
    let other = letter("Số: 13/UBND-VX");
    let pages = [(0, false, Some(&decision)), (0, false, Some(&two)), (0, false, Some(&other))];
    assert_eq!(split_into_documents(&separation_pages(&pages)), [vec![0, 1], vec![2]]);
}

#[test]
fn codes_of_separator_sheets_part_and_those_of_others_do_not() {
    let code = |text: &str| Barcode { symbology: Symbology::Qr, text: text.to_owned(), bounds: Bounds::default() };
    let with = |reading: Reading, text: &str| Reading { blank: false, barcodes: vec![code(text)], ..reading };
    let (sheet, two) = (with(page(Vec::new()), "sohoa:dossier:7"), running_page("2"));
    let labelled = with(running_page("2"), "H24.16-200514-0001");
    let long = with(page((0..40).map(|row| text_line(240, 300 + row * 40, "Điều này nói thêm nhiều chữ")).collect()), "sohoa:document");
    assert!(is_separator(&sheet) && !is_separator(&labelled) && !is_separator(&long));
    let readings = [&two, &labelled, &sheet, &two, &long, &two];
    let pages: Vec<_> = readings.iter().map(|reading| (0, false, Some(*reading))).collect();
    assert_eq!(split_into_documents(&separation_pages(&pages)), [vec![0, 1], vec![2, 3], vec![4, 5]]);
}

#[test]
fn a_draft_that_was_never_numbered_goes_with_the_paper_before() {
    let head = |number: &str, day: &str| {
        page(vec![
            text_line(240, 180, "UBND TỈNH KIÊN GIANG  |  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            text_line(300, 220, "SỞ Y TẾ  |  Độc lập - Tự do - Hạnh phúc"),
            text_line(260, 290, &format!("{number}  |  Kiên Giang, {day} năm 2020")),
            centred_line(400, "QUYẾT ĐỊNH"),
        ])
    };
    let (decision, open, filled) = (decision(), head("Số: /QĐ-SYT", "ngày tháng"), head("Số: /QĐ-SYT", "ngày 12 tháng 3"));
    let pages = [(0, false, Some(&decision)), (0, false, Some(&open)), (0, false, Some(&filled))];
    assert_eq!(split_into_documents(&separation_pages(&pages)), [vec![0, 1], vec![2]]);
}

#[test]
fn every_page_lands_in_exactly_one_document() {
    let kinds = [decision(), letter("Số: 431/UBND-NC"), running_page("2"), page(Vec::new()), separator(), annex_form()];
    // All orders of a small pile, by counting in base seven; six is a refused page.
    for code in 0..7_usize.pow(3) {
        let pages: Vec<_> = (0..3).map(|at| (at / 2, code % 2 == 0, kinds.get(code / 7_usize.pow(at as u32) % 7))).collect();
        let all: Vec<usize> = split_into_documents(&separation_pages(&pages)).concat();
        assert_eq!(all, [0, 1, 2], "{code}");
        assert!(split_into_documents(&separation_pages(&pages)).iter().all(|document| !document.is_empty()));
    }
}

#[test]
fn stamps_of_secrecy_are_found_run_into_the_header_and_without_marks() {
    let with = |text: &str| {
        page(vec![
            text_line(240, 180, "UBND TỈNH KIÊN GIANG  |  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
            text_line(300, 330, text),
            centred_line(500, "BÁO CÁO"),
        ])
    };
    for (text, level) in [
        ("MẬT", "MẬT"),
        ("MAT", "MẬT"),
        ("[MÂT]", "MẬT"),
        ("M Ậ T", "MẬT"),
        ("Số: 12/BC-UBND MẬT", "MẬT"),
        ("MẬT  |  Kiên Giang, ngày 07 tháng 3 năm 2019", "MẬT"),
        ("TỐI MẬT", "TỐI MẬT"),
        ("TOI MAT", "TỐI MẬT"),
        ("TUYỆT MẬT", "TUYỆT MẬT"),
        ("TUYÊTMÂT", "TUYỆT MẬT"),
    ] {
        assert_eq!(find_secrecy_stamp(&with(text)).map(|stamp| stamp.level.as_stamped()), Some(level), "{text}");
        assert_eq!(describe(&[&with(text)]).fields["secrecy"].value, level);
    }
    for text in [
        "bảo mật thông tin",
        "Mật độ dân số",
        "ỦY BAN MẶT TRẬN TỔ QUỐC",
        "BẢO VỆ BÍ MẬT NHÀ NƯỚC",
        "MẬT ĐỘ DÂN SỐ",
        "BỆNH VIỆN MẮT",
        "TOÀN BỀ MẶT",
    ] {
        assert_eq!(find_secrecy_stamp(&with(text)), None, "{text}");
    }
    let mut low = vec![text_line(240, 180, "UBND TỈNH KIÊN GIANG")];
    low.push(text_line(240, 2000, "MẬT"));
    assert_eq!(find_secrecy_stamp(&page(low)), None);
}

#[test]
fn urgency_and_copies_are_noted() {
    let mut lines = vec![
        text_line(240, 180, "UBND TỈNH KIÊN GIANG  |  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        text_line(300, 290, "Số: 12/BC-UBND  |  Kiên Giang, ngày 07 tháng 3 năm 2019"),
        text_line(320, 340, "HOẢ TỐC"),
        centred_line(420, "BÁO CÁO"),
        centred_line(470, "Tình huống khẩn cấp về thiên tai"),
        text_line(250, 560, "Thời gian qua, tình hình thiên tai trên địa bàn tỉnh diễn biến phức tạp."),
    ];
    let found = describe(&[&page(lines.clone())]);
    assert_eq!(value(&found, "urgency"), Some("HỎA TỐC"));
    assert_eq!(value(&found, "copy"), None);
    lines.push(text_line(1000, 2100, "SAO Y"));
    lines.remove(2);
    let found = describe(&[&page(lines)]);
    assert_eq!((value(&found, "urgency"), value(&found, "copy")), (None, Some("sao y")));
}

#[test]
fn a_stamp_of_secrecy_that_nobody_read_is_described_with_its_place() {
    let seen = |level, confidence, x0| SecrecyStamp { level, bounds: Bounds::new(x0, 300, x0 + 200, 380), confidence };
    let mut first = page(vec![
        text_line(240, 180, "UBND TỈNH KIÊN GIANG  |  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        text_line(300, 330, "MẬT"),
        centred_line(500, "BÁO CÁO"),
    ]);
    let field = |page: &Reading| {
        let field = describe(&[page]).fields["secrecy"].clone();
        (field.value, field.confidence, field.page, field.bounds.map(|bounds| bounds.x0))
    };
    assert_eq!(field(&first), ("MẬT".to_owned(), 80, Some(1), Some(300)), "the word that was read");
    first.stamps = vec![seen(SecrecyLevel::Confidential, 97, 700)];
    assert_eq!(field(&first), ("MẬT".to_owned(), 97, Some(1), Some(700)), "the surer of two");
    first.stamps = vec![seen(SecrecyLevel::Secret, 61, 800), seen(SecrecyLevel::Confidential, 97, 700)];
    assert_eq!(field(&first), ("TỐI MẬT".to_owned(), 61, Some(1), Some(800)), "the more secret of two");
}

//! Stamps of secrecy and urgency, and marks of copies.

use crate::pages::{centred_line, page, text_line};
use crate::value;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Reading, SecrecyLevel, SecrecyStamp};
use sohoa_extraction::description::describe;
use sohoa_extraction::fields::secrecy::find_secrecy_stamp;

#[test]
fn secrecy_stamps_are_found_despite_ocr_errors() {
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
fn urgency_and_copy_marks_are_extracted() {
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
fn detected_secrecy_stamp_is_described_with_bounds() {
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

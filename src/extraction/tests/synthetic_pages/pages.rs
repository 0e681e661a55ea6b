//! Fictional documents, laid out by Decree 30/2020, with typical OCR errors.

use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, BlockKind, Line, Quality, Reading, TextSource, Word};

const LETTER_WIDTH: u32 = 15;

/// A line of words from `x` on; a part after `  |  ` starts at the header's right column.
pub(crate) fn text_line(x: u32, y: u32, text: &str) -> Line {
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
pub(crate) fn centred_line(y: u32, text: &str) -> Line {
    let width: u32 = text.split(' ').map(|word| LETTER_WIDTH * word.chars().count() as u32 + 12).sum();
    text_line(860 - width / 2, y, text)
}

/// An A4 page at 200 dpi.
pub(crate) fn page(lines: Vec<Line>) -> Reading {
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

/// A decision whose header columns OCR ran into one line each.
pub(crate) fn decision() -> Reading {
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

/// A công văn with its subject below its number.
pub(crate) fn letter(number: &str) -> Reading {
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

pub(crate) fn running_page(number: &str) -> Reading {
    page(vec![
        centred_line(90, number),
        text_line(180, 200, "và các cơ quan, đơn vị có liên quan chịu trách nhiệm thi hành quyết định này kể từ"),
        text_line(180, 240, "ngày ký, bảo mật thông tin theo Công văn số 12/UBND-VX ngày 14 tháng 02 năm 2020."),
    ])
}

pub(crate) fn separator() -> Reading {
    page(vec![centred_line(1000, "TỜ PHÂN CÁCH"), centred_line(1100, "SOHOA SEPARATOR")])
}

pub(crate) fn annex_form() -> Reading {
    page(vec![
        text_line(1100, 100, "Mẫu số 02"),
        text_line(240, 180, "TÊN ĐƠN VỊ  |  CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        text_line(240, 220, "..............  |  Độc lập - Tự do - Hạnh phúc"),
        text_line(260, 290, "Số: ...../BC-ĐV  |  ........, ngày ... tháng ... năm 2020"),
        centred_line(400, "BÁO CÁO"),
    ])
}

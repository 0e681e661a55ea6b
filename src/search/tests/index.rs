//! Search of pages: diacritics, ranking, phrases, filters, facets, snippets, boxes, unusual queries, two handles.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use sohoa_base::error::ErrorKind;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, BlockKind, Line, Quality, Reading, TextSource, Word};
use sohoa_search::index::{IndexPosition, IndexUpdate};
use sohoa_search::{Hits, IndexedPage, Query, SearchIndex};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Reading of a page: one text line per row, words 100 px wide and 40 px high on a grid.
fn reading(text: &str) -> Reading {
    let lines = text.lines().enumerate().map(|(row, line)| {
        let words = line.split_whitespace().enumerate().map(|(column, word)| Word::new(word, word_box(row, column), 90));
        let words: Vec<Word> = words.collect();
        Line::new(Bounds::enclosing(words.iter().map(|word| &word.bounds)).unwrap_or_default(), words)
    });
    let lines: Vec<Line> = lines.collect();
    let bounds = Bounds::enclosing(lines.iter().map(|line| &line.bounds)).unwrap_or_default();
    Reading {
        width: 2480,
        height: 3508,
        dpi: 300,
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

fn word_box(row: usize, column: usize) -> Bounds {
    let (x, y) = (u32::try_from(100 + column * 120).unwrap(), u32::try_from(200 + row * 50).unwrap());
    Bounds::new(x, y, x + 100, y + 40)
}

fn page(dossier: &str, document: u32, number: u32, text: &str) -> IndexedPage {
    IndexedPage {
        object: format!("urn:sohoa:P1:{dossier}"),
        fonds: "P1".into(),
        dossier: dossier.into(),
        title: format!("Hồ sơ {dossier}"),
        document,
        page: number,
        kind: "32".into(),
        kind_name: "khác".into(),
        fields: BTreeMap::new(),
        reading: reading(text),
    }
}

fn described(mut page: IndexedPage, kind: (&str, &str), fields: &[(&str, &str)]) -> IndexedPage {
    (page.kind, page.kind_name) = (kind.0.into(), kind.1.into());
    page.fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    page
}

/// Deterministic pseudo-random numbers.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % below as u64) as usize
    }
}

const SYLLABLES: &str = "giấy chứng nhận quyền sử dụng đất hồ sơ lưu trữ phông tài liệu xã phường thị trấn tỉnh thành phố hội đồng nhân dân \
    căn cứ luật tổ chức chính quyền địa phương xét đề nghị của giám đốc sở nội vụ về việc phê duyệt kế hoạch thực hiện nhiệm vụ công tác \
    năm báo cáo kết quả triển khai chương trình cải cách hành chính giai đoạn tiếp nhận giải quyết thủ tục theo quy định hiện hành \
    trách nhiệm thi hành nơi nhận như trên phòng ban đơn vị liên quan ngân sách nguồn vốn đầu tư xây dựng công trình giao thông nông thôn";

fn filler(numbers: &mut Numbers, words: usize) -> String {
    let known: Vec<&str> = SYLLABLES.split_whitespace().collect();
    let mut text = String::new();
    for place in 0..words {
        text.push_str(known[numbers.next(known.len())]);
        text.push(if place % 12 == 11 { '\n' } else { ' ' });
    }
    text
}

fn new_index() -> (tempfile::TempDir, SearchIndex) {
    let folder = tempfile::tempdir().unwrap();
    let index = SearchIndex::open(&folder.path().join("index")).unwrap();
    (folder, index)
}

fn begin(index: &SearchIndex) -> IndexUpdate {
    index.begin_update().unwrap().expect("nobody else writes")
}

/// Replaces all pages of a dossier, visibly at once.
fn replace(index: &SearchIndex, object: &str, pages: Vec<IndexedPage>) {
    let mut update = begin(index);
    update.replace_dossier(object, &pages).unwrap();
    update.commit(None).unwrap();
}

/// Three hundred pages of filler in thirty dossiers, and the pages that the tests look for.
fn archive() -> (tempfile::TempDir, SearchIndex) {
    let (folder, index) = new_index();
    let mut update = begin(&index);
    let mut numbers = Numbers(88_172_645_463_325_252);
    for dossier in 0..30 {
        let code = format!("HS-{dossier:02}");
        let pages: Vec<IndexedPage> = (1..=10).map(|number| page(&code, 1, number, &filler(&mut numbers, 150))).collect();
        update.replace_dossier(&format!("urn:sohoa:P1:{code}"), &pages).unwrap();
    }
    let decision = [
        ("number", "07/QĐ-UBND"),
        ("issuedDate", "2020-05-14"),
        ("organName", "Ủy ban nhân dân tỉnh Hòa Bình"),
        ("subject", "Về việc tặng bằng khen cho bà Nguyễn Thị Hường"),
    ];
    let first = "ỦY BAN NHÂN DÂN\nTỈNH HÒA BÌNH\nSố: O7/QĐ-UBND\nQUYẾT ĐỊNH\nVề việc tặng bằng khen";
    let letter = [("codeNumber", "125"), ("codeNotation", "SYT-VP"), ("issuedDate", "2021"), ("organName", "Sở Y tế")];
    update
        .replace_dossier(
            "urn:sohoa:P1:TK-1",
            &[
                described(page("TK-1", 1, 1, first), ("02", "quyết định"), &decision),
                described(
                    page("TK-1", 1, 2, "Điều 1. Khen thưởng bà Nguyễn Thị Hường,\nngụ tại phường Thúy Sơn"),
                    ("02", "quyết định"),
                    &decision,
                ),
                described(page("TK-1", 2, 1, "SỞ Y TẾ\nKính gửi: các bệnh viện\nVăn phòng đề xuất khoẻ mạnh"), ("22", "công văn"), &letter),
            ],
        )
        .unwrap();
    let other = [
        ("codeNumber", "7"),
        ("codeNotation", "CT-UBND"),
        ("issuedDate", "1998-11-02"),
        ("organName", "Ủy ban nhân dân huyện Thuỷ Nguyên"),
    ];
    update
        .replace_dossier(
            "urn:sohoa:P1:TK-2",
            &[
                described(page("TK-2", 1, 1, "CHỈ THỊ\nvề phòng chống lụt bão"), ("03", "chỉ thị"), &other),
                described(page("TK-2", 1, 2, "Bà Nguyen Thi Huong ghi\nbà nguyễn thị hương ghi"), ("03", "chỉ thị"), &other),
            ],
        )
        .unwrap();
    update.commit(None).unwrap();
    update.close().unwrap();
    (folder, index)
}

fn ask(index: &SearchIndex, text: &str) -> Hits {
    index.search(&Query::text(text)).unwrap()
}

/// Positions of the hits: dossier, document, page.
fn places(hits: &Hits) -> Vec<(String, u32, u32)> {
    hits.hits.iter().map(|hit| (hit.dossier.clone(), hit.document, hit.page)).collect()
}

fn at(dossier: &str, document: u32, page: u32) -> (String, u32, u32) {
    (dossier.to_owned(), document, page)
}

#[test]
fn text_is_found_with_and_without_diacritics() {
    let (_folder, index) = archive();
    let folded = ask(&index, "nguyen thi huong");
    let mut found = places(&folded);
    found.sort();
    assert_eq!(found, [at("TK-1", 1, 1), at("TK-1", 1, 2), at("TK-2", 1, 2)], "the subject, the text, and the text with other marks");
    let marked = ask(&index, "Nguyễn Thị Hường");
    assert_eq!(marked.total, 3);
    assert_eq!(places(&marked).last(), Some(&at("TK-2", 1, 2)), "other marks come last");
    assert_eq!(places(&ask(&index, "nguyễn thị hương"))[0], at("TK-2", 1, 2));
    assert!(marked.hits[0].score > marked.hits[2].score);
}

#[test]
fn decomposed_and_tone_variant_queries_match_equally() {
    let (_folder, index) = archive();
    let expected = places(&ask(&index, "bà Nguyễn Thị Hường"));
    assert_eq!(places(&ask(&index, "ba\u{300} Nguye\u{302}\u{303}n Thi\u{323} Hu\u{31b}o\u{31b}\u{300}ng")), expected);
    for (one, other) in [("\"tỉnh Hòa Bình\"", "\"tỉnh hoà bình\""), ("\"Thúy Sơn\"", "\"thuý sơn\""), ("\"khỏe mạnh\"", "\"khoẻ mạnh\"")]
    {
        assert_eq!(ask(&index, one).total, 1, "{one}");
        assert_eq!(places(&ask(&index, one)), places(&ask(&index, other)));
    }
    assert_eq!(places(&ask(&index, "\"huyện Thủy Nguyên\"")), [at("TK-2", 1, 1)]);
}

#[test]
fn phrases_require_order_and_diacritics() {
    let (_folder, index) = archive();
    assert_eq!(places(&ask(&index, "\"nguyễn thị hương\"")), [at("TK-2", 1, 2)]);
    assert_eq!(ask(&index, "\"nguyen thi huong\"").total, 3);
    assert_eq!(ask(&index, "\"hường thị nguyễn\"").total, 0);
    assert_eq!(ask(&index, "“tỉnh hòa bình”").total, 1, "across a line end, in curly quotes");
    assert_eq!(places(&ask(&index, "khen thuo*")), [at("TK-1", 1, 2)]);
    assert_eq!(places(&ask(&index, "SYT-V*")), [at("TK-1", 2, 1)]);
}

#[test]
fn document_numbers_are_found_despite_ocr_errors() {
    let (_folder, index) = archive();
    assert_eq!(places(&ask(&index, "07/QĐ-UBND")), [at("TK-1", 1, 1)]);
    assert_eq!(places(&ask(&index, "7/qd-ubnd")), [at("TK-1", 1, 1)]);
    assert_eq!(places(&ask(&index, "07/CT-UBND")), [at("TK-2", 1, 1)]);
    assert_eq!(places(&ask(&index, "125/SYT-VP")), [at("TK-1", 2, 1)]);
    assert_eq!(ask(&index, "number:07/QĐ-UBND").total, 2, "a filter holds for every page of the document");
    assert_eq!(ask(&index, "number:UBND").total, 4);
    assert_eq!(ask(&index, "number:7").total, 4);
    assert_eq!(places(&ask(&index, "14/5/2020")), [at("TK-1", 1, 1)]);
    assert_eq!(places(&ask(&index, "\"ngày 14 tháng 5 năm 2020\"")), [at("TK-1", 1, 1)]);
}

#[test]
fn filters_narrow_results() {
    let (_folder, index) = archive();
    let total = |text: &str| ask(&index, text).total;
    assert_eq!((total("kind:QĐ"), total("kind:02"), total("kind:\"quyết định\""), total("kind:qd"), total("kind:HD")), (2, 2, 2, 2, 0));
    assert_eq!((total("issuer:\"sở y tế\""), total("issuer:\"hoa binh\""), total("issuer:\"ủy ban\"")), (1, 2, 4));
    assert_eq!((total("date:2020"), total("date:2020..2021"), total("date:..1999"), total("date:15/5/2020..")), (2, 3, 2, 1));
    assert_eq!((total("date:1/3/2021"), total("date:13/5/2020")), (1, 0), "only the year of the letter is known");
    assert_eq!((total("dossier:tk-1"), total("dossier:TK-1 kind:22"), total("fonds:P1 dossier:hs-03"), total("fonds:P2")), (3, 1, 10, 0));
    let query = Query {
        text: "bà".into(),
        kind: Some("QĐ".into()),
        issuer: Some("Hòa Bình".into()),
        number: Some("07/QĐ-UBND".into()),
        date_from: Some("2020-05-14".into()),
        date_to: Some("2020".into()),
        dossier: Some("TK-1".into()),
        fonds: Some("P1".into()),
        ..Query::default()
    };
    assert_eq!(places(&index.search(&query).unwrap()).len(), 2);
    assert_eq!(index.search(&Query { date_from: Some("15/5/2020".into()), ..query.clone() }).unwrap().total, 0);
    assert_eq!(index.search(&Query { kind: Some("***".into()), ..query.clone() }).unwrap().total, 0);
    assert_eq!(index.search(&Query { date_from: Some("hôm qua".into()), ..query }).unwrap_err().kind(), ErrorKind::Invalid);
}

#[test]
fn facets_count_all_matches() {
    let (_folder, index) = archive();
    let hits = index.search(&Query { text: "dossier:TK-1".into(), limit: 1, ..Query::default() }).unwrap();
    assert_eq!((hits.total, hits.hits.len()), (3, 1));
    let counts = |facet: &[sohoa_search::FacetCount]| facet.iter().map(|one| (one.value.clone(), one.count)).collect::<Vec<_>>();
    assert_eq!(counts(&hits.facets.kind), [("02".to_owned(), 2), ("22".to_owned(), 1)]);
    assert_eq!(hits.facets.kind[0].label, "quyết định");
    assert_eq!(counts(&hits.facets.issuer), [("Ủy ban nhân dân tỉnh Hòa Bình".to_owned(), 2), ("Sở Y tế".to_owned(), 1)]);
    assert_eq!(counts(&hits.facets.year), [("2020".to_owned(), 2), ("2021".to_owned(), 1)]);
    assert_eq!(counts(&hits.facets.dossier), [("TK-1".to_owned(), 3)]);
    let all = index.search(&Query { limit: 0, ..Query::default() }).unwrap();
    assert_eq!((all.total, all.facets.dossier.len()), (305, 32));
}

#[test]
fn result_paging_order_is_stable() {
    let (_folder, index) = archive();
    let at_once = index.search(&Query { text: "kind:32".into(), limit: 300, ..Query::default() }).unwrap();
    let mut by_parts = Vec::new();
    for offset in (0..300).step_by(70) {
        by_parts.extend(places(&index.search(&Query { text: "kind:32".into(), limit: 70, offset, ..Query::default() }).unwrap()));
    }
    let mut sorted = by_parts.clone();
    sorted.sort();
    assert_eq!((by_parts.len(), &by_parts), (300, &sorted), "equal scores: by object, document, page");
    assert_eq!(by_parts, places(&at_once));
}

#[test]
fn snippets_and_boxes_mark_matched_words() {
    let (_folder, index) = archive();
    let hits = ask(&index, "khen thuong \"nguyen thi huong\" dossier:TK-1");
    let hit = &hits.hits[0];
    assert_eq!((hit.document, hit.page), (1, 2));
    let marked: Vec<&str> = hit.snippet.segments().into_iter().filter(|(_, is_match)| *is_match).map(|(text, _)| text).collect();
    assert_eq!(marked, ["Khen", "thưởng", "Nguyễn", "Thị", "Hường"]);
    assert_eq!(hit.snippet.text, "Điều 1. Khen thưởng bà Nguyễn Thị Hường, ngụ tại phường Thúy Sơn");
    let boxes = [2, 3, 5, 6, 7].map(|column| word_box(0, column));
    assert_eq!(hit.boxes, boxes);
    let hits = ask(&index, "\"son\" thuy");
    assert_eq!(hits.hits[0].boxes, [word_box(1, 3), word_box(1, 4)]);
    let number = ask(&index, "125/SYT-VP");
    assert_eq!(number.hits[0].boxes, [], "it stands in no reading");
    assert_eq!((number.hits[0].snippet.source.as_str(), number.hits[0].snippet.text.as_str()), ("number", "125/SYT-VP"));
    assert_eq!(number.hits[0].snippet.marks.len(), 1, "one mark for the whole number");
    let date = ask(&index, "\"ngày 14 tháng 5\"");
    assert_eq!((date.hits[0].snippet.source.as_str(), date.hits[0].snippet.text.as_str()), ("date", "ngày 14 tháng 5 năm 2020"));
}

#[test]
fn long_page_snippet_is_cut_around_matches() {
    let (_folder, index) = new_index();
    let mut numbers = Numbers(7);
    let text = format!("{}\nông <b>Quách Phước Khôi</b> & vợ\n{}", filler(&mut numbers, 300), filler(&mut numbers, 300));
    replace(&index, "urn:sohoa:P1:D", vec![page("D", 1, 1, &text)]);
    let hits = ask(&index, "quach phuoc khoi");
    let snippet = &hits.hits[0].snippet;
    assert!(snippet.text.starts_with("… ") && snippet.text.ends_with(" …"), "{snippet:?}");
    assert!(snippet.text.contains("<b>Quách Phước Khôi</b> &") && snippet.text.split_whitespace().count() < 35);
    let marked: Vec<&str> = snippet.marks.iter().map(|mark| &snippet.text[mark.start..mark.end]).collect();
    assert_eq!(marked, ["Quách", "Phước", "Khôi"]);
    assert_eq!(hits.hits[0].boxes.len(), 3);
}

#[test]
fn query_is_relaxed_when_no_page_matches_all() {
    let (_folder, index) = archive();
    let hits = ask(&index, "lụt bão zzzz");
    assert!(hits.relaxed);
    assert_eq!(places(&hits)[0], at("TK-2", 1, 1), "the page with most of them first");
    assert!(!ask(&index, "lụt bão").relaxed);
    let none = ask(&index, "zzzz yyyy");
    assert_eq!((none.total, none.relaxed), (0, false));
    assert_eq!(ask(&index, "\"zzzz yyyy\" lụt bão").total, 0, "a phrase is never given up");
}

#[test]
fn replacing_dossier_removes_previous_pages() {
    let (_folder, index) = archive();
    let object = "urn:sohoa:P1:TK-2";
    for _ in 0..2 {
        replace(&index, object, vec![page("TK-2", 1, 1, "hoàn toàn khác hẳn")]);
        assert_eq!(ask(&index, "dossier:TK-2").total, 1);
        assert_eq!(ask(&index, "\"lụt bão\"").total, 0);
    }
    assert_eq!(index.page_count().unwrap(), 304);
    let mut update = begin(&index);
    update.replace_dossier(object, &[]).unwrap();
    assert_eq!(ask(&index, "dossier:TK-2").total, 1, "before the commit nothing is seen");
    update.commit(None).unwrap();
    assert_eq!(ask(&index, "dossier:TK-2").total, 0);
}

#[test]
fn malformed_queries_never_fail() {
    let (_folder, index) = archive();
    let long = "ủy \"ban ( kind: ".repeat(700);
    let word = "đ".repeat(10_000);
    let stars = "ab* ".repeat(300);
    let odd = [
        "\"",
        "\"\"",
        "AND (",
        "OR OR NOT",
        "*",
        "a*",
        "ab*",
        "+-*/\\^~:[]{}()!?",
        "kind:",
        "kind:\"",
        ":",
        "::::",
        "date:..",
        "date:9999..",
        "date:0001..2",
        "\u{0}\u{1}\u{7f}",
        "\u{202e}abc\u{feff}",
        "\u{301}\u{302}",
        "共和",
        "🙂",
        "x:[a TO b]",
        "number:///",
        "dossier:\"\"",
        "%00",
        "..",
        "a\u{0}b*",
        "[a-z]+ .* $^ |*",
        &long,
        &word,
        &stars,
    ];
    for text in odd {
        for limit in [0, 1, usize::MAX] {
            let query = Query { text: text.to_owned(), limit, offset: if limit == 1 { usize::MAX } else { 0 }, ..Query::default() };
            let shown: String = text.chars().take(40).collect();
            let hits = index.search(&query).unwrap_or_else(|error| panic!("{shown:?}: {error:?}"));
            assert!(hits.hits.len() as u64 <= hits.total);
        }
    }
    assert_eq!(ask(&index, "\"*(").total, 0, "signs alone find nothing");
    assert_eq!(ask(&index, "  ").total, 305, "nothing asked: everything");
}

#[test]
fn unusual_pages_are_indexed_and_found() {
    let (_folder, index) = new_index();
    let mut odd = page("D", 1, 1, "trước sau");
    odd.reading.blocks[0].lines[0].words[0].text = "hai  từ\u{0}trong".into();
    odd.reading.blocks[0].lines[0].words.push(Word::new("x/".repeat(40_000), word_box(9, 9), 0));
    odd.reading.blocks[0].lines[0].words.push(Word::new(String::new(), word_box(9, 9), 0));
    let empty = page("D", 1, 2, "");
    replace(&index, "urn:sohoa:P1:D", vec![odd, empty]);
    assert_eq!(ask(&index, "sau").hits[0].boxes, [word_box(0, 1)]);
    assert_eq!(ask(&index, "hai").hits[0].boxes, [word_box(0, 0)]);
    let hits = ask(&index, "x");
    assert!(hits.hits[0].snippet.text.len() < 1_000);
    assert_eq!(ask(&index, "dossier:D").total, 2);
}

#[test]
fn one_handle_writes_at_a_time_and_others_see_its_commits() {
    let (folder, index) = archive();
    let second = SearchIndex::open(&folder.path().join("index")).unwrap();
    assert_eq!(ask(&second, "nguyen thi huong").total, 3);
    let mut update = begin(&index);
    assert!(second.begin_update().unwrap().is_none(), "the first still writes");
    assert_eq!(second.position().unwrap(), None);
    let position = IndexPosition { catalogue: "c".to_owned(), event: 7, full_pass_after: None };
    update.replace_dossier("urn:sohoa:P1:N", &[page("N", 1, 1, "mới tinh")]).unwrap();
    assert_eq!(ask(&second, "\"moi tinh\"").total, 0);
    update.commit(Some(&position)).unwrap();
    assert_eq!((ask(&second, "\"moi tinh\"").total, second.position().unwrap()), (1, Some(position)), "the reader sees the other's commit");
    update.close().unwrap();
    begin(&second).close().unwrap();
    drop((index, second));
    let again = SearchIndex::open(&folder.path().join("index")).unwrap();
    assert_eq!(again.page_count().unwrap(), 306);
}

/// Prints the time of indexing and searching many pages; stops adding pages after ten seconds.
#[test]
fn search_latency_is_bounded_on_large_index() {
    let (folder, index) = new_index();
    let mut numbers = Numbers(1_234_567);
    let families = ["Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Phan", "Vũ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô"];
    let given = ["An", "Bình", "Cường", "Dũng", "Đức", "Hường", "Hùng", "Khánh", "Lan", "Mai", "Phượng", "Thảo"];
    let mut update = begin(&index);
    let start = Instant::now();
    let mut pages = 0;
    while pages < 20_000 && start.elapsed() < Duration::from_secs(10) {
        let code = format!("HS-{:05}", pages / 20);
        let dossier = (1..=20).map(|number| {
            let name = format!("{} Thị {}", families[numbers.next(families.len())], given[numbers.next(given.len())]);
            let text = format!("Hồ sơ của bà {name} thửa đất số {}\n{}", numbers.next(2_000), filler(&mut numbers, 150));
            let year = (1990 + numbers.next(35)).to_string();
            described(page(&code, 1, number, &text), ("02", "quyết định"), &[("issuedDate", year.as_str()), ("organName", "Sở Nội vụ")])
        });
        update.replace_dossier(&format!("urn:sohoa:P1:{code}"), &dossier.collect::<Vec<_>>()).unwrap();
        pages += 20;
    }
    update.commit(None).unwrap();
    update.close().unwrap();
    let indexed = start.elapsed();
    let files = std::fs::read_dir(folder.path().join("index")).unwrap();
    let bytes: u64 = files.map(|file| file.unwrap().metadata().unwrap().len()).sum();
    let mut times = Vec::new();
    for turn in 0..60 {
        let (family, name) = (families[turn % families.len()], given[(turn * 5) % given.len()]);
        let text = match turn % 4 {
            0 => sohoa_base::text::fold::fold(&format!("{family} thi {name}")),
            1 => format!("\"{family} Thị {name}\" date:2000..2010"),
            2 => format!("thửa đất số {}", turn * 31),
            _ => "giấy chứng nhận quyền sử dụng đất".to_owned(),
        };
        let asked = Instant::now();
        let hits = ask(&index, &text);
        times.push(asked.elapsed());
        assert!(hits.total > 0, "{text}");
    }
    times.sort();
    println!(
        "{pages} pages: indexed in {:.1} s, {:.1} MB, queries p50 {:.1} ms, p95 {:.1} ms",
        indexed.as_secs_f64(),
        bytes as f64 / 1e6,
        times[times.len() / 2].as_secs_f64() * 1e3,
        times[times.len() * 95 / 100].as_secs_f64() * 1e3
    );
    assert!(pages >= 500, "ten seconds for {pages} pages");
    assert!(times[times.len() / 2] < Duration::from_secs(1));
}

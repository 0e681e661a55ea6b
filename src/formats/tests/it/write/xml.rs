//! ALTO, hOCR, METS and PREMIS: schema validation and content.

use super::{LINES, reading};
use quick_xml::Reader;
use quick_xml::events::Event;
use sohoa_base::messages::file_warnings;
use sohoa_base::model::delivered_file::DeliveredName;
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, BlockKind, Cell, Line, Quality, Reading, TextSource, Word};
use sohoa_base::model::record::{
    Description, Field, Original, Provenance, Record, RecordedDocument, RecordedPage, SCHEMA_URN, Signature, SignatureState, StageUse,
};
use sohoa_base::model::refusal::{Refusal, RefusalClass, Warning};
use sohoa_formats::metadata::mets;
use sohoa_formats::metadata::mets::StoredFile;
use sohoa_formats::metadata::{alto, hocr, premis};
use sohoa_testing::shared_data;
use sohoa_testing::tools::{assert_valid_xml, run, tool};
use std::collections::BTreeMap;

/// A table whose first cell holds two lines and whose last is merged from two.
fn ruled_table() -> Block {
    let cell = |row, column, column_span| Some(Cell { row, column, row_span: 1, column_span });
    let word = |text: &str, x, y| Word { handwritten: y > 950, ..Word::new(text, Bounds::new(x, y, x + 80, y + 30), 90) };
    let line = |text: &str, x, y, cell| Line { cell, ..Line::new(Bounds::new(x, y, x + 80, y + 30), vec![word(text, x, y)]) };
    let lines = vec![
        line("Họ", 100, 900, cell(0, 0, 1)),
        line("tên", 100, 940, cell(0, 0, 1)),
        line("Tuổi", 300, 900, cell(0, 1, 1)),
        line("41", 300, 960, cell(1, 0, 2)),
    ];
    Block { kind: BlockKind::Table, bounds: Bounds::new(100, 900, 380, 990), lines }
}

fn odd_reading() -> Reading {
    let mut odd = reading(&LINES);
    odd.skew_centidegrees = -85;
    odd.turn = 180;
    odd.source = TextSource::BornDigital;
    odd.quality = Quality { ink_permille: 55, contrast: 180, sharpness: 60, confidence: 88, scan: None };
    odd.blocks[1].kind = BlockKind::Table;
    let bounds = odd.blocks[1].bounds;
    odd.blocks[1].lines.push(Line::new(bounds, Vec::new()));
    odd.blocks[2].lines.clear();
    odd.blocks[2].kind = BlockKind::Handwriting;
    odd.blocks.push(ruled_table());
    odd
}

fn check(text: &str, schema: &str) {
    let Some(data) = shared_data("XML schemas") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file.xml");
    std::fs::write(&file, text).unwrap();
    assert_valid_xml(&file, &data.join("schemas").join(schema));
}

#[test]
fn alto_is_schema_valid_and_round_trips() {
    for reading in [reading(&LINES), reading(&[]), odd_reading()] {
        let text = alto::write(&reading, 12, &"0a".repeat(32));
        assert_eq!(alto::parse(&text).unwrap(), reading);
        check(&text, "alto-4-4.xsd");
    }
}

#[test]
fn foreign_alto_is_rejected() {
    for text in ["", "<alto/>", "<alto><Layout><Page WIDTH=\"1\" HEIGHT=\"1\"/></Layout></alto>", "no xml at all", "<alto><String/></alto>"]
    {
        assert!(alto::parse(text).is_err(), "{text}");
    }
}

/// Texts of all elements called `name`; fails the test where the XML is not well-formed.
fn texts(xml: &str, name: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let (mut found, mut inside) = (Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) if start.local_name().as_ref() == name => {
                inside = true;
                found.push(String::new());
            }
            Event::End(_) => inside = false,
            Event::Text(text) if inside => found.last_mut().unwrap().push_str(&text),
            Event::GeneralRef(_) if inside => found.last_mut().unwrap().push('&'),
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn hocr_lists_words_in_order() {
    let (first, second) = (reading(&LINES[..2]), odd_reading());
    let text = hocr::write(&[&first, &second], "Hồ sơ <1>");
    assert_eq!(texts(&text, "title"), ["Hồ sơ &1&"]);
    let spans = texts(&text, "span");
    let words: Vec<&str> = spans.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).collect();
    let wanted: Vec<String> = first.words().chain(second.words()).map(|word| word.text.replace(['<', '>'], "&")).collect();
    assert_eq!(words, wanted);
    assert!(text.contains("bbox 60 100 108 128; x_wconf 90"));
}

fn page(number: u32, refused: bool) -> RecordedPage {
    RecordedPage {
        number,
        original: "ab".repeat(32),
        original_page: number,
        alto: (!refused).then(|| format!("documents/1/alto/{number}.xml")),
        source: TextSource::Recognised,
        turn: 0,
        blank: false,
        quality: Quality::default(),
        warnings: Vec::new(),
        refusal: refused.then(|| Refusal { class: RefusalClass::Input, reason: "page is damaged".into(), message: None }),
        barcodes: Vec::new(),
    }
}

fn record() -> Record {
    let field = |value: &str| Field { value: value.into(), confidence: 90, page: Some(1), ..Field::default() };
    let fields = [("codeNumber", "12"), ("codeNotation", "QĐ-UBND"), ("subject", "Về <đất> & nhà"), ("issuedDate", "2024-05-06")];
    let original = Original {
        path: "originals/hồ sơ 1.pdf".into(),
        delivered_as: vec![DeliveredName::from_bytes("hồ sơ \"1\".pdf".as_bytes())],
        container: None,
        sha256: "ab".repeat(32),
        bytes: 12_345,
        media_type: "application/pdf".into(),
        pages: 2,
        signatures: vec![Signature {
            signer: "Nguyễn Văn A".into(),
            organisation: "UBND tỉnh".into(),
            issuer: String::new(),
            signed_at: None,
            form: "adbe.pkcs7.detached".into(),
            state: SignatureState::Intact,
            covers_whole_file: true,
        }],
        warnings: vec![Warning::new("truncated", &file_warnings::warning_jpeg_cut_off())],
        refusal: None,
        withheld: false,
    };
    let refusal = Some(Refusal { class: RefusalClass::Secret, reason: "a password is needed".into(), message: None });
    let refused = Original { path: "originals/x".into(), sha256: "cd".repeat(32), media_type: String::new(), refusal, ..original.clone() };
    Record {
        schema: SCHEMA_URN.into(),
        object: "urn:sohoa:01:hs%201".into(),
        fonds: "01".into(),
        code: "hs 1".into(),
        title: "Hồ sơ \"đất\" <1>".into(),
        archival_fields: BTreeMap::new(),
        missing_fields: Vec::new(),
        list_findings: Vec::new(),
        documents: vec![RecordedDocument {
            number: 1,
            description: Description {
                kind: "02".into(),
                kind_name: "quyết định".into(),
                normative: false,
                kind_confidence: 95,
                fields: fields.into_iter().map(|(name, value)| (name.to_owned(), field(value))).collect(),
                personal_data: Vec::new(),
            },
            list_entry: None,
            review_reasons: Vec::new(),
            archival_fields: BTreeMap::new(),
            missing_fields: Vec::new(),
            decisions: Vec::new(),
            pages: vec![page(1, false), page(2, true)],
            pdf: "documents/1/document.pdf".into(),
            text: "documents/1/text.txt".into(),
        }],
        originals: vec![original, refused],
        provenance: Provenance {
            program: "sohoa 0.1.0".into(),
            pipeline: "standard".into(),
            stages: vec![StageUse { stage: "read".into(), version: 1, options: serde_json::Value::Null }],
            models: BTreeMap::new(),
        },
    }
}

fn files() -> BTreeMap<String, StoredFile> {
    let paths = ["originals/hồ sơ 1.pdf", "documents/1/document.pdf", "documents/1/text.txt", "documents/1/alto/1.xml", mets::PREMIS_PATH];
    paths.into_iter().map(|path| (path.to_owned(), StoredFile { bytes: 7, sha512: "0f".repeat(64) })).collect()
}

#[test]
fn mets_is_schema_valid_and_lists_every_file() {
    let text = mets::write(&record(), &files());
    check(&text, "mets.xsd");
    let mut empty = record();
    empty.documents.clear();
    empty.originals.clear();
    check(&mets::write(&empty, &BTreeMap::new()), "mets.xsd");
    for named in ["originals/h%E1%BB%93%20s%C6%A1%201.pdf", "documents/1/document.pdf", "documents/1/text.txt", "alto/1.xml", "premis.xml"]
    {
        assert!(text.contains(&format!("{named}\"")), "{named}");
    }
    assert_eq!(text.matches("CHECKSUMTYPE=\"SHA-512\"").count(), 4);
    assert_eq!(texts(&text, "identifier"), ["hs 1", "12/QĐ-UBND"]);
}

#[test]
fn premis_records_events_of_every_original() {
    let received = BTreeMap::from([("ab".repeat(32), "2026-01-02T03:04:05+07:00".to_owned())]);
    let times = premis::EventTimes { received, deposited: "2026-01-02T04:00:00+07:00".into() };
    let text = premis::write(&record(), &files(), &times);
    let signed = "digital signature validation";
    let (took, digest, checked) = ("ingestion", "message digest calculation", "validation");
    assert_eq!(texts(&text, "eventType"), [took, digest, checked, signed, took, digest, checked, signed, "creation"]);
    let outcomes = texts(&text, "eventOutcome");
    assert_eq!(outcomes, ["success", "success", "warning", "success", "success", "success", "failure", "success", "warning"]);
    assert_eq!(texts(&text, "eventDateTime")[3..5], ["2026-01-02T03:04:05+07:00", "2026-01-02T04:00:00+07:00"]);
    assert_eq!(texts(&text, "size"), ["12345", "12345", "7", "7", "7"]);
    assert_eq!(texts(&text, "originalName")[0], "hồ sơ &1&.pdf");
    // No PREMIS schema is available, so only well-formedness is checked.
    let Some(xmllint) = tool("xmllint") else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("premis.xml");
    std::fs::write(&file, &text).unwrap();
    run(&xmllint, &["--nonet", "--noout", file.to_str().unwrap()]);
}

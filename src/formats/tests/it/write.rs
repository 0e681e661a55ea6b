//! Written files (searchable PDF/A, ALTO, hOCR, METS, PREMIS) reproduce the reading, as checked with other programs.

mod xml;

use image::{DynamicImage, GrayImage, Luma, Rgb, RgbImage};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, BlockKind, Line, Quality, Reading, TextSource, Word};
use sohoa_formats::image::page_image::{EncodedData, EncodedImage, Overlay, PageImage};
use sohoa_formats::pdf::write::pdf_writer::{PdfMetadata, PdfWriter, PdfaProfile};
use sohoa_testing::tools::{assert_pdf_a_1b, run, tool};
use std::path::{Path, PathBuf};

const LINES: [&str; 5] = [
    "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
    "Độc lập - Tự do - Hạnh phúc",
    "Số: 1234/QĐ-UBND",
    "Về việc phê duyệt kế hoạch sử dụng đất năm 2024 của huyện Phú Quốc",
    "Căn cứ Luật Tổ chức chính quyền địa phương (sửa đổi) \\ 100% <&>",
];

fn metadata(profile: PdfaProfile) -> PdfMetadata {
    PdfMetadata {
        title: "Quyết định số 1234/QĐ-UBND".into(),
        subject: "Về việc phê duyệt <kế hoạch> & sử dụng đất".into(),
        keywords: vec!["đất đai".into(), "kế hoạch".into()],
        language: "vi".into(),
        identifier: "urn:sohoa:test:1/1".into(),
        profile,
    }
}

/// A page of 1000 by 1400 px at 120 dpi with the lines at fixed places.
fn reading(lines: &[&str]) -> Reading {
    let mut blocks = Vec::new();
    for (row, text) in lines.iter().enumerate() {
        let top = 100 + 90 * row as u32;
        let mut left = 60 + 10 * row as u32;
        let mut words = Vec::new();
        for word in text.split(' ') {
            let width = 12 * word.chars().count() as u32;
            words.push(Word::new(word, Bounds::new(left, top, left + width, top + 28), 90));
            left += width + 11;
        }
        let bounds = Bounds::enclosing(words.iter().map(|word| &word.bounds)).unwrap();
        blocks.push(Block { kind: BlockKind::Text, bounds, lines: vec![Line::new(bounds, words)] });
    }
    Reading {
        width: 1000,
        height: 1400,
        dpi: 120,
        turn: 0,
        skew_centidegrees: 0,
        blank: lines.is_empty(),
        source: TextSource::Recognised,
        quality: Quality::default(),
        blocks,
        barcodes: Vec::new(),
        stamps: Vec::new(),
    }
}

/// White page with a black bar in place of each word.
fn paper(reading: &Reading) -> GrayImage {
    let mut paper = GrayImage::from_pixel(reading.width, reading.height, Luma([255]));
    for word in reading.words() {
        for y in word.bounds.y0..word.bounds.y1 {
            for x in word.bounds.x0..word.bounds.x1 {
                paper.put_pixel(x, y, Luma([0]));
            }
        }
    }
    paper
}

fn picture(pixels: DynamicImage, data: EncodedData) -> PageImage {
    let raster = EncodedImage { width: pixels.width(), height: pixels.height(), turn: 0, data };
    PageImage { pixels, dpi: 120, embedded_text: None, encoded: raster, overlays: Vec::new(), warnings: Vec::new() }
}

fn jpeg(pixels: &DynamicImage) -> EncodedData {
    let mut bytes = Vec::new();
    let encoder = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut bytes, 80);
    pixels.write_with_encoder(encoder).unwrap();
    EncodedData::Jpeg { bytes, components: pixels.color().channel_count() }
}

fn group_4(paper: &GrayImage) -> Vec<u8> {
    use fax::{Color, VecWriter, encoder::Encoder};
    let mut encoder = Encoder::new(VecWriter::new());
    for row in paper.rows() {
        encoder.encode_line(row.map(|px| if px.0[0] < 128 { Color::Black } else { Color::White }), paper.width()).unwrap();
    }
    encoder.finish().unwrap().finish()
}

/// JBIG2 as embedded in PDF (ITU-T T.88): a page and one region whose data are Group 4.
fn jbig2(paper: &GrayImage) -> Vec<u8> {
    let (width, height) = (paper.width().to_be_bytes(), paper.height().to_be_bytes());
    let page = [width, height, [0; 4], [0; 4]].concat().into_iter().chain([0, 0, 0]).collect::<Vec<u8>>();
    let region = [width, height, [0; 4], [0; 4]].concat().into_iter().chain([0, 1]).chain(group_4(paper)).collect::<Vec<u8>>();
    let segment =
        |number: u32, kind: u8, data: &[u8]| [&number.to_be_bytes()[..], &[kind, 0, 1], &(data.len() as u32).to_be_bytes(), data].concat();
    [segment(0, 48, &page), segment(1, 39, &region)].concat()
}

fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 1u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 24) as u8 / 8;
        Rgb([grain + (x % 200) as u8, grain + (y % 200) as u8, 128 + grain])
    })
}

/// One page of every kind, with its expected words.
fn pages() -> Vec<(&'static str, PageImage, Reading)> {
    let read = reading(&LINES);
    let grey = paper(&read);
    let shown = DynamicImage::ImageLuma8(grey.clone());
    let ccitt = EncodedData::Ccitt { bytes: group_4(&grey), k: -1, black_is_1: false, byte_align: false, end_of_line: false };
    let mut stamped = picture(shown.clone(), ccitt.clone());
    stamped.overlays.push(Overlay { bounds: Bounds::new(600, 900, 900, 1100), pixels: RgbImage::from_pixel(150, 100, Rgb([200, 20, 30])) });
    // Delivered sideways: a rotation by 90 degrees clockwise makes it upright.
    let lying = DynamicImage::ImageRgb8(shown.rotate270().to_rgb8());
    let turned = Reading { turn: 90, ..read.clone() };
    let photo = DynamicImage::ImageRgb8(noise(1000, 1400));
    let skewed = Reading { skew_centidegrees: 150, ..reading(&LINES[..1]) };
    vec![
        ("grey JPEG", picture(shown.clone(), jpeg(&shown)), read.clone()),
        ("colour JPEG lying", picture(lying.clone(), jpeg(&lying)), turned),
        ("Group 4", picture(shown.clone(), ccitt), read.clone()),
        ("JBIG2", picture(shown.clone(), EncodedData::Jbig2 { bytes: jbig2(&grey), globals: None, inverted: false }), read.clone()),
        ("black and white pixels", picture(shown.clone(), EncodedData::NotEmbeddable), read.clone()),
        ("colour pixels", picture(photo, EncodedData::NotEmbeddable), read.clone()),
        ("stamp over Group 4", stamped, read.clone()),
        (
            "blank",
            picture(DynamicImage::ImageLuma8(GrayImage::from_pixel(1000, 1400, Luma([250]))), EncodedData::NotEmbeddable),
            reading(&[]),
        ),
        ("skewed", picture(shown, EncodedData::NotEmbeddable), skewed),
    ]
}

fn written(profile: PdfaProfile) -> Vec<u8> {
    let mut writer = PdfWriter::new(&metadata(profile));
    for (_, picture, reading) in pages() {
        writer.add_page(&picture, &reading).unwrap();
    }
    writer.add_placeholder_page(595.0, 842.0).unwrap();
    writer.finish().unwrap()
}

fn one_page(folder: &Path, picture: &PageImage, reading: &Reading) -> PathBuf {
    let mut writer = PdfWriter::new(&metadata(PdfaProfile::A1b));
    writer.add_page(picture, reading).unwrap();
    let file = folder.join("page.pdf");
    std::fs::write(&file, writer.finish().unwrap()).unwrap();
    file
}

#[test]
fn every_page_kind_gives_valid_pdf_in_both_profiles() {
    let folder = tempfile::tempdir().unwrap();
    let files = [PdfaProfile::A1b, PdfaProfile::A2u].map(|profile| {
        let file = folder.path().join(format!("{profile:?}.pdf"));
        std::fs::write(&file, written(profile)).unwrap();
        file
    });
    if let Some(qpdf) = tool("qpdf") {
        for file in &files {
            run(&qpdf, &["--check", file.to_str().unwrap()]);
        }
    }
    assert_pdf_a_1b(&[&files[0]]);
}

#[test]
fn pdf_output_is_deterministic() {
    assert!(written(PdfaProfile::A1b) == written(PdfaProfile::A1b));
    assert!(written(PdfaProfile::A1b) != written(PdfaProfile::A2u));
}

#[test]
fn extracted_text_matches_reading_order() {
    let Some(pdftotext) = tool("pdftotext") else { return };
    let folder = tempfile::tempdir().unwrap();
    for (kind, picture, reading) in pages() {
        let file = one_page(folder.path(), &picture, &reading);
        for mode in ["-raw", "-layout", "-nopgbrk"] {
            let text = String::from_utf8(run(&pdftotext, &[mode, file.to_str().unwrap(), "-"])).unwrap();
            let words: Vec<&str> = text.split_whitespace().collect();
            let wanted: Vec<&str> = reading.words().map(|word| word.text.as_str()).collect();
            assert_eq!(words, wanted, "{kind} {mode}");
        }
    }
}

#[test]
fn closely_spaced_words_stay_separate() {
    let Some(pdftotext) = tool("pdftotext") else { return };
    let folder = tempfile::tempdir().unwrap();
    let page = picture(DynamicImage::ImageLuma8(paper(&reading(&[]))), EncodedData::NotEmbeddable);
    // Gaps of the line's height over 28 to over 4, touching words, and overlapping ones.
    for gap in [7, 5, 3, 1, 0, -2] {
        let mut read = reading(&LINES);
        for block in &mut read.blocks {
            for (place, word) in block.lines[0].words.iter_mut().enumerate() {
                let closer = (11 - gap) * place as i32;
                word.bounds.x0 = (word.bounds.x0 as i32 - closer) as u32;
                word.bounds.x1 = (word.bounds.x1 as i32 - closer) as u32;
            }
        }
        let file = one_page(folder.path(), &page, &read);
        for mode in ["-raw", "-layout"] {
            let text = String::from_utf8(run(&pdftotext, &[mode, file.to_str().unwrap(), "-"])).unwrap();
            assert_eq!(text.split_whitespace().collect::<Vec<_>>(), LINES.join(" ").split(' ').collect::<Vec<_>>(), "gap {gap} {mode}");
        }
    }
}

#[test]
fn unusual_characters_and_boxes_keep_text_extractable() {
    let Some(pdftotext) = tool("pdftotext") else { return };
    let folder = tempfile::tempdir().unwrap();
    let mut read = reading(&["𠀀𠀁 \u{1f600} a\u{0}b (((\\ \u{e000}x ế"]);
    // Boxes that overlap, are in the wrong order, or have no size.
    read.blocks[0].lines[0].words[1].bounds = Bounds::new(60, 100, 61, 100);
    read.blocks[0].lines[0].words[2].bounds = Bounds::new(5, 100, 3000, 128);
    let page = picture(DynamicImage::ImageLuma8(paper(&reading(&[]))), EncodedData::NotEmbeddable);
    let file = one_page(folder.path(), &page, &read);
    let text = String::from_utf8(run(&pdftotext, &["-raw", file.to_str().unwrap(), "-"])).unwrap();
    for word in ["𠀀𠀁", "\u{1f600}", "a\u{fffd}b", "(((\\", "ế"] {
        assert!(text.contains(word), "{word} in {text:?}");
    }
    assert_pdf_a_1b(&[&file]);
}

/// Words with their boxes in px, from `pdftotext -bbox`.
fn boxes(file: &Path, dpi: u32) -> Option<Vec<(String, [f64; 4])>> {
    let html = String::from_utf8(run(&tool("pdftotext")?, &["-bbox", file.to_str().unwrap(), "-"])).unwrap();
    let pattern = regex::Regex::new(r#"<word xMin="([-.\d]+)" yMin="([-.\d]+)" xMax="([-.\d]+)" yMax="([-.\d]+)">(.*?)</word>"#).unwrap();
    let found = pattern.captures_iter(&html).map(|found| {
        let edges = std::array::from_fn(|at| found[at + 1].parse::<f64>().unwrap() * f64::from(dpi) / 72.0);
        (found[5].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"), edges)
    });
    Some(found.collect())
}

#[test]
fn text_layer_words_align_with_image() {
    let folder = tempfile::tempdir().unwrap();
    for (kind, picture, reading) in pages().into_iter().filter(|page| page.2.skew_centidegrees == 0) {
        let file = one_page(folder.path(), &picture, &reading);
        let Some(found) = boxes(&file, reading.dpi) else { return };
        assert_eq!(found.len(), reading.words().count(), "{kind}");
        for (word, (text, edges)) in reading.words().zip(found) {
            assert_eq!(word.text, text);
            let bounds = [word.bounds.x0, word.bounds.y0, word.bounds.x1, word.bounds.y1].map(f64::from);
            let off = bounds.iter().zip(edges).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
            assert!(off <= 3.0, "{kind} {text}: {bounds:?} but {edges:?}");
        }
    }
}

#[test]
fn text_layer_follows_page_skew() {
    // Five words of 100 by 30 px on a line that falls by 2 degrees.
    let angle = 2f64.to_radians();
    let words: Vec<Word> = (0..5)
        .map(|place| {
            let (x, y) = (100.0 + 130.0 * f64::from(place), 300.0);
            let corners = [(x, y), (x + 100.0, y), (x, y + 30.0), (x + 100.0, y + 30.0)];
            let at = corners.map(|(x, y)| (x * angle.cos() - y * angle.sin(), x * angle.sin() + y * angle.cos()));
            let least = |pick: fn(&(f64, f64)) -> f64| at.iter().map(pick).fold(f64::INFINITY, f64::min) as u32;
            let most = |pick: fn(&(f64, f64)) -> f64| at.iter().map(pick).fold(0.0, f64::max).ceil() as u32;
            let bounds = Bounds::new(least(|p| p.0), least(|p| p.1), most(|p| p.0), most(|p| p.1));
            Word::new(format!("chữ{place}"), bounds, 90)
        })
        .collect();
    let bounds = Bounds::enclosing(words.iter().map(|word| &word.bounds)).unwrap();
    let line = Line::new(bounds, words);
    let mut read = Reading { skew_centidegrees: 200, blank: false, ..reading(&[]) };
    read.blocks = vec![Block { kind: BlockKind::Text, bounds, lines: vec![line] }];
    let folder = tempfile::tempdir().unwrap();
    let file = one_page(folder.path(), &picture(DynamicImage::ImageLuma8(paper(&read)), EncodedData::NotEmbeddable), &read);
    let Some(found) = boxes(&file, read.dpi) else { return };
    assert_eq!(found.len(), 5);
    for (word, (text, edges)) in read.words().zip(found) {
        assert_eq!(word.text, text);
        let bounds = [word.bounds.x0, word.bounds.y0, word.bounds.x1, word.bounds.y1].map(f64::from);
        let off = bounds.iter().zip(edges).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(off <= 3.0, "{text}: {bounds:?} but {edges:?}");
    }
}

#[test]
fn delivered_jpegs_are_embedded_byte_for_byte() {
    let Some(pdfimages) = tool("pdfimages") else { return };
    let folder = tempfile::tempdir().unwrap();
    for (kind, picture, reading) in pages() {
        let EncodedData::Jpeg { bytes, .. } = &picture.encoded.data else { continue };
        let file = one_page(folder.path(), &picture, &reading);
        let stem = folder.path().join("image");
        run(&pdfimages, &["-all", file.to_str().unwrap(), stem.to_str().unwrap()]);
        assert!(std::fs::read(folder.path().join("image-000.jpg")).unwrap() == *bytes, "{kind}");
    }
}

/// Page rendered by MuPDF at 72 dpi, one px per point.
fn drawn(folder: &Path, picture: &PageImage, reading: &Reading) -> Option<RgbImage> {
    let mutool = tool("mutool")?;
    let file = one_page(folder, picture, reading);
    let png = folder.join("drawn.png");
    run(&mutool, &["draw", "-q", "-r", "72", "-A", "0", "-c", "rgb", "-o", png.to_str().unwrap(), file.to_str().unwrap()]);
    Some(image::open(png).unwrap().to_rgb8())
}

/// A small picture without any symmetry, 48 by 32 px.
fn asymmetric_picture() -> GrayImage {
    GrayImage::from_fn(48, 32, |x, y| Luma([if x < 16 && y < 8 || x >= 40 && y < 16 || x < 4 { 0 } else { 255 }]))
}

fn rotated(pixels: DynamicImage, turn: u16) -> DynamicImage {
    match turn {
        90 => pixels.rotate90(),
        180 => pixels.rotate180(),
        270 => pixels.rotate270(),
        _ => pixels,
    }
}

#[test]
fn every_rotation_renders_upright() {
    let folder = tempfile::tempdir().unwrap();
    for data_turn in [0, 90, 180, 270] {
        for reading_turn in [0, 90, 180, 270] {
            let encoded = asymmetric_picture();
            let shown = rotated(DynamicImage::ImageLuma8(encoded.clone()), data_turn);
            let upright = rotated(shown.clone(), reading_turn);
            let bytes = group_4(&encoded);
            let data = EncodedData::Ccitt { bytes, k: -1, black_is_1: false, byte_align: false, end_of_line: false };
            let mut page = picture(shown, EncodedData::NotEmbeddable);
            page.encoded = EncodedImage { width: 48, height: 32, turn: data_turn, data };
            // A grey part on the displayed picture must turn with the page too.
            let spot = Bounds::new(20, 20, 28, 26);
            page.overlays.push(Overlay { bounds: spot, pixels: RgbImage::from_fn(8, 6, |x, _| Rgb([x as u8 * 30, 0, 0])) });
            let mut wanted = page.pixels.to_rgb8();
            image::imageops::replace(&mut wanted, &page.overlays[0].pixels, 20, 20);
            let wanted = rotated(DynamicImage::ImageRgb8(wanted), reading_turn).to_rgb8();
            let mut read = Reading { dpi: 72, turn: reading_turn, ..reading(&[]) };
            (read.width, read.height) = (upright.width(), upright.height());
            let Some(drawn) = drawn(folder.path(), &page, &read) else { return };
            assert_eq!(drawn.dimensions(), wanted.dimensions());
            let off = drawn.pixels().zip(wanted.pixels()).filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 8)).count();
            assert_eq!(off, 0, "raster turned {data_turn}, page turned {reading_turn}");
        }
    }
}

#[test]
fn every_image_encoding_renders_correct_colours() {
    let folder = tempfile::tempdir().unwrap();
    let paper = asymmetric_picture();
    let mut negative = paper.clone();
    image::imageops::invert(&mut negative);
    let shown = DynamicImage::ImageLuma8(paper.clone());
    let grey = GrayImage::from_fn(48, 32, |x, y| Luma([(x * 5 + y) as u8]));
    let ccitt = |bytes, black_is_1| EncodedData::Ccitt { bytes, k: -1, black_is_1, byte_align: false, end_of_line: false };
    // Without its end-of-block code, as in strips of a TIFF.
    let whole = group_4(&paper);
    let cut = whole[..whole.len() - 3].to_vec();
    let EncodedData::Jpeg { bytes: mut cut_off, .. } = jpeg(&DynamicImage::ImageRgb8(noise(48, 32))) else { unreachable!() };
    cut_off.truncate(cut_off.len() - 40);
    let cases = [
        ("Group 4", shown.clone(), ccitt(whole, false)),
        ("Group 4 without end of block", shown.clone(), ccitt(cut, false)),
        ("negative Group 4", shown.clone(), ccitt(group_4(&negative), true)),
        ("JBIG2", shown.clone(), EncodedData::Jbig2 { bytes: jbig2(&paper), globals: None, inverted: false }),
        ("negative JBIG2", shown, EncodedData::Jbig2 { bytes: jbig2(&negative), globals: None, inverted: true }),
        ("grey pixels", DynamicImage::ImageLuma8(grey), EncodedData::NotEmbeddable),
        ("colour pixels", DynamicImage::ImageRgb8(noise(48, 32)), EncodedData::NotEmbeddable),
        ("JPEG that is cut off", DynamicImage::ImageRgb8(noise(48, 32)), EncodedData::Jpeg { bytes: cut_off, components: 3 }),
        ("JPEG that is something else", DynamicImage::ImageRgb8(noise(48, 32)), EncodedData::Jpeg { bytes: vec![1, 2, 3], components: 3 }),
    ];
    for (kind, pixels, data) in cases {
        let wanted = pixels.to_rgb8();
        let mut read = Reading { dpi: 72, ..reading(&[]) };
        (read.width, read.height) = (48, 32);
        let Some(drawn) = drawn(folder.path(), &picture(pixels, data), &read) else { return };
        let off = drawn.pixels().zip(wanted.pixels()).filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 2)).count();
        assert_eq!(off, 0, "{kind}");
    }
}

#[test]
fn undeclared_rgb_jpeg_keeps_its_colours() {
    let folder = tempfile::tempdir().unwrap();
    let red = DynamicImage::ImageRgb8(RgbImage::from_pixel(48, 32, Rgb([255, 0, 0])));
    let EncodedData::Jpeg { mut bytes, .. } = jpeg(&red) else { unreachable!() };
    // Without APP0, and with components called R, G, B, the file's 76, 85, 255 are no longer YCbCr.
    assert_eq!(bytes[2..4], [0xff, 0xe0]);
    let length = usize::from(u16::from_be_bytes([bytes[4], bytes[5]]));
    bytes.drain(2..4 + length);
    let frame = bytes.windows(2).position(|pair| pair == [0xff, 0xc0]).unwrap();
    let scan = bytes.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap();
    for (place, name) in b"RGB".iter().enumerate() {
        bytes[frame + 10 + 3 * place] = *name;
        bytes[scan + 5 + 2 * place] = *name;
    }
    let shown = DynamicImage::ImageRgb8(RgbImage::from_pixel(48, 32, Rgb([76, 85, 255])));
    let mut read = Reading { dpi: 72, ..reading(&[]) };
    (read.width, read.height) = (48, 32);
    let Some(drawn) = drawn(folder.path(), &picture(shown, EncodedData::Jpeg { bytes, components: 3 }), &read) else { return };
    let px = drawn.get_pixel(20, 20).0;
    assert!(px[0].abs_diff(76) < 6 && px[1].abs_diff(85) < 6 && px[2] > 248, "{px:?}");
}

#[test]
fn pdf_without_pages_is_rejected() {
    assert!(PdfWriter::new(&metadata(PdfaProfile::A1b)).finish().is_err());
}

#[test]
fn thousand_page_pdf_is_readable() {
    let Some(qpdf) = tool("qpdf") else { return };
    let mut writer = PdfWriter::new(&metadata(PdfaProfile::A1b));
    for _ in 0..1_000 {
        writer.add_placeholder_page(595.0, 842.0).unwrap();
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("thousand.pdf");
    std::fs::write(&file, writer.finish().unwrap()).unwrap();
    assert_eq!(run(&qpdf, &["--show-npages", file.to_str().unwrap()]), b"1000\n");
}

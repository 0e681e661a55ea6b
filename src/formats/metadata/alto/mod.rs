//! ALTO 4.4: one page's reading as XML, and back without loss.
//!
//! Schema: <https://www.loc.gov/standards/alto/v4/alto-4-4.xsd>. Values for which ALTO has no element (resolution,
//! rotation, skew, quality) are written as `key=value` in the settings of the processing step.

mod parser;
mod tags;
mod writer;

pub use parser::parse;
pub use writer::write;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::writer::percent_to_ratio;
    use super::{parse, write};
    use sohoa_base::error::ErrorKind;
    use sohoa_base::model::page::geometry::Bounds;
    use sohoa_base::model::page::reading::{
        Alternative, Block, BlockKind, Cell, Line, Quality, Reading, ScanQuality, Sides, TextSource, Word, WordSource,
    };

    fn reading() -> Reading {
        let word = |text: &str, x: u32, confidence| Word::new(text, Bounds::new(x, 20, x + 90, 60), confidence);
        let mut words = vec![word("Số:", 10, 100), word("12/QĐ-UBND", 120, 87), word("\"<&>\"", 230, 0)];
        words[1].source = WordSource::SecondPass;
        words[1].handwritten = true;
        words[0].source = WordSource::Handwriting;
        words[2].alternative = Some(Alternative { text: "<&> \"đ".into(), confidence: 7 });
        let line = Line::new(Bounds::new(10, 20, 320, 60), words);
        let empty = Line::new(Bounds::new(0, 70, 5, 80), Vec::new());
        let cut = Sides { left: true, bottom: true, ..Sides::default() };
        let scan = ScanQuality {
            dpi: 300,
            skew_centidegrees: -37,
            noise: 4,
            bleed_permille: 31,
            clipped_sides: cut,
            expected_error_permille: 128,
        };
        let block = |kind, lines| Block { kind, bounds: Bounds::new(10, 20, 320, 80), lines };
        let cell = |row, column| Some(Cell { row, column, row_span: 1, column_span: 2 });
        let in_cell = |row, column| Line { cell: cell(row, column), ..line.clone() };
        let cells = vec![in_cell(0, 0), in_cell(0, 0), in_cell(0, 2), line.clone(), in_cell(7, 1)];
        Reading {
            width: 2480,
            height: 3508,
            dpi: 300,
            turn: 270,
            skew_centidegrees: -37,
            blank: false,
            source: TextSource::BornDigital,
            quality: Quality { ink_permille: 41, contrast: 200, sharpness: 77, confidence: 91, scan: Some(scan) },
            blocks: vec![
                block(BlockKind::Text, vec![line.clone(), empty]),
                block(BlockKind::Table, cells),
                block(BlockKind::Handwriting, vec![]),
                block(BlockKind::Handwriting, vec![line.clone()]),
                block(BlockKind::Table, vec![line]),
                block(BlockKind::Text, vec![]),
            ],
            barcodes: Vec::new(),
            stamps: Vec::new(),
        }
    }

    #[test]
    fn reading_round_trips_through_alto() {
        let reading = reading();
        assert_eq!(parse(&write(&reading, 3, "ab12")).unwrap(), reading);
    }

    #[test]
    fn alto_without_scan_quality_is_parsed() {
        let mut reading = reading();
        let new = write(&reading, 3, "ab12");
        let old = new.replace(" noise=4 bleed-permille=31 cut=left,bottom expected-error-permille=128", "");
        assert_ne!(old, new);
        reading.quality.scan = None;
        assert_eq!(parse(&old).unwrap(), reading);
        assert_eq!(parse(&write(&reading, 3, "ab12")).unwrap(), reading);
    }

    #[test]
    fn confidence_percentages_round_trip() {
        for percent in 0..=100u8 {
            assert_eq!((percent_to_ratio(percent).parse::<f64>().unwrap() * 100.0).round() as u8, percent);
        }
    }

    #[test]
    fn invalid_xml_characters_are_replaced_in_alto() {
        let mut odd = reading();
        let word = odd.blocks.first_mut().and_then(|block| block.lines.first_mut()).and_then(|line| line.words.first_mut()).unwrap();
        word.text = "a\u{0}b\u{fffe}c\u{1f600}]]>".into();
        let back = parse(&write(&odd, 1, "x")).unwrap();
        assert_eq!(back.words().next().unwrap().text, "a\u{fffd}b\u{fffd}c\u{1f600}]]>");
    }

    #[test]
    fn truncated_alto_is_rejected() {
        let whole = write(&reading(), 1, "x");
        let ends: Vec<usize> = whole.char_indices().map(|(at, _)| at).filter(|at| *at < whole.len() - 7).step_by(13).collect();
        for end in ends {
            assert_eq!(parse(whole.get(..end).unwrap()).unwrap_err().kind(), ErrorKind::Corrupt, "cut at {end}");
        }
    }
}

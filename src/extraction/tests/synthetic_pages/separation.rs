//! Separation of piles of pages.

use crate::pages::{annex_form, centred_line, decision, letter, page, running_page, separator, text_line};
use sohoa_base::model::page::barcode::{Barcode, Symbology};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::Reading;
use sohoa_extraction::description::describe;
use sohoa_extraction::separation::split::{BoundaryFeatures, SeparationPage, is_separator, split_into_documents};

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
fn loose_pages_are_split_at_first_pages_and_separators() {
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
    // The separator in front does not hide the document behind it.
    assert_eq!(describe(&[&separator, &blank, &decision]).kind_name, "quyết định");
    assert_eq!(describe(&[&separator, &blank, &decision]).fields["subject"].page, Some(3));
}

#[test]
fn files_start_documents_but_embedded_forms_do_not() {
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
fn document_cited_by_predecessor_is_its_attachment() {
    let named = letter("Số: 12/UBND-VX");
    let (decision, two) = (decision(), running_page("2"));
    let pages = [(0, false, Some(&decision)), (0, false, Some(&two)), (0, false, Some(&named))];
    assert_eq!(split_into_documents(&separation_pages(&pages)), [vec![0, 1, 2]]);
    let other = letter("Số: 13/UBND-VX");
    let pages = [(0, false, Some(&decision)), (0, false, Some(&two)), (0, false, Some(&other))];
    assert_eq!(split_into_documents(&separation_pages(&pages)), [vec![0, 1], vec![2]]);
}

#[test]
fn separator_barcodes_split_but_foreign_barcodes_do_not() {
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
fn unnumbered_undated_draft_joins_previous_document() {
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
fn every_page_belongs_to_exactly_one_document() {
    let kinds = [decision(), letter("Số: 431/UBND-NC"), running_page("2"), page(Vec::new()), separator(), annex_form()];
    // All orders of a small pile, by counting in base seven; six is a refused page.
    for code in 0..7_usize.pow(3) {
        let pages: Vec<_> = (0..3).map(|at| (at / 2, code % 2 == 0, kinds.get(code / 7_usize.pow(at as u32) % 7))).collect();
        let all: Vec<usize> = split_into_documents(&separation_pages(&pages)).concat();
        assert_eq!(all, [0, 1, 2], "{code}");
        assert!(split_into_documents(&separation_pages(&pages)).iter().all(|document| !document.is_empty()));
    }
}

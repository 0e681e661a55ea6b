//! Accuracy on real scans, read by the `tesseract` program; skipped without it or the scans.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::{Block, BlockKind, Line, Quality, Reading, TextSource, Word};
use sohoa_evaluation::field_accuracy;
use sohoa_evaluation::text_scores;
use sohoa_extraction::description::describe;
use sohoa_extraction::separation::split::{BoundaryFeatures, SeparationPage, split_into_documents};
use sohoa_testing::shared_data;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A reading from Tesseract's TSV.
fn reading(tsv: &str) -> Reading {
    let (mut width, mut height) = (0, 0);
    let mut lines: BTreeMap<(u32, u32, u32), Vec<Word>> = BTreeMap::new();
    for row in tsv.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let number = |at: usize| cells[at].parse::<u32>().unwrap_or(0);
        match cells[0] {
            "1" => (width, height) = (number(8), number(9)),
            "5" if !cells[11].trim().is_empty() => {
                let bounds = Bounds::new(number(6), number(7), number(6) + number(8), number(7) + number(9));
                let confidence = cells[10].parse::<f64>().unwrap_or(0.0).clamp(0.0, 100.0).round() as u8;
                let word = Word::new(sohoa_base::text::nfc::nfc(cells[11].trim()), bounds, confidence);
                lines.entry((number(2), number(3), number(4))).or_default().push(word);
            }
            _ => {}
        }
    }
    let lines: Vec<Line> =
        lines.into_values().map(|words| Line::new(Bounds::enclosing(words.iter().map(|word| &word.bounds)).unwrap(), words)).collect();
    let bounds = Bounds::enclosing(lines.iter().map(|line| &line.bounds)).unwrap_or_default();
    Reading {
        width,
        height,
        dpi: (f64::from(width) / 8.27).round() as u32,
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

/// TSV output of Tesseract for an image, cached between test runs.
fn tesseract(picture: &Path) -> Option<String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readings");
    fs::create_dir_all(&folder).unwrap();
    let kept = folder.join(picture.file_name()?).with_extension("tsv");
    if let Ok(tsv) = fs::read_to_string(&kept) {
        return Some(tsv);
    }
    let output = Command::new("tesseract").arg(picture).args(["-", "-l", "vie", "--psm", "3", "tsv"]).env("OMP_THREAD_LIMIT", "1").output();
    let tsv = output.ok().filter(|output| output.status.success()).map(|output| String::from_utf8(output.stdout).unwrap());
    match &tsv {
        Some(tsv) => fs::write(&kept, tsv).unwrap(),
        None => sohoa_testing::skipped("real pages: the tesseract program or its Vietnamese model is missing"),
    }
    tsv
}

fn pictures(pages: &Path) -> Vec<(String, PathBuf)> {
    let mut found: Vec<(String, PathBuf)> = fs::read_dir(pages)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| matches!(path.extension().and_then(|e| e.to_str()), Some("jpg" | "png")))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    found.sort();
    found
}

#[test]
fn fields_of_real_pages_are_extracted() {
    let Some(data) = shared_data("fields of real pages") else { return };
    let pages = data.join("pages");
    let mut all = Vec::new();
    for (id, picture) in pictures(&pages) {
        let Some(tsv) = tesseract(&picture) else { return };
        let reading = reading(&tsv);
        let known = fs::read_to_string(pages.join(format!("{id}.meta.json"))).unwrap();
        let description = describe(&[&reading]);
        for one in field_accuracy::compare(&description, &known).unwrap() {
            println!("{id} {} {:?} hand={} expected={:?} found={:?}", one.field, one.verdict, one.handwritten, one.expected, one.found);
            if let ("trich_yeu", Some(expected), Some(found)) = (one.field.as_str(), &one.expected, &one.found) {
                // The whole subject and nothing else, letters lost by the engine aside.
                let score = text_scores::score_page(expected, found);
                assert!(score.char_errors * 20 <= score.chars, "{id}: {expected} / {found}");
            }
            all.push(one);
        }
    }
    let tallies = field_accuracy::tally(&all);
    for (field, tally) in &tallies {
        println!("{field}: {tally:?}");
    }
    // Printed fields must be read; number and day are handwritten on most of these pages.
    for (field, least) in [("loai_van_ban", 7), ("co_quan_ban_hanh", 7), ("dia_danh", 7), ("trich_yeu", 3)] {
        assert!(tallies[field].right >= least, "{field}: {:?}", tallies[field]);
    }
}

/// Every real scan is one document of a known kind. Needs `SOHOA_TEST_READINGS`, a folder of `<pdf>-p<page>.tsv`.
#[test]
fn real_scans_are_classified_and_kept_whole() {
    let Some(data) = shared_data("kinds of real scans") else { return };
    let Some(folder) = std::env::var_os("SOHOA_TEST_READINGS").map(PathBuf::from) else {
        eprintln!("SKIPPED: kinds of real scans: SOHOA_TEST_READINGS names no folder of readings");
        return;
    };
    let manifest = fs::read_to_string(data.join("scans/manifest.tsv")).unwrap();
    let (mut right, mut wrong_cuts, mut files, mut loose_cuts) = (0, 0, 0, 0);
    for row in manifest.lines().skip(1) {
        let cells: Vec<&str> = row.split('\t').collect();
        let stem = Path::new(cells[0]).file_stem().unwrap().to_str().unwrap().replace([' ', '(', ')'], "_");
        let count: u32 = cells[2].parse().unwrap();
        let readings: Vec<Option<Reading>> =
            (1..=count).map(|page| fs::read_to_string(folder.join(format!("{stem}-p{page}.tsv"))).ok().map(|tsv| reading(&tsv))).collect();
        let Some(Some(_)) = readings.first() else { continue };
        files += 1;
        let pile = |loose: bool| -> Vec<SeparationPage> {
            (1..)
                .zip(&readings)
                .map(|(number, reading)| SeparationPage {
                    file: 0,
                    number_in_file: number,
                    is_loose_image: loose,
                    features: reading.as_ref().map(|reading| BoundaryFeatures::from_reading(reading, loose)),
                    blank: false,
                })
                .collect()
        };
        let cuts = split_into_documents(&pile(false)).len() - 1;
        let loose = split_into_documents(&pile(true)).len() - 1;
        wrong_cuts += cuts;
        loose_cuts += loose;
        let read: Vec<&Reading> = readings.iter().flatten().collect();
        let description = describe(&read);
        let hit = description.kind_name == cells[1];
        right += usize::from(hit);
        println!(
            "{} {stem} [{}/{count}] cuts={cuts} loose={loose} kind={} ({})",
            if hit { "ok " } else { "BAD" },
            read.len(),
            description.kind_name,
            description.kind_confidence
        );
        for (name, field) in &description.fields {
            println!("      {name} {} p{:?}: {}", field.confidence, field.page.unwrap_or(0), field.value);
        }
    }
    println!("files {files} kinds right {right} wrong cuts {wrong_cuts} as loose pages {loose_cuts}");
    assert_eq!(wrong_cuts, 0);
    assert!(right * 100 >= files * 95, "{right} of {files}");
}

/// Texts that differ from the ground truth in known ways.
fn perturbed(truth: &str, variant: usize) -> String {
    let lines: Vec<&str> = truth.lines().collect();
    match variant % 8 {
        0 => truth.to_owned(),
        1 => truth.replace('ế', "é").replace("QĐ", "QD"),
        2 => lines.iter().rev().copied().collect::<Vec<_>>().join("\n"),
        3 => lines.chunks(2).map(|pair| pair.iter().rev().copied().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n"),
        4 => lines.iter().enumerate().filter(|(at, _)| at % 3 != 1).map(|(_, line)| *line).collect::<Vec<_>>().join("\n"),
        5 => truth.replace(' ', "  ").replace('/', "\u{2044}") + "\n|__ thừa một dòng không có thật",
        6 => truth.split(' ').enumerate().filter(|(at, _)| at % 7 != 3).map(|(_, word)| word).collect::<Vec<_>>().join(" "),
        _ => String::new(),
    }
}

#[test]
fn scores_match_external_scorer() {
    let Some(data) = shared_data("scores against the outside scorer") else { return };
    let tool = data.join("../tools/score_ocr.py");
    let python = std::env::var("SOHOA_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let ready = Command::new(&python).args(["-c", "import numpy, rapidfuzz"]).output().is_ok_and(|output| output.status.success());
    let pages = data.join("pages");
    let folder = tempfile::tempdir().unwrap();
    let mut scores = Vec::new();
    let started = std::time::Instant::now();
    for (at, (id, _)) in pictures(&pages).into_iter().enumerate() {
        let truth = fs::read_to_string(pages.join(format!("{id}.gt.txt"))).unwrap();
        let output = perturbed(&truth, at);
        fs::write(folder.path().join(format!("{id}.txt")), &output).unwrap();
        scores.push((id, text_scores::score_page(&truth, &output)));
    }
    println!("scored in {:?}", started.elapsed());
    let total = text_scores::total_score(scores.iter().map(|(_, score)| score));
    println!("{total:?}");
    // Rates that the outside scorer gives.
    assert_eq!((total.cer, total.wer, total.cer_order_free), (32.178, 37.394, 16.752));
    if !ready || !tool.exists() {
        sohoa_testing::skipped(&format!("scores against the outside scorer: {python} with numpy and rapidfuzz is missing"));
        return;
    }
    let output = Command::new(&python).arg(&tool).arg(&pages).arg(folder.path()).arg("--json").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let theirs: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    for ((id, ours), theirs) in scores.iter().zip(theirs["pages"].as_array().unwrap()) {
        assert_eq!(theirs["id"], *id.as_str());
        for (key, value) in serde_json::to_value(ours).unwrap().as_object().unwrap() {
            assert_eq!(theirs[key], *value, "{id} {key}");
        }
    }
    assert_eq!(theirs["total"], serde_json::to_value(total).unwrap());
}

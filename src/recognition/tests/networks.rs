//! Tests with the installed neural models; each is skipped with a message where they are missing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use image::GrayImage;
use image::imageops::crop_imm;
use sohoa_engine::networks::line_recognizer::LineRecognizer;
use sohoa_engine::networks::models;
use sohoa_engine::networks::models::{LINE_RECOGNIZER, ModelFile, ONNX_RUNTIME, TEXT_DETECTOR};
use sohoa_engine::networks::runtime::Runtime;
use sohoa_engine::networks::text_detector::TextDetector;
use sohoa_imaging::layout::line_crop;
use sohoa_imaging::layout::text_map;
use std::path::{Path, PathBuf};

fn installed(model: &ModelFile) -> Option<PathBuf> {
    let folder = models::models_dir(None);
    let found = models::find_verified(model, &folder).unwrap();
    if found.is_none() {
        sohoa_testing::skipped(&format!("no {} at {}", model.file, folder.display()));
    }
    found
}

#[test]
fn both_runtimes_give_the_same_results() {
    let (Some(finder), Some(reader)) = (installed(&TEXT_DETECTOR), installed(&LINE_RECOGNIZER)) else { return };
    if ONNX_RUNTIME.and_then(|library| installed(&library)).is_none() {
        return;
    }
    let fast = Runtime::open(&models::models_dir(None)).unwrap();
    let own = Runtime::open(Path::new("/nowhere")).unwrap();
    assert!(!fast.model_hashes().is_empty() && own.model_hashes().is_empty());

    let page = image::open(sohoa_testing::workspace().join("samples/002-cau-phao-cua-may/trang 1.jpg")).unwrap().to_luma8();
    let small = text_map::detector_input(&page).unwrap();
    let map = |runtime: &Runtime| TextDetector::open(&finder, runtime).unwrap().probability_map(&small).unwrap();
    let (one, other) = (map(&fast), map(&own));
    let furthest = one.iter().zip(other.iter()).map(|(one, other)| one.abs_diff(*other)).max();
    assert!(furthest <= Some(2), "the maps differ by up to {furthest:?} of 255");

    let lines = text_map::text_boxes(&one, page.dimensions());
    let widest = lines.iter().max_by(|one, other| one.width().total_cmp(&other.width())).unwrap();
    let strip: GrayImage = line_crop::crop_line(&page, widest, line_crop::TIGHT_PADDING).unwrap().unwrap().picture;
    let strip = crop_imm(&strip, 0, 0, strip.width().min(600), strip.height()).to_image();
    let read = |runtime: &Runtime| LineRecognizer::open(&reader, runtime).unwrap().recognize(&strip).unwrap();
    let (one, other) = (read(&fast), read(&own));
    assert!(one.text.split_whitespace().count() > 3, "{one:?}");
    assert_eq!(one.text, other.text);
}

#[test]
fn overlong_strip_is_recognized() {
    let Some(reader) = installed(&LINE_RECOGNIZER) else { return };
    let strip = GrayImage::from_fn(3000, 44, |x, y| image::Luma([if x % 20 < 4 && (8..36).contains(&y) { 20 } else { 245 }]));
    for folder in [models::models_dir(None), PathBuf::from("/nowhere")] {
        let mut reader = LineRecognizer::open(&reader, &Runtime::open(&folder).unwrap()).unwrap();
        assert!(reader.recognize(&strip).is_ok());
    }
}

//! Orientation of a page: by the direction of its lines, by its diacritics, and by trial recognition.

use sohoa_base::error::Result;
use sohoa_base::text::syllable;
use sohoa_engine::engine::Engine;
use sohoa_imaging::layout::line_crop;
use sohoa_imaging::layout::lines::Area;
use sohoa_imaging::layout::text_map;
use sohoa_imaging::preprocess::orientation::{OrientationVerdict, is_sideways, lines_run_vertically, orientation_by_diacritics};
use sohoa_imaging::preprocess::page::{PreparedPage, PreprocessSteps, ScaledPage};

/// Mean confidence over letters below which a page may be upside down, of 100. Upright pages of the poorest
/// print have more than 50, pages upside down less than 45.
pub(crate) const MIN_UPRIGHT_CONFIDENCE: u8 = 60;

/// Gain in mean confidence that a rotation by 180° must bring, of 100.
const MIN_CONFIDENCE_GAIN: f32 = 3.0;

/// Prepares the page upright, with its lines. Where the diacritics are inconclusive, a few lines are read in both orientations.
pub(crate) fn prepare_upright(
    scaled: &ScaledPage,
    engine: &mut dyn Engine,
    orientation: bool,
    steps: PreprocessSteps,
) -> Result<PreparedPage> {
    let sideways = orientation && is_sideways(scaled.grey())?;
    let mut turn = if sideways { 90 } else { 0 };
    let mut page = scaled.prepare(turn, steps)?;
    if !orientation || page.lines.letter_count == 0 {
        return with_detected_lines(page, engine);
    }
    if let Some(areas) = detect_print(&page, engine)? {
        if lines_run_vertically(&areas) {
            turn = 90 - turn;
            page = with_detected_lines(scaled.prepare(turn, steps)?, engine)?;
        } else {
            page.set_lines(&areas);
        }
    }
    match orientation_by_diacritics(&page.lines) {
        OrientationVerdict::Upright => Ok(page),
        OrientationVerdict::UpsideDown => with_detected_lines(scaled.prepare(turn + 180, steps)?, engine),
        OrientationVerdict::Unsure => Ok(try_rotated_180(scaled, &page, engine, steps)?.unwrap_or(page)),
    }
}

/// Prepares the page after a clockwise turn by `turn` degrees, with its lines.
pub(crate) fn prepare_turned(scaled: &ScaledPage, turn: u16, engine: &mut dyn Engine, steps: PreprocessSteps) -> Result<PreparedPage> {
    with_detected_lines(scaled.prepare(turn % 360, steps)?, engine)
}

/// The page rotated by 180°, if it reads clearly better so. Diacritics are inconclusive on pages where hardly one is intact,
/// and misleading on some.
pub(crate) fn try_rotated_180(
    scaled: &ScaledPage,
    page: &PreparedPage,
    engine: &mut dyn Engine,
    steps: PreprocessSteps,
) -> Result<Option<PreparedPage>> {
    let rotated = with_detected_lines(scaled.prepare((page.turn + 180) % 360, steps)?, engine)?;
    let is_better = sample_confidence(&rotated, engine)? > sample_confidence(page, engine)? + MIN_CONFIDENCE_GAIN;
    Ok(is_better.then_some(rotated))
}

/// Replaces the lines by those of the engine's text detector, where it has one.
fn with_detected_lines(mut page: PreparedPage, engine: &mut dyn Engine) -> Result<PreparedPage> {
    if let Some(areas) = detect_print(&page, engine)? {
        page.set_lines(&areas);
    }
    Ok(page)
}

/// Lines of print by the engine's text detector; `None` without one.
fn detect_print(page: &PreparedPage, engine: &mut dyn Engine) -> Result<Option<Vec<Area>>> {
    let map = engine.text_probability_map(&text_map::detector_input(&page.grey)?)?;
    Ok(map.map(|map| text_map::text_boxes(&map, page.grey.dimensions())))
}

/// Mean confidence of the longest lines, weighted by letters, 0 to 100; words that are no syllable count half.
fn sample_confidence(page: &PreparedPage, engine: &mut dyn Engine) -> Result<f32> {
    const LINES: usize = 5;
    let mut strips = page.line_strips();
    strips.sort_by(|one, other| other.0.width().total_cmp(&one.0.width()));
    let (mut sum, mut letters) = (0.0, 0.0);
    for (area, source) in strips.iter().take(LINES) {
        if let Some(crop) = line_crop::crop_line(source, area, line_crop::WIDE_PADDING)? {
            for word in engine.read_line(&crop.picture)? {
                let weight = word.text.chars().filter(|c| c.is_alphanumeric()).count() as f32;
                let plausible = if syllable::is_valid_syllable(word.text.trim_matches(|c: char| !c.is_alphanumeric())) { 1.0 } else { 0.5 };
                sum += weight * f32::from(word.confidence) * plausible;
                letters += weight;
            }
        }
    }
    Ok(if letters > 0.0 { sum / letters } else { 0.0 })
}

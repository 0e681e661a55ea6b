//! `sohoa language`: counts the bigrams of syllables of a corpus.

use clap::Args;
use flate2::read::MultiGzDecoder;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::text::bigram_model::BigramCounts;
use sohoa_base::text::nfc::nfc;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;

/// Arguments of `language`.
#[derive(Debug, Args)]
pub struct BuildBigrams {
    /// Corpus: JSON lines with a field `text`, gzipped.
    pub corpus: PathBuf,
    /// Table to write.
    #[arg(long)]
    pub out: PathBuf,
}

impl BuildBigrams {
    /// Counts and returns the exit code.
    ///
    /// # Errors
    /// `Invalid` when the corpus cannot be read as described.
    pub fn execute(&self) -> Result<u8> {
        let cannot = || format!("cannot read {} as gzipped JSON lines", self.corpus.display());
        let file = std::fs::File::open(&self.corpus).or_error(ErrorKind::Invalid, cannot)?;
        let mut counts = BigramCounts::default();
        for line in BufReader::new(MultiGzDecoder::new(file)).lines() {
            let row: serde_json::Value =
                serde_json::from_str(&line.or_error(ErrorKind::Invalid, cannot)?).or_error(ErrorKind::Invalid, cannot)?;
            counts.add(&nfc(row.get("text").and_then(serde_json::Value::as_str).ok_or_else(|| Error::invalid(cannot()))?));
        }
        let written = counts.to_bytes().and_then(|bytes| std::fs::write(&self.out, bytes));
        written.or_error(ErrorKind::Unavailable, || format!("cannot write {}", self.out.display()))?;
        Ok(0)
    }
}

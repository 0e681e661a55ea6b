//! `sohoa language`: counts the bigrams of syllables of a corpus.

use clap::Args;
use flate2::read::MultiGzDecoder;
use sohoa_base::error::Result;
use sohoa_base::messages::arguments;
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
        let corpus = self.corpus.display();
        let file = std::fs::File::open(&self.corpus).map_err(|error| arguments::input_unreadable(&corpus).caused_by(error))?;
        let mut counts = BigramCounts::default();
        for line in BufReader::new(MultiGzDecoder::new(file)).lines() {
            let line = line.map_err(|error| arguments::input_unreadable(&corpus).caused_by(error))?;
            let row: serde_json::Value =
                serde_json::from_str(&line).map_err(|error| arguments::corpus_line_invalid(&corpus).caused_by(error))?;
            let text = row.get("text").and_then(serde_json::Value::as_str);
            counts.add(&nfc(text.ok_or_else(|| arguments::corpus_line_invalid(&corpus))?));
        }
        let written = counts.to_bytes().and_then(|bytes| std::fs::write(&self.out, bytes));
        written.map_err(|error| arguments::output_unwritable(self.out.display()).caused_by(error))?;
        Ok(0)
    }
}

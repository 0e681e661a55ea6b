//! `sohoa search QUERY`

use crate::global_args::GlobalArgs;
use crate::output;
use crate::startup::{current_program, stop_on_signal};
use clap::Args;
use sohoa_base::error::Result;
use sohoa_services::archive::Archive;
use sohoa_services::maintenance::index_follower::is_up_to_date;
use sohoa_services::maintenance::log_followers::index_new_deposits;
use sohoa_services::records::queries;
use sohoa_texts::{Language, Message, localize};

/// Arguments of `search`.
#[derive(Debug, Args)]
#[command(after_help = "\
Marks are optional; exact matches come first. \"Quotes\" make a phrase. Filters: kind:QĐ number:07/CT-UBND
issuer:\"sở y tế\" date:2020..2021 dossier:CODE.

  sohoa search chi thi phong chay
  sohoa search '\"phòng cháy, chữa cháy\" kind:CT date:2021'")]
pub struct Search {
    /// Words, phrases and filters.
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// How many hits to print.
    #[arg(long, default_value_t = 10, value_name = "N")]
    pub limit: usize,
    /// How many hits to pass over.
    #[arg(long, default_value_t = 0, value_name = "N")]
    pub offset: usize,
}

impl Search {
    /// Prints one hit per line (with `--json` one JSON object per line) and returns the exit code.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        let archive = Archive::open(config, &current_program()?).await?;
        // An index that is behind, as one that was damaged and is made again, would say that there is nothing.
        let is_complete = is_up_to_date(&archive).await.unwrap_or(false) || index_new_deposits(&archive, &stop_on_signal()).await?;
        if !is_complete {
            eprintln!("{}", localize(language, Message::SearchIncomplete));
        }
        let hits = queries::search(&archive, &self.query.join(" "), self.limit, self.offset)?;
        if global.json {
            for hit in &hits.hits {
                output::print_line(&serde_json::to_string(hit).unwrap_or_default())?;
            }
            return Ok(0);
        }
        if hits.hits.is_empty() {
            output::print_line(&localize(language, Message::NothingFound))?;
            return Ok(0);
        }
        output::print_line(&localize(language, Message::Hits { total: hits.total }))?;
        for hit in &hits.hits {
            let value = |name: &str| hit.fields.get(name).map(String::as_str).unwrap_or_default();
            let number = format!("{}/{}", value("codeNumber"), value("codeNotation"));
            let head = format!(
                "{}#{} tr. {}  {} {}  {}",
                hit.dossier,
                hit.document,
                hit.page,
                hit.kind_name,
                number.trim_matches('/'),
                value("subject")
            );
            output::print_line(&output::sanitize_terminal(&head))?;
            let pieces = hit.snippet.segments();
            let shown: String =
                pieces.into_iter().map(|(text, marked)| if marked { format!("[{text}]") } else { text.to_owned() }).collect();
            output::print_line(&format!("    {}", output::sanitize_terminal(&shown)))?;
        }
        Ok(0)
    }
}

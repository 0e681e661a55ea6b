//! `sohoa roadmap lot …`

use crate::output::{self, write_output};
use clap::Subcommand;
use sohoa_base::error::Result;
use sohoa_base::messages::arguments;
use sohoa_base::model::account::Identity;
use sohoa_base::model::roadmap::lot::Lot;
use sohoa_roadmap::sampling::InspectionLevel;
use sohoa_services::archive::Archive;
use sohoa_services::reports::format::ReportFormat;
use sohoa_services::reports::lot_minutes;
use sohoa_services::roadmap::lots;
use sohoa_texts::Language;
use sohoa_texts::code_labels::code_label;
use std::path::PathBuf;

/// What to do with lots.
#[derive(Debug, Subcommand)]
pub enum LotCommand {
    /// Lots, the newest first.
    List {
        /// Of this line alone.
        line: Option<String>,
    },
    /// Open a lot over whole dossiers of a line that wait for acceptance, and draw its sample.
    Draw {
        /// The line's code.
        line: String,
        /// Most pages of the lot.
        #[arg(long, default_value_t = 3_200)]
        pages: u32,
        /// Level of inspection (ISO 2859-1): I, II or III.
        #[arg(long, default_value = "II", value_parser = parse_level)]
        level: InspectionLevel,
        /// What decides the draw; anybody can draw it again with it [default: the lot's identifier].
        #[arg(long)]
        seed: Option<String>,
    },
    /// The sample of a lot, and what was found.
    Show {
        /// The lot's identifier.
        lot: String,
    },
    /// Keep what was found on a page of the sample; without a defect the page is good.
    #[command(name = "look")]
    Inspect {
        /// The lot's identifier.
        lot: String,
        /// Place in the lot, as `show` tells it; `all`: every page of the sample that nobody looked at is good.
        place: String,
        /// Code of a defect, such as missing-page or wrong-field; can be given several times.
        #[arg(long)]
        defect: Vec<String>,
    },
    /// Accept the lot or send it back as a whole, by what was found.
    Judge {
        /// The lot's identifier.
        lot: String,
        /// For the minutes.
        #[arg(long, default_value = "")]
        note: String,
    },
    /// A returned lot was mended: its documents can come in a lot again.
    #[command(name = "reworked")]
    MarkReworked {
        /// The lot's identifier.
        lot: String,
    },
    /// Documents of an accepted lot about which somebody decided since its sample was drawn.
    Changes {
        /// The lot's identifier.
        lot: String,
    },
    /// The minutes of a lot.
    Minutes {
        /// The lot's identifier.
        lot: String,
        /// File format.
        #[arg(long, default_value = ReportFormat::Docx.name(), help = ReportFormat::list_names())]
        format: String,
        /// Where to write them [default: stdout].
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

fn parse_level(text: &str) -> std::result::Result<InspectionLevel, String> {
    match text {
        "I" => Ok(InspectionLevel::I),
        "II" => Ok(InspectionLevel::II),
        "III" => Ok(InspectionLevel::III),
        _ => Err(format!("{text:?} is no level; use I, II or III")),
    }
}

impl LotCommand {
    pub(super) async fn execute(&self, archive: &Archive, by: &Identity, json: bool, language: Language) -> Result<u8> {
        let lot = match self {
            Self::List { line } => {
                let all = lots::list_lots(archive, by, line.as_deref(), 1_000).await?;
                if json {
                    return output::print_json(&all).map(|()| 0);
                }
                all.iter().try_for_each(|lot| print_lot(lot, language))?;
                return Ok(0);
            }
            Self::Changes { lot } => {
                let changes = lots::documents_changed_since_sample(archive, &lots::show_lot(archive, by, lot).await?).await?;
                if json {
                    return output::print_json(&changes).map(|()| 0);
                }
                for change in &changes {
                    let (document, by) = (output::sanitize_terminal(&change.document), output::sanitize_terminal(&change.by));
                    output::print_line(&format!("{document}\t{}\t{by}\t{}", change.pages, change.at))?;
                }
                return Ok(0);
            }
            Self::Minutes { lot, format, output } => {
                let bytes = lot_minutes::write_lot_minutes(archive, by, lot, ReportFormat::from_name(format)?, language).await?;
                return write_output(output.as_deref(), &bytes);
            }
            Self::Draw { line, pages, level, seed } => lots::open_lot(archive, by, line, *level, *pages, seed.as_deref()).await?,
            Self::Show { lot } => lots::show_lot(archive, by, lot).await?,
            Self::Inspect { lot, place, defect } if place == "all" && defect.is_empty() => {
                let mut now = lots::show_lot(archive, by, lot).await?;
                for page in now.sample.clone().iter().filter(|page| !page.inspected) {
                    now = lots::record_page_inspection(archive, by, lot, page.index_in_lot, &[]).await?;
                }
                now
            }
            Self::Inspect { lot, place, defect } => {
                let place = place.parse().map_err(|_| arguments::lot_place_invalid(format!("{place:?}")))?;
                lots::record_page_inspection(archive, by, lot, place, defect).await?
            }
            Self::Judge { lot, note } => lots::judge_lot(archive, by, lot, note).await?,
            Self::MarkReworked { lot } => lots::mark_reworked(archive, by, lot).await?,
        };
        if json {
            return output::print_json(&lot).map(|()| 0);
        }
        print_lot(&lot, language)?;
        if matches!(self, Self::Draw { .. } | Self::Show { .. }) {
            for page in &lot.sample {
                let found = if page.inspected { page.defects.join(", ") } else { "?".to_owned() };
                output::print_line(&format!(
                    "{}\t{}\t{}\t{found}",
                    page.index_in_lot,
                    output::sanitize_terminal(&page.document),
                    page.page
                ))?;
            }
        }
        Ok(0)
    }
}

fn print_lot(lot: &Lot, language: Language) -> Result<()> {
    let seen = lot.sample.iter().filter(|page| page.inspected).count();
    output::print_line(&format!(
        "{}\t{}\t{}\t{}\t{seen}/{}",
        lot.id,
        output::sanitize_terminal(&lot.target),
        code_label(language, "lot-state", lot.state.as_str()),
        lot.pages,
        lot.sample.len()
    ))
}

//! `sohoa roadmap …`

use crate::batches::run::current_program;
use crate::command_line::GlobalArgs;
use crate::output;
use crate::roadmap::one_stop_cases::CasesCommand;
use clap::{Args, Subcommand};
use sohoa_base::error::{ErrorKind, Result, ResultExt};
use sohoa_base::model::account::{Grant, Identity, Role, UnitScope, User};
use sohoa_base::model::calendar::Day;
use sohoa_base::model::roadmap::lot::Lot;
use sohoa_base::text::numbers;
use sohoa_roadmap::sampling::InspectionLevel;
use sohoa_roadmap::workbook::CellError;
use sohoa_services::archive::Archive;
use sohoa_services::reports::writer;
use sohoa_services::reports::writer::{ReportFormat, ReportRequest, ReportSubject};
use sohoa_services::roadmap::lots;
use sohoa_services::roadmap::one_stop;
use sohoa_services::roadmap::tracking;
use sohoa_services::roadmap::tracking::{AdjustmentReason, ImportResult, RoadmapProgress};
use sohoa_texts::Language;
use sohoa_texts::code_labels::code_label;
use sohoa_texts::error_texts::translate;
use std::path::PathBuf;

/// Arguments of `roadmap`.
#[derive(Debug, Args)]
#[command(after_help = "\
  sohoa roadmap template plan.xlsx          # a form with every column
  sohoa roadmap import plan.xlsx            # wrong cells are told by their names, and then nothing is kept
  sohoa roadmap status
  sohoa roadmap report --form progress --format docx -o bao-cao.docx
  sohoa roadmap report --form one-stop --from 1/10/2026 --to 31/10/2026 --format xlsx -o mot-cua.xlsx
  sohoa roadmap cases import mot-cua.xlsx   # what the one-stop office knows and the archive does not
  sohoa roadmap lot draw SNV-01")]
pub struct Roadmap {
    /// What to do.
    #[command(subcommand)]
    pub command: RoadmapCommand,
}

/// What to do with the roadmap.
#[derive(Debug, Subcommand)]
pub enum RoadmapCommand {
    /// An example of a plan as a workbook, to be filled in.
    Template {
        /// The workbook to write (XLSX).
        file: PathBuf,
    },
    /// Take a plan out of a workbook: a new one, or another form of one that is kept (an adjustment).
    Import {
        /// The workbook (XLSX, ODS), or the lines alone (CSV).
        file: PathBuf,
        /// Tell what it would change, and keep nothing.
        #[arg(long)]
        dry_run: bool,
        /// Number of the decision that allows the change.
        #[arg(long, value_name = "NUMBER", default_value = "")]
        decision: String,
        /// Why it is changed.
        #[arg(long, default_value = "")]
        reason: String,
        /// Who takes it [default: the user of this machine].
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// The plan as a workbook that `import` takes again.
    Export {
        /// The workbook to write (XLSX).
        file: PathBuf,
        /// Number of its decision, where there are several.
        #[arg(long, value_name = "NUMBER")]
        decision: Option<String>,
    },
    /// How far every line is; those that need somebody most come first.
    Status {
        /// Only lines of this unit.
        #[arg(long)]
        unit: Option<String>,
    },
    /// Attach a run to a line; without a line it is outside the plan.
    Attach {
        /// The run's identifier.
        run: String,
        /// The line's code.
        line: Option<String>,
        /// Who says so [default: the user of this machine].
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// What another pace or deadline would come to.
    WhatIf {
        /// The line's code.
        line: String,
        /// Times as many scanners and workers.
        #[arg(long, default_value_t = 1.0)]
        factor: f64,
        /// Another deadline, such as 31/12/2027.
        #[arg(long, value_parser = parse_day)]
        deadline: Option<Day>,
    },
    /// A report as an office writes it.
    Report {
        /// Which report: progress, adjustments (of the plan), or one-stop (dossiers, as Decision 766/QĐ-TTg counts them).
        #[arg(long, default_value = "progress")]
        form: String,
        /// docx, xlsx, pdf, csv or json.
        #[arg(long, default_value = "docx")]
        format: String,
        /// Where to write it [default: stdout].
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
        /// Number of the plan's decision, where there are several.
        #[arg(long, value_name = "NUMBER")]
        decision: Option<String>,
        /// Only lines of this unit.
        #[arg(long)]
        unit: Option<String>,
        /// First day of a report about a period, such as 1/10/2026 [default: the first of January].
        #[arg(long, value_parser = parse_day)]
        from: Option<Day>,
        /// Last day of it [default: today].
        #[arg(long, value_parser = parse_day)]
        to: Option<Day>,
    },
    /// What offices know of one-stop dossiers.
    Cases {
        /// What to do.
        #[command(subcommand)]
        what: CasesCommand,
    },
    /// Acceptance of lots by sample.
    Lot {
        /// What to do.
        #[command(subcommand)]
        what: LotCommand,
        /// Who does it [default: the user of this machine].
        #[arg(long, value_name = "NAME", global = true)]
        by: Option<String>,
    },
}

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
        /// docx, xlsx, pdf, csv or json.
        #[arg(long, default_value = "docx")]
        format: String,
        /// Where to write them [default: stdout].
        #[arg(short, long, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

fn parse_day(text: &str) -> std::result::Result<Day, String> {
    Day::parse(text).ok_or_else(|| format!("{text:?} is no day; write 31/12/2027"))
}

fn parse_level(text: &str) -> std::result::Result<InspectionLevel, String> {
    match text {
        "I" => Ok(InspectionLevel::I),
        "II" => Ok(InspectionLevel::II),
        "III" => Ok(InspectionLevel::III),
        _ => Err(format!("{text:?} is no level; use I, II or III")),
    }
}

impl Roadmap {
    /// Does it, prints, and returns the exit code: 2 where a workbook has wrong cells.
    ///
    /// # Errors
    /// As the functions of [`roadmap`], [`lots`] and [`reports`].
    pub async fn execute(&self, place: &GlobalArgs) -> Result<u8> {
        let config = place.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        match &self.command {
            RoadmapCommand::Template { file } => return write_output(Some(file), &tracking::template()?),
            RoadmapCommand::Cases { what: CasesCommand::Template { file } } => return write_output(Some(file), &one_stop::template()?),
            _ => {}
        }
        let archive = Archive::open(config, &current_program()?).await?;
        let units = |unit: &Option<String>| unit.as_ref().map_or(UnitScope::All, |unit| UnitScope::Only([unit.clone()].into()));
        match &self.command {
            RoadmapCommand::Template { .. } => Ok(0),
            RoadmapCommand::Import { file, dry_run, decision, reason, by } => {
                let author = output::resolve_author(by.as_ref())?;
                let imported = tracking::import(&archive, &author, file, AdjustmentReason { decision, text: reason }, *dry_run).await?;
                print_imported(&imported, place.json, language)
            }
            RoadmapCommand::Export { file, decision } => write_output(Some(file), &tracking::export(&archive, decision.as_deref()).await?),
            RoadmapCommand::Status { unit } => {
                let all = tracking::load_progress(&archive, &units(unit)).await?;
                if place.json {
                    return output::print_json(&all).map(|()| 0);
                }
                all.iter().try_for_each(|status| print_status(status, language))?;
                Ok(0)
            }
            RoadmapCommand::Attach { run, line, by } => {
                let by = local_operator(by.as_ref())?;
                tracking::attach_run(&archive, &by, run, line.as_deref()).await?;
                Ok(0)
            }
            RoadmapCommand::WhatIf { line, factor, deadline } => {
                let found = tracking::what_if(&archive, &UnitScope::All, line, *factor, *deadline).await?;
                output::print_json(&found).map(|()| 0)
            }
            RoadmapCommand::Report { form, format, output, decision, unit, from, to } => {
                let (subject, units) = (ReportSubject::from_name(form)?, units(unit));
                let wanted = ReportRequest { subject, units: &units, decision: decision.as_deref(), from: *from, to: *to };
                write_output(output.as_ref(), &writer::write_report(&archive, &wanted, ReportFormat::from_name(format)?, language).await?)
            }
            RoadmapCommand::Cases { what } => what.execute(&archive, place.json, language).await,
            RoadmapCommand::Lot { what, by } => what.execute(&archive, &local_operator(by.as_ref())?, place.json, language).await,
        }
    }
}

impl LotCommand {
    async fn execute(&self, archive: &Archive, by: &Identity, json: bool, language: Language) -> Result<u8> {
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
                let bytes = writer::write_lot_minutes(archive, by, lot, ReportFormat::from_name(format)?, language).await?;
                return write_output(output.as_ref(), &bytes);
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
                let place = place.parse().or_error(ErrorKind::Invalid, || format!("{place:?} is no place in the lot; write a number"))?;
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

/// Whoever may use the archive's files by hand may do all.
pub(crate) fn local_operator(by: Option<&String>) -> Result<Identity> {
    let grants = vec![Grant { role: Role::Administrator, unit: "*".to_owned() }];
    let name = by.cloned().unwrap_or_else(output::os_user);
    Ok(Identity { user: User::new(&name, &name, grants), key_rights: None, key_id: String::new() })
}

pub(crate) fn write_output(output: Option<&PathBuf>, bytes: &[u8]) -> Result<u8> {
    match output {
        Some(file) => std::fs::write(file, bytes).or_error(ErrorKind::Unavailable, || format!("cannot write {}", file.display()))?,
        None => {
            use std::io::Write as _;
            std::io::stdout().lock().write_all(bytes).or_error(ErrorKind::Unavailable, || "stdout is closed".to_owned())?;
        }
    }
    Ok(0)
}

fn print_imported(imported: &ImportResult, json: bool, language: Language) -> Result<u8> {
    if json {
        output::print_json(imported)?;
    } else if imported.cell_errors.is_empty() {
        output::print_line(&format!("{}\tv{}\t{}", output::sanitize_terminal(&imported.decision), imported.version, imported.targets))?;
        imported.changes.iter().try_for_each(|change| output::print_line(&output::sanitize_terminal(change)))?;
    } else {
        print_wrong_cells(&imported.cell_errors, language)?;
    }
    Ok(if imported.cell_errors.is_empty() { 0 } else { 2 })
}

pub(crate) fn print_wrong_cells(wrong: &[CellError], language: Language) -> Result<()> {
    wrong.iter().try_for_each(|wrong| {
        let problem = translate(language, &wrong.problem);
        output::print_line(&format!("{}!{}\t{}", output::sanitize_terminal(&wrong.sheet), wrong.cell, output::sanitize_terminal(&problem)))
    })
}

fn print_status(status: &RoadmapProgress, language: Language) -> Result<()> {
    let percent = |share: f64| format!("{} %", numbers::format_decimal(share * 100.0, 1));
    let whole = &status.whole;
    output::print_line(&format!(
        "{} v{} ({}): {}/{} = {}, {}",
        output::sanitize_terminal(&status.decision),
        status.version,
        status.as_of.format_dmy(),
        numbers::format_decimal(whole.done_pages, 0),
        numbers::format_decimal(whole.target_pages, 0),
        percent(whole.share_done),
        percent(whole.share_elapsed),
    ))?;
    for line in &status.targets {
        let finish = line.finish.map_or_else(|| "—".to_owned(), |finish| finish.day.format_dmy());
        output::print_line(&format!(
            "{}\t{}\t{}\t{}/{} {}\t{}\t{finish}\t{}",
            output::sanitize_terminal(&line.code),
            output::sanitize_terminal(&line.unit),
            code_label(language, "line-state", line.state.as_str()),
            numbers::format_decimal(line.done, 1),
            numbers::format_decimal(line.quantity, 1),
            code_label(language, "measure", line.measure.as_str()),
            percent(line.share_done),
            line.deadline.format_dmy(),
        ))?;
    }
    Ok(())
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

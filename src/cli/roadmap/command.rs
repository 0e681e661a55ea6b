//! `sohoa roadmap …`

use crate::global_args::GlobalArgs;
use crate::operator::{local_operator, resolve_author};
use crate::output::{self, print_wrong_cells, write_output};
use crate::roadmap::lots::LotCommand;
use crate::roadmap::one_stop_cases::CasesCommand;
use crate::startup::current_program;
use clap::{Args, Subcommand};
use sohoa_base::error::Result;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::calendar::Day;
use sohoa_base::text::numbers;
use sohoa_services::archive::Archive;
use sohoa_services::reports::format::ReportFormat;
use sohoa_services::reports::registry::{DEFAULT_REPORT, describe_reports, find_report};
use sohoa_services::reports::request::ReportRequest;
use sohoa_services::roadmap::forecast;
use sohoa_services::roadmap::one_stop;
use sohoa_services::roadmap::plan_workbook;
use sohoa_services::roadmap::plan_workbook::{AdjustmentReason, ImportResult};
use sohoa_services::roadmap::progress;
use sohoa_services::roadmap::progress::RoadmapProgress;
use sohoa_services::roadmap::targets;
use sohoa_texts::Language;
use sohoa_texts::code_labels::code_label;
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
        /// Which report.
        #[arg(long, default_value = DEFAULT_REPORT, help = format!("Which report: {}", describe_reports()))]
        form: String,
        /// File format.
        #[arg(long, default_value = ReportFormat::Docx.name(), help = ReportFormat::list_names())]
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

fn parse_day(text: &str) -> std::result::Result<Day, String> {
    Day::parse(text).ok_or_else(|| format!("{text:?} is no day; write 31/12/2027"))
}

impl Roadmap {
    /// Executes the command and returns the exit code: 2 where a workbook has wrong cells.
    ///
    /// # Errors
    /// As the functions of [`tracking`], [`one_stop`], [`writer`] and [`sohoa_services::roadmap::lots`].
    pub async fn execute(&self, global: &GlobalArgs) -> Result<u8> {
        let config = global.load_config(toml::Table::new())?;
        let language = Language::from_code(&config.language);
        match &self.command {
            RoadmapCommand::Template { file } => return write_output(Some(file), &plan_workbook::template()?),
            RoadmapCommand::Cases { what: CasesCommand::Template { file } } => return write_output(Some(file), &one_stop::template()?),
            _ => {}
        }
        let archive = Archive::open(config, &current_program()?).await?;
        let units = |unit: &Option<String>| unit.as_ref().map_or(UnitScope::All, |unit| UnitScope::Only([unit.clone()].into()));
        match &self.command {
            RoadmapCommand::Template { .. } => Ok(0),
            RoadmapCommand::Import { file, dry_run, decision, reason, by } => {
                let author = resolve_author(by.as_ref())?;
                let reason = AdjustmentReason { decision, text: reason };
                let imported = plan_workbook::import(&archive, &author, file, reason, *dry_run, language).await?;
                print_imported(&imported, global.json)
            }
            RoadmapCommand::Export { file, decision } => {
                write_output(Some(file), &plan_workbook::export(&archive, decision.as_deref()).await?)
            }
            RoadmapCommand::Status { unit } => {
                let all = progress::load_progress(&archive, &units(unit)).await?;
                if global.json {
                    return output::print_json(&all).map(|()| 0);
                }
                all.iter().try_for_each(|status| print_status(status, language))?;
                Ok(0)
            }
            RoadmapCommand::Attach { run, line, by } => {
                let by = local_operator(by.as_ref())?;
                targets::attach_run(&archive, &by, run, line.as_deref()).await?;
                Ok(0)
            }
            RoadmapCommand::WhatIf { line, factor, deadline } => {
                let found = forecast::what_if(&archive, &UnitScope::All, line, *factor, *deadline).await?;
                output::print_json(&found).map(|()| 0)
            }
            RoadmapCommand::Report { form, format, output, decision, unit, from, to } => {
                let (report, units) = (find_report(form)?, units(unit));
                let request = ReportRequest { units: &units, decision: decision.as_deref(), from: *from, to: *to };
                write_output(output.as_deref(), &report.write(&archive, &request, ReportFormat::from_name(format)?, language).await?)
            }
            RoadmapCommand::Cases { what } => what.execute(&archive, global.json, language).await,
            RoadmapCommand::Lot { what, by } => what.execute(&archive, &local_operator(by.as_ref())?, global.json, language).await,
        }
    }
}

fn print_imported(imported: &ImportResult, json: bool) -> Result<u8> {
    if json {
        output::print_json(imported)?;
    } else if imported.cell_errors.is_empty() {
        output::print_line(&format!("{}\tv{}\t{}", output::sanitize_terminal(&imported.decision), imported.version, imported.targets))?;
        imported.changes.iter().try_for_each(|change| output::print_line(&output::sanitize_terminal(change)))?;
    } else {
        print_wrong_cells(&imported.cell_errors)?;
    }
    Ok(if imported.cell_errors.is_empty() { 0 } else { 2 })
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

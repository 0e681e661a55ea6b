//! Arguments that `run` and `submit` share.

use crate::operator::local_operator;
use clap::Args;
use sohoa_base::error::Result;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::pipeline_plan::PipelinePlan;
use sohoa_base::model::roadmap::attachment::AttachmentSource;
use sohoa_services::archive::Archive;
use sohoa_services::roadmap::targets;
use sohoa_services::runs::execution::{DeliveryRequest, Receipt};
use std::path::PathBuf;

/// What makes a batch: arguments of `run` and `submit`.
#[derive(Debug, Args)]
pub struct BatchArgs {
    /// Folders, files or archives with scans.
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Pipeline file [default: the built-in administrative.toml].
    #[arg(long, value_name = "FILE")]
    pub pipeline: Option<PathBuf>,
    /// Code of the unit or fonds that delivers.
    #[arg(long, value_name = "CODE")]
    pub unit: Option<String>,
    /// Line of the roadmap to which it belongs [default: the one whose dossiers' codes begin like the first one's].
    #[arg(long, value_name = "LINE")]
    pub line: Option<String>,
    /// Priority, from -100 to 100: tasks of a run with a higher one begin first [default: 0].
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub priority: Option<i64>,
}

impl BatchArgs {
    /// Checks that the named target belongs to the unit, before any file is received.
    pub(super) async fn check_target(&self, archive: &Archive) -> Result<()> {
        let Some(line) = &self.line else { return Ok(()) };
        let unit = UnitScope::Only([archive.config.unit.clone()].into());
        targets::authorized_target(archive, &unit, line).await.map(|_| ())
    }

    pub(super) async fn attach_to_target(&self, archive: &Archive, receipt: &mut Receipt) -> Result<()> {
        let Some(line) = &self.line else { return Ok(()) };
        targets::attach_run(archive, &local_operator(None)?, &receipt.batch, Some(line)).await?;
        (receipt.attachment.target, receipt.attachment.source) = (Some(line.clone()), Some(AttachmentSource::Person));
        Ok(())
    }

    /// What these arguments deliver to the archive, with the text and the plan of a pipeline.
    pub(super) fn request<'a>(&'a self, archive: &'a Archive, pipeline: &'a str, plan: &'a PipelinePlan) -> DeliveryRequest<'a> {
        DeliveryRequest { unit: &archive.config.unit, inputs: &self.inputs, pipeline, plan, priority: self.priority }
    }

    /// These arguments as settings.
    pub(super) fn config_overrides(&self) -> toml::Table {
        let mut flags = toml::Table::new();
        if let Some(unit) = &self.unit {
            flags.insert("unit".to_owned(), unit.clone().into());
        }
        if let Some(file) = &self.pipeline {
            flags.insert("pipeline".to_owned(), file.to_string_lossy().into_owned().into());
        }
        flags
    }
}

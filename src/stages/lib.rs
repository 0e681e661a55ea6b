//! The stages of a pipeline: one file each, in one table.
//!
//! A stage reads, computes and **returns changes**; it never touches the catalogue, and this crate cannot name it. A new
//! stage is its file, its row in [`STAGES`] and its label in `sohoa_texts::code_labels`; then a pipeline file can name it.

pub mod classify;
pub mod delivery_list;
pub mod deposit;
pub mod describe;
pub mod document_description;
pub mod intake;
pub mod object_names;
pub mod originals;
pub mod package;
pub mod read;
pub mod reading_cache;
pub mod readings;
pub mod recent_readings;
pub mod record_builder;
pub mod record_json;
pub mod review;
pub mod separate;
pub mod stage;

use stage::PipelineEntry;

/// Every stage and option group that a pipeline file can name, in the usual order.
pub static STAGES: &[PipelineEntry] = &[
    PipelineEntry::Stage(&intake::Intake),
    PipelineEntry::Options(&read::PREPARE),
    PipelineEntry::Stage(&read::Read),
    PipelineEntry::Stage(&separate::Separate),
    PipelineEntry::Stage(&classify::Classify),
    PipelineEntry::Stage(&describe::Describe),
    PipelineEntry::Stage(&review::Review),
    PipelineEntry::Stage(&package::Package),
    PipelineEntry::Stage(&deposit::Deposit),
];

/// Stages of earlier versions that pipeline files and stored plans may still name. They have no effect: the search index follows the
/// event log.
pub const RETIRED_STAGES: &[&str] = &["index"];

/// The stage or option group called `name`.
#[must_use]
pub fn by_name(name: &str) -> Option<PipelineEntry> {
    STAGES.iter().copied().find(|entry| entry.name() == name)
}

//! The stages of a pipeline: one file each, one table.
//!
//! A stage reads, computes and **returns changes**; it never touches the catalogue. A new stage is its file,
//! its row in [`STAGES`] and a line in a pipeline.

pub mod classify;
pub mod delivery_list;
pub mod deposit;
pub mod describe;
pub mod index;
pub mod intake;
pub mod object_names;
pub mod originals;
pub mod package;
pub mod prepare;
pub mod read;
pub mod reading_cache;
pub mod readings;
pub mod record_builder;
pub mod review;
pub mod separate;
pub mod stage;

/// Every stage there is.
pub static STAGES: [&dyn stage::Stage; 10] = [
    &intake::Intake,
    &prepare::Prepare,
    &read::Read,
    &separate::Separate,
    &classify::Classify,
    &describe::Describe,
    &review::Review,
    &package::Package,
    &deposit::Deposit,
    &index::Index,
];

/// The stage called `name`.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn stage::Stage> {
    STAGES.iter().copied().find(|stage| stage.name() == name)
}

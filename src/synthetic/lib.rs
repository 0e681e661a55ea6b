//! Invented dossiers as realistic scans, drawn from a seed.
//!
//! [`generate`] writes the sample dossiers; [`degradation::presets::degrade_page`] applies several
//! [`degradation::effects`] to any page image.

pub mod degradation;
pub mod ground_truth;
pub mod page;
pub mod page_files;
pub mod personal_data_page;
pub mod random;
mod sample_dossiers;
pub mod separators;
pub mod stamps;

pub use sample_dossiers::generate;

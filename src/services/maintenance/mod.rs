//! Maintenance: checks of the installation, models, fixity, rebuild, training.

pub mod doctor;
pub mod model_download;
pub mod rebuild;
pub mod training;
pub mod verify;

//! Maintenance: checks of the installation, models, fixity, rebuild, training.

pub mod doctor;
pub mod index_follower;
pub mod model_download;
pub mod rebuild;
pub mod training;
pub mod verify;

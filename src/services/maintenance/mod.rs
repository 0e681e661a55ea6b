//! Maintenance: checks of the installation, models, fixity, rebuild, training.

pub mod backup;
pub mod doctor;
pub mod event_log;
pub mod index_follower;
pub mod leftovers;
pub mod log_followers;
pub mod model_download;
pub mod rebuild;
pub mod training;
pub mod verify;

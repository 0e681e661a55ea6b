//! Whole courses of work through the real binary, one subject a file.

mod audit;
mod batch_control;
mod evaluation;
mod failed_tasks;
mod idle_transaction;
mod instances;
mod intake;
mod leftovers;
mod rebuild;
mod review;
mod roadmap;
mod round_trip;
mod run_status;
mod scan_quality;
pub(crate) mod secrecy;
mod separation;
mod servers;
mod withholding;

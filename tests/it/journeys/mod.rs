//! Whole courses of work through the real binary, one subject a file.

mod batch_control;
mod evaluation;
mod failed_tasks;
mod intake;
mod review;
mod roadmap;
mod round_trip;
mod scan_quality;
mod secrecy;
mod separation;
mod servers;
mod withholding;

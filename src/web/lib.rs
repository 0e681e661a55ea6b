//! HTTP: an API under `/api`, and pages on top of it that can do nothing more.
//!
//! Every route stands in one table with what it asks of the caller ([`routes::ROUTES`]); what is not in it does not answer.

mod api;
mod auth_middleware;
mod locale;
mod metrics;
mod openapi;
mod pages;
mod problem;
mod rate_limits;
pub mod routes;
pub mod server;
mod sse;
mod tus;

//! HTTP server: an API under `/api`, and pages on top of it that can do nothing that the API cannot.
//!
//! Every route is added together with the access that it needs ([`access::Access`]); a path without one gets 404.

pub mod access;
mod api;
mod auth_middleware;
mod background;
mod background_health;
mod connections;
mod cookies;
mod guarded_router;
mod locale;
mod metrics;
mod openapi;
mod pages;
mod problem;
mod rate_limits;
mod route_paths;
pub mod server;
mod sse;
mod state;
mod tus;

//! Pages for browsers, made on the server; what changes anything goes through the API, so that a page can do nothing more.
//!
//! A page is a plain function of what the desk tells and of a [`view::View`]: who looks, and in which language.

mod administration;
pub(super) mod assets;
mod docs;
mod elsewhere;
mod entry;
mod failures;
mod home;
mod layout;
mod lots;
mod one_stop;
mod parts;
mod pipelines;
pub(super) mod problem;
mod public;
mod records;
mod review;
mod roadmap;
mod runs;
mod search;
mod timeline;
mod uploads;
pub(super) mod view;

use crate::server::AppState;
use axum::Router;
use axum::routing::get;

/// Every page; see [`crate::routes::ROUTES`] for who may open which.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(home::home))
        .route("/assets/{name}", get(assets::asset))
        .route("/sign-in", get(entry::sign_in))
        .route("/sign-in/oidc", get(elsewhere::begin_login))
        .route("/sign-in/oidc/callback", get(elsewhere::finish_login))
        .route("/setup", get(entry::set_up))
        .route("/account", get(entry::account))
        .route("/language/{code}", get(view::set_language))
        .route("/docs", get(docs::docs))
        .route("/help", get(home::help))
        .route("/plant", get(home::dashboard))
        .route("/uploads", get(uploads::list))
        .route("/uploads/{upload}", get(uploads::show))
        .route("/runs", get(runs::list))
        .route("/runs/{run}", get(runs::show))
        .route("/failures", get(failures::list))
        .route("/roadmap", get(roadmap::roadmap))
        .route("/roadmap/lines/{line}", get(roadmap::target))
        .route("/lots/{lot}", get(lots::lot))
        .route("/review", get(review::list))
        .route("/review/{document}", get(review::show))
        .route("/search", get(search::search))
        .route("/records", get(records::list))
        .route("/records/{dossier}", get(records::dossier))
        .route("/documents/{document}", get(records::document))
        .route("/documents/{document}/public", get(public::document))
        .route("/people", get(administration::people))
        .route("/keys", get(administration::keys))
        .route("/pipelines", get(pipelines::pipelines))
        .route("/audit", get(administration::audit))
}

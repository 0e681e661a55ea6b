//! Pages for browsers, made on the server; what changes anything goes through the API, so that a page can do nothing more.
//!
//! A page is a plain function of what the desk tells and of a [`view::View`]: who looks, and in which language.

pub(crate) mod accounts;
pub(crate) mod api_docs;
pub(crate) mod batches;
pub(crate) mod documents;
mod home;
pub(crate) mod roadmap;
pub(crate) mod ui;

use crate::server::AppState;
use axum::Router;
use axum::routing::get;

/// Every page; see [`crate::routes::ROUTES`] for who may open which.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/", get(home::home))
        .route("/assets/{name}", get(ui::assets::asset))
        .route("/sign-in", get(accounts::sign_in::sign_in))
        .route("/sign-in/oidc", get(accounts::oidc::begin_login))
        .route("/sign-in/oidc/callback", get(accounts::oidc::finish_login))
        .route("/setup", get(accounts::sign_in::set_up))
        .route("/account", get(accounts::sign_in::account))
        .route("/language/{code}", get(ui::page_context::set_language))
        .route("/docs", get(api_docs::docs))
        .route("/help", get(home::help))
        .route("/plant", get(home::dashboard))
        .route("/uploads", get(batches::uploads::list))
        .route("/uploads/{upload}", get(batches::uploads::show))
        .route("/runs", get(batches::runs::list))
        .route("/runs/{run}", get(batches::runs::show))
        .route("/failures", get(batches::failures::list))
        .route("/roadmap", get(roadmap::overview::roadmap))
        .route("/roadmap/lines/{line}", get(roadmap::overview::target))
        .route("/lots/{lot}", get(roadmap::lots::lot))
        .route("/review", get(documents::review::list))
        .route("/review/{document}", get(documents::review::show))
        .route("/search", get(documents::search::search))
        .route("/records", get(documents::records::list))
        .route("/records/{dossier}", get(documents::records::dossier))
        .route("/documents/{document}", get(documents::records::document))
        .route("/documents/{document}/public", get(documents::redaction_preview::document))
        .route("/people", get(accounts::administration::people))
        .route("/keys", get(accounts::administration::keys))
        .route("/pipelines", get(batches::pipelines::pipelines))
        .route("/audit", get(accounts::administration::audit))
}

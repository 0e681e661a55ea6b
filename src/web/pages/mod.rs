//! Pages for browsers, rendered on the server. Changes go through the API, so a page can do nothing that the API cannot.
//!
//! A page is a function of the answers of the services and of a [`ui::page_context::PageContext`]: user and language.

pub(crate) mod accounts;
pub(crate) mod api_docs;
pub(crate) mod batches;
pub(crate) mod documents;
mod help;
mod home;
pub(crate) mod roadmap;
pub(crate) mod ui;

use crate::access::Access::{Needs, Public, SignedIn};
use crate::guarded_router::GuardedRouter;
use crate::route_paths::{ASSET, OIDC, OIDC_CALLBACK};
use sohoa_base::model::account::Right::{Administer, Audit, ManageQuarantine, ManageRuns, Monitor, Read, Review, Upload};
use utoipa::openapi::OpenApi;

/// Every page with the access that it needs.
pub(super) fn routes() -> GuardedRouter {
    GuardedRouter::new(OpenApi::default())
        .page(SignedIn, "/", home::home)
        .page(Public, ASSET, ui::assets::asset)
        .page(Public, "/sign-in", accounts::sign_in::sign_in)
        .page(Public, OIDC, accounts::oidc::begin_login)
        .page(Public, OIDC_CALLBACK, accounts::oidc::finish_login)
        .page(Public, "/setup", accounts::sign_in::set_up)
        .page(SignedIn, "/account", accounts::sign_in::account)
        .page(Public, "/language/{code}", ui::page_context::set_language)
        .page(SignedIn, "/docs", api_docs::docs)
        .page(SignedIn, "/help", help::help)
        .page(Needs(ManageRuns), "/plant", batches::dashboard::dashboard)
        .page(Needs(Upload), "/uploads", batches::uploads::list)
        .page(Needs(Upload), "/uploads/{upload}", batches::uploads::show)
        .page(Needs(Monitor), "/runs", batches::runs::list)
        .page(Needs(Monitor), "/runs/{run}", batches::runs::show)
        .page(Needs(Monitor), "/failures", batches::failures::list)
        .page(Needs(Monitor), "/roadmap", roadmap::overview::roadmap)
        .page(Needs(Monitor), "/roadmap/lines/{line}", roadmap::target::target)
        .page(Needs(Monitor), "/lots/{lot}", roadmap::lots::lot)
        .page(Needs(Review), "/review", documents::review::list)
        .page(Needs(Review), "/review/{document}", documents::review::show)
        .page(Needs(ManageQuarantine), "/quarantine", documents::quarantine::list)
        .page(Needs(Read), "/search", documents::search::search)
        .page(Needs(Read), "/records", documents::records::list)
        .page(Needs(Read), "/records/{dossier}", documents::records::dossier)
        .page(Needs(Read), "/documents/{document}", documents::records::document)
        .page(Needs(Read), "/documents/{document}/public", documents::redaction_preview::document)
        .page(Needs(Administer), "/people", accounts::administration::people)
        .page(SignedIn, "/keys", accounts::administration::keys)
        .page(Needs(Administer), "/pipelines", batches::pipelines::pipelines)
        .page(Needs(Audit), "/audit", accounts::administration::audit)
}

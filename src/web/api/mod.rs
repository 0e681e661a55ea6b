//! The API: one file for each subject.

pub(crate) mod accounts;
pub(crate) mod documents;
pub(super) mod failures;
pub(super) mod lots;
mod pipelines;
mod quarantine;
pub(super) mod response_bodies;
pub(super) mod review;
pub(super) mod roadmap;
pub(super) mod runs;
mod uploads;

use crate::access::Access::{Needs, Public, SignedIn};
use crate::guarded_router::GuardedRouter;
use crate::tus;
use sohoa_base::model::account::Right::{Administer, Audit, ManageQuarantine, ManageRuns, Monitor, Read, Review, Upload};
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::routes;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(title = "sohoa", description = "Document digitisation for archives", license(name = "Apache-2.0")),
    modifiers(&Security),
    security(("key" = []), ("session" = []))
)]
struct ApiDocument;

struct Security;

impl utoipa::Modify for Security {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("key", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()));
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::cookies::SESSION_COOKIE))));
    }
}

/// Every route of the API with the access that it needs, but for [`streaming_routes`].
pub(super) fn routes() -> GuardedRouter {
    GuardedRouter::new(ApiDocument::openapi())
        .api(Public, routes!(accounts::session::set_up))
        .api(SignedIn, routes!(accounts::session::me, accounts::session::sign_out))
        .api(Public, routes!(accounts::session::sign_in))
        .api(SignedIn, routes!(accounts::session::renew))
        .api(SignedIn, routes!(accounts::session::change_password))
        .api(SignedIn, routes!(accounts::session::list))
        .api(SignedIn, routes!(accounts::session::end))
        .api(SignedIn, routes!(accounts::totp::begin, accounts::totp::confirm, accounts::totp::end))
        .api(Needs(Administer), routes!(accounts::totp::reset))
        .api(Needs(Administer), routes!(accounts::users::people, accounts::users::add))
        .api(Needs(Administer), routes!(accounts::users::change))
        .api(Needs(Administer), routes!(accounts::users::reset_password))
        .api(Needs(Administer), routes!(accounts::users::tokens_of))
        .api(Needs(Administer), routes!(accounts::users::end_token_of))
        .api(SignedIn, routes!(accounts::users::tokens, accounts::users::add_token))
        .api(SignedIn, routes!(accounts::users::end_token))
        .api(Needs(Audit), routes!(accounts::users::audit))
        .api(Needs(Monitor), routes!(runs::list))
        .api(Needs(Monitor), routes!(runs::show))
        .api(Needs(ManageRuns), routes!(runs::pause))
        .api(Needs(ManageRuns), routes!(runs::resume))
        .api(Needs(ManageRuns), routes!(runs::cancel))
        .api(Needs(ManageRuns), routes!(runs::retry))
        .api(Needs(ManageRuns), routes!(runs::priority))
        .api(Needs(Monitor), routes!(runs::events))
        .api(Needs(Monitor), routes!(runs::overview))
        .api(Needs(Monitor), routes!(runs::timeline))
        .api(Needs(Monitor), routes!(failures::list))
        .api(Needs(Monitor), routes!(failures::groups))
        .api(Needs(Monitor), routes!(failures::tasks))
        .api(Needs(Monitor), routes!(failures::picture))
        .api(Needs(Monitor), routes!(runs::plant))
        .api(Needs(Monitor), routes!(crate::sse::live))
        .api(Needs(Review), routes!(review::list))
        .api(Needs(Review), routes!(review::show, review::decide))
        .api(Needs(Review), routes!(review::hold, review::let_go))
        .api(Needs(ManageQuarantine), routes!(quarantine::list))
        .api(Needs(ManageQuarantine), routes!(quarantine::release))
        .api(Needs(ManageQuarantine), routes!(quarantine::remove))
        .api(Needs(Upload), routes!(uploads::list, uploads::open))
        .api(Needs(Upload), routes!(uploads::show, uploads::expect, uploads::withdraw))
        .api(Needs(Upload), routes!(uploads::start))
        .api(Needs(Upload), routes!(uploads::choose_target))
        .api(Needs(Read), routes!(documents::records::search))
        .api(Needs(Read), routes!(documents::records::list))
        .api(Needs(Read), routes!(documents::records::show))
        .api(Needs(Read), routes!(documents::records::document))
        .api(Needs(Read), routes!(documents::records::public))
        .api(Needs(Read), routes!(documents::page_images::picture))
        .api(Needs(Read), routes!(documents::page_images::words))
        .api(Needs(Administer), routes!(pipelines::list))
        .api(Needs(Administer), routes!(pipelines::check))
        .api(Needs(Administer), routes!(pipelines::try_out))
        .api(Needs(Read), routes!(documents::saved_searches::list, documents::saved_searches::keep))
        .api(Needs(Read), routes!(documents::saved_searches::forget))
        .api(SignedIn, routes!(documents::list_export::list))
        .api(Needs(Read), routes!(documents::iiif::manifest))
        .api(Needs(Monitor), routes!(roadmap::status))
        .api(Needs(Monitor), routes!(roadmap::export))
        .api(Needs(Monitor), routes!(roadmap::template))
        .api(Needs(Monitor), routes!(roadmap::report))
        .api(Needs(Monitor), routes!(roadmap::cases_template))
        .api(Needs(Monitor), routes!(roadmap::target))
        .api(Needs(Monitor), routes!(roadmap::what_if))
        .api(Needs(ManageRuns), routes!(roadmap::attach))
        .api(Needs(Monitor), routes!(lots::list))
        .api(Needs(ManageRuns), routes!(lots::open))
        .api(Needs(Monitor), routes!(lots::show))
        .api(Needs(Monitor), routes!(lots::changes))
        .api(Needs(ManageRuns), routes!(lots::look_at))
        .api(Needs(ManageRuns), routes!(lots::judge))
        .api(Needs(ManageRuns), routes!(lots::reworked))
        .api(Needs(Monitor), routes!(lots::minutes))
        .api(Needs(Read), routes!(documents::iiif::text))
        .api(Needs(Read), routes!(documents::iiif::search))
}

/// Routes whose bodies are files: without the usual limits of body size and time.
pub(super) fn streaming_routes() -> GuardedRouter {
    GuardedRouter::new(OpenApi::default())
        .api(Needs(Upload), routes!(uploads::files, tus::options, tus::create))
        .api(Needs(Upload), routes!(uploads::file, tus::head, tus::patch, tus::remove))
        .api(Needs(Review), routes!(review::replace))
        .api(Needs(Administer), routes!(roadmap::import))
        .api(Needs(Upload), routes!(roadmap::cases))
}

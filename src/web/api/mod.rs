//! The API: one file for each subject.

pub(crate) mod accounts;
pub(crate) mod documents;
pub(super) mod failures;
pub(super) mod lots;
mod pipelines;
pub(super) mod review;
pub(super) mod roadmap;
pub(super) mod runs;
mod uploads;

use crate::server::AppState;
use crate::tus;
use utoipa::OpenApi;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(OpenApi)]
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
        components.add_security_scheme(
            "session",
            SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::auth_middleware::SESSION_COOKIE))),
        );
    }
}

/// Every route of the API.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(ApiDocument::openapi())
        .routes(routes!(accounts::session::set_up))
        .routes(routes!(accounts::session::me, accounts::session::sign_in, accounts::session::sign_out))
        .routes(routes!(accounts::session::change_password))
        .routes(routes!(accounts::totp::begin, accounts::totp::confirm, accounts::totp::end))
        .routes(routes!(accounts::totp::reset))
        .routes(routes!(accounts::users::people, accounts::users::add))
        .routes(routes!(accounts::users::change))
        .routes(routes!(accounts::users::reset_password))
        .routes(routes!(accounts::users::tokens, accounts::users::add_token))
        .routes(routes!(accounts::users::end_token))
        .routes(routes!(accounts::users::audit))
        .routes(routes!(runs::list))
        .routes(routes!(runs::show))
        .routes(routes!(runs::pause))
        .routes(routes!(runs::resume))
        .routes(routes!(runs::cancel))
        .routes(routes!(runs::retry))
        .routes(routes!(runs::priority))
        .routes(routes!(runs::events))
        .routes(routes!(runs::overview))
        .routes(routes!(runs::timeline))
        .routes(routes!(failures::list))
        .routes(routes!(failures::groups))
        .routes(routes!(failures::picture))
        .routes(routes!(runs::plant))
        .routes(routes!(crate::sse::live))
        .routes(routes!(review::list))
        .routes(routes!(review::show, review::decide))
        .routes(routes!(review::hold, review::let_go))
        .routes(routes!(uploads::list, uploads::open))
        .routes(routes!(uploads::show, uploads::expect, uploads::withdraw))
        .routes(routes!(uploads::start))
        .routes(routes!(uploads::choose_line))
        .routes(routes!(documents::records::search))
        .routes(routes!(documents::records::list))
        .routes(routes!(documents::records::show))
        .routes(routes!(documents::records::document))
        .routes(routes!(documents::records::public))
        .routes(routes!(documents::page_images::picture))
        .routes(routes!(documents::page_images::words))
        .routes(routes!(pipelines::list))
        .routes(routes!(pipelines::check))
        .routes(routes!(pipelines::try_out))
        .routes(routes!(documents::saved_searches::list, documents::saved_searches::keep))
        .routes(routes!(documents::saved_searches::forget))
        .routes(routes!(documents::list_export::list))
        .routes(routes!(documents::iiif::manifest))
        .routes(routes!(roadmap::status))
        .routes(routes!(roadmap::export))
        .routes(routes!(roadmap::template))
        .routes(routes!(roadmap::report))
        .routes(routes!(roadmap::cases_template))
        .routes(routes!(roadmap::line))
        .routes(routes!(roadmap::what_if))
        .routes(routes!(roadmap::attach))
        .routes(routes!(lots::list, lots::open))
        .routes(routes!(lots::show))
        .routes(routes!(lots::changes))
        .routes(routes!(lots::look_at))
        .routes(routes!(lots::judge))
        .routes(routes!(lots::reworked))
        .routes(routes!(lots::minutes))
        .routes(routes!(documents::iiif::text))
        .routes(routes!(documents::iiif::search))
}

/// Routes whose requests bring the bytes of scans: they are as long as a file may be, and take as long as the line wants.
pub(super) fn streaming_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(uploads::files, tus::options, tus::create))
        .routes(routes!(uploads::file, tus::head, tus::patch, tus::remove))
        .routes(routes!(review::replace))
        .routes(routes!(roadmap::import))
        .routes(routes!(roadmap::cases))
}

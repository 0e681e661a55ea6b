//! The API: one file for each subject.

pub(super) mod accounts;
pub(super) mod failures;
pub(super) mod lots;
mod pictures;
mod pipelines;
mod records;
pub(super) mod review;
pub(super) mod roadmap;
pub(super) mod runs;
mod searches;
pub(super) mod session;
mod tables;
pub(super) mod two_steps;
mod uploads;
mod viewers;

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
        components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(super::guard::SESSION_COOKIE))));
    }
}

/// Every route of the API.
pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(ApiDocument::openapi())
        .routes(routes!(session::set_up))
        .routes(routes!(session::me, session::sign_in, session::sign_out))
        .routes(routes!(session::change_password))
        .routes(routes!(two_steps::begin, two_steps::confirm, two_steps::end))
        .routes(routes!(two_steps::reset))
        .routes(routes!(accounts::people, accounts::add))
        .routes(routes!(accounts::change))
        .routes(routes!(accounts::reset_password))
        .routes(routes!(accounts::tokens, accounts::add_token))
        .routes(routes!(accounts::end_token))
        .routes(routes!(accounts::audit))
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
        .routes(routes!(super::live::live))
        .routes(routes!(review::list))
        .routes(routes!(review::show, review::decide))
        .routes(routes!(review::hold, review::let_go))
        .routes(routes!(uploads::list, uploads::open))
        .routes(routes!(uploads::show, uploads::expect, uploads::withdraw))
        .routes(routes!(uploads::start))
        .routes(routes!(uploads::choose_line))
        .routes(routes!(records::search))
        .routes(routes!(records::list))
        .routes(routes!(records::show))
        .routes(routes!(records::document))
        .routes(routes!(records::public))
        .routes(routes!(pictures::picture))
        .routes(routes!(pictures::words))
        .routes(routes!(pipelines::list))
        .routes(routes!(pipelines::check))
        .routes(routes!(pipelines::try_out))
        .routes(routes!(searches::list, searches::keep))
        .routes(routes!(searches::forget))
        .routes(routes!(tables::list))
        .routes(routes!(viewers::manifest))
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
        .routes(routes!(viewers::text))
        .routes(routes!(viewers::search))
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

//! What a browser is shown where a page cannot be.

use crate::pages::ui::components::encoded;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::ProblemBody;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use sohoa_texts::labels::Word;

/// The page in place of a problem; who has not signed in is led to where that is done.
pub(crate) fn problem_page(view: &PageContext, body: &ProblemBody) -> Response {
    let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status == StatusCode::UNAUTHORIZED {
        return Redirect::to(&format!("/sign-in?to={}", encoded(&view.url))).into_response();
    }
    let name = body.kind.rsplit(':').next().unwrap_or_default();
    let title = view.code_label("problem", name);
    let shown = render_page(
        view,
        title,
        &[],
        &html! {
            section class="problem" {
                h1 { (title) }
                p { (body.detail) }
                p { a href="/" { (view.label(Word::Home)) } }
            }
        },
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], shown.into_string()).into_response()
}

//! Page for a problem.

use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::ProblemBody;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_texts::labels::Label;

/// The page in place of a problem; a user who is not signed in is redirected to the sign-in page.
pub(crate) fn problem_page(view: &PageContext, body: &ProblemBody) -> Response {
    let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if status == StatusCode::UNAUTHORIZED {
        return Redirect::to(&format!("/sign-in?to={}", encode_segment(&view.url))).into_response();
    }
    let name = body.kind.rsplit(':').next().unwrap_or_default();
    let title = view.code_label("problem", name);
    let page = render_page(
        view,
        title,
        &[],
        &html! {
            section class="problem" {
                h1 { (title) }
                p { (body.detail) }
                p { a href="/" { (view.label(Label::Home)) } }
            }
        },
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.into_string()).into_response()
}

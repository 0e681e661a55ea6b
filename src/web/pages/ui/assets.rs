//! Scripts and styles, as bundled into the program.

use crate::problem::{PathParams, Problem};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use sohoa_base::messages::requests;

mod bundled {
    #![allow(missing_docs, clippy::redundant_pub_crate, reason = "written by the build")]
    include!(concat!(env!("OUT_DIR"), "/assets.rs"));
}

pub(crate) use bundled::{
    BURN_UP_JS, CONSOLE_CSS, CONSOLE_JS, HASH_WORKER_JS, PAGE_VIEW_JS, PIPELINES_JS, PLAN_JS, REVIEW_JS, RUN_TIMELINE_JS, SAMPLE_JS,
    UPLOAD_JS,
};

/// One file. Its name contains a hash of its content, so browsers may cache it forever.
pub(crate) async fn asset(PathParams(name): PathParams<String>) -> Result<Response, Problem> {
    let found = bundled::FILES.iter().find(|(known, _)| *known == name);
    let (_, bytes) = found.ok_or_else(requests::address_unknown)?;
    let kind = if name.ends_with(".css") { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
    let keep = "public, max-age=31536000, immutable";
    Ok(([(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, keep)], *bytes).into_response())
}

//! Errors as RFC 9457 problems.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sohoa_base::error::{Error, ErrorKind};
use std::time::Duration;

/// What is answered instead.
#[derive(Debug)]
pub(super) enum Problem {
    /// The house's error.
    Error(Error),
    /// Nobody has said who asks.
    Unauthenticated,
    /// What a protocol says with a status of its own: the status, a stable word, and what is wrong here.
    Protocol(StatusCode, &'static str, String),
    /// Name and password are right; a code is needed too.
    MfaRequired,
    /// Asked too often; how long to wait.
    RateLimited(Duration),
}

/// The answer's body (RFC 9457).
#[derive(Debug, Clone, Serialize, schemars::JsonSchema)]
pub(super) struct ProblemBody {
    /// `urn:sohoa:problem:` and the error's kind.
    #[serde(rename = "type")]
    pub(super) kind: String,
    /// The kind in words.
    title: String,
    /// The HTTP status.
    pub(super) status: u16,
    /// What is wrong here, and the next step.
    pub(super) detail: String,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

macro_rules! from_rejections {
    ($($rejection:ty),*) => { $(
        impl From<$rejection> for Problem {
            fn from(rejection: $rejection) -> Self {
                Self::Error(Error::invalid(rejection.body_text()))
            }
        }
    )* };
}

from_rejections!(JsonRejection, PathRejection, QueryRejection);

fn status_of(kind: ErrorKind) -> (StatusCode, &'static str) {
    match kind {
        ErrorKind::Invalid => (StatusCode::BAD_REQUEST, "invalid"),
        ErrorKind::Limit => (StatusCode::TOO_MANY_REQUESTS, "limit"),
        ErrorKind::Denied => (StatusCode::FORBIDDEN, "denied"),
        ErrorKind::NotFound => (StatusCode::NOT_FOUND, "not-found"),
        ErrorKind::Conflict => (StatusCode::CONFLICT, "conflict"),
        ErrorKind::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
        ErrorKind::Corrupt => (StatusCode::INTERNAL_SERVER_ERROR, "corrupt"),
        ErrorKind::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut wait = None;
        let (status, name, detail) = match self {
            Self::MfaRequired => (StatusCode::FORBIDDEN, "code", "give the code that your authenticator app shows".to_owned()),
            Self::RateLimited(time) => {
                let seconds = time.as_secs() + 1;
                wait = Some(seconds);
                let detail = format!("asked too often: wait {seconds} seconds before you try again");
                (StatusCode::TOO_MANY_REQUESTS, "too-often", detail)
            }
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "sign-in", "sign in, or send a key as Authorization: Bearer".to_owned()),
            Self::Protocol(status, name, detail) => (status, name, detail),
            Self::Error(error) => {
                let (status, name) = status_of(error.kind());
                // What broke inside is for the log, not for the caller.
                let detail = if status.is_server_error() {
                    tracing::error!("{}", error.chain());
                    error.context().to_owned()
                } else {
                    error.chain()
                };
                (status, name, detail)
            }
        };
        let body = ProblemBody {
            kind: format!("urn:sohoa:problem:{name}"),
            title: status.canonical_reason().unwrap_or(name).to_owned(),
            status: status.as_u16(),
            detail,
        };
        let mut response = (status, Json(body.clone())).into_response();
        // For a page in its place.
        response.extensions_mut().insert(body);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = wait {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer realm=\"sohoa\""));
        }
        response
    }
}

/// A JSON body; what is none is a problem.
#[derive(Debug, axum::extract::FromRequest)]
#[from_request(via(Json), rejection(Problem))]
pub(super) struct JsonBody<T>(pub(super) T);

/// The query of an address; what cannot be read is a problem.
#[derive(Debug, axum::extract::FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(super) struct QueryParams<T>(pub(super) T);

/// Parts of a path; what cannot be read is a problem.
#[derive(Debug, axum::extract::FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(super) struct PathParams<T>(pub(super) T);

//! Errors as RFC 9457 problems.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sohoa_base::error::{Error, ErrorKind};
use std::time::Duration;

/// Reason for an error response.
#[derive(Debug)]
pub(super) enum Problem {
    /// Error of a service.
    Error(Error),
    /// The request has no valid session or key.
    Unauthenticated,
    /// Error that a protocol answers with its own status: the status, a stable name, the detail.
    Protocol(StatusCode, &'static str, String),
    /// Name and password are right, but a second-factor code is required.
    MfaRequired,
    /// Rate limit exceeded; the time to wait.
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
        ErrorKind::AccessRefused => (StatusCode::SERVICE_UNAVAILABLE, "access-refused"),
        ErrorKind::DependencyMissing => (StatusCode::SERVICE_UNAVAILABLE, "dependency-missing"),
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
                // Internal causes go to the log only.
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
        // `finish_response` translates it, and makes a page of it for browsers.
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

/// JSON body; anything else is answered with a problem.
#[derive(Debug, axum::extract::FromRequest)]
#[from_request(via(Json), rejection(Problem))]
pub(super) struct JsonBody<T>(pub(super) T);

/// Query parameters; a query that cannot be parsed is answered with a problem.
#[derive(Debug, axum::extract::FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(Problem))]
pub(super) struct QueryParams<T>(pub(super) T);

/// Path parameters; a path that cannot be parsed is answered with a problem.
#[derive(Debug, axum::extract::FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(Problem))]
pub(super) struct PathParams<T>(pub(super) T);

//! Errors as RFC 9457 problems.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sohoa_base::error::{Error, ErrorKind};
use sohoa_base::messages::{Message, requests};
use sohoa_texts::Language;
use std::time::Duration;

/// Reason for an error response.
#[derive(Debug)]
pub(super) enum Problem {
    /// Error of a service.
    Error(Error),
    /// The request has no valid session or key.
    Unauthenticated,
    /// Error that a protocol answers with its own status: the status, a stable name, the detail.
    Protocol(StatusCode, &'static str, LocalizedText),
    /// Name and password are right, but a second-factor code is required.
    MfaRequired,
    /// Rate limit exceeded; the time to wait.
    RateLimited(Duration),
}

/// A text in both languages: the reader's is known where the response leaves the server.
#[derive(Debug, Clone)]
pub(super) struct LocalizedText {
    english: String,
    vietnamese: String,
}

impl From<&Message> for LocalizedText {
    fn from(message: &Message) -> Self {
        Self { english: message.text(Language::English), vietnamese: message.text(Language::Vietnamese) }
    }
}

impl From<&Error> for LocalizedText {
    fn from(error: &Error) -> Self {
        Self { english: error.text(Language::English), vietnamese: error.text(Language::Vietnamese) }
    }
}

/// Problem of a response, in the extensions of the response until the language of its reader is known.
#[derive(Debug, Clone)]
pub(super) struct PendingProblem {
    name: &'static str,
    code: Option<String>,
    status: StatusCode,
    detail: LocalizedText,
}

impl PendingProblem {
    /// The body in the reader's language.
    pub(super) fn body(&self, language: Language) -> ProblemBody {
        ProblemBody {
            kind: format!("urn:sohoa:problem:{}", self.name),
            title: self.status.canonical_reason().unwrap_or(self.name).to_owned(),
            status: self.status.as_u16(),
            code: self.code.clone(),
            detail: match language {
                Language::Vietnamese => self.detail.vietnamese.clone(),
                Language::English => self.detail.english.clone(),
            },
        }
    }
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
    /// Code of the message, which stays the same in every language and version.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
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
                Self::Error(requests::body_invalid(rejection.body_text()))
            }
        }
    )* };
}

from_rejections!(JsonRejection, PathRejection, QueryRejection);

fn problem_name(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Invalid => "invalid",
        ErrorKind::Limit => "limit",
        ErrorKind::Denied => "denied",
        ErrorKind::NotFound => "not-found",
        ErrorKind::Conflict => "conflict",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::AccessRefused => "access-refused",
        ErrorKind::DependencyMissing => "dependency-missing",
        ErrorKind::Corrupt => "corrupt",
        ErrorKind::Internal => "internal",
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut wait = None;
        let with_status = |status, name, message: &Message| (status, name, Some(message.code().to_owned()), LocalizedText::from(message));
        let (status, name, code, detail) = match self {
            Self::MfaRequired => with_status(StatusCode::FORBIDDEN, "code", &requests::mfa_code_needed()),
            Self::RateLimited(time) => {
                let seconds = time.as_secs() + 1;
                wait = Some(seconds);
                with_status(StatusCode::TOO_MANY_REQUESTS, "too-often", &requests::asked_too_often(seconds))
            }
            Self::Unauthenticated => with_status(StatusCode::UNAUTHORIZED, "sign-in", &requests::sign_in_needed()),
            Self::Protocol(status, name, detail) => (status, name, None, detail),
            Self::Error(error) => {
                let status = StatusCode::from_u16(error.kind().http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let code = Some(error.code().to_owned());
                // Causes that only the server's keepers understand go to the log only.
                let detail = if status.is_server_error() {
                    tracing::error!("{}", error.chain());
                    LocalizedText { english: error.own_text(Language::English), vietnamese: error.own_text(Language::Vietnamese) }
                } else {
                    LocalizedText::from(&error)
                };
                (status, problem_name(error.kind()), code, detail)
            }
        };
        let problem = PendingProblem { name, code, status, detail };
        let mut response = (status, Json(problem.body(Language::English))).into_response();
        // `finish_response` writes it in the reader's language, and makes a page of it for browsers.
        response.extensions_mut().insert(problem);
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

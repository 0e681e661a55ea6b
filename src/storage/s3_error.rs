//! What the answers of an S3 server mean to the house.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use sohoa_base::error::{Error, Kind};

/// The house's error for a failed request: its kind, and a sentence that names `what` was tried.
pub(super) fn explain<E>(error: SdkError<E, HttpResponse>, what: &str) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default().to_owned();
    let detail = error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default().to_owned();
    let (kind, advice) = match &error {
        SdkError::ServiceError(_) => meaning(status, &code),
        SdkError::TimeoutError(_) => (Kind::Unavailable, "the server did not answer in time"),
        SdkError::DispatchFailure(failure) => {
            if lacks_credentials(&error) {
                (Kind::Denied, "no usable credentials, set the access key and secret key")
            } else if failure.is_user() {
                (Kind::Invalid, "the endpoint is no valid address")
            } else {
                (Kind::Unavailable, "the server cannot be reached, check the endpoint and the network")
            }
        }
        SdkError::ResponseError(_) => (Kind::Unavailable, "the answer was cut off or garbled"),
        _ => (Kind::Invalid, "the request could not be made"),
    };
    let answer = match (status, code.is_empty()) {
        (0, _) => String::new(),
        (_, true) => format!(" ({status})"),
        (_, false) => format!(" ({status} {code})"),
    };
    let explained = Error::new(kind, format!("{what}: {advice}{answer}"));
    // The service's own words where there are any: its error types print little else.
    if detail.is_empty() {
        explained.caused_by(error.into_source().unwrap_or_else(|_| "no cause given".into()))
    } else {
        explained.caused_by(detail)
    }
}

/// Kind and advice for an answer by its HTTP status and S3 error code.
fn meaning(status: u16, code: &str) -> (Kind, &'static str) {
    match (status, code) {
        (_, "NoSuchBucket") => (Kind::NotFound, "the bucket does not exist, create it or correct the store address"),
        (_, "RequestTimeTooSkewed") => (Kind::Denied, "the clocks differ, set this machine's clock"),
        (_, "PermanentRedirect" | "AuthorizationHeaderMalformed") | (301 | 307, _) => {
            (Kind::Invalid, "the bucket lies in another region, correct the region")
        }
        (_, "EntityTooLarge") => (Kind::Limit, "the object is too large for the server"),
        (_, "QuotaExceeded" | "InsufficientStorage" | "XMinioStorageFull") | (507, _) => {
            (Kind::Unavailable, "the storage is full, free space or raise the quota")
        }
        // The bytes were damaged on the way; what was stored before is untouched.
        (_, "BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" | "XAmzContentChecksumMismatch") => {
            (Kind::Unavailable, "the bytes were damaged on the way")
        }
        (_, "RequestTimeout" | "SlowDown" | "Throttling" | "ThrottlingException" | "InternalError" | "ServiceUnavailable") => {
            (Kind::Unavailable, "the server cannot serve now")
        }
        (401 | 403, _) => (Kind::Denied, "not allowed, check the keys and their rights on the bucket"),
        (404, _) => (Kind::NotFound, "nothing is stored there"),
        (409 | 412, _) => (Kind::Conflict, "somebody else changed it first"),
        (501, _) => (Kind::Invalid, "the server does not know this request"),
        (408 | 429, _) | (500..=599, _) => (Kind::Unavailable, "the server cannot serve now"),
        _ => (Kind::Invalid, "the server refused the request"),
    }
}

fn lacks_credentials(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.to_string().contains("credential") {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_have_their_kinds() {
        for (status, code, kind) in [
            (404, "NoSuchKey", Kind::NotFound),
            (404, "NoSuchBucket", Kind::NotFound),
            (403, "SignatureDoesNotMatch", Kind::Denied),
            (403, "RequestTimeTooSkewed", Kind::Denied),
            (503, "SlowDown", Kind::Unavailable),
            (500, "", Kind::Unavailable),
            (400, "RequestTimeout", Kind::Unavailable),
            (400, "BadDigest", Kind::Unavailable),
            (429, "", Kind::Unavailable),
            (412, "PreconditionFailed", Kind::Conflict),
            (301, "PermanentRedirect", Kind::Invalid),
            (400, "InvalidArgument", Kind::Invalid),
        ] {
            assert_eq!(meaning(status, code).0, kind, "{status} {code}");
        }
    }
}

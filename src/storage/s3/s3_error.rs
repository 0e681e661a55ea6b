//! Mapping of S3 errors to errors of this program.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use sohoa_base::error::{Error, ErrorKind};

/// Maps the error of a failed request. `what` describes the operation and starts the message.
pub(crate) fn map_s3_error<E>(error: SdkError<E, HttpResponse>, what: &str) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default().to_owned();
    let detail = error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default().to_owned();
    let (kind, advice) = match &error {
        SdkError::ServiceError(_) => classify_response(status, &code),
        SdkError::TimeoutError(_) => (ErrorKind::Unavailable, "the server did not answer in time"),
        SdkError::DispatchFailure(failure) => {
            if lacks_credentials(&error) {
                (ErrorKind::AccessRefused, "no usable credentials, set the access key and secret key")
            } else if failure.is_user() {
                (ErrorKind::Invalid, "the endpoint is no valid address")
            } else {
                (ErrorKind::Unavailable, "the server cannot be reached, check the endpoint and the network")
            }
        }
        SdkError::ResponseError(_) => (ErrorKind::Unavailable, "the answer was cut off or garbled"),
        _ => (ErrorKind::Invalid, "the request could not be made"),
    };
    let answer = match (status, code.is_empty()) {
        (0, _) => String::new(),
        (_, true) => format!(" ({status})"),
        (_, false) => format!(" ({status} {code})"),
    };
    let explained = Error::new(kind, format!("{what}: {advice}{answer}"));
    // Use the message of the service as the cause, because its error types print little else.
    if detail.is_empty() {
        explained.caused_by(error.into_source().unwrap_or_else(|_| "no cause given".into()))
    } else {
        explained.caused_by(detail)
    }
}

/// Kind and advice for an answer by its HTTP status and S3 error code.
fn classify_response(status: u16, code: &str) -> (ErrorKind, &'static str) {
    match (status, code) {
        (_, "NoSuchBucket") => (ErrorKind::AccessRefused, "the bucket does not exist, create it or correct the store address"),
        (_, "RequestTimeTooSkewed") => (ErrorKind::AccessRefused, "the clocks differ, set this machine's clock"),
        (_, "PermanentRedirect" | "AuthorizationHeaderMalformed") | (301 | 307, _) => {
            (ErrorKind::Invalid, "the bucket lies in another region, correct the region")
        }
        (_, "EntityTooLarge") => (ErrorKind::Limit, "the object is too large for the server"),
        (_, "QuotaExceeded" | "InsufficientStorage" | "XMinioStorageFull") | (507, _) => {
            (ErrorKind::Unavailable, "the storage is full, free space or raise the quota")
        }
        // The bytes were damaged in transit; the stored object is unchanged.
        (_, "BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" | "XAmzContentChecksumMismatch") => {
            (ErrorKind::Unavailable, "the bytes were damaged on the way")
        }
        (_, "RequestTimeout" | "SlowDown" | "Throttling" | "ThrottlingException" | "InternalError" | "ServiceUnavailable") => {
            (ErrorKind::Unavailable, "the server cannot serve now")
        }
        (401 | 403, _) => (ErrorKind::AccessRefused, "not allowed, check the keys and their rights on the bucket"),
        (404, _) => (ErrorKind::NotFound, "nothing is stored there"),
        (409 | 412, _) => (ErrorKind::Conflict, "somebody else changed it first"),
        (501, _) => (ErrorKind::Invalid, "the server does not know this request"),
        (408 | 429, _) | (500..=599, _) => (ErrorKind::Unavailable, "the server cannot serve now"),
        _ => (ErrorKind::Invalid, "the server refused the request"),
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
    fn s3_responses_map_to_error_kinds() {
        for (status, code, kind) in [
            (404, "NoSuchKey", ErrorKind::NotFound),
            (404, "NoSuchBucket", ErrorKind::AccessRefused),
            (403, "SignatureDoesNotMatch", ErrorKind::AccessRefused),
            (403, "RequestTimeTooSkewed", ErrorKind::AccessRefused),
            (503, "SlowDown", ErrorKind::Unavailable),
            (500, "", ErrorKind::Unavailable),
            (400, "RequestTimeout", ErrorKind::Unavailable),
            (400, "BadDigest", ErrorKind::Unavailable),
            (429, "", ErrorKind::Unavailable),
            (412, "PreconditionFailed", ErrorKind::Conflict),
            (301, "PermanentRedirect", ErrorKind::Invalid),
            (400, "InvalidArgument", ErrorKind::Invalid),
        ] {
            assert_eq!(classify_response(status, code).0, kind, "{status} {code}");
        }
    }
}

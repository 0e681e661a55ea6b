//! Mapping of S3 errors to errors of this program.

use aws_sdk_s3::config::http::HttpResponse;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use sohoa_base::error::Error;
use sohoa_base::messages::{Message, storage};

/// Maps the error of a failed request. `operation` says what was tried and starts the message.
pub(crate) fn map_s3_error<E>(error: SdkError<E, HttpResponse>, operation: Message) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default().to_owned();
    let detail = error.as_service_error().and_then(ProvideErrorMetadata::message).unwrap_or_default().to_owned();
    let explained = match &error {
        SdkError::ServiceError(_) => map_response(status, &code, operation),
        SdkError::TimeoutError(_) => storage::s3_timed_out(operation),
        SdkError::DispatchFailure(_) if lacks_credentials(&error) => storage::s3_keys_missing(operation),
        SdkError::DispatchFailure(failure) if failure.is_user() => storage::s3_request_invalid(operation),
        SdkError::DispatchFailure(_) => storage::s3_unreachable(operation),
        SdkError::ResponseError(_) => storage::s3_answer_garbled(operation),
        _ => storage::s3_request_invalid(operation),
    };
    // The answer of the service is the cause, because its error types print little else.
    let answer: Vec<String> = [(status != 0).then(|| status.to_string()), Some(code), Some(detail)]
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    if answer.is_empty() {
        explained.caused_by(error.into_source().unwrap_or_else(|_| "no cause given".into()))
    } else {
        explained.caused_by(answer.join(" "))
    }
}

/// The error for one object of a request about several, by its S3 error code.
pub(crate) fn map_code(code: &str, operation: Message) -> Error {
    let status = match code {
        "AccessDenied" => 403,
        "InternalError" | "ServiceUnavailable" | "SlowDown" => 503,
        _ => 400,
    };
    map_response(status, code, operation)
}

/// The error for an answer by its HTTP status and S3 error code.
fn map_response(status: u16, code: &str, operation: Message) -> Error {
    match (status, code) {
        (_, "NoSuchBucket") => storage::s3_bucket_missing(operation),
        (_, "RequestTimeTooSkewed") => storage::s3_clock_differs(operation),
        (_, "PermanentRedirect" | "AuthorizationHeaderMalformed") | (301 | 307, _) => storage::s3_region_differs(operation),
        (_, "EntityTooLarge") => storage::s3_object_too_large(operation),
        (_, "QuotaExceeded" | "InsufficientStorage" | "XMinioStorageFull") | (507, _) => storage::s3_storage_full(operation),
        // The stored object is unchanged.
        (_, "BadDigest" | "InvalidDigest" | "XAmzContentSHA256Mismatch" | "XAmzContentChecksumMismatch") => {
            storage::s3_damaged_in_transit(operation)
        }
        (_, "RequestTimeout" | "SlowDown" | "Throttling" | "ThrottlingException" | "InternalError" | "ServiceUnavailable") => {
            storage::s3_overloaded(operation)
        }
        (401 | 403, _) => storage::s3_forbidden(operation),
        (404, _) => storage::s3_object_missing(operation),
        (409 | 412, _) => storage::s3_changed_concurrently(operation),
        (501, _) => storage::s3_request_unknown(operation),
        (408 | 429, _) | (500..=599, _) => storage::s3_overloaded(operation),
        _ => storage::s3_refused(operation),
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
    use sohoa_base::error::ErrorKind;

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
            assert_eq!(map_response(status, code, storage::store_read("a")).kind(), kind, "{status} {code}");
        }
    }
}

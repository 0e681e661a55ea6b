//! Files of uploads by tus 1.0 (<https://tus.io/protocols/resumable-upload>): announced, sent in chunks, resumed after a lost connection.

use crate::openapi::ProblemDetails;
use crate::problem::{LocalizedText, PathParams, Problem};
use crate::route_paths::{UPLOAD_FILE, UPLOAD_FILES};
use crate::state::AppState;
use axum::Extension;
use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sohoa_base::error::{Error, ErrorKind};
use sohoa_base::messages::requests;
use sohoa_base::model::account::Identity;
use sohoa_base::model::upload::{UploadFile, UploadFileState};
use sohoa_services::accounts::tokens;
use sohoa_services::uploads::access;
use sohoa_services::uploads::transfer;
use sohoa_services::uploads::transfer::{BeginResult, UploadWriter, WriteResult};
use std::pin::Pin;
use std::time::Duration;

const TUS_VERSION: &str = "1.0.0";
const TUS_EXTENSIONS: &str = "creation,creation-with-upload,termination";
const CHUNK_MEDIA_TYPE: &str = "application/offset+octet-stream";

const TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const UPLOAD_STATE: HeaderName = HeaderName::from_static("upload-state");

/// A connection on which no bytes arrive for this long is lost.
const IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// Adds the headers that tus requires to every response of its routes, errors included.
pub(super) fn add_tus_headers(route: &str, response: &mut Response) {
    if !route.starts_with(UPLOAD_FILES) {
        return;
    }
    let is_about_version = response.status() == StatusCode::PRECONDITION_FAILED;
    let headers = response.headers_mut();
    headers.insert(TUS_RESUMABLE, HeaderValue::from_static(TUS_VERSION));
    if is_about_version {
        headers.insert("tus-version", HeaderValue::from_static(TUS_VERSION));
    }
}

fn protocol_problem(status: u16, name: &'static str, detail: impl Into<LocalizedText>) -> Problem {
    Problem::Protocol(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), name, detail.into())
}

/// A quota or the disk is full: not a rate to wait for, which 429 would say.
fn storage_problem(error: Error) -> Problem {
    if error.kind() == ErrorKind::Limit { protocol_problem(507, "insufficient-storage", &error) } else { error.into() }
}

fn check_version(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(TUS_RESUMABLE).and_then(|value| value.to_str().ok()) {
        Some(TUS_VERSION) => Ok(()),
        _ => Err(protocol_problem(412, "version", &requests::tus_version_unknown(TUS_VERSION))),
    }
}

fn header_number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
    let wrong = || requests::tus_header_invalid(name);
    Ok(value.and_then(|value| value.parse().ok()).filter(|number| *number <= i64::MAX as u64).ok_or_else(wrong)?)
}

fn is_chunk(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == CHUNK_MEDIA_TYPE.as_bytes())
}

/// A value of `Upload-Metadata`.
fn metadata_value(headers: &HeaderMap, wanted: &str) -> Result<String, Problem> {
    let all = headers.get(UPLOAD_METADATA).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let pairs = all.split(',').filter_map(|pair| pair.trim().split_once(' '));
    let value = pairs.into_iter().find(|(key, _)| *key == wanted).map(|(_, value)| value.trim());
    let bytes = value.and_then(|value| STANDARD.decode(value).ok());
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(text.ok_or_else(|| requests::tus_metadata_missing(wanted))?)
}

fn state_value(state: UploadFileState) -> HeaderValue {
    HeaderValue::from_static(match state {
        UploadFileState::Sending => "sending",
        UploadFileState::Received => "received",
        UploadFileState::Duplicate => "duplicate",
        UploadFileState::Refused => "refused",
        UploadFileState::List => "list",
        UploadFileState::Ignored => "ignored",
    })
}

fn position_headers(offset: u64, state: UploadFileState) -> [(HeaderName, HeaderValue); 2] {
    [(UPLOAD_OFFSET, HeaderValue::from(offset)), (UPLOAD_STATE, state_value(state))]
}

/// Protocol version and extensions of the server.
#[utoipa::path(options, path = UPLOAD_FILES, params(("upload" = String, Path)), responses(
    (status = 204, description = "in its headers"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn options(State(shared): State<AppState>) -> Response {
    let headers = [
        ("tus-version", HeaderValue::from_static(TUS_VERSION)),
        ("tus-extension", HeaderValue::from_static(TUS_EXTENSIONS)),
        ("tus-max-size", HeaderValue::from(access::max_file_bytes(shared.archive()))),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Announces a file: `Upload-Length`, and in `Upload-Metadata` its `path` and `sha256`. The body may bring its bytes.
#[utoipa::path(post, path = UPLOAD_FILES, params(
    ("upload" = String, Path), ("tus-resumable" = String, Header), ("upload-length" = u64, Header), ("upload-metadata" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"), responses(
    (status = 200, description = "known before: its address and how much of it is here"),
    (status = 201, description = "its address and how much of it is here"),
    (status = 507, description = "more than a quota or the disk takes", body = ProblemDetails, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn create(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(upload): PathParams<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    let (length, path, sha256) =
        (header_number(&headers, &UPLOAD_LENGTH)?, metadata_value(&headers, "path")?, metadata_value(&headers, "sha256")?);
    let announced = transfer::announce(shared.archive(), &by, &upload, &path, length, &sha256).await.map_err(storage_problem)?;
    if announced.is_too_large {
        let largest = access::max_file_bytes(shared.archive()) >> 20;
        return Err(protocol_problem(413, "too-large", &requests::tus_file_too_large(largest)));
    }
    let file = announced.file.file;
    let status = if announced.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("/api/uploads/{upload}/files/{}", file.id);
    let (mut offset, mut state) = (announced.file.offset, file.state);
    if !announced.is_new && state == UploadFileState::Sending {
        // A repeated announcement follows a lost connection or a restart; the file may even be complete.
        let line = transfer::resume_state(shared.archive(), shared.uploads(), &by, &upload, &file.id).await?;
        (offset, state) = (line.offset, line.file.state);
    }
    let brings = is_chunk(&headers) && !body.is_end_stream();
    // An empty file is complete once announced. A body with the announcement starts at offset 0.
    if state == UploadFileState::Sending && (length == 0 || (brings && offset == 0)) {
        let bytes = if length == 0 { Body::empty() } else { body };
        (offset, state) = write_chunk(&shared, &by, &upload, &file.id, 0, &headers, bytes).await?;
    }
    Ok((status, [(header::LOCATION, location)], position_headers(offset, state)).into_response())
}

/// Number of bytes of a file received so far. A connection that still sends it is closed.
#[utoipa::path(head, path = UPLOAD_FILE, params(
    ("upload" = String, Path), ("file" = String, Path), ("tus-resumable" = String, Header)), responses(
    (status = 200, description = "in its headers"),
    (status = "4XX", description = "as for other methods")))]
pub(super) async fn head(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((upload, file)): PathParams<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    let line = transfer::resume_state(shared.archive(), shared.uploads(), &by, &upload, &file).await?;
    Ok(([(UPLOAD_LENGTH, HeaderValue::from(line.file.bytes))], position_headers(line.offset, line.file.state)).into_response())
}

/// Sends bytes of a file from `Upload-Offset` on.
#[utoipa::path(patch, path = UPLOAD_FILE, params(
    ("upload" = String, Path), ("file" = String, Path), ("tus-resumable" = String, Header), ("upload-offset" = u64, Header)),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"), responses(
    (status = 204, description = "how much of it is here, in its headers"),
    (status = 507, description = "more than the disk takes", body = ProblemDetails, content_type = "application/problem+json"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn patch(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((upload, file)): PathParams<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    if !is_chunk(&headers) {
        return Err(protocol_problem(415, "content-type", &requests::tus_content_type(CHUNK_MEDIA_TYPE)));
    }
    let offset = header_number(&headers, &UPLOAD_OFFSET)?;
    let (offset, state) = write_chunk(&shared, &by, &upload, &file, offset, &headers, body).await?;
    Ok((StatusCode::NO_CONTENT, position_headers(offset, state)).into_response())
}

/// Removes a file from an upload.
#[utoipa::path(delete, path = UPLOAD_FILE, params(
    ("upload" = String, Path), ("file" = String, Path), ("tus-resumable" = String, Header)), responses(
    (status = 204, description = "removed"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn remove(
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams((upload, file)): PathParams<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    check_version(&headers)?;
    transfer::remove_file(shared.archive(), shared.uploads(), &by, &upload, &file).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes the body of a request; returns the new offset in bytes and the state of the file.
async fn write_chunk(
    shared: &AppState,
    by: &Identity,
    upload: &str,
    file: &str,
    offset: u64,
    headers: &HeaderMap,
    body: Body,
) -> Result<(u64, UploadFileState), Problem> {
    let incoming =
        match transfer::begin_write(shared.archive(), shared.uploads(), by, upload, file, offset).await.map_err(storage_problem)? {
            BeginResult::Ready(incoming) => *incoming,
            BeginResult::Busy => {
                return Err(protocol_problem(423, "busy", &requests::tus_file_busy()));
            }
            BeginResult::AlreadyComplete(file) => return Ok(final_position(&file)),
        };
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|bytes| bytes > incoming.remaining_bytes()) {
        return Err(protocol_problem(413, "too-large", &requests::tus_too_many_bytes()));
    }
    let (shared, by) = (shared.clone(), by.clone());
    // In its own task: a lost connection ends the reading, but what arrived is still stored.
    let written = tokio::spawn(async move { tokens::run_as(&by, receive_body(&shared, incoming, body)).await }).await;
    match written.map_err(|error| requests::request_ended_early().caused_by(error))? {
        Ok(WriteResult::Partial(offset)) => Ok((offset, UploadFileState::Sending)),
        Ok(WriteResult::Complete(file)) => Ok(final_position(&file)),
        Ok(WriteResult::Mismatch) => Err(protocol_problem(460, "checksum", &requests::tus_checksum_differs())),
        Err(error) if error.kind() == ErrorKind::Limit => Err(protocol_problem(413, "too-large", &error)),
        Err(error) => Err(error.into()),
    }
}

fn final_position(file: &UploadFile) -> (u64, UploadFileState) {
    (file.bytes, file.state)
}

/// Writes until the body ends, the connection is lost, another request takes the file over, or the server stops.
async fn receive_body(shared: &AppState, mut incoming: UploadWriter, mut body: Body) -> sohoa_base::error::Result<WriteResult> {
    loop {
        let next = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context));
        let frame = tokio::select! {
            frame = tokio::time::timeout(IDLE_TIMEOUT, next) => frame,
            () = incoming.stop_requested() => break,
            () = shared.wait_for_stop() => break,
        };
        let Ok(Some(Ok(frame))) = frame else { break };
        if let Ok(bytes) = frame.into_data() {
            incoming.write(&bytes).await?;
        }
    }
    incoming.finish(shared.archive(), shared.uploads()).await
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn upload_metadata_values_are_parsed() {
        let metadata = headers(&[(UPLOAD_METADATA, "filename eA==, path bMO0IDEvYS5wZGY=,is_draft,sha256 YWI=")]);
        assert_eq!(
            (metadata_value(&metadata, "path").unwrap(), metadata_value(&metadata, "sha256").unwrap()),
            ("lô 1/a.pdf".to_owned(), "ab".to_owned())
        );
        for wrong in ["", "path", "path !!", "path //8=", "paths eA=="] {
            assert!(metadata_value(&headers(&[(UPLOAD_METADATA, wrong)]), "path").is_err(), "{wrong}");
        }
    }

    #[test]
    fn invalid_size_headers_are_rejected() {
        assert_eq!(header_number(&headers(&[(UPLOAD_LENGTH, "12")]), &UPLOAD_LENGTH).unwrap(), 12);
        for wrong in ["", "-1", "+1", "1.0", "0x1", "18446744073709551616", "9223372036854775808"] {
            assert!(header_number(&headers(&[(UPLOAD_LENGTH, wrong)]), &UPLOAD_LENGTH).is_err(), "{wrong}");
        }
    }
}

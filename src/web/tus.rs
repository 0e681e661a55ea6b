//! Files of uploads by tus 1.0 (<https://tus.io/protocols/resumable-upload>): announced, sent in pieces, continued where a line was lost.

use crate::openapi::ProblemDetails;
use crate::problem::{Named, Problem};
use crate::server::Shared;
use axum::Extension;
use axum::body::{Body, HttpBody};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sohoa_base::error::{Error, Kind};
use sohoa_base::model::account::Identity;
use sohoa_base::model::upload::{UploadFile, UploadFileState};
use sohoa_services::uploads::{self, Begun, Ended, Incoming};
use std::pin::Pin;
use std::time::Duration;

const VERSION: &str = "1.0.0";
const EXTENSIONS: &str = "creation,creation-with-upload,termination";
const BYTES: &str = "application/offset+octet-stream";

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const LENGTH: HeaderName = HeaderName::from_static("upload-length");
const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const STATE: HeaderName = HeaderName::from_static("upload-state");

/// A line on which nothing comes for so long is lost.
const SILENCE: Duration = Duration::from_secs(60);

/// Gives every answer under the routes of tus, errors too, the headers that the protocol wants.
pub(super) fn mark(route: &str, response: &mut Response) {
    if !route.starts_with("/api/uploads/{upload}/files") {
        return;
    }
    let is_about_version = response.status() == StatusCode::PRECONDITION_FAILED;
    let headers = response.headers_mut();
    headers.insert(RESUMABLE, HeaderValue::from_static(VERSION));
    if is_about_version {
        headers.insert("tus-version", HeaderValue::from_static(VERSION));
    }
}

fn problem(status: u16, name: &'static str, detail: impl Into<String>) -> Problem {
    Problem::Protocol(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), name, detail.into())
}

fn check_version(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(RESUMABLE).and_then(|value| value.to_str().ok()) {
        Some(VERSION) => Ok(()),
        _ => Err(problem(412, "version", format!("this server speaks tus {VERSION}; say so in Tus-Resumable"))),
    }
}

fn number(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let value = headers.get(name).and_then(|value| value.to_str().ok()).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()));
    let wrong = || Error::invalid(format!("the header {name} must be a number of bytes"));
    Ok(value.and_then(|value| value.parse().ok()).filter(|number| *number <= i64::MAX as u64).ok_or_else(wrong)?)
}

fn is_bytes(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == BYTES.as_bytes())
}

/// A value of `Upload-Metadata`.
fn metadata(headers: &HeaderMap, wanted: &str) -> Result<String, Problem> {
    let all = headers.get(METADATA).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let pairs = all.split(',').filter_map(|pair| pair.trim().split_once(' '));
    let value = pairs.into_iter().find(|(key, _)| *key == wanted).map(|(_, value)| value.trim());
    let bytes = value.and_then(|value| STANDARD.decode(value).ok());
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    Ok(text.ok_or_else(|| Error::invalid(format!("Upload-Metadata needs {wanted}: UTF-8 text in base64")))?)
}

fn word(state: UploadFileState) -> HeaderValue {
    HeaderValue::from_static(match state {
        UploadFileState::Sending => "sending",
        UploadFileState::Received => "received",
        UploadFileState::Duplicate => "duplicate",
        UploadFileState::Refused => "refused",
        UploadFileState::List => "list",
        UploadFileState::Ignored => "ignored",
    })
}

fn place(offset: u64, state: UploadFileState) -> [(HeaderName, HeaderValue); 2] {
    [(OFFSET, HeaderValue::from(offset)), (STATE, word(state))]
}

/// What the server can do.
#[utoipa::path(options, path = "/api/uploads/{upload}/files", params(("upload" = String, Path)), responses(
    (status = 204, description = "in its headers"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn options(State(shared): State<Shared>) -> Response {
    let headers = [
        ("tus-version", HeaderValue::from_static(VERSION)),
        ("tus-extension", HeaderValue::from_static(EXTENSIONS)),
        ("tus-max-size", HeaderValue::from(uploads::largest(shared.archive()))),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// Announces a file: `Upload-Length`, and in `Upload-Metadata` its `path` and `sha256`. The body may bring its bytes.
#[utoipa::path(post, path = "/api/uploads/{upload}/files", params(
    ("upload" = String, Path), ("tus-resumable" = String, Header), ("upload-length" = u64, Header), ("upload-metadata" = String, Header)),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"), responses(
    (status = 200, description = "known before: its address and how much of it is here"),
    (status = 201, description = "its address and how much of it is here"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn create(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(upload): Named<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    let (length, path, sha256) = (number(&headers, &LENGTH)?, metadata(&headers, "path")?, metadata(&headers, "sha256")?);
    let announced = uploads::announce(shared.archive(), &by, &upload, &path, length, &sha256).await.map_err(|error| {
        // A path that is too long is no matter of patience.
        if error.kind() == Kind::Limit { Problem::from(Error::invalid(error.chain())) } else { error.into() }
    })?;
    if announced.is_too_large {
        let largest = uploads::largest(shared.archive()) >> 20;
        return Err(problem(413, "too-large", format!("the file is larger than {largest} MiB; split it")));
    }
    let file = announced.line.file;
    let status = if announced.is_new { StatusCode::CREATED } else { StatusCode::OK };
    let location = format!("/api/uploads/{upload}/files/{}", file.id);
    let (mut offset, mut state) = (announced.line.offset, file.state);
    if !announced.is_new && state == UploadFileState::Sending {
        // Whoever announces it again has lost the line, or the server: it may even be here completely.
        let line = uploads::look(shared.archive(), shared.uploads(), &by, &upload, &file.id).await?;
        (offset, state) = (line.offset, line.file.state);
    }
    let brings = is_bytes(&headers) && !body.is_end_stream();
    // An empty file is complete as it is announced; of a known one only the first piece can come like this.
    if state == UploadFileState::Sending && (length == 0 || (brings && offset == 0)) {
        let bytes = if length == 0 { Body::empty() } else { body };
        (offset, state) = write(&shared, &by, &upload, &file.id, 0, &headers, bytes).await?;
    }
    Ok((status, [(header::LOCATION, location)], place(offset, state)).into_response())
}

/// How much of a file is here. Whoever still sends it is taken for lost.
#[utoipa::path(head, path = "/api/uploads/{upload}/files/{file}", params(
    ("upload" = String, Path), ("file" = String, Path), ("tus-resumable" = String, Header)), responses(
    (status = 200, description = "in its headers"),
    (status = "4XX", description = "as for other methods")))]
pub(super) async fn head(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named((upload, file)): Named<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    let line = uploads::look(shared.archive(), shared.uploads(), &by, &upload, &file).await?;
    Ok(([(LENGTH, HeaderValue::from(line.file.bytes))], place(line.offset, line.file.state)).into_response())
}

/// Sends bytes of a file from `Upload-Offset` on.
#[utoipa::path(patch, path = "/api/uploads/{upload}/files/{file}", params(
    ("upload" = String, Path), ("file" = String, Path), ("tus-resumable" = String, Header), ("upload-offset" = u64, Header)),
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"), responses(
    (status = 204, description = "how much of it is here, in its headers"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn patch(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named((upload, file)): Named<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    check_version(&headers)?;
    if !is_bytes(&headers) {
        return Err(problem(415, "content-type", format!("bytes of a file come as {BYTES}")));
    }
    let offset = number(&headers, &OFFSET)?;
    let (offset, state) = write(&shared, &by, &upload, &file, offset, &headers, body).await?;
    Ok((StatusCode::NO_CONTENT, place(offset, state)).into_response())
}

/// Takes a file out of an upload.
#[utoipa::path(delete, path = "/api/uploads/{upload}/files/{file}", params(
    ("upload" = String, Path), ("file" = String, Path), ("tus-resumable" = String, Header)), responses(
    (status = 204, description = "removed"),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn remove(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named((upload, file)): Named<(String, String)>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    check_version(&headers)?;
    uploads::remove(shared.archive(), shared.uploads(), &by, &upload, &file).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Writes what a request brings; how much of the file is here after, and what it is.
async fn write(
    shared: &Shared,
    by: &Identity,
    upload: &str,
    file: &str,
    offset: u64,
    headers: &HeaderMap,
    body: Body,
) -> Result<(u64, UploadFileState), Problem> {
    let incoming = match uploads::begin(shared.archive(), shared.uploads(), by, upload, file, offset).await? {
        Begun::Ready(incoming) => *incoming,
        Begun::Busy => return Err(problem(423, "busy", "this file is being sent on another line; ask with HEAD and go on from there")),
        Begun::Done(file) => return Ok(settled(&file)),
    };
    let told = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|value| value.parse::<u64>().ok());
    if told.is_some_and(|told| told > incoming.wanted()) {
        return Err(problem(413, "too-large", "more bytes come than were announced"));
    }
    let shared = shared.clone();
    // In a task of its own, so that a lost line ends the reading and not what is done with what came.
    let written = tokio::spawn(async move { receive(&shared, incoming, body).await }).await;
    match written.map_err(|error| Error::internal("what was sent was not written").caused_by(error))? {
        Ok(Ended::Partly(offset)) => Ok((offset, UploadFileState::Sending)),
        Ok(Ended::Settled(file)) => Ok(settled(&file)),
        Ok(Ended::Mismatch) => {
            Err(problem(460, "checksum", "the bytes do not have the SHA-256 that was announced; send them again from 0"))
        }
        Err(error) if error.kind() == Kind::Limit => Err(problem(413, "too-large", error.chain())),
        Err(error) => Err(error.into()),
    }
}

fn settled(file: &UploadFile) -> (u64, UploadFileState) {
    (file.bytes, file.state)
}

/// Writes until the body ends, the line is lost, somebody else asks for the file, or the server stops.
async fn receive(shared: &Shared, mut incoming: Incoming, mut body: Body) -> sohoa_base::error::Result<Ended> {
    loop {
        let next = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context));
        let frame = tokio::select! {
            frame = tokio::time::timeout(SILENCE, next) => frame,
            () = incoming.asked() => break,
            () = shared.stopping() => break,
        };
        let Ok(Some(Ok(frame))) = frame else { break };
        if let Ok(bytes) = frame.into_data() {
            incoming.write(&bytes).await?;
        }
    }
    incoming.end(shared.archive(), shared.uploads()).await
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(pairs: &[(HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    #[test]
    fn metadata_is_found_among_others() {
        let told = headers(&[(METADATA, "filename eA==, path bMO0IDEvYS5wZGY=,is_draft,sha256 YWI=")]);
        assert_eq!((metadata(&told, "path").unwrap(), metadata(&told, "sha256").unwrap()), ("lô 1/a.pdf".to_owned(), "ab".to_owned()));
        for wrong in ["", "path", "path !!", "path //8=", "paths eA=="] {
            assert!(metadata(&headers(&[(METADATA, wrong)]), "path").is_err(), "{wrong}");
        }
    }

    #[test]
    fn only_plain_numbers_are_sizes() {
        assert_eq!(number(&headers(&[(LENGTH, "12")]), &LENGTH).unwrap(), 12);
        for wrong in ["", "-1", "+1", "1.0", "0x1", "18446744073709551616", "9223372036854775808"] {
            assert!(number(&headers(&[(LENGTH, wrong)]), &LENGTH).is_err(), "{wrong}");
        }
    }
}

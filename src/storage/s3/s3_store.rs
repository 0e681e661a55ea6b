//! Store in an S3 bucket.

use std::path::Path;

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{ChecksumAlgorithm, CompletedMultipartUpload, CompletedPart, Delete, ObjectIdentifier};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::blob_store::{BlobEntry, BlobStore, check_key, check_prefix, not_found_error};
use crate::s3::client::{S3Options, build_client, for_bytes, to_size};
use crate::s3::s3_error::{map_code, map_s3_error};
use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::messages::{program, storage};

/// Most objects that one request deletes (S3 API, DeleteObjects).
const MAX_DELETED: usize = 1000;

/// Part size, bytes. Larger files are uploaded in parts, one part in memory at a time.
const PART_BYTES: u64 = 16 * 1024 * 1024;

/// Maximum number of parts of one object in S3.
const MAX_PARTS: u64 = 10_000;

/// Maximum size of an object copied in one S3 request, bytes.
const MAX_COPY_BYTES: u64 = 5 * 1024 * 1024 * 1024;

/// Store in a bucket, below a prefix.
pub struct S3Store {
    client: Client,
    bucket: String,
    /// Empty, or ends in a slash.
    prefix: String,
    part_bytes: u64,
    max_copy_bytes: u64,
}

impl std::fmt::Debug for S3Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

impl S3Store {
    /// Connects to the store at `url` (`s3://bucket/prefix`) and checks that the bucket exists.
    ///
    /// # Errors
    /// `Invalid` for a malformed URL or options, `AccessRefused` if the bucket does not exist or without
    /// rights to it, `Unavailable` if the server does not answer.
    pub async fn connect(url: &str, options: &S3Options) -> Result<Self> {
        let (bucket, prefix) = parse_s3_url(url)?;
        let store = Self { client: build_client(options).await?, bucket, prefix, part_bytes: PART_BYTES, max_copy_bytes: MAX_COPY_BYTES };
        let response = store.client.head_bucket().bucket(&store.bucket).send().await;
        response.map_err(|error| match map_s3_error(error, storage::store_open_bucket(&store.bucket)) {
            // The answer to a HEAD request has no error code, only 404.
            error if error.kind() == ErrorKind::NotFound => {
                storage::s3_bucket_missing(storage::store_open_bucket(&store.bucket)).caused_by(error)
            }
            error => error,
        })?;
        Ok(store)
    }

    /// Sets the part size (at least 5 MiB) and the maximum size of a copy in one request, bytes.
    #[must_use]
    pub fn with_part_sizes(mut self, part_bytes: u64, largest_copy: u64) -> Self {
        (self.part_bytes, self.max_copy_bytes) = (part_bytes, largest_copy);
        self
    }

    fn object_key(&self, key: &str) -> Result<String> {
        check_key(key)?;
        Ok(format!("{}{key}", self.prefix))
    }

    fn address(&self, key: &str) -> String {
        format!("{self:?}{key}")
    }

    fn cut_off(&self, key: &str) -> Error {
        storage::s3_answer_garbled(storage::store_read(self.address(key)))
    }

    async fn open_object(&self, key: &str) -> Result<GetObjectOutput> {
        let sent = self.client.get_object().bucket(&self.bucket).key(self.object_key(key)?).send().await;
        sent.map_err(|error| {
            let absent = error.as_service_error().is_some_and(|error| error.is_no_such_key());
            if absent { not_found_error(key) } else { map_s3_error(error, storage::store_read(self.address(key))) }
        })
    }

    /// Uploads `file` in parts. A failed upload is aborted, so that it occupies no space.
    async fn upload_parts(&self, key: &str, file: &Path, bytes: u64) -> Result<()> {
        let part_bytes = part_size(bytes, self.part_bytes);
        let upload = self.begin_multipart(key).await?;
        let sent = async {
            let mut input = open_file(file).await?;
            let mut parts = Vec::new();
            let mut left = bytes;
            while left > 0 {
                let mut part = Vec::new();
                let read = (&mut input).take(part_bytes.min(left)).read_to_end(&mut part).await;
                let count = read.map_err(|error| storage::file_to_store_unreadable(file.display()).caused_by(error))?;
                if count == 0 {
                    return Err(storage::file_to_store_changed(file.display()));
                }
                left -= count as u64;
                let settings = for_bytes(count as u64);
                let number = parts.len() as i32 + 1;
                let request = self.client.upload_part().bucket(&self.bucket).key(self.object_key(key)?).upload_id(&upload);
                let request = request.part_number(number).checksum_algorithm(ChecksumAlgorithm::Crc32).body(ByteStream::from(part));
                let done = request
                    .customize()
                    .config_override(settings)
                    .send()
                    .await
                    .map_err(|error| map_s3_error(error, storage::store_write(self.address(key))))?;
                let part = CompletedPart::builder().part_number(number).set_e_tag(done.e_tag).set_checksum_crc32(done.checksum_crc32);
                parts.push(part.build());
            }
            Ok(parts)
        };
        let parts = sent.await;
        self.finish_multipart(key, &upload, parts).await
    }

    /// Copies an object too large for one request, part by part inside the server.
    async fn copy_parts(&self, from: &str, to: &str, bytes: u64) -> Result<()> {
        let part_bytes = part_size(bytes, self.max_copy_bytes);
        let upload = self.begin_multipart(to).await?;
        let sent = async {
            let mut parts = Vec::new();
            let mut start = 0;
            while start < bytes {
                let end = (start + part_bytes).min(bytes);
                let number = parts.len() as i32 + 1;
                let request = self.client.upload_part_copy().bucket(&self.bucket).key(self.object_key(to)?).upload_id(&upload);
                let request = request.part_number(number).copy_source(self.copy_source(from)?);
                let request = request.copy_source_range(format!("bytes={start}-{}", end - 1)).customize();
                let done = request.config_override(for_bytes(end - start)).send().await;
                let done = done.map_err(|error| map_s3_error(error, storage::store_copy(self.address(to))))?.copy_part_result;
                let done = done.ok_or_else(|| storage::s3_answer_without_upload(storage::store_copy(self.address(to))))?;
                let part = CompletedPart::builder().part_number(number).set_e_tag(done.e_tag).set_checksum_crc32(done.checksum_crc32);
                parts.push(part.build());
                start = end;
            }
            Ok(parts)
        };
        let parts = sent.await;
        self.finish_multipart(to, &upload, parts).await
    }

    async fn begin_multipart(&self, key: &str) -> Result<String> {
        let request = self.client.create_multipart_upload().bucket(&self.bucket).key(self.object_key(key)?);
        let begun = request.checksum_algorithm(ChecksumAlgorithm::Crc32).send().await;
        let upload = begun.map_err(|error| map_s3_error(error, storage::store_write(self.address(key))))?.upload_id;
        upload.ok_or_else(|| storage::s3_answer_without_upload(storage::store_write(self.address(key))))
    }

    async fn finish_multipart(&self, key: &str, upload: &str, parts: Result<Vec<CompletedPart>>) -> Result<()> {
        let name = self.object_key(key)?;
        let completed = match parts {
            Ok(parts) => {
                let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
                let request = self.client.complete_multipart_upload().bucket(&self.bucket).key(&name).upload_id(upload);
                let sent = request.multipart_upload(parts).send().await;
                sent.map(drop).map_err(|error| map_s3_error(error, storage::store_write(self.address(key))))
            }
            Err(error) => Err(error),
        };
        if completed.is_err() {
            let aborted = self.client.abort_multipart_upload().bucket(&self.bucket).key(&name).upload_id(upload).send().await;
            if let Err(error) = aborted {
                tracing::debug!(key, error = %error, "cannot take back an unfinished upload");
            }
        }
        completed
    }

    fn copy_source(&self, key: &str) -> Result<String> {
        // Of the safe characters of keys only these two have a meaning in the URL of this header.
        Ok(format!("{}/{}", self.bucket, self.object_key(key)?).replace('%', "%25").replace('=', "%3D"))
    }
}

#[async_trait]
impl BlobStore for S3Store {
    async fn put(&self, key: &str, bytes: Vec<u8>) -> Result<()> {
        let settings = for_bytes(bytes.len() as u64);
        let request = self.client.put_object().bucket(&self.bucket).key(self.object_key(key)?).body(ByteStream::from(bytes));
        request
            .customize()
            .config_override(settings)
            .send()
            .await
            .map(drop)
            .map_err(|error| map_s3_error(error, storage::store_write(self.address(key))))
    }

    async fn put_file(&self, key: &str, file: &Path) -> Result<()> {
        check_key(key)?;
        let mut input = open_file(file).await?;
        let unreadable = |error| storage::file_to_store_unreadable(file.display()).caused_by(error);
        let bytes = input.metadata().await.map_err(unreadable)?.len();
        if bytes > self.part_bytes {
            return self.upload_parts(key, file, bytes).await;
        }
        // Sent from memory, because a streamed body has a trailing checksum that not every server supports.
        let mut content = Vec::new();
        (&mut input).take(self.part_bytes + 1).read_to_end(&mut content).await.map_err(unreadable)?;
        if content.len() as u64 != bytes {
            return Err(storage::file_to_store_changed(file.display()));
        }
        self.put(key, content).await
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>> {
        let object = self.open_object(key).await?;
        let announced = object.content_length;
        let bytes = object.body.collect().await.map_err(|error| self.cut_off(key).caused_by(error))?.to_vec();
        self.check_length(key, announced, bytes.len() as u64)?;
        Ok(bytes)
    }

    async fn get_file(&self, key: &str, file: &Path) -> Result<()> {
        let object = self.open_object(key).await?;
        let announced = object.content_length;
        let unwritable = |error| storage::local_file_unwritable(file.display()).caused_by(error);
        let mut output = tokio::fs::File::create(file).await.map_err(unwritable)?;
        let (mut body, mut count) = (object.body, 0);
        while let Some(chunk) = body.try_next().await.map_err(|error| self.cut_off(key).caused_by(error))? {
            count += chunk.len() as u64;
            output.write_all(&chunk).await.map_err(unwritable)?;
        }
        output.flush().await.map_err(unwritable)?;
        self.check_length(key, announced, count)
    }

    async fn stat(&self, key: &str) -> Result<Option<u64>> {
        match self.client.head_object().bucket(&self.bucket).key(self.object_key(key)?).send().await {
            Ok(head) => Ok(Some(to_size(head.content_length))),
            Err(error) if error.as_service_error().is_some_and(|error| error.is_not_found()) => Ok(None),
            Err(error) => Err(map_s3_error(error, storage::store_inspect(self.address(key)))),
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<BlobEntry>> {
        check_prefix(prefix)?;
        let mut entries = Vec::new();
        let mut next = None;
        loop {
            let request = self.client.list_objects_v2().bucket(&self.bucket).prefix(format!("{}{prefix}", self.prefix));
            let page = request.set_continuation_token(next).send().await;
            let page = page.map_err(|error| map_s3_error(error, storage::store_list(self.address(prefix))))?;
            for object in page.contents() {
                // Objects with names that are not valid keys do not belong to this store.
                let key = object.key().and_then(|name| name.strip_prefix(&self.prefix)).filter(|key| check_key(key).is_ok());
                let modified_ms = object.last_modified().and_then(|time| u64::try_from(time.to_millis().ok()?).ok()).unwrap_or(0);
                entries.extend(key.map(|key| BlobEntry { key: key.to_owned(), bytes: to_size(object.size()), modified_ms }));
            }
            next = page.next_continuation_token().map(str::to_owned);
            if page.is_truncated() != Some(true) || next.is_none() {
                break;
            }
        }
        entries.sort();
        Ok(entries)
    }

    async fn delete(&self, key: &str) -> Result<()> {
        match self.client.delete_object().bucket(&self.bucket).key(self.object_key(key)?).send().await {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().and_then(|error| error.meta().code()) == Some("NoSuchKey") => Ok(()),
            Err(error) => Err(map_s3_error(error, storage::store_delete(self.address(key)))),
        }
    }

    async fn delete_many(&self, keys: &[String]) -> Result<()> {
        for chunk in keys.chunks(MAX_DELETED) {
            let names = chunk.iter().map(|key| {
                ObjectIdentifier::builder()
                    .key(self.object_key(key)?)
                    .build()
                    .map_err(|error| program::bug("S3: name of an object").caused_by(error))
            });
            let names = names.collect::<Result<Vec<_>>>()?;
            let deleted = Delete::builder().set_objects(Some(names)).quiet(true).build();
            let deleted = deleted.map_err(|error| program::bug("S3: names of objects").caused_by(error))?;
            let place = || storage::store_delete(self.address(chunk.first().map_or("", String::as_str)));
            let request = self.client.delete_objects().bucket(&self.bucket).delete(deleted);
            let answer = request.send().await.map_err(|error| map_s3_error(error, place()))?;
            // Each object has its own outcome; the first that failed says why.
            let failed = answer.errors().iter().find(|error| error.code() != Some("NoSuchKey"));
            if let Some(failed) = failed {
                return Err(map_code(failed.code().unwrap_or_default(), place()).caused_by(failed.message().unwrap_or_default()));
            }
        }
        Ok(())
    }

    async fn copy(&self, from: &str, to: &str) -> Result<()> {
        check_key(to)?;
        let bytes = self.stat(from).await?.ok_or_else(|| not_found_error(from))?;
        if from == to {
            return Ok(());
        }
        if bytes > self.max_copy_bytes {
            return self.copy_parts(from, to, bytes).await;
        }
        let request = self.client.copy_object().bucket(&self.bucket).key(self.object_key(to)?).copy_source(self.copy_source(from)?);
        request
            .customize()
            .config_override(for_bytes(bytes))
            .send()
            .await
            .map(drop)
            .map_err(|error| map_s3_error(error, storage::store_copy(self.address(to))))
    }

    async fn supports_conditional_put(&self, scratch_key: &str) -> Result<Option<bool>> {
        self.put(scratch_key, b"first".to_vec()).await?;
        let request = self.client.put_object().bucket(&self.bucket).key(self.object_key(scratch_key)?).if_none_match("*");
        match request.body(ByteStream::from_static(b"second")).send().await {
            Ok(_) => Ok(Some(false)),
            Err(error) => match map_s3_error(error, storage::store_write(self.address(scratch_key))) {
                error if error.kind() == ErrorKind::Conflict => Ok(Some(true)),
                // 501 and similar: the server does not support conditions.
                error if error.kind() == ErrorKind::Invalid => Ok(Some(false)),
                error => Err(error),
            },
        }
    }
}

impl S3Store {
    fn check_length(&self, key: &str, announced: Option<i64>, received: u64) -> Result<()> {
        match announced.and_then(|announced| u64::try_from(announced).ok()) {
            Some(announced) if announced != received => {
                Err(storage::s3_answer_incomplete(storage::store_read(self.address(key)), received, announced))
            }
            _ => Ok(()),
        }
    }
}

async fn open_file(file: &Path) -> Result<tokio::fs::File> {
    tokio::fs::File::open(file).await.map_err(|error| storage::file_to_store_unreadable(file.display()).caused_by(error))
}

/// Part size for an object of `bytes` bytes: `default_size`, or larger if that gave too many parts.
fn part_size(bytes: u64, default_size: u64) -> u64 {
    default_size.max(bytes.div_ceil(MAX_PARTS))
}

/// Bucket and prefix of a URL; the prefix is empty or ends in a slash.
fn parse_s3_url(url: &str) -> Result<(String, String)> {
    let rest = url.strip_prefix("s3://").unwrap_or_default().trim_end_matches('/');
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let is_valid_bucket =
        bucket.len() >= 3 && bucket.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if !is_valid_bucket {
        return Err(storage::store_address_without_bucket(url));
    }
    if prefix.is_empty() {
        return Ok((bucket.to_owned(), String::new()));
    }
    check_key(prefix).map_err(|error| storage::store_address_prefix_invalid(url).caused_by(error))?;
    Ok((bucket.to_owned(), format!("{prefix}/")))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn s3_urls_split_into_bucket_and_prefix() {
        assert_eq!(parse_s3_url("s3://kho").unwrap(), ("kho".into(), String::new()));
        assert_eq!(parse_s3_url("s3://kho/").unwrap(), ("kho".into(), String::new()));
        assert_eq!(parse_s3_url("s3://kho/a/b/").unwrap(), ("kho".into(), "a/b/".into()));
        for url in ["s3://", "s3:///a", "s3://kho/../x", "s3://kho//x", "s3://k o/x"] {
            assert_eq!(parse_s3_url(url).unwrap_err().kind(), ErrorKind::Invalid, "{url}");
        }
    }

    #[test]
    fn part_size_grows_to_respect_part_limit() {
        assert_eq!(part_size(100 << 20, PART_BYTES), PART_BYTES);
        let huge: u64 = 1 << 40;
        assert!(huge.div_ceil(part_size(huge, PART_BYTES)) <= MAX_PARTS);
    }
}

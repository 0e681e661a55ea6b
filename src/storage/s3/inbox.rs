//! A prefix of a bucket into which others lay objects, under whatever names: listed, fetched, moved away.

use std::path::Path;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::Object;
use tokio::io::AsyncWriteExt;

use crate::s3::s3_error::map_s3_error;
use crate::s3::s3_store::{S3Options, build_client, to_size};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::text::percent_encoding;

/// Somebody's prefix of a bucket. Unlike the keys of a [`crate::BlobStore`], names in it may hold any letters.
#[derive(Clone)]
pub struct Inbox {
    client: Client,
    bucket: String,
    /// Ends in a slash, or is empty.
    prefix: String,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

/// An object in an inbox.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InboxObject {
    /// Its name below the prefix.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// The server's tag of its content: another one where it was written again.
    pub etag: String,
    /// When it was written, epoch milliseconds.
    pub modified_ms: i64,
}

impl Inbox {
    /// The inbox at `url` (`s3://bucket/prefix`, the prefix in any letters). Nothing is asked of the server yet.
    ///
    /// # Errors
    /// `Invalid` for another address, or options that cannot be.
    pub async fn open(url: &str, options: &S3Options) -> Result<Self> {
        let rest = url.strip_prefix("s3://").unwrap_or_default().trim_end_matches('/');
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(Error::invalid(format!("{url} names no bucket, write s3://bucket/prefix")));
        }
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self { client: build_client(options).await?, bucket: bucket.to_owned(), prefix })
    }

    /// The same bucket, or the part of it, below `name`.
    #[must_use]
    pub fn subfolder(&self, name: &str) -> Self {
        Self { prefix: format!("{}{name}/", self.prefix), ..self.clone() }
    }

    /// Whether `other` is this inbox or a part of it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.bucket == other.bucket && other.prefix.starts_with(&self.prefix)
    }

    /// Everything in it by name; what only stands for a folder (no bytes, a slash at its end) is left out.
    ///
    /// # Errors
    /// `Unavailable` where the server does not answer, `Denied` without rights, `NotFound` without bucket.
    pub async fn list(&self) -> Result<Vec<InboxObject>> {
        let mut laid = Vec::new();
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(&self.prefix).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| map_s3_error(error, &format!("cannot list {self:?}")))?;
            laid.extend(page.contents().iter().filter_map(|object| self.to_inbox_object(object)));
        }
        laid.sort();
        Ok(laid)
    }

    fn to_inbox_object(&self, object: &Object) -> Option<InboxObject> {
        let name = object.key()?.strip_prefix(&self.prefix)?;
        let is_folder = name.is_empty() || name.ends_with('/') && object.size() == Some(0);
        (!is_folder).then(|| InboxObject {
            name: name.to_owned(),
            bytes: to_size(object.size()),
            etag: object.e_tag().unwrap_or_default().to_owned(),
            modified_ms: object.last_modified().and_then(|time| time.to_millis().ok()).unwrap_or(0),
        })
    }

    /// Streams an object into `file`, which is created or replaced.
    ///
    /// # Errors
    /// `Conflict` where it has been written again or is gone since it was listed; `Unavailable` where it does not come whole.
    pub async fn download(&self, laid: &InboxObject, file: &Path) -> Result<()> {
        let what = format!("cannot read {self:?}{}", laid.name);
        let request = self.client.get_object().bucket(&self.bucket).key(self.key(&laid.name)).if_match(&laid.etag);
        let mut body = request.send().await.map_err(|error| changed_as_conflict(map_s3_error(error, &what)))?.body;
        let cannot = || format!("cannot write {}", file.display());
        let mut output = tokio::fs::File::create(file).await.or_error(ErrorKind::Unavailable, cannot)?;
        let mut came = 0;
        while let Some(chunk) = body.try_next().await.or_error(ErrorKind::Unavailable, || what.clone())? {
            came += chunk.len() as u64;
            output.write_all(&chunk).await.or_error(ErrorKind::Unavailable, cannot)?;
        }
        output.flush().await.or_error(ErrorKind::Unavailable, cannot)?;
        if came == laid.bytes { Ok(()) } else { Err(Error::unavailable(format!("{what}: {came} of {} bytes came", laid.bytes))) }
    }

    /// Moves an object into another inbox: copied, found there in full, and only then taken away here.
    ///
    /// # Errors
    /// `Conflict` where it has been written again since it was listed; it stays then. `Limit` for one that the server does not
    /// copy at once (5 GiB at Amazon's).
    pub async fn move_to(&self, laid: &InboxObject, to: &Self) -> Result<()> {
        let what = format!("cannot move {self:?}{} to {to:?}", laid.name);
        let source = percent_encoding::encode_path(&format!("{}/{}", self.bucket, self.key(&laid.name)));
        let request = self.client.copy_object().bucket(&to.bucket).key(to.key(&laid.name)).copy_source(source);
        request.copy_source_if_match(&laid.etag).send().await.map_err(|error| changed_as_conflict(map_s3_error(error, &what)))?;
        let head = self.client.head_object().bucket(&to.bucket).key(to.key(&laid.name)).send().await;
        let there = to_size(head.map_err(|error| map_s3_error(error, &what))?.content_length);
        if there != laid.bytes {
            return Err(Error::unavailable(format!("{what}: the copy has {there} of {} bytes", laid.bytes)));
        }
        let deleted = self.client.delete_object().bucket(&self.bucket).key(self.key(&laid.name)).send().await;
        deleted.map(drop).map_err(|error| map_s3_error(error, &what))
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// An object that is another one than was listed, or none any more.
fn changed_as_conflict(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Conflict | ErrorKind::NotFound => Error::conflict("the object was changed while it was taken").caused_by(error),
        _ => error,
    }
}

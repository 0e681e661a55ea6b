//! Inbox: a bucket prefix into which other systems write objects under arbitrary names. They are listed, downloaded, moved.

use std::path::Path;

use aws_sdk_s3::Client;
use aws_sdk_s3::types::Object;
use tokio::io::AsyncWriteExt;

use crate::s3::client::{S3Options, build_client, to_size};
use crate::s3::s3_error::map_s3_error;
use sohoa_base::error::{Error, ErrorKind, Result};
use sohoa_base::messages::{Message, storage};
use sohoa_base::text::percent_encoding;

/// Bucket prefix written by other systems. Unlike keys of a [`crate::BlobStore`], names may contain any characters.
#[derive(Clone)]
pub struct Inbox {
    client: Client,
    bucket: String,
    /// Empty, or ends in a slash.
    prefix: String,
}

impl std::fmt::Debug for Inbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}/{}", self.bucket, self.prefix)
    }
}

/// Object in an inbox.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct InboxObject {
    /// Name below the prefix.
    pub name: String,
    /// Size, bytes.
    pub bytes: u64,
    /// Entity tag assigned by the server; changes when the object is overwritten.
    pub etag: String,
    /// Time of the last write, epoch milliseconds.
    pub modified_ms: i64,
}

impl Inbox {
    /// Opens the inbox at `url` (`s3://bucket/prefix`, any characters in the prefix) without contacting the server.
    ///
    /// # Errors
    /// `Invalid` for another URL, or invalid options.
    pub async fn open(url: &str, options: &S3Options) -> Result<Self> {
        let rest = url.strip_prefix("s3://").unwrap_or_default().trim_end_matches('/');
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        if bucket.is_empty() {
            return Err(storage::store_address_without_bucket(url));
        }
        let prefix = if prefix.is_empty() { String::new() } else { format!("{prefix}/") };
        Ok(Self { client: build_client(options).await?, bucket: bucket.to_owned(), prefix })
    }

    /// Inbox at the folder `name` below this one.
    #[must_use]
    pub fn subfolder(&self, name: &str) -> Self {
        Self { prefix: format!("{}{name}/", self.prefix), ..self.clone() }
    }

    /// Whether `other` is this inbox or a part of it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        self.bucket == other.bucket && other.prefix.starts_with(&self.prefix)
    }

    /// Lists all objects by name. Folder markers (empty objects with a trailing slash) are left out.
    ///
    /// # Errors
    /// `Unavailable` if the server does not answer, `AccessRefused` without rights or bucket.
    pub async fn list(&self) -> Result<Vec<InboxObject>> {
        let mut objects = Vec::new();
        let mut pages = self.client.list_objects_v2().bucket(&self.bucket).prefix(&self.prefix).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| map_s3_error(error, storage::store_list(format!("{self:?}"))))?;
            objects.extend(page.contents().iter().filter_map(|object| self.to_inbox_object(object)));
        }
        objects.sort();
        Ok(objects)
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
    /// `Conflict` if it was overwritten or deleted since it was listed; `Unavailable` if the download is incomplete.
    pub async fn download(&self, object: &InboxObject, file: &Path) -> Result<()> {
        let operation = || storage::store_read(format!("{self:?}{}", object.name));
        let request = self.client.get_object().bucket(&self.bucket).key(self.key(&object.name)).if_match(&object.etag);
        let mut body = request.send().await.map_err(|error| changed_as_conflict(map_s3_error(error, operation())))?.body;
        let unwritable = |error| storage::local_file_unwritable(file.display()).caused_by(error);
        let mut output = tokio::fs::File::create(file).await.map_err(unwritable)?;
        let mut received = 0;
        while let Some(chunk) = body.try_next().await.map_err(|error| storage::s3_answer_garbled(operation()).caused_by(error))? {
            received += chunk.len() as u64;
            output.write_all(&chunk).await.map_err(unwritable)?;
        }
        output.flush().await.map_err(unwritable)?;
        if received == object.bytes { Ok(()) } else { Err(storage::s3_answer_incomplete(operation(), received, object.bytes)) }
    }

    /// Whether there is an object of this name.
    ///
    /// # Errors
    /// `Unavailable` if the server does not answer, `AccessRefused` without rights or bucket.
    pub async fn holds(&self, name: &str) -> Result<bool> {
        match self.head(name, storage::store_inspect(format!("{self:?}{name}"))).await {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Moves an object to another inbox: copies it, checks the size of the copy, and only then deletes it here. An object that lies
    /// there under this name is never overwritten, unless it is the copy of an interrupted move.
    ///
    /// # Errors
    /// `Conflict` if it was overwritten since it was listed, or another object lies there; it is then left in place. `Limit` if it is
    /// too large for a copy in one request (5 GiB on AWS).
    pub async fn move_to(&self, object: &InboxObject, to: &Self) -> Result<()> {
        let operation = || storage::store_move(format!("{self:?}{}", object.name), format!("{to:?}"));
        match to.head(&object.name, operation()).await {
            Ok(found) if found == (object.bytes, object.etag.clone()) => {}
            Ok(_) => return Err(storage::inbox_name_taken(operation())),
            Err(error) if error.kind() == ErrorKind::NotFound => self.copy_to(object, to, operation()).await?,
            Err(error) => return Err(error),
        }
        let copied = to.head(&object.name, operation()).await?.0;
        if copied != object.bytes {
            return Err(storage::s3_answer_incomplete(operation(), copied, object.bytes));
        }
        if self.head(&object.name, operation()).await?.1 != object.etag {
            return Err(storage::inbox_object_changed());
        }
        let deleted = self.client.delete_object().bucket(&self.bucket).key(self.key(&object.name)).send().await;
        deleted.map(drop).map_err(|error| map_s3_error(error, operation()))
    }

    async fn copy_to(&self, object: &InboxObject, to: &Self, operation: Message) -> Result<()> {
        let source = percent_encoding::encode_path(&format!("{}/{}", self.bucket, self.key(&object.name)));
        let request = self.client.copy_object().bucket(&to.bucket).key(to.key(&object.name)).copy_source(source);
        // A server that knows no conditions on copies ignores the second one: the check before it stays.
        let request = request.copy_source_if_match(&object.etag).if_none_match("*");
        request.send().await.map(drop).map_err(|error| changed_as_conflict(map_s3_error(error, operation)))
    }

    /// Size and entity tag of an object.
    async fn head(&self, name: &str, operation: Message) -> Result<(u64, String)> {
        let head = self.client.head_object().bucket(&self.bucket).key(self.key(name)).send().await;
        let head = head.map_err(|error| map_s3_error(error, operation))?;
        Ok((to_size(head.content_length), head.e_tag.unwrap_or_default()))
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

/// Maps `Conflict` and `NotFound` to a `Conflict` for an object that was changed or deleted since it was listed.
fn changed_as_conflict(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Conflict | ErrorKind::NotFound => storage::inbox_object_changed().caused_by(error),
        _ => error,
    }
}

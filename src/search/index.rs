//! Index on disk: opening, writing, reading. It can be made again from the store, so a missing, damaged or older one is replaced by an
//! empty one, and whoever follows the event log fills it.

use crate::hits::Hits;
use crate::index_error::map_tantivy_error;
use crate::indexed_page::{IndexedPage, to_index_entry};
use crate::query::Query;
use crate::query_executor;
use crate::schema::{INDEX_VERSION, IndexFields, build};
use serde::{Deserialize, Serialize};
use sohoa_base::error::{ErrorKind, Result};
use sohoa_base::messages::{program, search};
use sohoa_base::private_files;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use tantivy::directory::MmapDirectory;
use tantivy::indexer::UserOperation;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyError, Term};

/// Memory budget of the writer before it flushes a segment, bytes.
const WRITER_MEMORY: usize = 48 << 20;

const VERSION_FILE: &str = "form.txt";
const META_FILE: &str = "meta.json";

/// Held while the files are replaced, shared while a writer commits.
const OPEN_LOCK: &str = "open.lock";

/// Search index of one home folder. Readers and the single writer may be different processes.
pub struct SearchIndex {
    folder: PathBuf,
    open: RwLock<Arc<OpenIndex>>,
}

/// The files as opened; replaced when they are made again.
struct OpenIndex {
    /// Content of the version file: version of the schema and identifier of these files.
    identity: String,
    index: Index,
    fields: IndexFields,
    reader: Mutex<ReaderState>,
}

struct ReaderState {
    reader: IndexReader,
    /// `meta.json` as it was when the reader was loaded.
    meta: Vec<u8>,
}

/// How far the event log is in the index; kept in the index's own commit, so that both are always of one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexPosition {
    /// Identifier of the catalogue whose events were followed.
    pub catalogue: String,
    /// Sequence number of the last event; of an unfinished full pass, of the last one before it began.
    pub event: u64,
    /// An unfinished full pass: the identifier of the last dossier that is indexed, empty for none yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_pass_after: Option<String>,
}

/// The right to write, of one process at a time. Changes become durable and visible at [`IndexUpdate::commit`].
pub struct IndexUpdate {
    folder: PathBuf,
    open: Arc<OpenIndex>,
    writer: IndexWriter,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchIndex").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for IndexUpdate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IndexUpdate").finish_non_exhaustive()
    }
}

impl SearchIndex {
    /// Opens the index in `folder`. One that is missing, damaged or of another version is replaced by an empty one.
    ///
    /// # Errors
    /// `Invalid` if the folder contains something other than an index; `Unavailable` on I/O errors.
    pub fn open(folder: &Path) -> Result<Self> {
        Ok(Self { folder: folder.to_owned(), open: RwLock::new(Arc::new(open_or_replace(folder)?)) })
    }

    /// Opens the files again: they were deleted, damaged or replaced.
    ///
    /// # Errors
    /// As [`SearchIndex::open`].
    pub fn reopen(&self) -> Result<()> {
        let opened = Arc::new(open_or_replace(&self.folder)?);
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = opened;
        Ok(())
    }

    /// The right to write; `None` while another process has it.
    ///
    /// # Errors
    /// `Corrupt` for a damaged index; `Unavailable` on I/O errors.
    pub fn begin_update(&self) -> Result<Option<IndexUpdate>> {
        let open = self.current();
        // A folder that was deleted has no lock file any more, and two processes could write.
        if !self.folder.join(META_FILE).exists() {
            return Err(search::index_missing(self.folder.display()));
        }
        match open.index.writer_with_num_threads(1, WRITER_MEMORY) {
            Ok(writer) => Ok(Some(IndexUpdate { folder: self.folder.clone(), open, writer })),
            Err(TantivyError::LockFailure(..)) => Ok(None),
            Err(error) => Err(map_tantivy_error(error)),
        }
    }

    /// How far the event log is in the committed index; `None` for one that was never filled.
    ///
    /// # Errors
    /// `Corrupt` for a damaged index, and where other files took the place of those that are open.
    pub fn position(&self) -> Result<Option<IndexPosition>> {
        let open = self.current();
        check_identity(&self.folder, &open)?;
        let metas = open.index.load_metas().map_err(map_tantivy_error)?;
        Ok(metas.payload.and_then(|payload| serde_json::from_str(&payload).ok()))
    }

    /// Runs a query on the committed state.
    ///
    /// # Errors
    /// `Corrupt` for a damaged index; `Unavailable` on I/O errors; `Invalid` for an invalid `date_from` or `date_to`. Any
    /// query text is accepted.
    pub fn search(&self, query: &Query) -> Result<Hits> {
        let open = self.current();
        query_executor::execute(&self.searcher(&open)?, &open.fields, query)
    }

    /// Number of committed pages.
    ///
    /// # Errors
    /// As [`SearchIndex::search`].
    pub fn page_count(&self) -> Result<u64> {
        Ok(self.searcher(&self.current())?.num_docs())
    }

    fn current(&self) -> Arc<OpenIndex> {
        Arc::clone(&self.open.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Searcher of the newest state committed by any process.
    fn searcher(&self, open: &OpenIndex) -> Result<Searcher> {
        let mut state = open.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let meta =
            fs::read(self.folder.join(META_FILE)).map_err(|error| search::index_unreadable(self.folder.display()).caused_by(error))?;
        if meta != state.meta {
            state.reader.reload().map_err(map_tantivy_error)?;
            state.meta = meta;
        }
        Ok(state.reader.searcher())
    }
}

impl IndexUpdate {
    /// Puts pages of a dossier in place of all that the index has of it.
    ///
    /// # Errors
    /// `Unavailable` on I/O errors; then all changes since the last commit are lost.
    pub fn replace_dossier(&mut self, object: &str, pages: &[IndexedPage]) -> Result<()> {
        let mut operations = vec![UserOperation::Delete(Term::from_field_text(self.open.fields.object, object))];
        for page in pages {
            operations.push(UserOperation::Add(to_index_entry(page, &self.open.fields)?));
        }
        let done = self.writer.run(operations).map(|_| ());
        done.map_err(map_tantivy_error)
    }

    /// Removes every page.
    ///
    /// # Errors
    /// `Unavailable` on I/O errors.
    pub fn clear(&mut self) -> Result<()> {
        self.writer.delete_all_documents().map(|_| ()).map_err(map_tantivy_error)
    }

    /// Makes all changes since the last commit durable and visible, or none of them, together with the position. Costs one flush to
    /// disk, so commit after some hundred pages, not after each.
    ///
    /// # Errors
    /// `Unavailable` on I/O errors, `Corrupt` where other files took the place of the index; then all changes since the last commit are
    /// lost.
    pub fn commit(&mut self, position: Option<&IndexPosition>) -> Result<()> {
        // The lock of the writer lies in the folder: after it was deleted and made again, another process may write to the new one.
        let lock =
            File::open(self.folder.join(OPEN_LOCK)).map_err(|error| search::index_missing(self.folder.display()).caused_by(error))?;
        lock.lock_shared().map_err(|error| search::index_unwritable(self.folder.display()).caused_by(error))?;
        check_identity(&self.folder, &self.open)?;
        let payload = position
            .map(serde_json::to_string)
            .transpose()
            .map_err(|error| program::bug("position of the search index as JSON").caused_by(error))?;
        let done = self.writer.prepare_commit().and_then(|mut prepared| {
            if let Some(payload) = &payload {
                prepared.set_payload(payload);
            }
            prepared.commit().map(|_| ())
        });
        done.map_err(map_tantivy_error)
    }

    /// Waits until segments are merged and gives the right to write back.
    ///
    /// # Errors
    /// `Unavailable` on I/O errors.
    pub fn close(self) -> Result<()> {
        self.writer.wait_merging_threads().map_err(map_tantivy_error)
    }
}

fn open_or_replace(folder: &Path) -> Result<OpenIndex> {
    let failed = |error| search::index_unreadable(folder.display()).caused_by(error);
    private_files::create_folder(folder).map_err(failed)?;
    // Several processes may open a home at the same time; only one may create or replace the index.
    let lock = File::create(folder.join(OPEN_LOCK)).map_err(failed)?;
    lock.lock().map_err(failed)?;
    let identity = fs::read_to_string(folder.join(VERSION_FILE)).unwrap_or_default();
    if folder.join(META_FILE).exists() && identity.starts_with(INDEX_VERSION) {
        match open_files(folder) {
            Ok(open) => return Ok(open),
            // A full or failing disk says nothing about the files.
            Err(error) if error.kind() == ErrorKind::Unavailable => return Err(error),
            Err(error) => tracing::warn!(error = %error.chain(), "the search index is made again"),
        }
    }
    delete_files(folder)?;
    let identity = format!("{INDEX_VERSION}{}", uuid::Uuid::now_v7());
    fs::write(folder.join(VERSION_FILE), identity).map_err(failed)?;
    let directory = MmapDirectory::open(folder).map_err(|error| search::index_unreadable(folder.display()).caused_by(error))?;
    Index::create(directory, build().0, tantivy::IndexSettings::default()).map_err(map_tantivy_error)?;
    open_files(folder)
}

fn open_files(folder: &Path) -> Result<OpenIndex> {
    let failed = |error| search::index_unreadable(folder.display()).caused_by(error);
    let (schema, fields) = build();
    let identity = read_identity(folder)?;
    let index = Index::open_in_dir(folder).map_err(map_tantivy_error)?;
    if index.schema() != schema {
        return Err(search::index_of_other_version(folder.display()));
    }
    let meta = fs::read(folder.join(META_FILE)).map_err(failed)?;
    let reader: IndexReader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(map_tantivy_error)?;
    Ok(OpenIndex { identity, index, fields, reader: Mutex::new(ReaderState { reader, meta }) })
}

fn read_identity(folder: &Path) -> Result<String> {
    fs::read_to_string(folder.join(VERSION_FILE)).map_err(|error| search::index_missing(folder.display()).caused_by(error))
}

/// Refuses files that another process made anew after these were opened.
fn check_identity(folder: &Path, open: &OpenIndex) -> Result<()> {
    if read_identity(folder)? == open.identity {
        return Ok(());
    }
    Err(search::index_replaced(folder.display()))
}

/// Deletes the files of an index, but not those of anything else.
fn delete_files(folder: &Path) -> Result<()> {
    let failed = |error| search::index_unwritable(folder.display()).caused_by(error);
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.file_name().is_none_or(|name| name != OPEN_LOCK) {
            files.push(path);
        }
    }
    if !files.is_empty() && !folder.join(VERSION_FILE).exists() && !folder.join(META_FILE).exists() {
        return Err(search::index_folder_of_other_content(folder.display()));
    }
    for file in files {
        fs::remove_file(&file).map_err(failed)?;
    }
    Ok(())
}

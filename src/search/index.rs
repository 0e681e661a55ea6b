//! Index on disk: opening, adding and removing pages, committing. It can be deleted and rebuilt from the store.

use crate::hits::Hits;
use crate::index_error::map_tantivy_error;
use crate::indexed_page::{IndexedPage, to_index_entry};
use crate::query::Query;
use crate::query_executor;
use crate::schema::{INDEX_VERSION, IndexFields, build};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tantivy::directory::MmapDirectory;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyError, Term};

/// Memory budget of the writer before it flushes a segment, bytes.
const WRITER_MEMORY: usize = 48 << 20;

const VERSION_FILE: &str = "form.txt";
const META_FILE: &str = "meta.json";

/// Search index of one home folder. Readers and the single writer may be different processes.
pub struct SearchIndex {
    folder: PathBuf,
    index: Index,
    pub(super) fields: IndexFields,
    writer: Mutex<WriterState>,
    reader: Mutex<ReaderState>,
}

#[derive(Default)]
struct WriterState {
    writer: Option<IndexWriter>,
    /// A change since the last commit failed, and all changes since then are lost.
    is_poisoned: bool,
}

struct ReaderState {
    reader: IndexReader,
    /// `meta.json` as it was when the reader was loaded.
    meta: Vec<u8>,
}

impl std::fmt::Debug for SearchIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SearchIndex").finish_non_exhaustive()
    }
}

impl SearchIndex {
    /// Opens the index in `folder`, which is created if missing.
    ///
    /// # Errors
    /// `Invalid` for an index of another version (run `sohoa rebuild`); `Corrupt` for a damaged one; `Unavailable` on
    /// I/O errors.
    pub fn open(folder: &Path) -> Result<Self> {
        let failed = || format!("cannot open the search index in {}", folder.display());
        fs::create_dir_all(folder).or_error(ErrorKind::Unavailable, failed)?;
        // Several processes may open a new home at the same time; only one may create the index.
        let lock = File::create(folder.join("open.lock")).or_error(ErrorKind::Unavailable, failed)?;
        lock.lock().or_error(ErrorKind::Unavailable, failed)?;
        let (schema, fields) = build();
        let version_file = folder.join(VERSION_FILE);
        let index = if folder.join(META_FILE).exists() {
            if fs::read_to_string(&version_file).unwrap_or_default() != INDEX_VERSION {
                return Err(version_mismatch(folder));
            }
            let index = Index::open_in_dir(folder).map_err(|error| map_tantivy_error(error, failed()))?;
            if index.schema() != schema {
                return Err(version_mismatch(folder));
            }
            index
        } else {
            fs::write(&version_file, INDEX_VERSION).or_error(ErrorKind::Unavailable, failed)?;
            let directory = MmapDirectory::open(folder).or_error(ErrorKind::Unavailable, failed)?;
            Index::create(directory, schema, tantivy::IndexSettings::default()).map_err(|error| map_tantivy_error(error, failed()))?
        };
        drop(lock);
        let meta = fs::read(folder.join(META_FILE)).or_error(ErrorKind::Unavailable, failed)?;
        let reader: IndexReader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(|error| map_tantivy_error(error, failed()))?;
        Ok(Self { folder: folder.to_owned(), index, fields, writer: Mutex::default(), reader: Mutex::new(ReaderState { reader, meta }) })
    }

    /// Deletes the index in `folder`, of any version, and opens an empty one, for a rebuild.
    ///
    /// # Errors
    /// `Invalid` if the folder contains something other than an index; else as [`SearchIndex::open`].
    pub fn recreate(folder: &Path) -> Result<Self> {
        let failed = || format!("cannot delete the search index in {}", folder.display());
        if folder.is_dir() {
            let is_empty = fs::read_dir(folder).or_error(ErrorKind::Unavailable, failed)?.next().is_none();
            if !is_empty && !folder.join(VERSION_FILE).exists() && !folder.join(META_FILE).exists() {
                return Err(Error::invalid(format!("{} holds no search index: name another folder", folder.display())));
            }
            fs::remove_dir_all(folder).or_error(ErrorKind::Unavailable, failed)?;
        }
        Self::open(folder)
    }

    /// Adds a page. To replace the pages of a dossier, remove them first. Visible to searches after
    /// [`SearchIndex::commit`].
    ///
    /// # Errors
    /// `Unavailable` while another process writes. After an error all changes since the last commit are lost, and
    /// the next commit fails.
    pub fn add_page(&self, page: &IndexedPage) -> Result<()> {
        let entry = to_index_entry(page, &self.fields)?;
        let mut state = self.lock_writer();
        let added = self.ensure_writer(&mut state)?.add_document(entry).map(|_| ());
        self.poison_on_error(state, added, || format!("cannot index page {} of document {} of {}", page.page, page.document, page.object))
    }

    /// Removes the pages of a dossier. Visible to searches after [`SearchIndex::commit`].
    ///
    /// # Errors
    /// `Unavailable` while another process writes.
    pub fn remove_dossier(&self, object: &str) -> Result<()> {
        let mut state = self.lock_writer();
        self.ensure_writer(&mut state)?.delete_term(Term::from_field_text(self.fields.object, object));
        Ok(())
    }

    /// Makes all changes since the last commit durable and visible, or none of them. Costs one flush to
    /// disk, so commit after some hundred pages, not after each.
    ///
    /// # Errors
    /// `Unavailable` on I/O errors, or if an earlier change failed; then all changes must be repeated.
    pub fn commit(&self) -> Result<()> {
        let mut state = self.lock_writer();
        if std::mem::take(&mut state.is_poisoned) {
            return Err(Error::unavailable("changes to the search index since its last commit were lost: index these dossiers again"));
        }
        let Some(writer) = state.writer.as_mut() else { return Ok(()) };
        let done = writer.commit().map(|_| ());
        let result = self.poison_on_error(state, done, || "cannot commit to the search index".to_owned());
        if result.is_err() {
            self.lock_writer().is_poisoned = false;
        }
        result
    }

    /// Commits, waits until segments are merged, and releases the writer lock.
    ///
    /// # Errors
    /// As [`SearchIndex::commit`].
    pub fn close(&self) -> Result<()> {
        self.commit()?;
        match self.lock_writer().writer.take() {
            Some(writer) => {
                writer.wait_merging_threads().map_err(|error| map_tantivy_error(error, "cannot merge the search index".to_owned()))
            }
            None => Ok(()),
        }
    }

    /// Runs a query on the committed state.
    ///
    /// # Errors
    /// `Corrupt` for a damaged index; `Unavailable` on I/O errors; `Invalid` for an invalid `date_from` or `date_to`. Any
    /// query text is accepted.
    pub fn search(&self, query: &Query) -> Result<Hits> {
        query_executor::execute(&self.searcher()?, &self.fields, query)
    }

    /// Number of committed pages.
    ///
    /// # Errors
    /// As [`SearchIndex::search`].
    pub fn page_count(&self) -> Result<u64> {
        Ok(self.searcher()?.num_docs())
    }

    /// Searcher of the newest state committed by any process.
    fn searcher(&self) -> Result<Searcher> {
        let failed = || format!("cannot read the search index in {}", self.folder.display());
        let mut state = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let meta = fs::read(self.folder.join(META_FILE)).or_error(ErrorKind::Unavailable, failed)?;
        if meta != state.meta {
            state.reader.reload().map_err(|error| map_tantivy_error(error, failed()))?;
            state.meta = meta;
        }
        Ok(state.reader.searcher())
    }

    fn lock_writer(&self) -> MutexGuard<'_, WriterState> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ensure_writer<'a>(&self, state: &'a mut WriterState) -> Result<&'a mut IndexWriter> {
        let writer = match state.writer.take() {
            Some(writer) => writer,
            None => self.index.writer_with_num_threads(1, WRITER_MEMORY).map_err(|error| {
                let context = match error {
                    TantivyError::LockFailure(..) => "another process writes the search index",
                    _ => "cannot write the search index",
                };
                map_tantivy_error(error, format!("{context} in {}", self.folder.display()))
            })?,
        };
        Ok(state.writer.insert(writer))
    }

    /// Drops the writer after a failed change, because it is unusable then; uncommitted changes are lost.
    fn poison_on_error(
        &self,
        mut state: MutexGuard<'_, WriterState>,
        done: tantivy::Result<()>,
        context: impl FnOnce() -> String,
    ) -> Result<()> {
        done.map_err(|error| {
            state.writer = None;
            state.is_poisoned = true;
            map_tantivy_error(error, context())
        })
    }
}

fn version_mismatch(folder: &Path) -> Error {
    Error::invalid(format!("the search index in {} was made by another version: run `sohoa rebuild`", folder.display()))
}

//! The index on disk: opening, replacing, committing. It can be deleted and rebuilt from the store.

use crate::hits::Hits;
use crate::indexed_page::{IndexedPage, to_index_entry};
use crate::query::Query;
use crate::schema::{INDEX_VERSION, IndexFields, build};
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tantivy::directory::MmapDirectory;
use tantivy::{Index, IndexReader, IndexWriter, ReloadPolicy, Searcher, TantivyError, Term};

/// Memory of the writer before it writes a segment, bytes.
const WRITER_MEMORY: usize = 48 << 20;

const VERSION_FILE: &str = "form.txt";
const META_FILE: &str = "meta.json";

/// The search index of one home. Readers and one writer may be different processes.
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
    /// A change since the last commit failed, and took the others with it.
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
    /// Opens the index in `folder`, which is made when it is absent.
    ///
    /// # Errors
    /// `Invalid` for an index of another form: run `sohoa rebuild`; `Corrupt` for a damaged one; `Unavailable` when
    /// the disk does not answer.
    pub fn open(folder: &Path) -> Result<Self> {
        let failed = || format!("cannot open the search index in {}", folder.display());
        fs::create_dir_all(folder).or_error(ErrorKind::Unavailable, failed)?;
        // Two processes may open a new home at once: only one may create.
        let lock = File::create(folder.join("open.lock")).or_error(ErrorKind::Unavailable, failed)?;
        lock.lock().or_error(ErrorKind::Unavailable, failed)?;
        let (schema, fields) = build();
        let form = folder.join(VERSION_FILE);
        let index = if folder.join(META_FILE).exists() {
            if fs::read_to_string(&form).unwrap_or_default() != INDEX_VERSION {
                return Err(version_mismatch(folder));
            }
            let index = Index::open_in_dir(folder).map_err(|error| map_tantivy_error(error, failed()))?;
            if index.schema() != schema {
                return Err(version_mismatch(folder));
            }
            index
        } else {
            fs::write(&form, INDEX_VERSION).or_error(ErrorKind::Unavailable, failed)?;
            let directory = MmapDirectory::open(folder).or_error(ErrorKind::Unavailable, failed)?;
            Index::create(directory, schema, tantivy::IndexSettings::default()).map_err(|error| map_tantivy_error(error, failed()))?
        };
        drop(lock);
        let meta = fs::read(folder.join(META_FILE)).or_error(ErrorKind::Unavailable, failed)?;
        let reader: IndexReader =
            index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into().map_err(|error| map_tantivy_error(error, failed()))?;
        Ok(Self { folder: folder.to_owned(), index, fields, writer: Mutex::default(), reader: Mutex::new(ReaderState { reader, meta }) })
    }

    /// Deletes the index in `folder`, of whatever form, and opens an empty one: for a rebuild.
    ///
    /// # Errors
    /// `Invalid` when the folder holds something that is no index; else as [`SearchIndex::open`].
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

    /// Adds a page; to replace those of its dossier, take them out first. Seen by searches after
    /// [`SearchIndex::commit`].
    ///
    /// # Errors
    /// `Unavailable` while another process writes. After an error no change since the last commit is kept, and
    /// the next commit says so.
    pub fn add_page(&self, page: &IndexedPage) -> Result<()> {
        let entry = to_index_entry(page, &self.fields)?;
        let mut writing = self.lock_writer();
        let added = self.ensure_writer(&mut writing)?.add_document(entry).map(|_| ());
        self.poison_on_error(writing, added, || format!("cannot index page {} of document {} of {}", page.page, page.document, page.object))
    }

    /// Takes a dossier out. Seen by searches after [`SearchIndex::commit`].
    ///
    /// # Errors
    /// `Unavailable` while another process writes.
    pub fn remove_dossier(&self, object: &str) -> Result<()> {
        let mut writing = self.lock_writer();
        self.ensure_writer(&mut writing)?.delete_term(Term::from_field_text(self.fields.object, object));
        Ok(())
    }

    /// Makes every change since the last commit durable and visible, or none of them. Costs one flush to
    /// disk: commit after some hundred pages, not after each.
    ///
    /// # Errors
    /// `Unavailable` when the disk refuses, or when an earlier change failed and took the others with it: repeat them.
    pub fn commit(&self) -> Result<()> {
        let mut writing = self.lock_writer();
        if std::mem::take(&mut writing.is_poisoned) {
            return Err(Error::unavailable("changes to the search index since its last commit were lost: index these dossiers again"));
        }
        let Some(writer) = writing.writer.as_mut() else { return Ok(()) };
        let done = writer.commit().map(|_| ());
        let result = self.poison_on_error(writing, done, || "cannot commit to the search index".to_owned());
        if result.is_err() {
            self.lock_writer().is_poisoned = false;
        }
        result
    }

    /// Commits, waits until segments are merged, and lets other processes write.
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

    /// Answers a query from what is committed.
    ///
    /// # Errors
    /// `Corrupt` for a damaged index; `Unavailable` when the disk does not answer. No text of a query is an error.
    pub fn search(&self, query: &Query) -> Result<Hits> {
        crate::hits::search(&self.searcher()?, &self.fields, query)
    }

    /// How many pages are committed.
    ///
    /// # Errors
    /// As [`SearchIndex::search`].
    pub fn page_count(&self) -> Result<u64> {
        Ok(self.searcher()?.num_docs())
    }

    /// The newest committed state, by whichever process.
    fn searcher(&self) -> Result<Searcher> {
        let failed = || format!("cannot read the search index in {}", self.folder.display());
        let mut reading = self.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let meta = fs::read(self.folder.join(META_FILE)).or_error(ErrorKind::Unavailable, failed)?;
        if meta != reading.meta {
            reading.reader.reload().map_err(|error| map_tantivy_error(error, failed()))?;
            reading.meta = meta;
        }
        Ok(reading.reader.searcher())
    }

    fn lock_writer(&self) -> MutexGuard<'_, WriterState> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ensure_writer<'a>(&self, writing: &'a mut WriterState) -> Result<&'a mut IndexWriter> {
        let writer = match writing.writer.take() {
            Some(writer) => writer,
            None => self.index.writer_with_num_threads(1, WRITER_MEMORY).map_err(|error| {
                let context = match error {
                    TantivyError::LockFailure(..) => "another process writes the search index",
                    _ => "cannot write the search index",
                };
                map_tantivy_error(error, format!("{context} in {}", self.folder.display()))
            })?,
        };
        Ok(writing.writer.insert(writer))
    }

    /// A failed change leaves the writer unusable: it is given up, with all that was not committed.
    fn poison_on_error(
        &self,
        mut writing: MutexGuard<'_, WriterState>,
        done: tantivy::Result<()>,
        context: impl FnOnce() -> String,
    ) -> Result<()> {
        done.map_err(|error| {
            writing.writer = None;
            writing.is_poisoned = true;
            map_tantivy_error(error, context())
        })
    }
}

fn version_mismatch(folder: &Path) -> Error {
    Error::invalid(format!("the search index in {} was made by another version: run `sohoa rebuild`", folder.display()))
}

/// The kind of a failure of the index library.
pub(super) fn map_tantivy_error(error: TantivyError, context: String) -> Error {
    let kind = match &error {
        TantivyError::LockFailure(..)
        | TantivyError::IoError(_)
        | TantivyError::OpenDirectoryError(_)
        | TantivyError::OpenReadError(_)
        | TantivyError::OpenWriteError(_)
        | TantivyError::SystemError(_)
        | TantivyError::ErrorInThread(_) => ErrorKind::Unavailable,
        TantivyError::DataCorruption(_) | TantivyError::DeserializeError(_) => ErrorKind::Corrupt,
        TantivyError::IncompatibleIndex(_) | TantivyError::SchemaError(_) => ErrorKind::Invalid,
        _ => ErrorKind::Internal,
    };
    Error::new(kind, context).caused_by(error)
}

//! Expansion of ZIP and TAR archives, member by member. Names are bytes and are never used as paths.

use crate::archive::entry_names;
use crate::limits::Limits;
use crate::media_types;
use flate2::read::MultiGzDecoder;
use sohoa_base::error::Result;
use sohoa_base::messages::{Message, file_warnings, files};
use sohoa_base::model::refusal::Warning;
use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};
use zip::HasZipMetadata;
use zip::read::{ZipArchive, ZipArchiveMetadata};

/// Maximum number of warnings listed individually for one archive.
const MAX_LISTED_WARNINGS: usize = 200;

/// Member of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Name in the archive, unchanged; segments are separated by `/` or `\`.
    pub path_bytes: Vec<u8>,
    /// Size declared by the archive, bytes; the data may differ.
    pub size: u64,
}

/// Receives one member. It must read the data to its end and return an error if reading fails, so that no part
/// of a damaged member is kept; [`expand`] then adds a warning and continues. Any other error ends the expansion.
pub type Sink<'s> = &'s mut dyn FnMut(Member, &mut dyn Read) -> Result<()>;

/// Passes every file in a ZIP, TAR or gzipped TAR to `sink`. Folders are skipped. Links, devices, and members
/// with unsafe names, a password or damage are left out with a warning each. A nested archive is passed as a file.
///
/// # Errors
/// `Invalid` if it is no such archive or contains no file, `Denied` if all members need a password, `Limit`
/// for too many members or bytes, `Corrupt` if no member can be read, and those of `sink`.
pub fn expand(file: &mut (impl Read + Seek), name: &str, limits: &Limits, sink: Sink<'_>) -> Result<Vec<Warning>> {
    let unreadable = |error| files::archive_unreadable(name).caused_by(error);
    let packed = file.seek(SeekFrom::End(0)).map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head).map_err(unreadable)?;
    file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
    let mut work = Expansion {
        limits,
        name,
        packed_bytes: packed,
        sink,
        unpacked_bytes: 0,
        accepted_members: 0,
        encrypted_members: 0,
        system_files: 0,
        warnings: Vec::new(),
        first_problem: None,
    };
    match media_types::detect(&head) {
        Some(media_types::ZIP) => work.expand_zip(file)?,
        Some(media_types::TAR) => work.expand_tar(file)?,
        Some(media_types::GZIP) => work.expand_gzip(file)?,
        _ => return Err(files::archive_kind_unknown(name)),
    }
    work.finish()
}

struct Expansion<'e> {
    limits: &'e Limits,
    name: &'e str,
    packed_bytes: u64,
    sink: Sink<'e>,
    unpacked_bytes: u64,
    accepted_members: u64,
    encrypted_members: u64,
    system_files: u64,
    warnings: Vec<Warning>,
    first_problem: Option<Message>,
}

impl Expansion<'_> {
    fn warn(&mut self, code: &str, message: &Message) {
        self.first_problem.get_or_insert_with(|| message.clone());
        if self.warnings.len() < MAX_LISTED_WARNINGS {
            self.warnings.push(Warning::new(code, message));
        } else if self.warnings.len() == MAX_LISTED_WARNINGS {
            self.warnings.push(Warning::new("more-warnings", &file_warnings::warning_more_members()));
        }
    }

    fn warn_damaged(&mut self, display_name: &str, why: &str) {
        self.warn("damaged-member", &file_warnings::warning_member_damaged(display_name, why));
    }

    fn expand_zip<R: Read + Seek>(&mut self, file: &mut R) -> Result<()> {
        let mut archive = ZipArchive::new(file).map_err(|error| files::zip_damaged(self.name).caused_by(error))?;
        self.check_count(archive.len() as u64)?;
        if archive.has_duplicate_names() {
            // The `zip` crate indexes members by name: all but one of them would be lost without a warning.
            return Err(files::zip_names_repeated(self.name));
        }
        let list = archive.metadata();
        self.check_overlap(&list)?;
        for index in 0..list.len() {
            let Ok(entry) = list.entry(index) else { continue };
            let raw = entry.name_raw().to_vec();
            let display_name = entry_names::display_name(&raw);
            if entry.is_dir() || !self.accepts_name(&raw, &display_name) {
                continue;
            }
            let kind = entry.unix_mode().map_or(0, |mode| mode & 0o170_000);
            if entry.is_symlink() || !matches!(kind, 0 | 0o100_000) {
                self.warn("not-a-file", &file_warnings::warning_member_not_a_file(&display_name));
                continue;
            }
            if entry.encrypted() || entry.get_metadata().is_encrypted() {
                self.encrypted_members += 1;
                self.warn("password", &file_warnings::warning_member_encrypted(&display_name));
                continue;
            }
            let size = entry.size();
            match archive.by_index(index) {
                Ok(mut data) => self.extract_member(Member { path_bytes: raw, size }, &display_name, &mut data)?,
                Err(error) => self.warn_damaged(&display_name, &error.to_string()),
            }
        }
        Ok(())
    }

    /// Refuses archives whose members share packed bytes, as in ZIP bombs (Fifield, "A better zip bomb", 2019).
    fn check_overlap(&self, list: &ZipArchiveMetadata) -> Result<()> {
        let place = |index| list.entry(index).ok().map(|entry| (entry.header_start(), entry.compressed_size()));
        let mut places: Vec<(u64, u64)> = (0..list.len()).filter_map(place).collect();
        places.sort_unstable();
        let overlaps = places.windows(2).any(|pair| matches!(pair, [(start, size), (next, _)] if start.saturating_add(*size) > *next));
        if overlaps {
            return Err(files::zip_members_overlap(self.name));
        }
        Ok(())
    }

    fn expand_gzip<R: Read>(&mut self, file: &mut R) -> Result<()> {
        let not_tar = || files::gzip_without_tar(self.name);
        let mut unpacked = MultiGzDecoder::new(file);
        let mut head = Vec::new();
        unpacked.by_ref().take(512).read_to_end(&mut head).map_err(|_| not_tar())?;
        if media_types::detect(&head) != Some(media_types::TAR) {
            return Err(not_tar());
        }
        self.expand_tar(&mut io::Cursor::new(head).chain(unpacked))
    }

    fn expand_tar<R: Read>(&mut self, file: &mut R) -> Result<()> {
        // The limit applies to the whole stream, because long names and padding are unpacked as well.
        let max_bytes = self
            .limits
            .max_unpacked_bytes
            .min(Limits::RATIO_EXEMPT_BYTES.saturating_add(self.packed_bytes.saturating_mul(self.limits.max_unpack_ratio)));
        let mut archive = tar::Archive::new(file.take(max_bytes));
        let mut names = BTreeSet::new();
        let mut count = 0;
        for entry in archive.entries().map_err(|error| files::tar_damaged(self.name).caused_by(error))? {
            count += 1;
            self.check_count(count)?;
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.warn("damaged", &file_warnings::warning_archive_damaged(error));
                    break;
                }
            };
            let raw = entry.path_bytes().into_owned();
            let display_name = entry_names::display_name(&raw);
            let kind = entry.header().entry_type();
            if kind.is_dir() || !self.accepts_name(&raw, &display_name) {
                continue;
            }
            if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
                self.warn("not-a-file", &file_warnings::warning_member_not_a_file(&display_name));
                continue;
            }
            if !names.insert(raw.clone()) {
                self.warn("duplicate-name", &file_warnings::warning_member_repeated(&display_name));
            }
            let size = entry.size();
            self.extract_member(Member { path_bytes: raw, size }, &display_name, &mut entry)?;
        }
        Ok(())
    }

    fn check_count(&self, count: u64) -> Result<()> {
        if count > self.limits.max_members {
            return Err(files::archive_members_over_limit(self.name, self.limits.max_members));
        }
        Ok(())
    }

    /// Whether a member of this name is accepted; adds a warning if it is not, or if the name is irregular.
    fn accepts_name(&mut self, raw: &[u8], display_name: &str) -> bool {
        if sohoa_base::system_files::is_system_file(raw) {
            self.system_files += 1;
            return false;
        }
        if let Some(why) = entry_names::rejection_reason(raw, self.limits.max_name_bytes) {
            self.warn("unsafe-name", &file_warnings::warning_member_name_unsafe(display_name, why));
            return false;
        }
        if let Some(what) = entry_names::name_warning(raw) {
            self.warn("odd-name", &file_warnings::warning_member_name_irregular(display_name, what));
        }
        true
    }

    fn extract_member(&mut self, member: Member, display_name: &str, data: &mut dyn Read) -> Result<()> {
        let ratio = Limits::RATIO_EXEMPT_BYTES.saturating_add(self.packed_bytes.saturating_mul(self.limits.max_unpack_ratio));
        let remaining = self.limits.max_unpacked_bytes.min(ratio).saturating_sub(self.unpacked_bytes);
        let mut bounded = BoundedReader { inner: data, remaining, bytes_read: 0, read_error: None, limit_exceeded: false };
        let outcome = (self.sink)(member, &mut bounded);
        let BoundedReader { bytes_read, read_error, limit_exceeded, .. } = bounded;
        self.unpacked_bytes = self.unpacked_bytes.saturating_add(bytes_read);
        if limit_exceeded {
            return Err(files::archive_bytes_over_limit(self.name, self.limits.max_unpacked_bytes >> 20, self.limits.max_unpack_ratio));
        }
        match read_error {
            Some(why) => self.warn_damaged(display_name, &why),
            None => {
                outcome?;
                self.accepted_members += 1;
            }
        }
        Ok(())
    }

    fn finish(mut self) -> Result<Vec<Warning>> {
        if self.accepted_members == 0 {
            let name = self.name;
            if self.encrypted_members > 0 {
                return Err(files::archive_encrypted(name));
            }
            if let Some(first) = self.first_problem {
                return Err(files::archive_without_files(name, first));
            }
            return Err(files::archive_empty(name));
        }
        if self.system_files > 0 {
            self.warn("system-files", &file_warnings::warning_system_files(self.system_files));
        }
        Ok(self.warnings)
    }
}

/// Reader that counts bytes against a limit and records the first read error.
struct BoundedReader<'w> {
    inner: &'w mut dyn Read,
    remaining: u64,
    bytes_read: u64,
    read_error: Option<String>,
    limit_exceeded: bool,
}

impl Read for BoundedReader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer).inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.read_error = Some(error.to_string());
            }
        })?;
        self.bytes_read = self.bytes_read.saturating_add(count as u64);
        if self.bytes_read > self.remaining {
            self.limit_exceeded = true;
            return Err(io::Error::other("archive unpacks to more than its limit"));
        }
        Ok(count)
    }
}

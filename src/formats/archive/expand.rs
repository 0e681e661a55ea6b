//! Members of ZIP and TAR archives, handed on one by one. Names are bytes and are never used as paths.

use crate::archive::entry_names;
use crate::limits::Limits;
use crate::media_types;
use flate2::read::MultiGzDecoder;
use sohoa_base::error::{Error, ErrorKind, Result, ResultExt};
use sohoa_base::model::refusal::Warning;
use std::collections::BTreeSet;
use std::io::{self, Read, Seek, SeekFrom};
use zip::HasZipMetadata;
use zip::read::{ZipArchive, ZipArchiveMetadata};

/// Most warnings of one archive that are listed one by one.
const MAX_LISTED_WARNINGS: usize = 200;

/// A member of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name in the archive, exactly; `/` or `\` between parts.
    pub path_bytes: Vec<u8>,
    /// Size that the archive declares, bytes; the data may differ.
    pub size: u64,
}

/// Takes one member. It must read the data to its end and answer with an error where reading fails, so that
/// nothing of a damaged member is kept; [`expand`] then notes the damage and goes on. Any other error ends
/// the expansion.
pub type Sink<'s> = &'s mut dyn FnMut(Member, &mut dyn Read) -> Result<()>;

/// Hands every file in a ZIP, TAR or gzipped TAR to `sink`. Folders are skipped; links, devices, members
/// with names that lead elsewhere, with a password or with damage are left out with a warning each, the
/// others are taken. An archive inside is a member like others.
///
/// # Errors
/// Invalid where it is no such archive or holds no file, Denied where all members need a password, Limit
/// for too many members or bytes, Corrupt where nothing can be read, and those of `sink`.
pub fn expand(file: &mut (impl Read + Seek), name: &str, limits: &Limits, sink: Sink<'_>) -> Result<Vec<Warning>> {
    let unreadable = || format!("archive {name} cannot be read; deliver it again");
    let packed = file.seek(SeekFrom::End(0)).or_error(ErrorKind::Unavailable, unreadable)?;
    file.seek(SeekFrom::Start(0)).or_error(ErrorKind::Unavailable, unreadable)?;
    let mut head = Vec::new();
    file.by_ref().take(4096).read_to_end(&mut head).or_error(ErrorKind::Unavailable, unreadable)?;
    file.seek(SeekFrom::Start(0)).or_error(ErrorKind::Unavailable, unreadable)?;
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
    };
    match media_types::detect(&head) {
        Some(media_types::ZIP) => work.expand_zip(file)?,
        Some(media_types::TAR) => work.expand_tar(file)?,
        Some(media_types::GZIP) => work.expand_gzip(file)?,
        _ => return Err(Error::invalid(format!("{name} is no ZIP or TAR archive; deliver the files themselves"))),
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
}

impl Expansion<'_> {
    fn warn(&mut self, code: &str, detail: String) {
        if self.warnings.len() < MAX_LISTED_WARNINGS {
            self.warnings.push(Warning::new(code, detail));
        } else if self.warnings.len() == MAX_LISTED_WARNINGS {
            self.warnings.push(Warning::new("more-warnings", "further members of the archive were left out or are odd"));
        }
    }

    fn warn_damaged(&mut self, shown: &str, why: &str) {
        self.warn("damaged-member", format!("member {shown} cannot be read ({why}); deliver it by itself"));
    }

    fn expand_zip<R: Read + Seek>(&mut self, file: &mut R) -> Result<()> {
        let broken = || format!("ZIP archive {} is damaged or in several parts; pack it again", self.name);
        let mut archive = ZipArchive::new(file).or_error(ErrorKind::Corrupt, broken)?;
        self.check_count(archive.len() as u64)?;
        if archive.has_duplicate_names() {
            // The reader keeps members by name: all but one of them would be lost in silence.
            return Err(Error::invalid(format!(
                "ZIP archive {} has several members of one name; rename them and pack it again",
                self.name
            )));
        }
        let list = archive.metadata();
        self.check_overlap(&list)?;
        for index in 0..list.len() {
            let Ok(entry) = list.entry(index) else { continue };
            let raw = entry.name_raw().to_vec();
            let shown = entry_names::display_name(&raw);
            if entry.is_dir() || !self.accepts_name(&raw, &shown) {
                continue;
            }
            let kind = entry.unix_mode().map_or(0, |mode| mode & 0o170_000);
            if entry.is_symlink() || !matches!(kind, 0 | 0o100_000) {
                self.warn("not-a-file", format!("member {shown} is a link or a device, not a file; it was left out"));
                continue;
            }
            if entry.encrypted() || entry.get_metadata().is_encrypted() {
                self.encrypted_members += 1;
                self.warn("password", format!("member {shown} needs a password; deliver it without one"));
                continue;
            }
            let size = entry.size();
            match archive.by_index(index) {
                Ok(mut data) => self.extract_member(Member { path_bytes: raw, size }, &shown, &mut data)?,
                Err(error) => self.warn_damaged(&shown, &error.to_string()),
            }
        }
        Ok(())
    }

    /// Members that share bytes of the archive unpack to far more than any honest archive.
    fn check_overlap(&self, list: &ZipArchiveMetadata) -> Result<()> {
        let place = |index| list.entry(index).ok().map(|entry| (entry.header_start(), entry.compressed_size()));
        let mut places: Vec<(u64, u64)> = (0..list.len()).filter_map(place).collect();
        places.sort_unstable();
        let overlaps = places.windows(2).any(|pair| matches!(pair, [(start, size), (next, _)] if start.saturating_add(*size) > *next));
        if overlaps {
            return Err(Error::limit(format!(
                "ZIP archive {} has members that overlap, as only hostile ones do; pack it again",
                self.name
            )));
        }
        Ok(())
    }

    fn expand_gzip<R: Read>(&mut self, file: &mut R) -> Result<()> {
        let no_tar = || Error::invalid(format!("{} is a gzip file without a TAR archive in it; deliver the file itself", self.name));
        let mut unpacked = MultiGzDecoder::new(file);
        let mut head = Vec::new();
        unpacked.by_ref().take(512).read_to_end(&mut head).map_err(|_| no_tar())?;
        if media_types::detect(&head) != Some(media_types::TAR) {
            return Err(no_tar());
        }
        self.expand_tar(&mut io::Cursor::new(head).chain(unpacked))
    }

    fn expand_tar<R: Read>(&mut self, file: &mut R) -> Result<()> {
        // The whole stream is counted: long names and padding unpack as well.
        let most = self
            .limits
            .max_unpacked_bytes
            .min(Limits::RATIO_EXEMPT_BYTES.saturating_add(self.packed_bytes.saturating_mul(self.limits.max_unpack_ratio)));
        let mut archive = tar::Archive::new(file.take(most));
        let mut names = BTreeSet::new();
        let mut count = 0;
        for entry in archive.entries().or_error(ErrorKind::Corrupt, || format!("TAR archive {} is damaged; pack it again", self.name))? {
            count += 1;
            self.check_count(count)?;
            let mut entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.warn("damaged", format!("the archive is damaged ({error}): members may be missing"));
                    break;
                }
            };
            let raw = entry.path_bytes().into_owned();
            let shown = entry_names::display_name(&raw);
            let kind = entry.header().entry_type();
            if kind.is_dir() || !self.accepts_name(&raw, &shown) {
                continue;
            }
            if !(kind.is_file() || kind.is_contiguous() || kind.is_gnu_sparse()) {
                self.warn("not-a-file", format!("member {shown} is a link or a device, not a file; it was left out"));
                continue;
            }
            if !names.insert(raw.clone()) {
                self.warn("duplicate-name", format!("several members are named {shown}; each was taken"));
            }
            let size = entry.size();
            self.extract_member(Member { path_bytes: raw, size }, &shown, &mut entry)?;
        }
        Ok(())
    }

    fn check_count(&self, count: u64) -> Result<()> {
        if count > self.limits.max_members {
            return Err(Error::limit(format!(
                "archive {} has more than the limit of {} members; deliver it in parts",
                self.name, self.limits.max_members
            )));
        }
        Ok(())
    }

    /// Whether a member of this name is taken; notes why not, or what is odd about it.
    fn accepts_name(&mut self, raw: &[u8], shown: &str) -> bool {
        if entry_names::is_system_file(raw) {
            self.system_files += 1;
            return false;
        }
        if let Some(why) = entry_names::rejection_reason(raw, self.limits.max_name_bytes) {
            self.warn("unsafe-name", format!("member {shown} has a name that {why}; it was left out"));
            return false;
        }
        if let Some(what) = entry_names::name_warning(raw) {
            self.warn("odd-name", format!("member {shown} has a name that {what}"));
        }
        true
    }

    fn extract_member(&mut self, member: Member, shown: &str, data: &mut dyn Read) -> Result<()> {
        let ratio = Limits::RATIO_EXEMPT_BYTES.saturating_add(self.packed_bytes.saturating_mul(self.limits.max_unpack_ratio));
        let room = self.limits.max_unpacked_bytes.min(ratio).saturating_sub(self.unpacked_bytes);
        let mut watched = BoundedReader { inner: data, remaining: room, bytes_read: 0, read_error: None, limit_exceeded: false };
        let outcome = (self.sink)(member, &mut watched);
        let BoundedReader { bytes_read: passed, read_error: fault, limit_exceeded: over, .. } = watched;
        self.unpacked_bytes = self.unpacked_bytes.saturating_add(passed);
        if over {
            return Err(Error::limit(format!(
                "archive {} unpacks to more than {} MB or {} times its size; deliver it in parts",
                self.name,
                self.limits.max_unpacked_bytes >> 20,
                self.limits.max_unpack_ratio
            )));
        }
        match fault {
            Some(why) => self.warn_damaged(shown, &why),
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
                return Err(Error::denied(format!("archive {name} is encrypted: a password is needed; deliver it without one")));
            }
            if let Some(first) = self.warnings.first() {
                return Err(Error::corrupt(format!("archive {name} holds no file that can be taken: {}", first.detail)));
            }
            return Err(Error::invalid(format!("archive {name} is empty; pack it again with its files")));
        }
        if self.system_files > 0 {
            let detail = format!("{} files that an operating system left in the archive were skipped", self.system_files);
            self.warn("system-files", detail);
        }
        Ok(self.warnings)
    }
}

/// Counts what passes, and remembers that reading failed.
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

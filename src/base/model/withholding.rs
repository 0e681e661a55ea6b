//! Whether the bytes of a delivered file may leave intake: into an object, an export or a preview.
//!
//! One rule for all ways out. It follows archives to their members and members to their archives by SHA-256, since an archive
//! contains its members bit for bit.

use crate::model::file_state::FileState;
use std::collections::{BTreeMap, BTreeSet};

/// Destination of bytes that would leave intake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Destination {
    /// The object of the dossier. What it has already stays there.
    Object,
    /// An export of what the object has.
    Export,
    /// A preview of a refused file.
    Preview,
}

/// Reason why bytes must stay in intake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// A stamp of secrecy holds the file, its dossier, or a member of the archive.
    Held,
    /// The file, or a member of the archive, was removed as secret.
    Removed,
    /// Nobody and nothing has looked at all pages of the file yet: they wait, or could not be read.
    Unread,
    /// A member of the archive was released from quarantine: the members stand for the archive.
    Released,
    /// A dossier concerned is still being processed.
    Open,
}

/// Facts about one file that has certain bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// Identifier of the file.
    pub id: String,
    /// Identifier of its dossier.
    pub dossier: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// SHA-256 of the archive that it was extracted from.
    pub container: Option<String>,
    /// State.
    pub state: FileState,
    /// Whether the object of its dossier has the bytes.
    pub deposited: bool,
    /// Whether a page of it bears a stamp of secrecy that no officer has released.
    pub stamped: bool,
    /// Whether an officer has released the file or a page of it.
    pub released: bool,
    /// Whether the file, or a page of it, waits or was refused for a reason that says nothing about the content: a limit, an
    /// outage, a bug.
    pub unread: bool,
    /// Whether a page of it is damaged while others are readable.
    pub damaged: bool,
}

/// Facts about a dossier.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DossierFacts {
    /// Whether it is in quarantine.
    pub held: bool,
    /// Whether a file of it was removed as secret.
    pub removed: bool,
    /// Whether it has open tasks.
    pub open: bool,
}

/// Facts about files with certain bytes, about the archives that contain them and about their members, each transitively.
#[derive(Debug, Clone, Default)]
pub struct ContentFacts {
    files: Vec<FileFacts>,
    dossiers: BTreeMap<String, DossierFacts>,
    by_digest: BTreeMap<String, Vec<usize>>,
    by_container: BTreeMap<String, Vec<usize>>,
}

impl ContentFacts {
    /// Facts of `files` and of their `dossiers`, by identifier.
    #[must_use]
    pub fn new(files: Vec<FileFacts>, dossiers: BTreeMap<String, DossierFacts>) -> Self {
        let mut by_digest: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut by_container: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (place, file) in files.iter().enumerate() {
            by_digest.entry(file.sha256.clone()).or_default().push(place);
            if let Some(container) = &file.container {
                by_container.entry(container.clone()).or_default().push(place);
            }
        }
        Self { files, dossiers, by_digest, by_container }
    }

    /// The files.
    #[must_use]
    pub fn files(&self) -> &[FileFacts] {
        &self.files
    }

    /// Facts about a dossier.
    #[must_use]
    pub fn dossier(&self, id: &str) -> DossierFacts {
        self.dossiers.get(id).copied().unwrap_or_default()
    }

    fn with_digest<'a>(&'a self, sha256: &str) -> impl Iterator<Item = &'a FileFacts> {
        self.by_digest.get(sha256).into_iter().flatten().filter_map(|place| self.files.get(*place))
    }

    /// Files extracted from the archive with these bytes, and from archives in it.
    fn members(&self, sha256: &str) -> Vec<&FileFacts> {
        let mut seen = BTreeSet::from([sha256]);
        let mut next = vec![sha256];
        let mut members = Vec::new();
        while let Some(container) = next.pop() {
            for file in self.by_container.get(container).into_iter().flatten().filter_map(|place| self.files.get(*place)) {
                members.push(file);
                if seen.insert(&file.sha256) {
                    next.push(&file.sha256);
                }
            }
        }
        members
    }

    /// SHA-256 of the archives that contain these bytes, and of the archives around them.
    #[must_use]
    pub fn containers(&self, sha256: &str) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        let mut next: Vec<&str> = self.with_digest(sha256).filter_map(|file| file.container.as_deref()).collect();
        while let Some(container) = next.pop() {
            if found.insert(container) {
                next.extend(self.with_digest(container).filter_map(|file| file.container.as_deref()));
            }
        }
        found
    }

    /// Whether an archive that contains files with these bytes lies in a dossier in quarantine.
    #[must_use]
    pub fn is_container_held(&self, sha256: &str) -> bool {
        let mut files = self.containers(sha256).into_iter().flat_map(|container| self.with_digest(container));
        files.any(|file| !file.deposited && file.state != FileState::Removed && self.dossier(&file.dossier).held)
    }

    /// Why the bytes with this SHA-256 must not leave intake for `destination`, on behalf of a dossier that has them; `None`: they
    /// may.
    #[must_use]
    pub fn obstacle(&self, sha256: &str, dossier: &str, destination: Destination) -> Option<Obstacle> {
        let own: Vec<&FileFacts> = self.with_digest(sha256).filter(|file| file.dossier == dossier).collect();
        let facts = self.dossier(dossier);
        let is_deposited = own.iter().any(|file| file.deposited);
        if destination == Destination::Object && is_deposited {
            return None;
        }
        let is_preview = destination == Destination::Preview;
        // An officer's release of these bytes in this dossier counts more than what was decided for another dossier.
        let is_released = own.iter().any(|file| file.released);
        let is_removed = |file: &FileFacts| {
            file.state == FileState::Removed && (is_preview || file.dossier == dossier && !is_deposited || file.stamped && !is_released)
        };
        if self.with_digest(sha256).any(is_removed) || is_preview && facts.removed {
            return Some(Obstacle::Removed);
        }
        let is_held = |file: &FileFacts| {
            file.state != FileState::Removed
                && ((file.stamped && (file.dossier == dossier || !is_released)) || is_preview && self.dossier(&file.dossier).held)
        };
        if facts.held && (is_preview || !is_deposited) || self.with_digest(sha256).any(is_held) {
            return Some(Obstacle::Held);
        }
        if !is_deposited && own.iter().any(|file| file.unread || file.damaged && destination == Destination::Object) {
            return Some(Obstacle::Unread);
        }
        if is_preview && facts.open {
            return Some(Obstacle::Open);
        }
        if !is_released && !is_deposited && self.is_container_held(sha256) {
            return Some(Obstacle::Held);
        }
        self.members(sha256).into_iter().filter_map(|member| self.obstacle_in_member(member, dossier, destination)).min()
    }

    /// Whether the intake copy of bytes that are deposited or removed everywhere is not needed any more. In quarantine it stays
    /// until an officer decides.
    #[must_use]
    pub fn may_forget(&self, sha256: &str) -> bool {
        let is_free = |file: &FileFacts| {
            file.state == FileState::Removed
                || !self.dossier(&file.dossier).held
                    && !matches!(self.obstacle(sha256, &file.dossier, Destination::Export), Some(Obstacle::Held))
        };
        self.with_digest(sha256).all(is_free)
    }

    /// Why an archive with this member must not leave intake.
    fn obstacle_in_member(&self, member: &FileFacts, dossier: &str, destination: Destination) -> Option<Obstacle> {
        let facts = self.dossier(&member.dossier);
        if member.state == FileState::Removed {
            return Some(Obstacle::Removed);
        }
        if member.stamped || facts.held && !member.deposited {
            return Some(Obstacle::Held);
        }
        if destination == Destination::Export {
            return None;
        }
        if member.unread || member.damaged {
            return Some(Obstacle::Unread);
        }
        if member.released {
            return Some(Obstacle::Released);
        }
        (facts.open && member.dossier != dossier).then_some(Obstacle::Open)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// A file `sha256@dossier` or `sha256@dossier<container`, identified and read.
    fn file(name: &str) -> FileFacts {
        let (name, container) = name.split_once('<').map_or((name, None), |(name, container)| (name, Some(container)));
        let (sha256, dossier) = name.split_once('@').unwrap();
        FileFacts {
            id: name.to_owned(),
            dossier: dossier.to_owned(),
            sha256: sha256.to_owned(),
            container: container.map(str::to_owned),
            state: FileState::Identified,
            deposited: false,
            stamped: false,
            released: false,
            unread: false,
            damaged: false,
        }
    }

    fn archive(name: &str) -> FileFacts {
        FileFacts { state: FileState::Expanded, ..file(name) }
    }

    fn facts(files: &[FileFacts], held: &[&str]) -> ContentFacts {
        let state = |id: &str| DossierFacts {
            held: held.contains(&id),
            removed: files.iter().any(|file| file.dossier == id && file.state == FileState::Removed),
            open: false,
        };
        ContentFacts::new(files.to_vec(), files.iter().map(|file| (file.dossier.clone(), state(&file.dossier))).collect())
    }

    const ALL: [Destination; 3] = [Destination::Object, Destination::Export, Destination::Preview];

    #[test]
    fn free_bytes_may_leave() {
        let facts = facts(&[file("x@A"), archive("zip@Z"), file("m@Z/1<zip"), file("n@Z/2<zip")], &[]);
        for (sha256, dossier) in [("x", "A"), ("zip", "Z"), ("m", "Z/1"), ("n", "Z/2")] {
            for destination in ALL {
                assert_eq!(facts.obstacle(sha256, dossier, destination), None, "{sha256}");
            }
        }
    }

    #[test]
    fn everything_in_held_dossier_stays_but_what_object_has() {
        let refused = FileFacts { state: FileState::Refused, ..file("annex@A") };
        let stored = FileFacts { deposited: true, ..file("old@A") };
        let facts = facts(&[FileFacts { stamped: true, ..file("s@A") }, file("x@A"), refused, stored, file("x@B")], &["A"]);
        for sha256 in ["s", "x", "annex"] {
            assert_eq!(facts.obstacle(sha256, "A", Destination::Object), Some(Obstacle::Held), "{sha256}");
        }
        assert_eq!(facts.obstacle("old", "A", Destination::Object), None);
        assert_eq!(facts.obstacle("old", "A", Destination::Preview), Some(Obstacle::Held));
        // The page beside the secret one is free where it lies in a dossier that is not held; it is not shown.
        assert_eq!(facts.obstacle("x", "B", Destination::Object), None);
        assert_eq!(facts.obstacle("x", "B", Destination::Preview), Some(Obstacle::Held));
    }

    #[test]
    fn stamped_bytes_stay_in_every_dossier_until_released_there() {
        let stamped = FileFacts { stamped: true, ..file("s@A") };
        let held = facts(&[stamped.clone(), file("s@B")], &["A"]);
        assert_eq!(held.obstacle("s", "B", Destination::Object), Some(Obstacle::Held));
        let removed = FileFacts { state: FileState::Removed, ..stamped.clone() };
        assert_eq!(facts(&[removed, file("s@B")], &[]).obstacle("s", "B", Destination::Object), Some(Obstacle::Removed));
        let released = facts(&[stamped, FileFacts { released: true, ..file("s@B") }], &["A"]);
        assert_eq!(released.obstacle("s", "B", Destination::Object), None);
        // What was removed beside a stamp does not keep the same bytes of another dossier.
        let beside = FileFacts { state: FileState::Removed, ..file("x@A") };
        assert_eq!(facts(&[beside, file("x@B")], &[]).obstacle("x", "B", Destination::Object), None);
    }

    #[test]
    fn archive_stays_while_any_nested_member_is_not_free() {
        type Change = fn(&mut FileFacts);
        let base = [archive("outer@Z"), archive("inner@Z/i<outer"), file("m@Z/i/1<inner"), file("n@Z/2<outer")];
        let with = |change: Change| {
            let mut files = base.to_vec();
            change(&mut files[2]);
            files
        };
        let cases: [(Change, Obstacle); 5] = [
            (|member| member.stamped = true, Obstacle::Held),
            (|member| member.state = FileState::Removed, Obstacle::Removed),
            (|member| member.unread = true, Obstacle::Unread),
            (|member| member.damaged = true, Obstacle::Unread),
            (|member| member.released = true, Obstacle::Released),
        ];
        for (change, expected) in cases {
            let facts = facts(&with(change), &[]);
            assert_eq!(facts.obstacle("outer", "Z", Destination::Object), Some(expected));
            assert_eq!(facts.obstacle("inner", "Z/i", Destination::Object), Some(expected));
            assert_eq!(facts.obstacle("n", "Z/2", Destination::Object), None, "free members stand for themselves");
        }
        let beside = facts(&base, &["Z/i/1"]);
        assert_eq!(beside.obstacle("outer", "Z", Destination::Object), Some(Obstacle::Held));
        // An archive that an earlier version of the program stored is not handed out.
        let mut stored = with(|member| member.state = FileState::Removed);
        stored[0].deposited = true;
        assert_eq!(facts(&stored, &[]).obstacle("outer", "Z", Destination::Export), Some(Obstacle::Removed));
    }

    #[test]
    fn archive_waits_for_members_in_progress() {
        let files = [archive("zip@Z"), file("m@Z<zip"), file("n@Z/2<zip")];
        let state = |open: bool| DossierFacts { open, ..DossierFacts::default() };
        let with = |own: bool, other: bool| {
            ContentFacts::new(files.to_vec(), BTreeMap::from([("Z".to_owned(), state(own)), ("Z/2".to_owned(), state(other))]))
        };
        assert_eq!(with(true, true).obstacle("zip", "Z", Destination::Object), Some(Obstacle::Open));
        assert_eq!(with(true, false).obstacle("zip", "Z", Destination::Object), None, "the deposit itself is an open task");
    }

    #[test]
    fn members_of_archive_in_held_dossier_stay_until_released() {
        let mut files = vec![FileFacts { stamped: true, ..file("s@A") }, archive("zip@A"), file("m@A/zip<zip")];
        assert_eq!(facts(&files, &["A"]).obstacle("m", "A/zip", Destination::Object), Some(Obstacle::Held));
        files[2].released = true;
        assert_eq!(facts(&files, &["A"]).obstacle("m", "A/zip", Destination::Object), None);
    }

    #[test]
    fn unread_bytes_stay_and_damaged_ones_can_be_shown() {
        let unread = facts(&[FileFacts { unread: true, ..file("x@A") }], &[]);
        assert_eq!(unread.obstacle("x", "A", Destination::Object), Some(Obstacle::Unread));
        assert_eq!(unread.obstacle("x", "A", Destination::Preview), Some(Obstacle::Unread));
        let damaged = facts(&[FileFacts { damaged: true, ..file("x@A") }], &[]);
        assert_eq!(damaged.obstacle("x", "A", Destination::Object), Some(Obstacle::Unread));
        assert_eq!(damaged.obstacle("x", "A", Destination::Preview), None);
    }

    #[test]
    fn containers_are_followed_upwards_and_circles_end() {
        let facts = facts(&[file("m@A<inner"), archive("inner@B<outer"), archive("inner@C<second"), archive("outer@D<inner")], &[]);
        assert_eq!(facts.containers("m"), BTreeSet::from(["inner", "outer", "second"]));
        assert_eq!(facts.obstacle("outer", "D", Destination::Object), None);
    }
}

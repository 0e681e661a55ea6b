//! Files that operating systems, storage devices and programs lay beside the files of people. Intake, uploads and archives leave
//! them out.

/// Folders of storage devices, desktops and archives; nothing below them is a delivered file.
const SYSTEM_FOLDERS: [&[u8]; 12] = [
    b"@eaDir",
    b"#recycle",
    b"@Recycle",
    b"$RECYCLE.BIN",
    b"RECYCLER",
    b"System Volume Information",
    b"lost+found",
    b"__MACOSX",
    b".@__thumb",
    b".Trashes",
    b".snapshot",
    b"#snapshot",
];

/// Names of such files.
const SYSTEM_FILES: [&[u8]; 5] = [b".DS_Store", b"Thumbs.db", b"ehthumbs.db", b"desktop.ini", b"@SynoResource"];

/// Endings of files that a program is still copying or downloading.
const UNFINISHED_ENDINGS: [&[u8]; 4] = [b".part", b".crdownload", b".filepart", b".partial"];

/// Whether a file of this path (`/` or `\` between parts) belongs to a system or a program and not to the delivery.
#[must_use]
pub fn is_system_file(path: &[u8]) -> bool {
    let mut segments = path.split(|byte| matches!(byte, b'/' | b'\\'));
    let last = segments.clone().next_back().unwrap_or_default();
    segments.any(is_system_folder)
        || SYSTEM_FILES.iter().any(|name| name.eq_ignore_ascii_case(last))
        || last.starts_with(b"._")
        || is_unfinished(last)
}

/// Whether a folder of this name holds such files only.
#[must_use]
pub fn is_system_folder(name: &[u8]) -> bool {
    SYSTEM_FOLDERS.iter().any(|folder| folder.eq_ignore_ascii_case(name)) || name.starts_with(b".Trash-")
}

/// Whether a file of this name is one that a program is still writing: a download, or the lock of an open office document.
#[must_use]
pub fn is_unfinished(name: &[u8]) -> bool {
    let ends_with = |ending: &&[u8]| {
        name.len() >= ending.len() && name.get(name.len() - ending.len()..).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    name.starts_with(b"~$") || UNFINISHED_ENDINGS.iter().any(ends_with)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn system_files_are_recognised_at_every_depth() {
        let system = [
            "@eaDir/1.pdf/SYNOFILE_THUMB_M.jpg",
            "hồ sơ/@eaDir/1.jpg",
            "#recycle/1.pdf",
            "a/$RECYCLE.BIN/1.pdf",
            "__MACOSX/a/._1.pdf",
            "a\\Thumbs.db",
            "THUMBS.DB",
            "a/Desktop.ini",
            "a/.DS_Store",
            "a/._1.pdf",
            "~$công văn.docx",
            "a/1.pdf.part",
            "1.PDF.CRDOWNLOAD",
        ];
        for path in system {
            assert!(is_system_file(path.as_bytes()), "{path}");
        }
        for path in ["hồ sơ/1.pdf", "eaDir/1.pdf", "part", "a.part/1.pdf", "$RECYCLE.BIN.pdf", "", "desktop.ini.pdf"] {
            assert!(!is_system_file(path.as_bytes()), "{path}");
        }
    }
}

//! Detection of media types from the content of a file.

use sohoa_base::messages::{Message, files};
/// Media types of images and documents that [`crate::source::SourceFile`] opens.
pub const READABLE: [&str; 10] = [PDF, JPEG, PNG, TIFF, WEBP, BMP, GIF, JP2, J2K, HEIC];

/// Portable Document Format.
pub const PDF: &str = "application/pdf";
/// JPEG.
pub const JPEG: &str = "image/jpeg";
/// PNG.
pub const PNG: &str = "image/png";
/// TIFF and BigTIFF.
pub const TIFF: &str = "image/tiff";
/// WebP.
pub const WEBP: &str = "image/webp";
/// Windows bitmap.
pub const BMP: &str = "image/bmp";
/// GIF.
pub const GIF: &str = "image/gif";
/// JPEG 2000 file.
pub const JP2: &str = "image/jp2";
/// JPEG 2000 codestream without a container.
pub const J2K: &str = "image/j2c";
/// HEIF with HEVC.
pub const HEIC: &str = "image/heic";
/// AVIF.
pub const AVIF: &str = "image/avif";
/// ZIP.
pub const ZIP: &str = "application/zip";
/// TAR.
pub const TAR: &str = "application/x-tar";
/// gzip.
pub const GZIP: &str = "application/gzip";

/// Media type of a file that begins with `head` (at least the first 2 KB, all of a shorter file), or `None`
/// for unknown content. The name is not considered.
#[must_use]
pub fn detect(head: &[u8]) -> Option<&'static str> {
    // An archive is recognised by its first bytes, before a PDF that may have others before it: the first member of an uncompressed
    // archive can be one.
    scan_type(head).or_else(|| archive_type(head)).or_else(|| has_pdf_header(head).then_some(PDF)).or_else(|| other_type(head))
}

/// Whether a PDF begins in the first 1024 bytes, as readers accept it (PDF 1.7, implementation note 13).
fn has_pdf_header(head: &[u8]) -> bool {
    head.get(..head.len().min(1029)).is_some_and(|start| start.windows(5).any(|window| window == b"%PDF-"))
}

fn scan_type(head: &[u8]) -> Option<&'static str> {
    let brand = || head.get(8..12);
    match head {
        [0xFF, 0xD8, 0xFF, ..] => Some(JPEG),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(PNG),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(TIFF),
        [b'R', b'I', b'F', b'F', ..] if brand() == Some(b"WEBP") => Some(WEBP),
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(GIF),
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => Some(JP2),
        [0xFF, 0x4F, 0xFF, 0x51, ..] => Some(J2K),
        [b'B', b'M', ..] if is_bitmap(head) => Some(BMP),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => heif_type(head),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some(PDF),
        _ => None,
    }
}

/// Whether the size of the second header is that of a bitmap, as opposed to text that begins with "BM".
fn is_bitmap(head: &[u8]) -> bool {
    matches!(head.get(14..18), Some([12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]))
}

/// HEIF or AVIF, by the major brand or any compatible one.
fn heif_type(head: &[u8]) -> Option<&'static str> {
    let length = head.get(..4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes) as usize;
    let brands = head.get(8..length.clamp(12, 256).min(head.len()))?;
    let has = |wanted: &[&[u8]]| brands.chunks_exact(4).any(|brand| wanted.contains(&brand));
    if has(&[b"avif", b"avis"]) {
        return Some(AVIF);
    }
    has(&[b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"]).then_some(HEIC)
}

fn archive_type(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") || head.starts_with(b"PK00PK\x03\x04") {
        return Some(match infer::get(head).map(|kind| kind.mime_type()) {
            Some(office) if office.contains("officedocument") || office.contains("opendocument") => office,
            _ => ZIP,
        });
    }
    if head.starts_with(&[0x1F, 0x8B]) {
        return Some(GZIP);
    }
    is_tar(head).then_some(TAR)
}

fn other_type(head: &[u8]) -> Option<&'static str> {
    match head {
        [b'M', b'Z', ..] => return Some("application/vnd.microsoft.portable-executable"),
        [b'%', b'!', ..] => return Some("application/postscript"),
        _ => {}
    }
    infer::get(head).map(|kind| kind.mime_type()).filter(|kind| !READABLE.contains(kind)).or_else(|| text_type(head))
}

/// Whether `head` starts with a TAR header, by its checksum: the sum of its bytes, the checksum field counted as
/// blanks. This also detects archives older than the `ustar` magic.
fn is_tar(head: &[u8]) -> bool {
    let (Some(header), Some(written)) = (head.get(..512), head.get(148..156)) else { return false };
    let digits: String = written.iter().map(|byte| char::from(*byte)).filter(|c| !matches!(c, ' ' | '\0')).collect();
    let sum: u64 = header.iter().enumerate().map(|(at, byte)| if (148..156).contains(&at) { 32 } else { u64::from(*byte) }).sum();
    !digits.is_empty() && u64::from_str_radix(&digits, 8) == Ok(sum)
}

fn text_type(head: &[u8]) -> Option<&'static str> {
    let head = head.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(head);
    if head.is_empty() || head.iter().any(|byte| *byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C)) {
        return None;
    }
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The head may end inside a UTF-8 sequence.
        Err(error) if error.error_len().is_none() => std::str::from_utf8(head.get(..error.valid_up_to())?).ok()?,
        Err(_) => return None,
    };
    let start = text.trim_start();
    let lower = start.get(..start.len().min(64)).unwrap_or(start).to_ascii_lowercase();
    if lower.starts_with("<svg") || (lower.starts_with("<?xml") && text.contains("<svg")) {
        return Some("image/svg+xml");
    }
    if lower.starts_with("<?xml") {
        return Some("text/xml");
    }
    if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        return Some("text/html");
    }
    if matches!(start.chars().next(), Some('{' | '[')) {
        return Some("application/json");
    }
    let first = start.lines().next().unwrap_or_default();
    if text.lines().count() > 1 && [',', ';', '\t'].iter().any(|mark| first.matches(*mark).count() >= 1) {
        return Some("text/csv");
    }
    Some("text/plain")
}

/// Name of the type for messages to clerks.
#[must_use]
pub fn describe(media_type: &str) -> Message {
    match media_type {
        PDF => files::kind_pdf(),
        JPEG => files::kind_jpeg(),
        PNG => files::kind_png(),
        TIFF => files::kind_tiff(),
        WEBP => files::kind_webp(),
        BMP => files::kind_bitmap(),
        GIF => files::kind_gif(),
        JP2 | J2K => files::kind_jpeg2000(),
        HEIC => files::kind_heic(),
        AVIF => files::kind_avif(),
        ZIP => files::kind_zip(),
        TAR => files::kind_tar(),
        GZIP => files::kind_gzip(),
        "image/svg+xml" => files::kind_svg(),
        "application/json" => files::kind_json(),
        "text/csv" => files::kind_csv(),
        "text/plain" => files::kind_text(),
        "text/html" => files::kind_html(),
        "text/xml" => files::kind_xml(),
        "application/postscript" => files::kind_postscript(),
        "application/vnd.microsoft.portable-executable" => files::kind_program(),
        other if other.contains("officedocument") || other.contains("opendocument") || other.contains("msword") => files::kind_office(),
        other => files::kind_other(other),
    }
}

/// Whether the last extension of `name` matches `media_type`. Names without a known extension match every type.
#[must_use]
pub fn extension_fits(name: &str, media_type: &str) -> bool {
    let Some((_, extension)) = name.rsplit_once('.') else { return true };
    let expected: &[&str] = match extension.to_ascii_lowercase().as_str() {
        "pdf" => &[PDF],
        "jpg" | "jpeg" | "jpe" | "jfif" | "mpo" => &[JPEG],
        "png" => &[PNG],
        "tif" | "tiff" => &[TIFF],
        "webp" => &[WEBP],
        "bmp" | "dib" => &[BMP],
        "gif" => &[GIF],
        "jp2" | "j2k" | "j2c" | "jpc" | "jpf" | "jpx" | "jpg2" => &[JP2, J2K],
        "heic" | "heif" | "hif" => &[HEIC],
        "avif" => &[AVIF],
        "zip" => &[ZIP],
        "tar" => &[TAR],
        "gz" | "tgz" => &[GZIP],
        "exe" | "com" | "bat" | "cmd" | "js" | "scr" | "html" | "htm" | "svg" | "doc" | "docx" | "xls" | "xlsx" | "txt" => &[],
        "csv" | "tsv" => &["text/csv"],
        "json" => &["application/json"],
        _ => return true,
    };
    expected.contains(&media_type)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn uncompressed_archive_whose_first_member_is_a_pdf_is_an_archive() {
        let zip = [&b"PK\x03\x04\x14\0\0\0\0\0"[..], &[0; 20], b"1.pdf", b"%PDF-1.4\n", &[b' '; 600]].concat();
        assert_eq!(detect(&zip), Some(ZIP));
        let mut header = [0; 512];
        header[..5].copy_from_slice(b"1.pdf");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum::<u32>() + 8 * 32;
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        assert_eq!(detect(&[&header[..], b"%PDF-1.4\n", &[b' '; 600]].concat()), Some(TAR));
        assert_eq!(detect(&[&b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..], b"%PDF-1.4\n"].concat()), Some(GZIP));
        // Other bytes before a PDF are skipped, as by other readers.
        assert_eq!(detect(b"From: scanner\r\n\r\n%PDF-1.4\n"), Some(PDF));
    }

    #[test]
    fn media_types_are_detected_by_content() {
        let mut late = vec![b' '; 1020];
        late.extend_from_slice(b"%PDF-1.4");
        assert_eq!(detect(&late), Some(PDF));
        late.insert(0, b' ');
        late.splice(0..0, [b' '; 8]);
        assert_eq!(detect(&late), Some("text/plain"), "readers look at 1024 bytes only");
        assert_eq!(detect(b"MM\0\x2b\0\x08\0\0"), Some(TIFF));
        assert_eq!(detect(b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif"), Some(AVIF));
        assert_eq!(detect(b"\0\0\0\x18ftypmif1\0\0\0\0heic"), Some(HEIC));
        assert_eq!(detect(b"BMW is a car"), Some("text/plain"));
        assert_eq!(detect(b"{\"a\": 1}"), Some("application/json"));
        assert_eq!(detect("số;ngày\n1;2\n".as_bytes()), Some("text/csv"));
        assert_eq!(detect(b"%!PS-Adobe-3.0\n"), Some("application/postscript"));
        assert_eq!(detect(b""), None);
        assert_eq!(detect(&[7; 40]), None);
    }

    #[test]
    fn v7_tar_is_detected_by_header_checksum() {
        let mut header = vec![0_u8; 512];
        header[..5].copy_from_slice(b"a.pdf");
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        assert_eq!(detect(&header), Some(TAR));
        header[0] = b'b';
        assert_ne!(detect(&header), Some(TAR));
    }

    #[test]
    fn media_type_is_checked_against_last_extension() {
        assert!(extension_fits("A.PDF", PDF));
        assert!(extension_fits("khong-duoi", PDF));
        assert!(extension_fits("scan.p7m2", PDF));
        assert!(!extension_fits("a.jpg", PDF));
        assert!(!extension_fits("a.pdf.exe", PDF));
    }
}

//! Texts about left-overs in store and home.

use crate::{Language, dot_grouped, group_thousands};

/// A left-over, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftoverText<'a> {
    /// Code of its kind.
    pub kind: &'a str,
    /// Key in the store, or path.
    pub name: &'a str,
    /// Size, bytes.
    pub bytes: u64,
    /// Hours since it was written.
    pub hours: u64,
    /// Whether it was deleted.
    pub deleted: bool,
}

pub(crate) fn leftover(language: Language, found: LeftoverText<'_>) -> String {
    let LeftoverText { kind, name, bytes, hours, deleted } = found;
    match language {
        Language::Vietnamese => {
            let outcome = if deleted { ": đã xóa" } else { "" };
            format!("{name}: {} ({} byte, {} giờ trước){outcome}", vietnamese(kind), dot_grouped(bytes), dot_grouped(hours))
        }
        Language::English => {
            let outcome = if deleted { ": deleted" } else { "" };
            let (bytes, hours) = (group_thousands(bytes, ','), group_thousands(hours, ','));
            format!("{name}: {} ({bytes} bytes, {hours} hours old){outcome}", english(kind))
        }
    }
}

fn vietnamese(kind: &str) -> &'static str {
    match kind {
        "unknown-original" => "tệp gốc không thuộc đợt nộp nào trong danh mục; có thể là bản duy nhất, hãy nộp lại tệp này hoặc giữ nguyên",
        "deposited-original" => "tệp gốc đã có trong kho lưu trữ, bản tiếp nhận không còn cần; `sohoa sweep` sẽ xóa",
        "document-part" => "phần tạm của văn bản từ lần xử lý bị ngắt; `sohoa sweep` sẽ xóa",
        "refused-original" => "tệp bị từ chối không thuộc đợt nộp nào trong danh mục",
        "delivery-list" => "mục lục của đợt nộp mà danh mục không biết",
        "probe" => "tệp thử kho; `sohoa sweep` sẽ xóa",
        _ => "tệp tạm từ lần xử lý bị ngắt; `sohoa sweep` sẽ xóa",
    }
}

fn english(kind: &str) -> &'static str {
    match kind {
        "unknown-original" => {
            "an original that no delivery of the catalogue names; it may be the only copy: deliver the file again, or leave it"
        }
        "deposited-original" => "an original that the objects of its dossiers have; `sohoa sweep` deletes this copy",
        "document-part" => "a part of a document, left by interrupted work; `sohoa sweep` deletes it",
        "refused-original" => "a refused original that no delivery of the catalogue names",
        "delivery-list" => "a delivery list of a batch that the catalogue does not know",
        "probe" => "a trial of the store; `sohoa sweep` deletes it",
        _ => "a temporary file, left by interrupted work; `sohoa sweep` deletes it",
    }
}

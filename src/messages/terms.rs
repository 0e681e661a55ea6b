//! Words for the codes that data carry: states, classes, reasons, fields, events.

use super::Language;

/// Codes of data with their words: (what the code is of, code, Vietnamese, English).
const TERMS: &[(&str, &str, &str, &str)] = &[
    ("state", "receiving", "đang nhận tệp", "receiving"),
    ("state", "running", "đang chạy", "running"),
    ("state", "finished", "đã xong", "finished"),
    ("state", "paused", "tạm dừng", "paused"),
    ("state", "open", "đang nhận", "open"),
    ("state", "starting", "đang chuyển vào kho", "going to the store"),
    ("state", "started", "đã bắt đầu", "started"),
    ("state", "withdrawn", "đã bỏ", "withdrawn"),
    ("file-state", "waiting", "chờ gửi", "waiting"),
    ("file-state", "hashing", "đang tính mã băm", "hashing"),
    ("file-state", "sending", "đang gửi", "sending"),
    ("file-state", "absent", "chưa đến đủ", "not here"),
    ("file-state", "failed", "không gửi được", "failed"),
    ("file-state", "received", "đã nhận", "received"),
    ("file-state", "duplicate", "trùng", "duplicate"),
    ("file-state", "refused", "từ chối", "refused"),
    ("file-state", "list", "mục lục", "list"),
    ("file-state", "ignored", "bỏ qua", "left out"),
    ("obstacle", "empty", "chưa có bản quét nào", "no scan is here yet"),
    ("obstacle", "sending", "còn tệp chưa đến đủ", "files are not here completely"),
    ("obstacle", "not-announced", "chưa đủ số tệp đã báo", "fewer files than were announced"),
    ("obstacle", "too-large", "có tệp quá lớn: hãy chia nhỏ hoặc bỏ ra", "files are too large: split or remove them"),
    ("obstacle", "missing", "thiếu tệp so với mục lục", "files of the list are missing"),
    ("obstacle", "starting", "đang chuyển vào kho", "it is going to the store"),
    ("obstacle", "started", "đã bắt đầu", "it was started"),
    ("obstacle", "withdrawn", "đã bỏ", "it was withdrawn"),
    ("class", "input", "tệp hỏng", "bad input"),
    ("class", "limit", "vượt giới hạn", "over a limit"),
    ("class", "secret", "mật hoặc có mật khẩu", "secret or locked"),
    ("class", "outage", "gián đoạn", "outage"),
    ("class", "bug", "lỗi chương trình", "defect"),
    ("mend", "input", "Quét lại trang, hoặc nộp tệp khác.", "Scan the page again, or deliver another file."),
    ("mend", "limit", "Nâng giới hạn trong cấu hình rồi thử lại, hoặc chia nhỏ tệp.", "Raise the limit and try again, or split the file."),
    (
        "mend",
        "secret",
        "Cán bộ phụ trách bí mật quyết định, hoặc gỡ mật khẩu rồi nộp lại.",
        "The officer for secrets decides, or remove the password and deliver again.",
    ),
    ("mend", "outage", "Thử lại khi dịch vụ đã trở lại.", "Try again when the service is back."),
    ("mend", "bug", "Thử lại; nếu vẫn lỗi, báo cho người phát triển.", "Try again; if it stays, tell the developers."),
    ("queue", "secret", "Dấu độ mật", "Stamp of secrecy"),
    ("queue", "flags", "Có vấn đề", "Something is wrong"),
    ("queue", "confidence", "Chưa chắc", "Unsure"),
    ("queue", "sample", "Mẫu kiểm tra", "Sample"),
    ("right", "read", "khai thác", "read"),
    ("right", "upload", "tải lên", "upload"),
    ("right", "watch", "theo dõi", "watch"),
    ("right", "steer", "điều khiển", "steer"),
    ("right", "review", "duyệt", "review"),
    ("right", "administer", "quản trị", "administer"),
    ("right", "audit", "xem nhật ký", "audit"),
    ("role", "reader", "người khai thác", "reader"),
    ("role", "archivist", "lưu trữ viên", "archivist"),
    ("role", "reviewer", "người duyệt", "reviewer"),
    ("role", "administrator", "quản trị", "administrator"),
    ("role", "auditor", "kiểm tra", "auditor"),
    ("reason", "kind-unsure", "chưa chắc loại văn bản", "kind unsure"),
    ("reason", "number-missing", "thiếu số", "no number"),
    ("reason", "number-unsure", "chưa chắc số", "number unsure"),
    ("reason", "number-invalid", "số không hợp lệ", "number invalid"),
    ("reason", "notation-missing", "thiếu ký hiệu", "no notation"),
    ("reason", "notation-unsure", "chưa chắc ký hiệu", "notation unsure"),
    ("reason", "notation-invalid", "ký hiệu không hợp lệ", "notation invalid"),
    ("reason", "date-missing", "thiếu ngày", "no date"),
    ("reason", "date-unsure", "chưa chắc ngày", "date unsure"),
    ("reason", "date-invalid", "ngày không hợp lệ", "date invalid"),
    ("reason", "issuer-missing", "thiếu cơ quan ban hành", "no issuer"),
    ("reason", "issuer-unsure", "chưa chắc cơ quan ban hành", "issuer unsure"),
    ("reason", "issuer-invalid", "cơ quan không hợp lệ", "issuer invalid"),
    ("reason", "subject-missing", "thiếu trích yếu", "no subject"),
    ("reason", "subject-unsure", "chưa chắc trích yếu", "subject unsure"),
    ("reason", "subject-invalid", "trích yếu không hợp lệ", "subject invalid"),
    ("reason", "secrecy-stamp", "có dấu độ mật", "stamp of secrecy"),
    ("reason", "no-text", "không đọc được chữ nào", "no text"),
    ("reason", "page-refused", "có trang không đọc được", "a page was refused"),
    ("reason", "page-confidence-low", "có trang đọc chưa chắc", "a page was read unsurely"),
    ("reason", "page-rescan", "có trang nên quét lại", "a page should be scanned again"),
    ("reason", "page-warning", "có trang lạ", "a page is odd"),
    ("reason", "list-differs", "khác mục lục kèm theo", "differs from the list that came with it"),
    ("reason", "rejected", "đã bị trả lại", "rejected"),
    ("reason", "sample", "mẫu kiểm tra", "sample"),
    ("field", "codeNumber", "Số", "Number"),
    ("field", "codeNotation", "Ký hiệu", "Notation"),
    ("field", "issuedDate", "Ngày ban hành", "Date of issue"),
    ("field", "organName", "Cơ quan ban hành", "Issuer"),
    ("field", "subject", "Trích yếu", "Subject"),
    ("field", "language", "Ngôn ngữ", "Language"),
    ("field", "place", "Nơi ban hành", "Place"),
    ("field", "signer", "Người ký", "Signer"),
    ("field", "position", "Chức vụ", "Position"),
    ("field", "urgency", "Độ khẩn", "Urgency"),
    ("field", "recipients", "Nơi nhận", "Recipients"),
    ("field", "keywords", "Từ khóa", "Keywords"),
    ("stage", "intake", "tiếp nhận", "intake"),
    ("stage", "prepare", "chỉnh ảnh", "prepare"),
    ("stage", "read", "đọc chữ", "read"),
    ("stage", "separate", "tách văn bản", "separate"),
    ("stage", "classify", "nhận loại", "classify"),
    ("stage", "describe", "mô tả", "describe"),
    ("stage", "review", "duyệt", "review"),
    ("stage", "package", "đóng gói", "package"),
    ("stage", "deposit", "lưu kho", "deposit"),
    ("stage", "index", "lập chỉ mục", "index"),
    ("stage", "decode", "giải mã ảnh", "decode"),
    ("stage", "stamps", "tìm dấu mật", "stamps"),
    ("level", "batch", "tiếp nhận", "batch"),
    ("level", "file", "mở tệp", "file"),
    ("level", "dossier", "hồ sơ", "dossier"),
    ("level", "document", "văn bản", "document"),
    ("level", "page", "trang", "page"),
    ("act", "accept", "chấp nhận", "accepted"),
    ("act", "reject", "trả lại", "rejected"),
    ("act", "release", "bỏ dấu mật", "released"),
    ("act", "correct-kind", "sửa loại", "corrected the kind"),
    ("act", "correct-field", "sửa trường", "corrected a field"),
    ("act", "correct-word", "sửa chữ", "corrected a word"),
    ("act", "turn", "xoay trang", "turned a page"),
    ("act", "replace", "thay trang", "replaced a page"),
    ("act", "split", "tách", "split"),
    ("act", "join", "ghép", "joined"),
    ("act", "undo", "hoàn tác", "took back"),
    ("signature", "intact", "nguyên vẹn", "intact"),
    ("signature", "broken", "đã bị sửa", "broken"),
    ("signature", "unknown", "chưa kiểm được", "cannot be checked"),
    ("event", "signed-in", "đăng nhập", "signed in"),
    ("event", "signed-out", "đăng xuất", "signed out"),
    ("event", "sign-in-failed", "đăng nhập không được", "failed to sign in"),
    ("event", "sign-in-denied", "đăng nhập hỏng", "sign-in denied"),
    ("event", "searched", "tìm kiếm", "searched"),
    ("event", "record-read", "mở hồ sơ", "opened a dossier"),
    ("event", "document-read", "mở văn bản", "opened a document"),
    ("event", "document-shown", "mở để duyệt", "opened for review"),
    ("event", "page-seen", "xem trang", "looked at a page"),
    ("event", "document-decided", "quyết định", "decided"),
    ("event", "document-described", "mô tả văn bản", "described a document"),
    ("event", "document-reviewed", "xét có cần duyệt", "judged whether to review"),
    ("event", "documents-found", "tách văn bản", "found documents"),
    ("event", "dossier-deposited", "lưu hồ sơ vào kho", "deposited a dossier"),
    ("event", "file-identified", "nhận dạng tệp", "identified a file"),
    ("event", "page-read", "đọc trang", "read a page"),
    ("event", "steered", "điều khiển lượt chạy", "steered a run"),
    ("event", "user-added", "thêm người dùng", "added a person"),
    ("event", "user-changed", "sửa người dùng", "changed a person"),
    ("event", "password-set", "đặt mật khẩu", "set a password"),
    ("event", "totp-added", "bật xác thực hai bước", "set two-step sign-in up"),
    ("event", "totp-ended", "tắt xác thực hai bước", "ended two-step sign-in"),
    ("event", "recovery-code-used", "dùng mã dự phòng", "used a recovery code"),
    ("event", "token-added", "tạo khóa", "made a key"),
    ("event", "token-ended", "bỏ khóa", "ended a key"),
    ("event", "pipeline-tried", "chạy thử quy trình", "tried a pipeline"),
    ("event", "list-exported", "xuất danh sách", "exported a list"),
    ("event", "batch-opened", "mở lượt chạy", "opened a run"),
    ("event", "files-received", "nhận tệp", "received files"),
    ("event", "batch-paused", "tạm dừng", "paused"),
    ("event", "batch-resumed", "tiếp tục", "resumed"),
    ("event", "batch-prioritised", "đổi ưu tiên", "set the priority"),
    ("event", "batch-retried", "thử lại", "tried again"),
    ("event", "batch-cancelled", "hủy lượt chạy", "cancelled a run"),
    ("event", "source-taken", "lấy từ thư mục nóng", "taken from a hot folder"),
    ("event", "upload-opened", "mở đợt tải lên", "opened an upload"),
    ("event", "upload-started", "bắt đầu đợt tải lên", "started an upload"),
    ("event", "upload-withdrawn", "bỏ đợt tải lên", "withdrew an upload"),
    ("problem", "sign-in", "Cần đăng nhập", "Sign in first"),
    ("problem", "invalid", "Chưa hợp lệ", "Not valid"),
    ("problem", "limit", "Quá giới hạn", "Over a limit"),
    ("problem", "too-often", "Hỏi quá nhanh", "Too often"),
    ("problem", "code", "Cần mã xác thực", "A code is needed"),
    ("problem", "denied", "Không được phép", "Not allowed"),
    ("problem", "not-found", "Không tìm thấy", "Not found"),
    ("problem", "conflict", "Đang vướng việc khác", "In conflict"),
    ("problem", "unavailable", "Dịch vụ chưa sẵn sàng", "Not available"),
    ("problem", "corrupt", "Dữ liệu hỏng", "Data are damaged"),
    ("problem", "internal", "Lỗi chương trình", "A defect"),
];

/// The words for a code of data; the code itself where there are none.
#[must_use]
pub fn term<'a>(language: Language, of: &str, code: &'a str) -> &'a str {
    let found = TERMS.iter().find(|(what, known, _, _)| *what == of && *known == code);
    found.map_or(code, |(_, _, vietnamese, english)| match language {
        Language::Vietnamese => vietnamese,
        Language::English => english,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::account::{Right, Role};

    #[test]
    fn codes_have_words_in_both_languages_and_others_stay_as_they_are() {
        assert_eq!(term(Language::Vietnamese, "state", "running"), "đang chạy");
        assert_eq!(term(Language::English, "class", "bug"), "defect");
        assert_eq!(term(Language::English, "reason", "something-new"), "something-new");
        for (place, (of, code, vietnamese, english)) in TERMS.iter().enumerate() {
            assert!(!vietnamese.is_empty() && !english.is_empty());
            assert!(!TERMS.iter().skip(place + 1).any(|(other, also, _, _)| other == of && also == code), "{of} {code} stands twice");
        }
    }

    #[test]
    fn every_right_and_role_has_words() {
        for right in Right::ALL {
            assert!(TERMS.iter().any(|(of, code, _, _)| *of == "right" && *code == right.name()), "{right:?}");
        }
        for role in Role::ALL {
            assert!(TERMS.iter().any(|(of, code, _, _)| *of == "role" && *code == role.name()), "{role:?}");
        }
    }
}

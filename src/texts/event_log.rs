//! Texts about the event log (nhật ký) and its signed checkpoints.

use crate::{Language, dot_grouped, group_thousands};

/// A problem of the event log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)] // the fields are what their names say
pub enum LogFinding<'a> {
    /// The chain is broken.
    Chain { problem: &'a str },
    /// A checkpoint is not what was signed.
    BadSignature { key: &'a str },
    /// Checkpoints of a key that is not trusted.
    UnknownSigner { public_key: &'a str, checkpoints: u64 },
    /// The log differs from what was signed.
    Differs { event: u64, at: &'a str },
    /// The log ends before what was signed.
    Truncated { event: u64, at: &'a str },
    /// The store has checkpoints of another log.
    OtherLog { at: &'a str },
    /// Events have had no checkpoint for more than a day.
    Unsigned { since: &'a str },
}

pub(crate) fn log_finding(language: Language, finding: LogFinding<'_>) -> String {
    match language {
        Language::Vietnamese => vietnamese(finding),
        Language::English => english(finding),
    }
}

fn vietnamese(finding: LogFinding<'_>) -> String {
    match finding {
        LogFinding::Chain { problem } => format!("Chuỗi nhật ký bị đứt: {problem}"),
        LogFinding::BadSignature { key } => format!("Mốc ký {key} trong kho không đúng chữ ký: đã bị sửa hoặc hỏng"),
        LogFinding::UnknownSigner { public_key, checkpoints } => format!(
            "{} mốc do khóa lạ {public_key} ký; nếu là máy của đơn vị, thêm khóa này vào trusted_audit_keys trong sohoa.toml",
            dot_grouped(checkpoints)
        ),
        LogFinding::Differs { event, at } => {
            format!("Nhật ký đến sự kiện {} khác với nội dung đã ký lúc {at}: đã bị sửa sau khi ký", dot_grouped(event))
        }
        LogFinding::Truncated { event, at } => {
            format!("Nhật ký ngắn hơn sự kiện {} đã ký lúc {at}: phần cuối đã mất; khôi phục bằng `sohoa restore`", dot_grouped(event))
        }
        LogFinding::OtherLog { at } => format!(
            "Kho có mốc ký (lúc {at}) của một nhật ký khác: danh mục đã được tạo lại mà không có nhật ký cũ; khôi phục bằng `sohoa restore`"
        ),
        LogFinding::Unsigned { since } => {
            format!("Từ {since} không có mốc ký nào: mốc trong kho bị thiếu, hoặc không có tiến trình nào của sohoa chạy đủ lâu để ký")
        }
    }
}

fn english(finding: LogFinding<'_>) -> String {
    let commas = |number| group_thousands(number, ',');
    match finding {
        LogFinding::Chain { problem } => format!("The chain of events is broken: {problem}"),
        LogFinding::BadSignature { key } => format!("The checkpoint {key} in the store is not correctly signed: it was changed or damaged"),
        LogFinding::UnknownSigner { public_key, checkpoints } => format!(
            "{} checkpoints are signed by the unknown key {public_key}; if that is one of your machines, add it to trusted_audit_keys in sohoa.toml",
            commas(checkpoints)
        ),
        LogFinding::Differs { event, at } => {
            format!("The log up to event {} is not what was signed at {at}: it was changed afterwards", commas(event))
        }
        LogFinding::Truncated { event, at } => {
            format!("The log ends before event {}, signed at {at}: its end is lost; bring it back with `sohoa restore`", commas(event))
        }
        LogFinding::OtherLog { at } => format!(
            "The store has a checkpoint (of {at}) of another log: the catalogue was made again without its log; bring it back with `sohoa restore`"
        ),
        LogFinding::Unsigned { since } => {
            format!("Nothing since {since} has a checkpoint: checkpoints are missing, or no process of sohoa ran long enough to sign")
        }
    }
}

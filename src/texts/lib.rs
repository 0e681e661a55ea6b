//! Texts for people, in Vietnamese and English, collected in one crate.

pub mod code_labels;
pub mod error_texts;
pub mod formatting;
pub mod labels;

use sohoa_base::error::ErrorKind;
use sohoa_base::model::page::reading::{Quality, Sides};
use sohoa_base::model::page::rescan::RescanReason;

/// Language of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Tiếng Việt.
    #[default]
    Vietnamese,
    /// English.
    English,
}

impl Language {
    /// The language with this code; Vietnamese for an unknown one.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        if code == "en" { Self::English } else { Self::Vietnamese }
    }

    /// Its code (BCP 47).
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }
}

/// A message with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the values are explained by the texts below")]
pub enum Message<'a> {
    BalanceFiles {
        received: u64,
        duplicate: u64,
        refused: u64,
        failed: u64,
    },
    BalancePages {
        came: u64,
        stored: u64,
        review: u64,
        refused: u64,
        held: u64,
        failed: u64,
        open: u64,
    },
    Quarantine {
        held: u64,
    },
    ModelScore {
        is_new: bool,
        kinds: u64,
        of: u64,
        values: u64,
        brier: String,
    },
    ModelReplaced {
        examples: u64,
    },
    ModelTooFewExamples {
        examples: u64,
    },
    ModelRejected,
    ModelUnchanged,
    QuarantineResolved {
        dossier: String,
        by: String,
        pages: u64,
        version: Option<u64>,
        kept: u64,
    },
    BalanceDossiers {
        dossiers: u64,
        documents: u64,
    },
    RunDuration {
        seconds: String,
        cpu: String,
        rate: String,
    },
    Refused {
        file: String,
        page: Option<u32>,
        class: &'a str,
        reason: String,
    },
    FailedTask {
        dossier: String,
        file: Option<String>,
        page: Option<u32>,
        document: Option<u32>,
        class: &'a str,
        reason: String,
        tries: u32,
    },
    RetryFailedTasks {
        batch: String,
    },
    Interrupted,
    ModelsMissing,
    Submitted {
        batch: String,
    },
    TargetIgnored {
        list: &'a str,
        why: String,
    },
    NonScanFiles {
        manifests: u64,
        ignored: u64,
    },
    PagesReadFilesReceived {
        received: u64,
        of: u64,
    },
    PlainProgress {
        received: u64,
        files: u64,
        read: u64,
        pages: u64,
        ended: u64,
    },
    ErrorPrefix {
        kind: ErrorKind,
    },
    NothingFound,
    Serving {
        address: String,
    },
    FirstAdminSetup {
        address: String,
        key: String,
    },
    Hits {
        total: u64,
    },
    Verified {
        objects: u64,
        problems: u64,
    },
    Rebuilt {
        objects: u64,
        documents: u64,
        batches: u64,
    },
    Ready,
    NotReady,
    DecisionSaved {
        document: String,
        version: u64,
        open: String,
    },
    QualityColumns,
    QualityPages {
        pages: u64,
        blank: u64,
        unmeasured: u64,
        rescan: u64,
        error_permille: Option<u64>,
    },
    RescanPages {
        rescan: u64,
    },
    Rescan {
        reason: RescanReason,
        quality: &'a Quality,
    },
    PageLocation {
        file: String,
        page: Option<u32>,
    },
    ClippedSides {
        cut: Sides,
    },
    SeparatorTitle {
        dossier: bool,
    },
    SeparatorInstruction {
        dossier: bool,
    },
}

/// Text of the message in the reader's language.
#[must_use]
pub fn localize(language: Language, message: Message<'_>) -> String {
    match language {
        Language::Vietnamese => vietnamese(message),
        Language::English => english(message),
    }
}

/// A whole number with dots between thousands, as Vietnamese offices write it.
fn dot_grouped(number: u64) -> String {
    group_thousands(number, '.')
}

fn group_thousands(number: u64, mark: char) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(mark);
        }
        out.push(digit);
    }
    out
}

/// Per mille as per cent with one decimal place.
fn with_one_decimal(permille: u64, mark: char) -> String {
    format!("{}{mark}{}", permille / 10, permille % 10)
}

/// Absolute value of hundredths of a degree as degrees with one decimal place.
fn format_degrees(centidegrees: i32, mark: char) -> String {
    with_one_decimal(u64::from(centidegrees.unsigned_abs() + 5) / 10, mark)
}

/// Names of the sides, joined; empty for none.
fn join_side_names(cut: Sides, names: [&str; 4]) -> String {
    let cut = names.into_iter().zip(cut.clockwise()).filter_map(|(name, is_cut)| is_cut.then_some(name));
    cut.collect::<Vec<_>>().join(", ")
}

fn vietnamese(message: Message<'_>) -> String {
    match message {
        Message::BalanceFiles { received, duplicate, refused, failed } => {
            let left = if failed > 0 { format!(", lỗi {}", dot_grouped(failed)) } else { String::new() };
            format!("Tệp:    nhận {}, trùng {}, từ chối {}{left}", dot_grouped(received), dot_grouped(duplicate), dot_grouped(refused))
        }
        Message::BalancePages { came, stored, review, refused, held, failed, open } => {
            let mut left = if held > 0 { format!(" + cách ly {}", dot_grouped(held)) } else { String::new() };
            left.push_str(&if failed > 0 { format!(" + lỗi {}", dot_grouped(failed)) } else { String::new() });
            left.push_str(&if open > 0 { format!(" + đang xử lý {}", dot_grouped(open)) } else { String::new() });
            format!(
                "Trang:  vào {} = lưu {} + chờ duyệt {} + từ chối {}{left}",
                dot_grouped(came),
                dot_grouped(stored),
                dot_grouped(review),
                dot_grouped(refused)
            )
        }
        Message::Quarantine { held } => {
            format!(
                "Cách ly: {} trang của hồ sơ có dấu độ mật; cán bộ phụ trách bí mật xem bằng `sohoa quarantine list`",
                dot_grouped(held)
            )
        }
        Message::ModelScore { is_new, kinds, of, values, brier } => format!(
            "{}: đúng loại {}/{} văn bản để dành; sai số Brier {} trên {} giá trị",
            if is_new { "Mô hình mới" } else { "Mô hình đang dùng" },
            dot_grouped(kinds),
            dot_grouped(of),
            brier,
            dot_grouped(values)
        ),
        Message::ModelReplaced { examples } => format!("Dùng mô hình mới, học từ {} văn bản đã duyệt", dot_grouped(examples)),
        Message::ModelTooFewExamples { examples } => {
            format!("Mới có {} văn bản đã duyệt để học: quá ít, giữ mô hình đang dùng", dot_grouped(examples))
        }
        Message::ModelRejected => "Mô hình mới kém hơn: giữ mô hình đang dùng".to_owned(),
        Message::ModelUnchanged => "Không có gì mới để học: giữ mô hình đang dùng".to_owned(),
        Message::QuarantineResolved { dossier, by, pages, version, kept } => {
            let end =
                version.map_or_else(|| "đã loại khỏi kho".to_owned(), |version| format!("đã lưu ở phiên bản {}", dot_grouped(version)));
            let left = if kept > 0 {
                format!("; {} tệp vẫn còn vì hồ sơ khác có cùng nội dung", dot_grouped(kept))
            } else {
                String::new()
            };
            format!("{dossier}: {by} cho {} trang ra khỏi cách ly, {end}{left}", dot_grouped(pages))
        }
        Message::BalanceDossiers { dossiers, documents } => {
            format!("Hồ sơ:  {}, văn bản: {}", dot_grouped(dossiers), dot_grouped(documents))
        }
        Message::RunDuration { seconds, cpu, rate } => format!("Hết {seconds} giây ({rate} trang/giây), {cpu} giây bộ xử lý"),
        Message::Refused { file, page, class, reason } => {
            let page = page.map(|page| format!(", trang {page}")).unwrap_or_default();
            format!("Từ chối [{class}] {file}{page}: {reason}")
        }
        Message::FailedTask { dossier, file, page, document, class, reason, tries } => {
            let item = match (file, page, document) {
                (Some(file), Some(page), _) => format!(", {file}, trang {page}"),
                (Some(file), None, _) => format!(", {file}"),
                (None, _, Some(document)) => format!(", văn bản {document}"),
                (None, _, None) => String::new(),
            };
            format!("Lỗi [{class}] hồ sơ {dossier}{item}: {reason} (đã thử {} lần)", dot_grouped(u64::from(tries)))
        }
        Message::RetryFailedTasks { batch } => {
            format!(
                "Việc bị lỗi chờ người xử lý: `sohoa runs retry {batch}` làm lại, `sohoa runs cancel {batch}` bỏ; bản gốc còn giữ nguyên"
            )
        }
        Message::Interrupted => "Đã dừng giữa chừng; chạy lại đúng lệnh này để làm tiếp".to_owned(),
        Message::ModelsMissing => {
            "Thiếu mô hình nơ-ron hoặc thư viện chạy mô hình: đọc kém chính xác hơn hoặc lâu hơn; chạy `sohoa models fetch`".to_owned()
        }
        Message::TargetIgnored { list, why } => format!("Chỉ tiêu lộ trình: {list}: {why}"),
        Message::Submitted { batch } => format!("Lô {batch} đã vào hàng đợi; chạy `sohoa work` để đọc, `sohoa runs show {batch}` để xem"),
        Message::NonScanFiles { manifests, ignored } => {
            format!(
                "Để riêng: {} mục lục (được giữ, đối chiếu với những gì đã nhận), {} tệp hệ thống hoặc liên kết (bỏ qua)",
                dot_grouped(manifests),
                dot_grouped(ignored)
            )
        }
        Message::PagesReadFilesReceived { received, of } => format!("trang (tệp {}/{})", dot_grouped(received), dot_grouped(of)),
        Message::PlainProgress { received, files, read, pages, ended } => format!(
            "đã nhận {}/{} tệp, đã đọc {}/{} trang, xong {} trang",
            dot_grouped(received),
            dot_grouped(files),
            dot_grouped(read),
            dot_grouped(pages),
            dot_grouped(ended)
        ),
        Message::ErrorPrefix { kind } => match kind {
            ErrorKind::Invalid => "không hợp lệ",
            ErrorKind::Limit => "vượt giới hạn",
            ErrorKind::Denied => "không được phép",
            ErrorKind::NotFound => "không tìm thấy",
            ErrorKind::Conflict => "xung đột",
            ErrorKind::Unavailable => "không kết nối được",
            ErrorKind::AccessRefused => "bị từ chối truy cập",
            ErrorKind::DependencyMissing => "thiếu thành phần",
            ErrorKind::Corrupt => "dữ liệu hỏng",
            ErrorKind::Internal => "lỗi chương trình",
        }
        .to_owned(),
        Message::NothingFound => "Không tìm thấy trang nào".to_owned(),
        Message::Hits { total } => format!("Tìm thấy {} trang", dot_grouped(total)),
        Message::Verified { objects, problems } => format!("Đã kiểm {} hồ sơ: {} vấn đề", dot_grouped(objects), dot_grouped(problems)),
        Message::Rebuilt { objects, documents, batches } => {
            format!("Đã dựng lại {} hồ sơ, {} văn bản, {} lô", dot_grouped(objects), dot_grouped(documents), dot_grouped(batches))
        }
        Message::Ready => "Máy này đã sẵn sàng".to_owned(),
        Message::Serving { address } => format!("Đang phục vụ tại {address}"),
        Message::FirstAdminSetup { address, key } => {
            format!("Chưa có ai. Tạo người quản trị đầu tiên (khóa dùng một lần, trong 24 giờ): {}", setup_url(&address, &key))
        }
        Message::NotReady => "Máy này chưa sẵn sàng; chạy các lệnh nêu trên".to_owned(),
        Message::DecisionSaved { document, version, open } => {
            let left = if open.is_empty() { "không còn gì phải duyệt".to_owned() } else { format!("còn phải duyệt: {open}") };
            format!("{document}: đã ghi quyết định, hồ sơ ở phiên bản {version}, {left}")
        }
        Message::QualityColumns => "dpi\tlệch °\tnét\ttương phản\thạt\thằn sau ‰\tsai %\tmép cắt\ttrang".to_owned(),
        Message::QualityPages { pages, blank, unmeasured, rescan, error_permille } => {
            let error =
                error_permille.map(|error| format!("; dự kiến đọc sai {} % ký tự", with_one_decimal(error, ','))).unwrap_or_default();
            format!(
                "Trang:  {} (trắng {}, không đo {}), cần quét lại {}{error}",
                dot_grouped(pages),
                dot_grouped(blank),
                dot_grouped(unmeasured),
                dot_grouped(rescan)
            )
        }
        Message::RescanPages { rescan } => format!("Quét lại: {} trang; `sohoa quality --rescan` nêu trang và lý do", dot_grouped(rescan)),
        Message::Rescan { reason, quality } => {
            let scan = quality.scan.unwrap_or_default();
            match reason {
                RescanReason::Clipped => {
                    format!("chữ bị cắt ở mép {}", join_side_names(scan.clipped_sides, ["trái", "trên", "phải", "dưới"]))
                }
                RescanReason::Unreadable => {
                    format!("dự kiến đọc sai {} % ký tự", with_one_decimal(scan.expected_error_permille.into(), ','))
                }
                RescanReason::Blurred => format!("mờ nét (độ nét {} trên 100)", quality.sharpness),
                RescanReason::LowResolution => format!("chỉ {} dpi, phải từ 200 dpi", scan.dpi),
                RescanReason::LowContrast => format!("chữ quá nhạt (tương phản {} trên 255)", quality.contrast),
                RescanReason::BleedThrough => format!("chữ mặt sau hằn qua ({} ‰ nền giấy)", scan.bleed_permille),
                RescanReason::Skewed => format!("lệch {}°", format_degrees(scan.skew_centidegrees, ',')),
            }
        }
        Message::PageLocation { file, page } => format!("{file}{}", page.map(|page| format!(", trang {page}")).unwrap_or_default()),
        Message::ClippedSides { cut } => join_side_names(cut, ["trái", "trên", "phải", "dưới"]),
        Message::SeparatorTitle { dossier } => format!("TỜ PHÂN CÁCH {}", if dossier { "HỒ SƠ" } else { "VĂN BẢN" }),
        Message::SeparatorInstruction { dossier } => {
            format!("Đặt tờ này trước trang đầu của mỗi {}", if dossier { "hồ sơ" } else { "văn bản" })
        }
    }
}

fn english(message: Message<'_>) -> String {
    let commas = |number| group_thousands(number, ',');
    match message {
        Message::BalanceFiles { received, duplicate, refused, failed } => {
            let left = if failed > 0 { format!(", {} failed", commas(failed)) } else { String::new() };
            format!("Files:    {} received, {} duplicate, {} refused{left}", commas(received), commas(duplicate), commas(refused))
        }
        Message::BalancePages { came, stored, review, refused, held, failed, open } => {
            let mut left = if held > 0 { format!(" + {} in quarantine", commas(held)) } else { String::new() };
            left.push_str(&if failed > 0 { format!(" + {} failed", commas(failed)) } else { String::new() });
            left.push_str(&if open > 0 { format!(" + {} open", commas(open)) } else { String::new() });
            format!(
                "Pages:    {} in = {} stored + {} in review + {} refused{left}",
                commas(came),
                commas(stored),
                commas(review),
                commas(refused)
            )
        }
        Message::Quarantine { held } => format!(
            "Quarantine: {} pages of dossiers with a stamp of secrecy; an officer in charge looks with `sohoa quarantine list`",
            commas(held)
        ),
        Message::ModelScore { is_new, kinds, of, values, brier } => format!(
            "{}: kind right in {} of {} held-out documents; Brier score {brier} over {} values",
            if is_new { "New model" } else { "Model in use" },
            commas(kinds),
            commas(of),
            commas(values)
        ),
        Message::ModelReplaced { examples } => format!("The new model, learned from {} decided documents, is in use", commas(examples)),
        Message::ModelTooFewExamples { examples } => {
            format!("Only {} decided documents to learn from: too few, the model in use stays", commas(examples))
        }
        Message::ModelRejected => "The new model is worse: the one in use stays".to_owned(),
        Message::ModelUnchanged => "Nothing new was learned: the model in use stays".to_owned(),
        Message::QuarantineResolved { dossier, by, pages, version, kept } => {
            let end = version.map_or_else(
                || "they are not in the archive any more".to_owned(),
                |version| format!("stored as version {}", commas(version)),
            );
            let left =
                if kept > 0 { format!("; {} files stay, since another dossier holds the same bytes", commas(kept)) } else { String::new() };
            format!("{dossier}: {by} took {} pages out of quarantine, {end}{left}", commas(pages))
        }
        Message::BalanceDossiers { dossiers, documents } => format!("Dossiers: {}, documents: {}", commas(dossiers), commas(documents)),
        Message::RunDuration { seconds, cpu, rate } => format!("Took {seconds} s ({rate} pages/s), {cpu} s of processor time"),
        Message::Refused { file, page, class, reason } => {
            let page = page.map(|page| format!(", page {page}")).unwrap_or_default();
            format!("Refused [{class}] {file}{page}: {reason}")
        }
        Message::FailedTask { dossier, file, page, document, class, reason, tries } => {
            let item = match (file, page, document) {
                (Some(file), Some(page), _) => format!(", {file}, page {page}"),
                (Some(file), None, _) => format!(", {file}"),
                (None, _, Some(document)) => format!(", document {document}"),
                (None, _, None) => String::new(),
            };
            format!("Failed [{class}] dossier {dossier}{item}: {reason} (tried {} times)", commas(u64::from(tries)))
        }
        Message::RetryFailedTasks { batch } => {
            format!(
                "Failed tasks wait for a person: `sohoa runs retry {batch}` does them again, `sohoa runs cancel {batch}` ends them; originals are kept"
            )
        }
        Message::Interrupted => "Stopped before the end; the same command again continues".to_owned(),
        Message::ModelsMissing => {
            "Neural models or their runtime are missing: reading is less accurate or takes longer; run `sohoa models fetch`".to_owned()
        }
        Message::TargetIgnored { list, why } => format!("Line of the roadmap: {list}: {why}"),
        Message::Submitted { batch } => format!("Batch {batch} is queued; `sohoa work` reads it, `sohoa runs show {batch}` shows it"),
        Message::NonScanFiles { manifests, ignored } => {
            format!(
                "Set aside: {} lists (compared with what came), {} system files or links (left out)",
                commas(manifests),
                commas(ignored)
            )
        }
        Message::PagesReadFilesReceived { received, of } => format!("pages (files {}/{})", commas(received), commas(of)),
        Message::PlainProgress { received, files, read, pages, ended } => format!(
            "{}/{} files received, {}/{} pages read, {} pages done",
            commas(received),
            commas(files),
            commas(read),
            commas(pages),
            commas(ended)
        ),
        Message::ErrorPrefix { kind } => match kind {
            ErrorKind::Invalid => "invalid",
            ErrorKind::Limit => "limit passed",
            ErrorKind::Denied => "not allowed",
            ErrorKind::NotFound => "not found",
            ErrorKind::Conflict => "conflict",
            ErrorKind::Unavailable => "unavailable",
            ErrorKind::AccessRefused => "access refused",
            ErrorKind::DependencyMissing => "dependency missing",
            ErrorKind::Corrupt => "corrupt",
            ErrorKind::Internal => "defect of this program",
        }
        .to_owned(),
        Message::NothingFound => "No page found".to_owned(),
        Message::Hits { total } => format!("{} pages found", commas(total)),
        Message::Verified { objects, problems } => format!("{} dossiers checked: {} problems", commas(objects), commas(problems)),
        Message::Rebuilt { objects, documents, batches } => {
            format!("Rebuilt {} dossiers, {} documents, {} batches", commas(objects), commas(documents), commas(batches))
        }
        Message::Ready => "This machine is ready".to_owned(),
        Message::Serving { address } => format!("Serving at {address}"),
        Message::FirstAdminSetup { address, key } => {
            format!("There is nobody yet. Make the first administrator (the key works once, for a day): {}", setup_url(&address, &key))
        }
        Message::NotReady => "This machine is not ready; run the commands above".to_owned(),
        Message::DecisionSaved { document, version, open } => {
            let left = if open.is_empty() { "nothing is left to review".to_owned() } else { format!("still in review: {open}") };
            format!("{document}: the decision is kept, the dossier has version {version}, {left}")
        }
        Message::QualityColumns => "dpi\tskew °\tsharp\tcontrast\tgrain\tbleed ‰\twrong %\tcut off\tpage".to_owned(),
        Message::QualityPages { pages, blank, unmeasured, rescan, error_permille } => {
            let error = error_permille
                .map(|error| format!("; {} % of characters most likely wrong", with_one_decimal(error, '.')))
                .unwrap_or_default();
            format!(
                "Pages:    {} ({} blank, {} not measured), {} to be scanned again{error}",
                commas(pages),
                commas(blank),
                commas(unmeasured),
                commas(rescan)
            )
        }
        Message::RescanPages { rescan } => {
            format!("To be scanned again: {} pages; `sohoa quality --rescan` names them with the reasons", commas(rescan))
        }
        Message::Rescan { reason, quality } => {
            let scan = quality.scan.unwrap_or_default();
            match reason {
                RescanReason::Clipped => {
                    format!("print is cut off on the {}", join_side_names(scan.clipped_sides, ["left", "top", "right", "bottom"]))
                }
                RescanReason::Unreadable => {
                    format!("{} % of the characters are most likely wrong", with_one_decimal(scan.expected_error_permille.into(), '.'))
                }
                RescanReason::Blurred => format!("blurred (sharpness {} of 100)", quality.sharpness),
                RescanReason::LowResolution => format!("{} dpi where 200 are needed", scan.dpi),
                RescanReason::LowContrast => format!("print too pale (contrast {} of 255)", quality.contrast),
                RescanReason::BleedThrough => format!("print of the back shines through ({} ‰ of the paper)", scan.bleed_permille),
                RescanReason::Skewed => format!("crooked by {}°", format_degrees(scan.skew_centidegrees, '.')),
            }
        }
        Message::PageLocation { file, page } => format!("{file}{}", page.map(|page| format!(", page {page}")).unwrap_or_default()),
        Message::ClippedSides { cut } => join_side_names(cut, ["left", "top", "right", "bottom"]),
        Message::SeparatorTitle { dossier } => format!("{} separator", if dossier { "Dossier" } else { "Document" }),
        Message::SeparatorInstruction { dossier } => {
            format!("Lay this sheet in front of each {}", if dossier { "dossier" } else { "document" })
        }
    }
}

/// URL for the setup of the first administrator.
fn setup_url(address: &str, key: &str) -> String {
    format!("{address}/setup?key={key}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_messages_are_localized() {
        let message = || Message::BalanceDossiers { dossiers: 1_250, documents: 1_000_000 };
        assert_eq!(localize(Language::Vietnamese, message()), "Hồ sơ:  1.250, văn bản: 1.000.000");
        assert_eq!(localize(Language::English, message()), "Dossiers: 1,250, documents: 1,000,000");
    }

    #[test]
    fn rescan_messages_include_measured_values() {
        let cut = Sides { left: true, bottom: true, ..Sides::default() };
        let scan = sohoa_base::model::page::reading::ScanQuality {
            clipped_sides: cut,
            skew_centidegrees: -378,
            expected_error_permille: 1000,
            ..Default::default()
        };
        let quality = Quality { scan: Some(scan), ..Quality::default() };
        let say = |language, reason| localize(language, Message::Rescan { reason, quality: &quality });
        assert_eq!(say(Language::Vietnamese, RescanReason::Clipped), "chữ bị cắt ở mép trái, dưới");
        assert_eq!(say(Language::Vietnamese, RescanReason::Skewed), "lệch 3,8°");
        assert_eq!(say(Language::English, RescanReason::Unreadable), "100.0 % of the characters are most likely wrong");
    }
}

//! Vietnamese texts of messages.

use crate::code_labels::code_label;
use crate::event_log::log_finding;
use crate::leftovers::leftover;
use crate::{Language, Message, dot_grouped, format_degrees, join_side_names, setup_url, with_one_decimal};
use sohoa_base::error::ErrorKind;
use sohoa_base::model::page::rescan::RescanReason;

/// The message in Vietnamese.
pub(crate) fn vietnamese(message: Message<'_>) -> String {
    match message {
        Message::BalanceFiles { received, duplicate, refused, failed } => {
            let left = if failed > 0 { format!(", lỗi {}", dot_grouped(failed)) } else { String::new() };
            format!("Tệp:    nhận {}, trùng {}, từ chối {}{left}", dot_grouped(received), dot_grouped(duplicate), dot_grouped(refused))
        }
        Message::BalancePages { came, stored, review, refused, held, failed, open, unopened_files } => {
            let mut left = if held > 0 { format!(" + cách ly {}", dot_grouped(held)) } else { String::new() };
            left.push_str(&if failed > 0 { format!(" + lỗi {}", dot_grouped(failed)) } else { String::new() });
            left.push_str(&if open > 0 { format!(" + đang xử lý {}", dot_grouped(open)) } else { String::new() });
            left.push_str(&if unopened_files > 0 { format!("; chưa mở {} tệp", dot_grouped(unopened_files)) } else { String::new() });
            format!(
                "Trang:  vào {} = lưu {} + chờ duyệt {} + từ chối {}{left}",
                dot_grouped(came),
                dot_grouped(stored),
                dot_grouped(review),
                dot_grouped(refused)
            )
        }
        Message::FinishedWithFailures { failed_tasks, refused_files, refused_pages } => {
            let mut parts = vec!["xong".to_owned()];
            parts.extend((failed_tasks > 0).then(|| format!("còn {} việc lỗi", dot_grouped(failed_tasks))));
            parts.extend((refused_files > 0).then(|| format!("{} tệp bị từ chối", dot_grouped(refused_files))));
            parts.extend((refused_pages > 0).then(|| format!("{} trang bị từ chối", dot_grouped(refused_pages))));
            parts.join(", ")
        }
        Message::UnnamedProxy { proxy } => format!(
            "{proxy} chuyển tiếp yêu cầu của nhiều người nhưng chưa được khai báo, nên mọi người sau máy đó bị tính chung một địa chỉ. Nếu đó là reverse proxy của đơn vị, hãy đặt trusted_proxies = [\"{proxy}\"] trong mục [server] của sohoa.toml rồi khởi động lại."
        ),
        Message::RunPriority { priority } => format!("ưu tiên {priority}"),
        Message::RunState { state, priority } => format!("Trạng thái: {state}; mức ưu tiên {priority}"),
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
        Message::QuarantineResolved { dossier, by, pages, version, kept, remaining } => {
            let end = match version {
                Some(version) => format!("đã lưu ở phiên bản {}", dot_grouped(version)),
                None if remaining.is_empty() => "đã loại khỏi kho".to_owned(),
                None => format!("NHƯNG trong kho vẫn còn bản sao tại: {}", remaining.join(", ")),
            };
            let left = if kept > 0 {
                format!("; {} tệp vẫn còn vì hồ sơ khác có cùng nội dung", dot_grouped(kept))
            } else {
                String::new()
            };
            format!("{dossier}: {by} cho {} trang ra khỏi cách ly, {end}{left}", dot_grouped(pages))
        }
        Message::QuarantineOutOfReach { moved, versions } => {
            let mut places = Vec::new();
            if !moved.is_empty() {
                places.push(format!("tệp đã chuyển sang thư mục đã nhận ({})", moved.join(", ")));
            }
            places.extend(versions.map(|store| format!("phiên bản cũ mà kho S3 còn giữ ({store})")));
            places.push("tên tệp và tên người ký số trong nhật ký sự kiện".to_owned());
            places.push("bản sao lưu và nơi giao tệp".to_owned());
            format!("Phần mềm không xóa được, cán bộ phải tự kiểm tra: {}", places.join("; "))
        }
        Message::SignInUnlocked { name, networks: 0 } => format!("{name} không bị khóa đăng nhập"),
        Message::SignInUnlocked { name, networks } => {
            format!("Đã mở khóa đăng nhập cho {name} (sai mật khẩu từ {} mạng)", dot_grouped(networks))
        }
        Message::BalanceDossiers { dossiers, documents } => {
            format!("Hồ sơ:  {}, văn bản: {}", dot_grouped(dossiers), dot_grouped(documents))
        }
        Message::RunDuration { seconds, cpu, rate } => format!("Hết {seconds} giây ({rate} trang/giây), {cpu} giây bộ xử lý"),
        Message::Refused { file, page, class, reason } => {
            let page = page.map(|page| format!(", trang {page}")).unwrap_or_default();
            format!("Từ chối [{}] {file}{page}: {reason}", code_label(Language::Vietnamese, "class", class))
        }
        Message::FailedTask { dossier, file, page, document, class, reason, tries } => {
            let item = match (file, page, document) {
                (Some(file), Some(page), _) => format!(", {file}, trang {page}"),
                (Some(file), None, _) => format!(", {file}"),
                (None, _, Some(document)) => format!(", văn bản {document}"),
                (None, _, None) => String::new(),
            };
            format!(
                "Lỗi [{}] hồ sơ {dossier}{item}: {reason} (đã thử {} lần)",
                code_label(Language::Vietnamese, "class", class),
                dot_grouped(u64::from(tries))
            )
        }
        Message::RetryFailedTasks { batch } => {
            format!(
                "Việc bị lỗi chờ người xử lý: `sohoa runs retry {batch}` làm lại, `sohoa runs cancel {batch}` bỏ; bản gốc còn giữ nguyên"
            )
        }
        Message::SearchIncomplete => "Chỉ mục tìm kiếm đang được cập nhật: kết quả có thể còn thiếu trang; hãy tìm lại sau".to_owned(),
        Message::NotYetFindable => "Chỉ mục tìm kiếm đang được cập nhật; các trang này sẽ tìm thấy được sau ít phút".to_owned(),
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
        Message::Leftover { found } => leftover(Language::Vietnamese, found),
        Message::BackedUp { users, events } => {
            format!("Đã sao lưu vào kho: {} tài khoản, {} sự kiện mới", dot_grouped(users), dot_grouped(events))
        }
        Message::Restored { users, events, at } => format!(
            "Đã khôi phục bản sao lưu lúc {at}: {} tài khoản, {} sự kiện; chuỗi nhật ký nguyên vẹn",
            dot_grouped(users),
            dot_grouped(events)
        ),
        Message::Swept { deleted, kept } => {
            format!("Đã xóa {} mục thừa, liệt kê và giữ lại {} mục", dot_grouped(deleted), dot_grouped(kept))
        }
        Message::LogProblem { finding } => log_finding(Language::Vietnamese, finding),
        Message::LogVerified { events, checkpoints, last, unsigned, public_key, problems } => format!(
            "Đã kiểm {} sự kiện, {} mốc ký khớp, {} sự kiện chưa ký: {} vấn đề{}\nKhóa công khai của máy này: {public_key}",
            dot_grouped(events),
            dot_grouped(checkpoints),
            dot_grouped(unsigned),
            dot_grouped(problems),
            last.map_or_else(String::new, |(event, at, hash)| format!("\nMốc cuối: sự kiện {} lúc {at}, {hash}", dot_grouped(event)))
        ),
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

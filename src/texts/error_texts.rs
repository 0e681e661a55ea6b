//! Translations of error and refusal messages.
//!
//! Errors are created without knowledge of their reader, and refusals are kept in the record, so both are in English
//! there; this table has the Vietnamese. `{}` stands for a value, which is copied.

use crate::Language;
use sohoa_base::error::Error;
use sohoa_base::messages::{self, MessageText, StoredMessage};

/// Message templates: English, Vietnamese.
const TRANSLATIONS: &[(&str, &str)] = &[
    // Roadmaps and lots.
    ("the file is no workbook; save the plan as XLSX", "tệp không phải bảng tính; hãy lưu kế hoạch dạng XLSX"),
    ("{} is no code of a one-stop dossier; write H24.16-200514-0001", "{} không phải mã hồ sơ một cửa; hãy ghi như H24.16-200514-0001"),
    ("one-stop dossier {} stands here twice", "hồ sơ {} ghi hai lần"),
    ("{} is still to come", "{} chưa đến"),
    ("you may not hand in dossiers of unit {}", "bạn không được nộp số liệu hồ sơ của đơn vị {}"),
    ("{} is no number of working days; write a whole number from 1 to {}", "{} không phải số ngày làm việc; hãy ghi số nguyên từ 1 đến {}"),
    (
        "{} does not say whether papers were used again; write có, không or DVCQG",
        "{} không cho biết có tái sử dụng hay không; hãy ghi có, không hoặc DVCQG",
    ),
    ("the period ends on {} before it begins on {}", "kỳ báo cáo kết thúc ngày {} trước khi bắt đầu ngày {}"),
    ("there is no report {}; use {} or {}", "không có báo cáo {}; hãy dùng {} hoặc {}"),
    (
        "no typeface like Times New Roman is installed, so no PDF can be set: run `apt-get install fonts-croscore`",
        "máy chủ chưa có phông chữ kiểu Times New Roman nên không dựng được PDF: chạy `apt-get install fonts-croscore`",
    ),
    ("holds a line break or another sign that is no letter", "có dấu xuống dòng hoặc ký tự lạ"),
    ("{} is no date; write day/month/year, such as 12/12/2017", "{} không phải ngày; hãy ghi ngày/tháng/năm, như 12/12/2017"),
    (
        "there is no day {} in the calendar; write day/month/year, such as 12/12/2017",
        "lịch không có ngày {}; hãy ghi ngày/tháng/năm, như 12/12/2017",
    ),
    (
        "{} is a day without a month; write day/month/year, such as 12/12/2017",
        "{} thiếu tháng và năm; hãy ghi ngày/tháng/năm, như 12/12/2017",
    ),
    ("{} is a day without a year; write day/month/year, such as 12/12/2017", "{} thiếu năm; hãy ghi ngày/tháng/năm, như 12/12/2017"),
    ("{} is no day; write 31/12/2027", "{} không phải ngày; hãy ghi như 31/12/2027"),
    ("{} is no day; write 2026-11-26 or 26/11/2026", "{} không phải ngày; hãy ghi như 26/11/2026"),
    ("{} is no number; write 1.545.000 or 25,5", "{} không phải số; hãy ghi như 1.545.000 hoặc 25,5"),
    ("{} is no measure; known are {}", "{} không phải đơn vị tính; hãy dùng {}"),
    ("the row {} is missing", "thiếu dòng {}"),
    ("ends before it begins", "kết thúc trước khi bắt đầu"),
    ("line {} stands here twice", "chỉ tiêu {} ghi hai lần"),
    ("there is no phase {}; the sheet {} lists them", "không có giai đoạn {}; xem trang {}"),
    ("is a whole number from 1 (first) to 5 (last)", "là số nguyên từ 1 (trước nhất) đến 5 (sau cùng)"),
    ("has no heading; its columns are {}", "thiếu dòng tiêu đề; các cột là {}"),
    ("there is no line in it", "chưa có chỉ tiêu nào"),
    ("line {} is told in per cent: give the pages of all its holdings", "chỉ tiêu {} tính bằng phần trăm: hãy ghi tổng số trang"),
    (
        "line {} is told in {}: the sheet {} must say how many pages that is",
        "chỉ tiêu {} tính bằng {}: trang {} phải cho biết bằng bao nhiêu trang",
    ),
    ("roadmap {} is kept in this form already", "lộ trình {} đã có đúng như vậy"),
    ("roadmap {} was changed by somebody else; read it again", "lộ trình {} vừa được người khác sửa; hãy tải lại"),
    ("line {} belongs to another roadmap; give it another code", "chỉ tiêu {} thuộc lộ trình khác; hãy đặt mã khác"),
    ("no roadmap has a line {}; `sohoa roadmap status` lists them", "không lộ trình nào có chỉ tiêu {}"),
    ("line {} is one of unit {}, and the batch was delivered by {}", "chỉ tiêu {} là của đơn vị {}, còn lượt này do {} nộp"),
    ("row {} of the list names line {}, which no roadmap has", "dòng {} của mục lục ghi chỉ tiêu {}, không lộ trình nào có"),
    (
        "row {} of the list names line {} of unit {}, and the batch was delivered by {}",
        "dòng {} của mục lục ghi chỉ tiêu {} của đơn vị {}, còn đợt này do {} nộp",
    ),
    (
        "row {} of the list names line {}, and somebody chose line {}",
        "dòng {} của mục lục ghi chỉ tiêu {}, nhưng đã có người chọn chỉ tiêu {}",
    ),
    (
        "row {} of the list names line {}, and other rows or lists name {}",
        "dòng {} của mục lục ghi chỉ tiêu {}, còn dòng hoặc mục lục khác ghi {}",
    ),
    (
        "line {} was chosen, and the plan of unit {} does not have it any more; attach the run to another",
        "đã chọn chỉ tiêu {}, nhưng lộ trình của đơn vị {} không còn chỉ tiêu này; hãy gắn vào chỉ tiêu khác",
    ),
    (
        "you may not see the lines of unit {}; leave the line to the lists or the rule",
        "anh/chị không xem được chỉ tiêu của đơn vị {}; hãy để mục lục hoặc quy tắc xác định",
    ),
    ("there is no line {}", "không có chỉ tiêu {}"),
    ("row {} of the list names {}, which is not among what was taken", "dòng {} của mục lục ghi tệp {}, nhưng tệp này không đến"),
    ("{} came, and no row of the list names it", "có tệp {} mà mục lục không ghi"),
    (
        "from row {} on the pages of the list do not fit those that came",
        "từ dòng {} trở đi, số trang trong mục lục không khớp với trang đã đến",
    ),
    (
        "nothing of line {} waits for acceptance; documents in review come first",
        "chỉ tiêu {} chưa có gì chờ nghiệm thu; hãy duyệt văn bản trước",
    ),
    ("page {} of {} was not looked at yet", "trang {} của {} chưa được xem"),
    ("the lot is {} already", "lô này đã ở trạng thái {}"),
    (
        "some of the documents came into another lot, or back to review; open the lot again",
        "một số văn bản đã vào lô khác hoặc trở lại hàng chờ duyệt; hãy lập lại lô",
    ),
    (
        "a roadmap is about all units; an administrator of all of them takes it",
        "lộ trình là của mọi đơn vị; người quản trị chung mới nạp được",
    ),
    // Files and pages.
    (
        "the batch was cancelled before this was read, retry the batch or deliver it again",
        "lượt chạy bị hủy trước khi đọc đến đây; hãy thử lại hoặc nộp lại",
    ),
    (
        "JPEG is cut off: only {} of {} rows can be read; scan the page again",
        "ảnh JPEG bị cụt: chỉ đọc được {}/{} dòng; hãy quét lại trang",
    ),
    ("file is empty (0 bytes); deliver it again", "tệp rỗng (0 byte); hãy nộp lại"),
    (
        "{} cannot be read; it was removed or renamed meanwhile; deliver it again",
        "không đọc được {}: tệp đã bị xóa hoặc đổi tên trong khi nhận; hãy nộp lại",
    ),
    (
        "{} cannot be read; give the program the right to read it, then deliver it again",
        "không đọc được {}: chương trình chưa có quyền đọc; hãy cấp quyền đọc rồi nộp lại",
    ),
    ("file is of no known kind; deliver PDF, TIFF, JPEG or PNG", "tệp không thuộc loại nào biết được; hãy nộp PDF, TIFF, JPEG hoặc PNG"),
    ("file is {}, not a scan; deliver PDF, TIFF, JPEG or PNG", "tệp là {}, không phải bản quét; hãy nộp PDF, TIFF, JPEG hoặc PNG"),
    ("file is JSON but no list of files; deliver scans", "tệp là JSON nhưng không phải danh mục tệp; hãy nộp bản quét"),
    ("file is damaged: its decoder gave up; scan it again or save it anew", "tệp hỏng, không giải mã được; hãy quét lại hoặc lưu lại"),
    (
        "the file is damaged in a way that made its decoder give up ({}); scan or export it again",
        "tệp hỏng đến mức không giải mã được ({}); hãy quét hoặc xuất lại",
    ),
    ("file has {} pages, more than the limit of {}; deliver it in parts", "tệp có {} trang, quá giới hạn {}; hãy chia thành nhiều phần"),
    ("file has no page {}, only {}", "tệp không có trang {}, chỉ có {} trang"),
    ("page {} is damaged: its decoder gave up; scan the page again", "trang {} hỏng, không giải mã được; hãy quét lại trang"),
    ("JPEG is damaged: {}; scan the page again", "JPEG hỏng: {}; hãy quét lại trang"),
    ("TIFF is damaged: it holds no page; scan the page again", "TIFF hỏng: không có trang nào; hãy quét lại"),
    (
        "TIFF page is damaged: less than half of it can be read; scan the page again",
        "trang TIFF hỏng: đọc được chưa đến một nửa; hãy quét lại trang",
    ),
    (
        "TIFF page is damaged: only {} of {} rows can be read; scan the page again",
        "trang TIFF hỏng: chỉ đọc được {} trên {} dòng; hãy quét lại trang",
    ),
    (
        "TIFF page is of an old and rare kind that cannot be read; save it anew",
        "trang TIFF thuộc loại cũ hiếm gặp, không đọc được; hãy lưu lại",
    ),
    ("PDF is encrypted: a password is needed; deliver it without one", "PDF có mật khẩu; hãy gỡ mật khẩu rồi nộp lại"),
    (
        "PDF is encrypted in a way that cannot be read; deliver it without encryption",
        "PDF mã hóa theo cách không đọc được; hãy nộp bản không mã hóa",
    ),
    (
        "PDF is damaged: no page can be found in it; scan the pages again or save it anew",
        "PDF hỏng: không tìm thấy trang nào; hãy quét lại hoặc lưu lại",
    ),
    (
        "PDF is damaged: its list of pages is no list; scan the pages again or save it anew",
        "PDF hỏng: danh sách trang sai; hãy quét lại hoặc lưu lại",
    ),
    ("PDF page is damaged: its content cannot be read; scan the page again", "trang PDF hỏng: không đọc được nội dung; hãy quét lại trang"),
    (
        "PDF page is damaged: its picture cannot be decoded; scan the page again",
        "trang PDF hỏng: không giải mã được ảnh; hãy quét lại trang",
    ),
    ("PDF page cannot be drawn; print it to a picture and deliver that", "không vẽ được trang PDF; hãy in ra ảnh rồi nộp ảnh"),
    ("PDF page would be drawn as {} × {} px; deliver it as a picture", "trang PDF vẽ ra tới {} × {} điểm ảnh; hãy nộp dạng ảnh"),
    (
        "picture declares {} × {} px ({} million), more than the limit of {} million px or {} MB; scan at a lower resolution",
        "ảnh khai {} × {} điểm ảnh ({} triệu), quá giới hạn {} triệu điểm ảnh hay {} MB; hãy quét ở độ phân giải thấp hơn",
    ),
    (
        "picture declares {} × {} px, which is no area; scan the page again",
        "ảnh khai {} × {} điểm ảnh, không có diện tích; hãy quét lại trang",
    ),
    ("archive {} is encrypted: a password is needed; deliver it without one", "tệp nén {} có mật khẩu; hãy gỡ mật khẩu rồi nộp lại"),
    ("archive {} is empty; pack it again with its files", "tệp nén {} rỗng; hãy nén lại cùng các tệp"),
    ("archive {} holds no file that can be taken: {}", "tệp nén {} không có tệp nào nhận được: {}"),
    ("{} is no ZIP or TAR archive; deliver the files themselves", "{} không phải tệp nén ZIP hay TAR; hãy nộp chính các tệp"),
    ("opening the archive took too long; unpack it and deliver the folder", "mở tệp nén quá lâu; hãy giải nén rồi nộp thư mục"),
    ("the archive has more than {} files; deliver it in parts", "tệp nén có hơn {} tệp; hãy nộp thành nhiều phần"),
    ("the archive holds more than {} MiB; deliver it in parts", "tệp nén chứa hơn {} MiB; hãy nộp thành nhiều phần"),
    (
        "what was read of the file is more than one answer of the reading process may hold; split the file",
        "nội dung đọc được từ tệp nhiều hơn mức cho phép; hãy chia tệp",
    ),
    ("the PDF of the document is larger than {} MiB; split the document", "PDF của văn bản lớn hơn {} MiB; hãy tách văn bản"),
    (
        "the reading process gave an answer that cannot be; the original is kept, report this file",
        "tiến trình đọc trả kết quả không thể có; bản gốc vẫn được giữ, hãy báo tệp này cho bộ phận kỹ thuật",
    ),
    (
        "the process that opens archives gave an answer that cannot be; the original is kept, report this file",
        "tiến trình mở tệp nén trả kết quả không thể có; bản gốc vẫn được giữ, hãy báo tệp này cho bộ phận kỹ thuật",
    ),
    (
        "{} pipelines are being tried at the moment, as many as are allowed; try again later",
        "hiện đã có {} quy trình đang được chạy thử, là mức tối đa; hãy thử lại sau",
    ),
    (
        "reading needs more memory than one page may take; scan it at a lower resolution or split the file",
        "đọc trang này cần nhiều bộ nhớ hơn mức cho phép; hãy quét ở độ phân giải thấp hơn hoặc chia tệp",
    ),
    (
        "readings are deleted from the cache as fast as they are made; leave the cache alone for a while",
        "kết quả đọc trong bộ nhớ đệm bị xóa ngay khi vừa tạo; tạm thời đừng xóa bộ nhớ đệm",
    ),
    ("reading took more processor time or memory than one page may take", "đọc trang này tốn thời gian xử lý hoặc bộ nhớ quá mức cho phép"),
    ("reading took more than {} seconds; the page was given up", "đọc quá {} giây; đã bỏ trang này"),
    ("the file is nested too deeply to be read; export it again", "tệp lồng nhau quá sâu, không đọc được; hãy xuất lại"),
    ("{} is larger than {} MiB; scan the page at fewer dots per inch", "{} lớn hơn {} MiB; hãy quét ở độ phân giải thấp hơn"),
    ("{} is no scan; give a picture or a PDF of the page", "{} không phải bản quét; hãy đưa ảnh hoặc PDF của trang"),
    ("the run was cancelled", "lượt chạy đã bị hủy"),
    // Users and pages.
    ("an authenticator app is set up already; end that first", "đã thiết lập ứng dụng xác thực; hãy tắt trước"),
    ("no authenticator app is being set up; begin anew", "chưa bắt đầu thiết lập ứng dụng xác thực; hãy làm lại từ đầu"),
    ("this was begun anew elsewhere; load the page again", "việc này đã được làm lại ở nơi khác; hãy tải lại trang"),
    ("a key of a program cannot do this; sign in", "khóa của chương trình không làm được việc này; hãy đăng nhập"),
    (
        "{} signs in by OpenID Connect; password and second step are set there",
        "{} đăng nhập bằng tài khoản cơ quan; mật khẩu và bước thứ hai được đặt ở đó",
    ),
    ("the office's sign-in does not answer; try again later", "hệ thống đăng nhập của cơ quan không trả lời; hãy thử lại sau"),
    ("the office's sign-in was broken off; begin again", "việc đăng nhập của cơ quan bị dừng giữa chừng; hãy đăng nhập lại"),
    ("the office's sign-in refuses this one; begin again", "hệ thống đăng nhập của cơ quan từ chối; hãy đăng nhập lại"),
    ("the answer of the office's sign-in does not hold; begin again", "câu trả lời của hệ thống đăng nhập không hợp lệ; hãy đăng nhập lại"),
    ("your account is disabled; ask an administrator", "tài khoản của anh/chị đã bị khóa; hãy hỏi người quản trị"),
    ("somebody else has the name {} here; ask an administrator", "ở đây đã có người khác tên {}; hãy hỏi người quản trị"),
    ("the office's sign-in tells no {}; ask an administrator", "hệ thống đăng nhập của cơ quan không cho biết {}; hãy hỏi người quản trị"),
    ("asked too often: wait {} seconds before you try again", "hỏi quá nhiều lần: hãy đợi {} giây rồi thử lại"),
    ("say in a note why this is decided", "hãy ghi rõ lý do của quyết định"),
    ("nothing of this dossier is in quarantine; `sohoa quarantine list` shows what is", "hồ sơ này không có gì đang cách ly"),
    (
        "the dossier is being worked on; decide again when its run has ended",
        "hồ sơ đang được xử lý; hãy quyết định lại khi lượt chạy kết thúc",
    ),
    (
        "a page of it was stored before the stamp was seen; earlier versions of the dossier keep it",
        "một trang đã được lưu trước khi phát hiện dấu mật; các phiên bản trước của hồ sơ vẫn giữ trang này",
    ),
    (
        "readable pages of its files are in stored documents; release it, or try the files again with `sohoa runs retry`",
        "các trang đọc được của tệp đã nằm trong văn bản lưu; hãy đưa ra khỏi cách ly, hoặc thử lại bằng `sohoa runs retry`",
    ),
    ("a password has {} to {} letters, this one has {}", "mật khẩu phải có từ {} đến {} ký tự; mật khẩu này có {}"),
    (
        "a name to sign in with is 1 to 64 of the letters a to z, digits and . - _ @",
        "tên đăng nhập gồm 1 đến 64 ký tự trong a–z, chữ số và . - _ @",
    ),
    ("somebody has the name {} already", "đã có người dùng tên {}"),
    (
        "nobody could look after people any more; make somebody else an administrator first",
        "sẽ không còn ai quản trị; hãy trao quyền quản trị cho người khác trước",
    ),
    ("you do not look after people of unit {}", "anh/chị không quản trị người dùng của đơn vị {}"),
    (
        "unit {} differs from unit {} only in case, marks or spaces; write {}, or choose another code",
        "đơn vị {} chỉ khác đơn vị {} ở chữ hoa, dấu hoặc khoảng trắng; hãy viết {} hoặc chọn mã khác",
    ),
    ("there is no key {}", "không có khóa {}"),
    ("this key is not valid any more", "khóa này không còn hiệu lực"),
    ("the audit is of every unit; it needs a role in all", "nhật ký là của mọi đơn vị; cần vai trò ở mọi đơn vị"),
    (
        "you have {} open uploads; start or withdraw one of them first",
        "bạn có {} đợt nộp chưa bắt đầu; hãy bắt đầu hoặc bỏ bớt một đợt trước",
    ),
    (
        "the disk of the server has {} MiB left, too few for this file; ask the administrator to make space, then send it again",
        "ổ đĩa máy chủ chỉ còn {} MiB, không đủ cho tệp này; hãy báo quản trị viên giải phóng chỗ rồi gửi lại",
    ),
    (
        "another session of the database holds what this needs; try again in a minute",
        "một phiên khác đang giữ dữ liệu này trong cơ sở dữ liệu; hãy thử lại sau một phút",
    ),
    ("a priority is a number from -100 to 100", "mức ưu tiên là số từ -100 đến 100"),
    ("there is no dossier {}", "không có hồ sơ {}"),
    ("there is no document {}", "không có văn bản {}"),
    ("{} is not DOSSIER#NUMBER", "{} không có dạng HỒ-SƠ#SỐ"),
    ("batch {} does not exist", "không có lượt chạy {}"),
    ("you keep {} searches already; remove one first", "đã lưu {} tìm kiếm; hãy bỏ bớt một"),
    ("a search has a name of 1 to {} letters and a query of 1 to {}", "tìm kiếm cần tên từ 1 đến {} ký tự và nội dung từ 1 đến {}"),
    // Decisions.
    ("the value of {} is longer than {} characters", "nội dung của trường {} dài hơn {} ký tự"),
    ("{} is no whole number", "{} không phải số nguyên"),
    ("{} is no code of {}; codes are {}", "{} không phải mã của trường {}; các mã là {}"),
    ("there is no field {}; fields are {}", "không có trường {}; các trường là {}"),
    ("a word cannot be corrected to nothing; write what the page says", "không thể sửa một chữ thành rỗng; hãy ghi đúng chữ trên trang"),
    (
        "PDF page is damaged: its picture cannot be decoded; scan the page again",
        "trang PDF hỏng: không giải mã được ảnh; hãy quét lại trang",
    ),
    ("{} is no class; use input, limit, secret, outage or bug", "không có loại lỗi {}"),
];

/// The error with its causes in the reader's language. One without a code is looked up in the table of this file.
#[must_use]
pub fn error_text(language: Language, error: &Error) -> String {
    if error.code().is_some() { error.text(language) } else { translate(language, &error.chain()) }
}

/// A kept reason in the reader's language: by its code, or else by its English sentence.
#[must_use]
pub fn kept_text(language: Language, message: Option<&StoredMessage>, english: &str) -> String {
    translate(language, &StoredMessage::text_or(message, english, language))
}

/// Translates a message; it stays in English if there is no translation.
#[must_use]
pub fn translate(language: Language, sentence: &str) -> String {
    if language == Language::English {
        return sentence.to_owned();
    }
    TRANSLATIONS
        .iter()
        .find_map(|(template, translation)| match_template(template, sentence).map(|values| fill_template(translation, &values)))
        .or_else(|| messages::all().find_map(|row| translate_row(row, sentence)))
        .unwrap_or_else(|| sentence.to_owned())
}

/// Translation of a sentence that was kept without its code.
fn translate_row(row: &MessageText, sentence: &str) -> Option<String> {
    // Values are named in braces, and both texts name the same ones.
    let names = |text: &str| {
        let named = text.split('{').skip(1).filter_map(|rest| rest.split_once('}'));
        named.map(|(name, _)| name.to_owned()).collect::<Vec<_>>()
    };
    let unnamed = |text: &str| names(text).iter().fold(text.to_owned(), |text, name| text.replacen(&format!("{{{name}}}"), "{}", 1));
    let values = match_template(&unnamed(row.english), sentence)?;
    let (given, wanted) = (names(row.english), names(row.vietnamese));
    let place = |name: &String| given.iter().position(|known| known == name).and_then(|place| values.get(place).copied());
    let mut ordered: Vec<&str> = wanted.iter().filter_map(place).collect();
    ordered.extend(values.iter().skip(given.len()));
    Some(fill_template(&unnamed(row.vietnamese), &ordered))
}

/// Values of a message that matches `template`; causes may follow after a colon.
fn match_template<'a>(template: &str, sentence: &'a str) -> Option<Vec<&'a str>> {
    let mut pieces = template.split("{}");
    let mut rest = sentence.strip_prefix(pieces.next()?)?;
    let mut values = Vec::new();
    let mut pieces = pieces.peekable();
    while let Some(piece) = pieces.next() {
        let is_last = pieces.peek().is_none();
        let end = if is_last && piece.is_empty() { rest.len() } else { rest.find(piece)? };
        values.push(rest.get(..end)?);
        rest = rest.get(end + piece.len()..)?;
    }
    if rest.is_empty() {
        return Some(values);
    }
    let causes = rest.strip_prefix(": ")?;
    values.push(causes);
    Some(values)
}

fn fill_template(translation: &str, values: &[&str]) -> String {
    let mut out = String::new();
    let mut values = values.iter();
    for (place, piece) in translation.split("{}").enumerate() {
        if place > 0 {
            out.push_str(values.next().unwrap_or(&""));
        }
        out.push_str(piece);
    }
    // Causes are not translated.
    for cause in values {
        out.push_str(": ");
        out.push_str(cause);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translate_to_vietnamese(sentence: &str) -> String {
        translate(Language::Vietnamese, sentence)
    }

    #[test]
    fn error_messages_are_translated_with_values_and_causes() {
        assert_eq!(
            translate_to_vietnamese("file has 12 pages, more than the limit of 10; deliver it in parts"),
            "tệp có 12 trang, quá giới hạn 10; hãy chia thành nhiều phần"
        );
        assert_eq!(translate_to_vietnamese("there is no dossier lô {} 1"), "không có hồ sơ lô {} 1");
        assert_eq!(
            translate_to_vietnamese("store or catalogue do not answer: connection reset"),
            "kho lưu hoặc danh mục không trả lời: connection reset"
        );
        assert_eq!(
            translate_to_vietnamese("the path \"a/../b\" has the part \"..\", which is not a name"),
            "đường dẫn \"a/../b\" có phần \"..\" không phải tên tệp hay thư mục"
        );
        assert_eq!(translate_to_vietnamese("something new"), "something new");
        assert_eq!(translate(Language::English, "nothing is decided"), "nothing is decided");
    }

    #[test]
    fn translations_keep_all_placeholders() {
        for (known, said) in TRANSLATIONS {
            let (given, taken) = (known.matches("{}").count(), said.matches("{}").count());
            assert_eq!(given, taken, "{known}");
        }
    }
}

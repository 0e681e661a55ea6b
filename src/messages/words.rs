//! Words of the pages: labels, headings, buttons; and the words for the codes that data carry.

use super::Language;

macro_rules! words {
    ($($name:ident: $vietnamese:literal, $english:literal;)*) => {
        /// A label of a page.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(missing_docs, reason = "each word is explained by what it says")]
        pub enum Word { $($name),* }

        impl Word {
            /// The label in the reader's language.
            #[must_use]
            pub fn in_language(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$name, Language::Vietnamese) => $vietnamese, (Self::$name, Language::English) => $english,)*
                }
            }
        }
    };
}

words! {
    AppCode: "Mã xác thực", "Code";
    AppCodeHint: "Sáu chữ số trong ứng dụng xác thực, hoặc một mã dự phòng", "The six digits in your authenticator app, or a recovery code";
    AppSecret: "Hoặc gõ khóa này vào ứng dụng", "Or type this key into the app";
    CodesLeft: "Mã dự phòng còn lại", "Recovery codes left";
    EndTwoSteps: "Tắt xác thực hai bước", "End two-step sign-in";
    RecoveryCodes: "Mã dự phòng", "Recovery codes";
    RecoveryCodesHint: "Xác thực hai bước đã bật. Hãy cất các mã này ở nơi an toàn: mỗi mã dùng được một lần khi mất điện thoại, và chỉ hiện lần này.",
        "Two-step sign-in is on. Keep these codes in a safe place: each works once when the telephone is lost, and they are shown only now.";
    ResetTwoSteps: "Tắt xác thực hai bước của người này", "End this person's two-step sign-in";
    ScanHint: "Quét mã này bằng ứng dụng xác thực trên điện thoại, rồi gõ mã sáu chữ số mà ứng dụng hiện ra.",
        "Scan this with an authenticator app on a telephone, then type the six digits that the app shows.";
    SetUp: "Thiết lập", "Set up";
    SignsInElsewhere: "Đăng nhập bằng tài khoản cơ quan", "Signs in with the office's account";
    SignInElsewhere: "Đăng nhập bằng tài khoản cơ quan", "Sign in with the office's account";
    TwoSteps: "Xác thực hai bước", "Two-step sign-in";
    TwoStepsHint: "Ngoài mật khẩu, mỗi lần đăng nhập cần thêm một mã từ ứng dụng xác thực trên điện thoại.",
        "Besides the password, each sign-in needs a code from an authenticator app on a telephone.";
    Absent: "Chưa đến", "Not here yet";
    Accept: "Chấp nhận", "Accept";
    Account: "Tài khoản", "Account";
    Act: "Việc đã làm", "What was done";
    Add: "Thêm", "Add";
    AddPerson: "Thêm người dùng", "Add a person";
    Administration: "Quản trị", "Administration";
    After: "Sau số", "After number";
    Afterwards: "Thử được", "As tried";
    AllUnits: "mọi đơn vị", "every unit";
    Api: "API cho chương trình", "API for programs";
    Apply: "Lọc", "Filter";
    AsUsual: "Thôi ưu tiên", "No hurry";
    Audit: "Nhật ký", "Audit trail";
    Balance: "Đối soát", "Balance";
    Before: "Đang có", "As it stands";
    Begin: "Bắt đầu", "Begin";
    BeginReview: "Bắt đầu duyệt", "Begin to review";
    ByPerson: "khi có người bấm", "when a person says so";
    Cancel: "Hủy lượt chạy", "Cancel the run";
    CancelHint: "Từ chối mọi trang chưa xong của lượt chạy này; trang đã lưu vẫn còn. Gõ bốn ký tự cuối của mã để xác nhận.",
        "Refuses every open page of this run; what is stored stays. Type the last four characters of its code to confirm.";
    ChangePassword: "Đổi mật khẩu", "Change the password";
    Check: "Kiểm tra", "Check";
    ChooseFiles: "Chọn tệp", "Choose files";
    ChooseFolder: "Chọn thư mục", "Choose a folder";
    Chosen: "tệp trong đợt", "files in it";
    Class: "Loại lỗi", "Class";
    ClassHint: "ai sửa được", "who can mend it";
    Close: "Đóng", "Close";
    Code: "Mã", "Code";
    Confidence: "Độ tin cậy", "Confidence";
    Costs: "Thời gian bộ xử lý", "Processor time";
    CpuPerItem: "CPU/mục", "CPU per item";
    Created: "Bắt đầu", "Began";
    DateOfIssue: "Ngày ban hành", "Date of issue";
    DateForm: "năm-tháng-ngày", "year-month-day";
    Decisions: "Quyết định đã có", "Decisions";
    Delete: "Xóa", "Delete";
    Delivery: "Đợt tải lên", "Delivery";
    DeliveryName: "Tên đợt", "Name of the delivery";
    Disabled: "Đã khóa", "Disabled";
    Document: "Văn bản", "Document";
    Documents: "Văn bản", "Documents";
    DoneInAnHour: "văn bản đã duyệt trong một giờ qua", "documents done in the last hour";
    Dossier: "Hồ sơ", "Dossier";
    Dossiers: "Hồ sơ", "Dossiers";
    Download: "Tải về", "Download";
    DropAgain: "Có tệp đã báo nhưng chưa đến đủ: thả lại đúng thư mục đó để gửi nốt.", "Some files were announced and are not here completely: drop the same folder again to send the rest.";
    DropHere: "Thả thư mục hồ sơ vào đây", "Drop folders of scans here";
    DropHint: "Mỗi thư mục trực tiếp chứa tệp là một hồ sơ. Mất mạng, tải lại trang hay máy chủ khởi động lại đều không mất tệp: thả lại đúng thư mục, tệp đã đến không gửi lần nữa.",
        "A folder that directly holds files is a dossier. A lost line, a reload or a new start of the server lose nothing: drop the same folder again, and what is here is not sent twice.";
    Duplicate: "trùng", "duplicate";
    Enabled: "Đang dùng", "In use";
    Ends: "Hết hạn", "Ends";
    EventLog: "Diễn biến", "Event log";
    ExtraFiles: "thừa so với mục lục", "not in the list";
    Failed: "không gửi được", "could not be sent";
    Failures: "Lỗi", "Failures";
    FailuresNone: "Không có tệp hay trang nào bị từ chối.", "Nothing was refused.";
    Fields: "Trường", "Fields";
    File: "Tệp", "File";
    FileChanged: "đã gửi một tệp khác cùng tên; bỏ tệp cũ trước", "another file of this name was sent; remove that one first";
    Files: "Tệp", "Files";
    Filter: "Lọc", "Filter";
    ExportAs: "Xuất ra", "Export as";
    FilterHint: "Có thể lọc thêm:", "Filters:";
    FirstStart: "Tạo người quản trị đầu tiên", "Make the first administrator";
    FirstStartHint: "Khóa này dùng được một lần. Không có mật khẩu mặc định nào.", "This key works once. There is no default password.";
    Fixity: "Mã băm SHA-256", "Fixity (SHA-256)";
    GoOn: "Tiếp tục", "Resume";
    Health: "Tình trạng", "Health";
    Hash: "Mã băm", "Hash";
    Healthy: "kho lưu và danh mục đều trả lời", "store and catalogue answer";
    Help: "Phím tắt", "Keys";
    History: "Lịch sử", "History";
    Home: "Việc của tôi", "My work";
    In: "vào", "in";
    InHandOf: "đang trong tay", "in hand of";
    InReview: "chờ duyệt", "in review";
    Issuer: "Cơ quan ban hành", "Issuer";
    Items: "Số mục", "Items";
    Join: "Ghép với văn bản số", "Join with document no.";
    KeepSearchAs: "Lưu tìm kiếm này với tên", "Keep this search as";
    Key: "Khóa", "Key";
    Keys: "Khóa chương trình", "Keys of programs";
    KeysHint: "Một chương trình gửi khóa này trong tiêu đề Authorization: Bearer. Khóa chỉ hiện một lần.",
        "A program sends the key as Authorization: Bearer. A key is shown once.";
    KeyEdit: "Sửa trường đầu tiên", "Edit the first field";
    KeyLeave: "Rời ô nhập", "Leave a field";
    KeyOpen: "Mở dòng đang chọn", "Open the chosen row";
    KeyPages: "Trang trước, trang sau", "Previous, next page";
    KeyRows: "Dòng sau, dòng trước", "Next, previous row";
    KeyMade: "Khóa mới, chỉ hiện lần này", "The new key, shown this once";
    Kind: "Loại văn bản", "Kind";
    Label: "Dùng cho", "Used for";
    Language: "Ngôn ngữ", "Language";
    LeftOut: "tệp hệ thống, bỏ qua", "system files, left out";
    LeftToSend: "còn phải gửi", "left to send";
    List: "Mục lục kèm theo", "List that came with it";
    Lists: "mục lục", "lists";
    LooseFiles: "(tệp lẻ)", "(single files)";
    Lost: "Mất kết nối với máy chủ; đang nối lại…", "The connection is lost; trying again…";
    Manage: "Người dùng", "People";
    Matches: "trang tìm thấy", "pages found";
    Missing: "Còn thiếu", "Missing";
    MissingFiles: "thiếu so với mục lục", "missing by the list";
    MyUploads: "Đợt tải lên của tôi", "My uploads";
    Name: "Tên đăng nhập", "Name to sign in with";
    NewKey: "Tạo khóa mới", "Make a new key";
    NewUpload: "Tải lên một đợt mới", "Upload a delivery";
    NewPassword: "Mật khẩu mới", "New password";
    Next: "Tiếp", "Next";
    NoDossiers: "Chưa có hồ sơ nào.", "There is no dossier yet.";
    NoHits: "Không tìm thấy trang nào. Thử ít từ hơn, hoặc bỏ bớt bộ lọc.", "No page was found. Try fewer words or fewer filters.";
    NoRight: "Tài khoản này chưa có quyền nào; hãy nhờ người quản trị.", "This account has no rights yet; ask an administrator.";
    NoRuns: "Chưa có lượt chạy nào. Tải lên một đợt, hoặc chạy `sohoa run`.", "There is no run yet. Upload a delivery, or use `sohoa run`.";
    NotHere: "chưa đến đủ", "not here completely";
    NothingDiffers: "Không có gì khác.", "Nothing differs.";
    NothingHappened: "Không có sự kiện nào.", "Nothing happened.";
    NothingWaits: "Không có văn bản nào chờ duyệt.", "Nothing waits for review.";
    NotThere: "Không có gì ở địa chỉ này", "There is nothing at this address";
    Note: "Ghi chú", "Note";
    NoUploads: "Chưa có đợt tải lên nào.", "There is no upload yet.";
    NumberOfDocument: "Số, ký hiệu", "Number and notation";
    OldestTask: "Chờ lâu nhất", "Oldest";
    OldPassword: "Mật khẩu đang dùng", "Present password";
    OnlyFirst: "Chỉ hiện những mục đầu:", "Only the first are shown:";
    Open: "đang xử lý", "open";
    OpenTasks: "Việc đang chờ", "Open tasks";
    Originals: "Tệp gốc", "Originals";
    Page: "Trang", "Page";
    Pages: "Trang", "Pages";
    PagesToday: "Trang hôm nay", "Pages today";
    PagesTodayHint: "đã đọc từ 0 giờ", "read since midnight";
    Password: "Mật khẩu", "Password";
    PasswordHint: "Ít nhất 12 ký tự.", "At least 12 characters.";
    Pause: "Tạm dừng", "Pause";
    Paused: "Đang tạm dừng", "Paused";
    People: "Người dùng", "People";
    Person: "Người", "Person";
    Pipeline: "Quy trình", "Pipeline";
    Pipelines: "Quy trình", "Pipelines";
    PipelineValid: "Hợp lệ", "Valid";
    Plant: "Toàn cảnh", "The plant";
    Preview: "Xem trang", "Look at the page";
    Previous: "Trước", "Previous";
    Print: "Tệp in được (PDF/A)", "Searchable PDF/A";
    Priority: "Ưu tiên", "Priority";
    PublicCopy: "Bản cho công chúng (PDF)", "Copy for the public (PDF)";
    PublicText: "Bản chữ cho công chúng", "Text for the public";
    Queue: "Hàng chờ", "Queue";
    Quarantine: "cách ly", "held";
    Rate: "Tốc độ", "Rate";
    RatePerMinute: "trang/phút", "pages a minute";
    Reason: "Lý do", "Reason";
    Reasons: "Vì sao chờ người xem", "Why a person must look";
    Received: "nhận", "received";
    Record: "Hồ sơ lưu", "Record";
    Refused: "từ chối", "refused";
    Reject: "Trả lại", "Reject";
    Relaxed: "Không trang nào có đủ các từ; đây là những trang có ít nhất một từ.", "No page has all the words; these have at least one.";
    Release: "Không phải dấu độ mật", "No stamp of secrecy";
    Remaining: "Còn khoảng", "Left, about";
    Remove: "Bỏ", "Remove";
    ReplacePage: "Thay trang này bằng bản quét khác", "Put another scan in its place";
    RequestBody: "Nội dung gửi", "Body";
    Reset: "Đặt lại mật khẩu", "Set a new password";
    Retry: "Thử lại", "Try again";
    RetryAll: "Thử lại tất cả loại này", "Try all of this class again";
    RetryHint: "Thử lại những gì bị từ chối do giới hạn, gián đoạn hay lỗi chương trình.",
        "Tries again what was refused for a limit, an outage or a defect.";
    Review: "Duyệt", "Review";
    Rights: "Quyền", "Rights";
    Role: "Vai trò", "Role";
    Roles: "Vai trò", "Roles";
    Rotate: "Xoay phải 90°", "Turn right by 90°";
    Row: "dòng", "row";
    Run: "Lượt chạy", "Run";
    Runs: "Lượt chạy", "Runs";
    Save: "Lưu", "Save";
    Saved: "Đã lưu", "Saved";
    Scan: "Ảnh quét", "Scan";
    Search: "Tìm kiếm", "Search";
    SearchHint: "Tìm chữ, số 07/CT-UBND, mã hồ sơ; gõ / để đến đây", "Text, a number such as 07/CT-UBND, a dossier code; press /";
    Seconds: "giây", "seconds";
    SecrecyHint: "Dấu độ mật: chỉ cán bộ phụ trách bí mật được bỏ (`sohoa quarantine`).", "A stamp of secrecy: only the officer for secrets may release it (`sohoa quarantine`).";
    Seen: "Dùng lần cuối", "Last used";
    ShownName: "Họ và tên", "Full name";
    ShowOnPage: "Xem trên trang", "Show on the page";
    SignIn: "Đăng nhập", "Sign in";
    SignOut: "Đăng xuất", "Sign out";
    Signature: "Chữ ký số", "Digital signature";
    Size: "Cỡ", "Size";
    Skip: "Đến nội dung", "To the content";
    SomethingWrong: "Chưa làm được", "This did not work";
    Sooner: "Ưu tiên", "Hurry";
    Split: "Tách văn bản mới từ trang này", "Begin a new document at this page";
    Stage: "Bước", "Stage";
    Stages: "Các bước", "Stages";
    Start: "Bắt đầu xử lý", "Start";
    Started: "Bắt đầu", "Began";
    Starts: "Bắt đầu xử lý", "It starts";
    StartWithout: "Vẫn bắt đầu dù thiếu", "Start although files are missing";
    State: "Trạng thái", "State";
    Stored: "lưu", "stored";
    StoredBefore: "đã có trong hồ sơ lưu", "in the archive before";
    Subject: "Trích yếu", "Subject";
    Tagline: "Số hóa tài liệu lưu trữ, không mất trang nào", "Digitisation for archives; no page is lost";
    TasksInHand: "việc đang làm", "tasks in hand";
    Text: "Văn bản đọc được", "Text";
    TextForm: "Chữ thuần", "Plain text";
    TextHint: "Bấm vào một chữ để thấy nó trên trang; chữ gạch chân là chữ máy chưa chắc.",
        "Click a word to see it on the page; underlined words are doubtful.";
    Time: "Lúc", "At";
    Title: "Tiêu đề", "Title";
    Today: "Hôm nay", "Today";
    Total: "Tất cả", "All";
    TrialDocuments: "Thử trên (tối đa ba văn bản)", "Try on (three documents at most)";
    Trying: "Đang chạy thử…", "Trying…";
    TryOut: "Chạy thử", "Try";
    TryPipeline: "Kiểm tra và chạy thử một quy trình", "Check and try a pipeline";
    TryPipelineHint: "Chạy thử diễn ra ở một kho tạm; hồ sơ đang lưu không thay đổi.", "A trial runs in an archive of its own; nothing that is kept changes.";
    Unit: "Đơn vị", "Unit";
    Units: "Đơn vị", "Units";
    UnitHint: "mã đơn vị, hoặc * cho mọi đơn vị", "code of the unit, or * for every unit";
    Until: "Còn hiệu lực (ngày)", "Holds for (days)";
    Upload: "Tải lên", "Upload";
    Uploads: "Tải lên", "Uploads";
    UsualPipeline: "đang dùng", "in use";
    Value: "Giá trị", "Value";
    Version: "Phiên bản", "Version";
    WaitsForMe: "Chờ duyệt", "Waiting for review";
    What: "Việc", "What";
    When: "Lúc", "When";
    WhenComplete: "ngay khi đủ tệp", "as soon as all is here";
    Who: "Ai", "Who";
    Withdraw: "Bỏ cả đợt", "Withdraw the delivery";
    WithdrawHint: "Xóa những gì đã gửi của đợt này. Gõ tên đợt để xác nhận.", "Deletes what was sent of this delivery. Type its name to confirm.";
    Workers: "Tiến trình đang làm", "Processes at work";
    Word: "Chữ", "Word";
    Year: "Năm", "Year";
}

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
    ("source", "reading", "máy đọc", "read"),
    ("source", "list", "theo mục lục", "from the list"),
    ("source", "file-name", "theo tên tệp", "from the file's name"),
    ("source", "person", "người nhập", "by a person"),
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
    ("signature", "intact", "nguyên vẹn", "intact"),
    ("signature", "broken", "đã bị sửa", "broken"),
    ("signature", "unknown", "chưa kiểm được", "cannot be checked"),
    ("event", "signed-in", "đăng nhập", "signed in"),
    ("event", "signed-out", "đăng xuất", "signed out"),
    ("event", "sign-in-failed", "đăng nhập không được", "failed to sign in"),
    ("event", "sign-in-denied", "đăng nhập hỏng", "sign-in denied"),
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

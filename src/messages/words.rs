//! Words of the pages: labels, headings, buttons.

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
    Delayed: "đợi thử lại", "waiting to be tried again";
    EndTwoSteps: "Tắt xác thực hai bước", "End two-step sign-in";
    Ready: "chờ làm", "ready";
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
    Close: "Đóng", "Close";
    Code: "Mã", "Code";
    Confidence: "Độ tin cậy", "Confidence";
    CpuPerItem: "CPU/mục", "CPU per item";
    DateOfIssue: "Ngày ban hành", "Date of issue";
    DateForm: "năm-tháng-ngày", "year-month-day";
    Decided: "Đã ghi quyết định về", "Decided about";
    Decisions: "Quyết định đã có", "Decisions";
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
    KeyUndo: "Hoàn tác quyết định vừa rồi", "Take the last decision back";
    Kind: "Loại văn bản", "Kind";
    Label: "Dùng cho", "Used for";
    LeftOut: "tệp hệ thống, bỏ qua", "system files, left out";
    LeftToSend: "còn phải gửi", "left to send";
    List: "Mục lục kèm theo", "List that came with it";
    Lists: "mục lục", "lists";
    LooseFiles: "(tệp lẻ)", "(single files)";
    Lost: "Mất kết nối với máy chủ; đang nối lại…", "The connection is lost; trying again…";
    Matches: "trang tìm thấy", "pages found";
    Missing: "Còn thiếu", "Missing";
    MissingFiles: "thiếu so với mục lục", "missing by the list";
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
    People: "Người dùng", "People";
    Person: "Người", "Person";
    Pipeline: "Quy trình", "Pipeline";
    Pipelines: "Quy trình", "Pipelines";
    PipelineValid: "Hợp lệ", "Valid";
    Plant: "Toàn cảnh", "The plant";
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
    Refused: "từ chối", "refused";
    Reject: "Trả lại", "Reject";
    Relaxed: "Không trang nào có đủ các từ; đây là những trang có ít nhất một từ.", "No page has all the words; these have at least one.";
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
    Title: "Tiêu đề", "Title";
    Total: "Tất cả", "All";
    TrialDocuments: "Thử trên (tối đa ba văn bản)", "Try on (three documents at most)";
    Trying: "Đang chạy thử…", "Trying…";
    TryOut: "Chạy thử", "Try";
    TryPipeline: "Kiểm tra và chạy thử một quy trình", "Check and try a pipeline";
    TryPipelineHint: "Chạy thử diễn ra ở một kho tạm; hồ sơ đang lưu không thay đổi.", "A trial runs in an archive of its own; nothing that is kept changes.";
    Undo: "Hoàn tác", "Undo";
    Unit: "Đơn vị", "Unit";
    UnitHint: "mã đơn vị, hoặc * cho mọi đơn vị", "code of the unit, or * for every unit";
    Until: "Còn hiệu lực (ngày)", "Holds for (days)";
    Upload: "Tải lên", "Upload";
    Uploads: "Tải lên", "Uploads";
    UsualPipeline: "đang dùng", "in use";
    Version: "Phiên bản", "Version";
    WaitsForMe: "Chờ duyệt", "Waiting for review";
    What: "Việc", "What";
    When: "Lúc", "When";
    WhenComplete: "ngay khi đủ tệp", "as soon as all is here";
    Who: "Ai", "Who";
    Withdraw: "Bỏ cả đợt", "Withdraw the delivery";
    WithdrawHint: "Xóa những gì đã gửi của đợt này. Gõ tên đợt để xác nhận.", "Deletes what was sent of this delivery. Type its name to confirm.";
    Workers: "Tiến trình đang làm", "Processes at work";
    Year: "Năm", "Year";
}

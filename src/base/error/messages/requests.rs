//! Requests to the server, the tus protocol included.

errors! {
    address_unknown(): NotFound,
        "there is nothing at this address",
        "không có gì ở địa chỉ này";
    address_method_unknown(): NotFound,
        "this address does not take that method",
        "địa chỉ này không nhận phương thức đó";
    role_not_allowed(): Denied,
        "your role does not allow this; ask an administrator",
        "vai trò của anh/chị không được làm việc này; hãy hỏi quản trị viên";
    form_key_missing(): Denied,
        "this request does not come from a page of this server; load the page again",
        "yêu cầu này không đến từ trang của máy chủ; hãy tải lại trang";
    unit_not_visible(unit): Denied,
        "you may not see unit {unit}",
        "anh/chị không được xem đơn vị {unit}";
    roadmap_import_needs_all_units(): Denied,
        "a roadmap is about all units; an administrator of all of them imports it",
        "lộ trình là của mọi đơn vị; người quản trị chung mới nạp được";
    roadmap_report_needs_all_units(): Denied,
        "a roadmap is about all units; take the report of your own",
        "lộ trình là của mọi đơn vị; hãy lấy báo cáo của đơn vị mình";
    audit_needs_all_units(): Denied,
        "the event log is of every unit; it needs a role in all",
        "nhật ký là của mọi đơn vị; cần vai trò ở mọi đơn vị";
    metrics_need_all_units(): Denied,
        "the metrics are of every unit; they need the right to monitor all of them",
        "số liệu theo dõi là của mọi đơn vị; cần quyền theo dõi mọi đơn vị";
    body_invalid(detail): Invalid,
        "the request cannot be read: {detail}",
        "không đọc được yêu cầu: {detail}";
    workbook_incomplete(): Invalid,
        "the workbook did not arrive whole; send it again",
        "bảng tính chưa đến đủ; hãy gửi lại";
    workbook_missing(): Invalid,
        "there is no workbook; send it as the body",
        "chưa có bảng tính nào được gửi";
    scan_incomplete(): Invalid,
        "the scan did not arrive whole; send it again",
        "bản quét chưa đến đủ; hãy gửi lại";
    event_number_invalid(): Invalid,
        "after is not the number of an event",
        "after không phải số của một sự kiện";
    decision_contradictory(): Invalid,
        "a document is accepted or rejected, not both",
        "chỉ chấp nhận hoặc trả lại, không thể cả hai";
    decision_empty(): Invalid,
        "nothing is decided",
        "chưa quyết định gì";
    list_unknown(list): NotFound,
        "there is no list {list}; use found, dossiers, runs, failures or events",
        "không có danh sách {list}; hãy dùng found, dossiers, runs, failures hoặc events";
    form_unknown(form, known): NotFound,
        "there is no form {form}; use {known}",
        "không có dạng {form}; hãy dùng {known}";
    request_ended_early(): Internal,
        "what was sent was not processed; report it with the log",
        "máy chủ chưa xử lý xong yêu cầu; hãy báo kèm nhật ký";
    public_address_unknown(): Unavailable,
        "the server does not know its public address; set public_url under [server] in sohoa.toml",
        "máy chủ chưa biết địa chỉ công khai của mình; hãy đặt public_url trong mục [server] của sohoa.toml";
    server_cannot_listen(address): Unavailable,
        "cannot listen at {address}; choose another --listen",
        "không mở được cổng {address}; hãy chọn --listen khác";
    archive_not_answering(): Unavailable,
        "store or catalogue do not answer",
        "kho lưu hoặc danh mục không trả lời";
    background_loop_panicked(detail): Internal,
        "it panicked: {detail}",
        "lỗi của chương trình: {detail}";
    background_loop_ended(): Internal,
        "it ended without an error",
        "tự dừng mà không báo lỗi";
    tus_header_invalid(name): Invalid,
        "the header {name} must be a number of bytes",
        "tiêu đề {name} phải là số byte";
    tus_metadata_missing(name): Invalid,
        "Upload-Metadata needs {name}: UTF-8 text in base64",
        "Upload-Metadata thiếu {name}: chữ UTF-8 mã hóa base64";
}

messages! {
    mfa_code_needed():
        "give the code that your authenticator app shows",
        "hãy nhập mã trong ứng dụng xác thực";
    asked_too_often(seconds):
        "too many requests: wait {seconds} seconds before you try again",
        "thao tác quá nhanh: hãy chờ {seconds} giây rồi thử lại";
    sign_in_needed():
        "sign in, or send a key as Authorization: Bearer",
        "hãy đăng nhập, hoặc gửi khóa bằng Authorization: Bearer";
    tus_version_unknown(version):
        "this server speaks tus {version}; send it as Tus-Resumable",
        "máy chủ dùng tus {version}; hãy ghi trong Tus-Resumable";
    tus_file_too_large(mib):
        "the file is larger than {mib} MiB; split it",
        "tệp lớn hơn {mib} MiB; hãy chia nhỏ";
    tus_content_type(media_type):
        "bytes of a file come as {media_type}",
        "nội dung tệp phải gửi với kiểu {media_type}";
    tus_file_busy():
        "this file is being sent on another connection; ask with HEAD and go on from there",
        "tệp này đang được gửi trên kết nối khác; hãy hỏi bằng HEAD rồi gửi tiếp";
    tus_too_many_bytes():
        "more bytes came than were announced",
        "số byte gửi đến nhiều hơn số đã báo";
    tus_checksum_differs():
        "the bytes do not have the SHA-256 that was announced; send them again from 0",
        "nội dung không khớp SHA-256 đã báo; hãy gửi lại từ đầu";
}

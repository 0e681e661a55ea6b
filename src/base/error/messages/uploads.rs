//! Uploads and paths in deliveries.

errors! {
    upload_files_over_quota(files): Limit,
        "the upload would hold more than {files} files; start it, and send the rest in another one",
        "đợt tải lên vượt quá {files} tệp; hãy bắt đầu xử lý đợt này rồi gửi phần còn lại trong đợt khác";
    upload_bytes_over_quota(mib): Limit,
        "the upload would hold more than {mib} MiB; start it, and send the rest in another one",
        "đợt tải lên vượt quá {mib} MiB; hãy bắt đầu xử lý đợt này rồi gửi phần còn lại trong đợt khác";
    open_uploads_files_over_quota(files): Limit,
        "your open uploads would hold more than {files} files; start or withdraw one of them first",
        "các đợt tải lên đang mở của anh/chị vượt quá {files} tệp; hãy bắt đầu xử lý hoặc rút bớt một đợt trước";
    open_uploads_bytes_over_quota(mib): Limit,
        "your open uploads would hold more than {mib} MiB; start or withdraw one of them first",
        "các đợt tải lên đang mở của anh/chị vượt quá {mib} MiB; hãy bắt đầu xử lý hoặc rút bớt một đợt trước";
    path_too_long(bytes): Limit,
        "the path is longer than {bytes} bytes; deliver from a folder nearer to the files",
        "đường dẫn dài quá {bytes} byte; hãy nộp từ thư mục gần các tệp hơn";
    path_part_empty(path): Invalid,
        "the path {path} is empty, absolute or has an empty part",
        "đường dẫn {path} rỗng, là đường dẫn tuyệt đối hoặc có phần rỗng";
    path_part_invalid(path, part): Invalid,
        "the path {path} has the part {part}, which is not a name",
        "đường dẫn {path} có phần {part} không phải tên tệp hay thư mục";
    path_name_too_long(bytes): Limit,
        "a name in the path is longer than {bytes} bytes; shorten it",
        "một tên trong đường dẫn dài quá {bytes} byte; hãy rút ngắn";
    upload_path_invalid(): Invalid,
        "the file cannot be taken under this path",
        "không nhận được tệp với đường dẫn này";
    upload_unknown(upload): NotFound,
        "there is no upload {upload}",
        "không có đợt tải lên {upload}";
    upload_closed(name): Conflict,
        "upload {name} takes no more files; open another one",
        "đợt tải lên {name} không nhận thêm tệp; hãy mở đợt khác";
    upload_name_invalid(most): Invalid,
        "the name of an upload has 1 to {most} characters, without spaces around it",
        "tên đợt tải lên có từ 1 đến {most} ký tự, không có khoảng trắng ở đầu và cuối";
    upload_unit_invalid(most): Invalid,
        "the unit of an upload has 1 to {most} characters, without spaces around it",
        "mã đơn vị của đợt tải lên có từ 1 đến {most} ký tự, không có khoảng trắng ở đầu và cuối";
    upload_unit_missing(): Invalid,
        "choose the unit that delivers",
        "hãy chọn đơn vị nộp";
    upload_unit_not_allowed(unit): Denied,
        "you may not deliver in unit {unit}",
        "anh/chị không được nộp cho đơn vị {unit}";
    upload_target_not_visible(unit): Denied,
        "you may not see the targets of unit {unit}; leave the target to the lists or the rule",
        "anh/chị không xem được chỉ tiêu của đơn vị {unit}; hãy để mục lục hoặc quy tắc xác định";
    upload_name_differs(name): Invalid,
        "give the name of the upload to withdraw it: {name}",
        "hãy ghi đúng tên đợt tải lên để rút: {name}";
    upload_sha256_invalid(): Invalid,
        "sha256 has 64 hexadecimal digits",
        "sha256 phải có 64 chữ số thập lục phân";
    upload_file_too_large(mib): Limit,
        "the file is larger than {mib} MiB; split it",
        "tệp lớn hơn {mib} MiB; hãy chia nhỏ";
    upload_offset_differs(received): Conflict,
        "{received} bytes of this file have arrived; continue from there",
        "đã nhận {received} byte của tệp này; hãy gửi tiếp từ đó";
    upload_over_announced(bytes): Limit,
        "more bytes came than the {bytes} that were announced",
        "số byte gửi đến nhiều hơn {bytes} byte đã báo";
    upload_file_busy(): Conflict,
        "this file is being written; try again",
        "tệp này đang được ghi; hãy thử lại";
    upload_unwritable(): Unavailable,
        "cannot write what is being sent; free space on the disk of the home folder",
        "không ghi được dữ liệu đang gửi; hãy giải phóng dung lượng trên ổ đĩa của thư mục chính";
    upload_unreadable(): Unavailable,
        "cannot read what was sent; check the disk of the home folder",
        "không đọc được dữ liệu đã gửi; hãy kiểm tra ổ đĩa của thư mục chính";
    upload_damaged(file, path): Corrupt,
        "{file} is not what was received as {path}; check the disk of the home folder",
        "{file} không khớp với tệp đã nhận là {path}; hãy kiểm tra ổ đĩa của thư mục chính";
    disk_space_unknown(): Unavailable,
        "cannot determine the free space on the disk of the home folder",
        "không xác định được dung lượng trống trên ổ đĩa của thư mục chính";
    disk_too_full(mib): Limit,
        "the disk of the server has {mib} MiB left, too few for this file; ask the administrator to free space, then send it again",
        "ổ đĩa máy chủ chỉ còn {mib} MiB, không đủ cho tệp này; hãy báo quản trị viên giải phóng chỗ rồi gửi lại";
    upload_bytes_differ(path): Conflict,
        "other bytes were announced under {path}; remove that file from the upload first",
        "đã khai báo nội dung khác cho {path}; hãy xóa tệp đó khỏi lượt nộp trước";
    upload_file_unknown(file): NotFound,
        "there is no file {file} in the upload",
        "lượt nộp không có tệp {file}";
    open_uploads_full(open): Conflict,
        "you have {open} open uploads; start or withdraw one of them first",
        "anh/chị có {open} lượt nộp đang mở; hãy bắt đầu hoặc hủy bớt một lượt trước";
    upload_not_startable(name, reason): Conflict,
        "upload {name} cannot be started: {reason}",
        "chưa bắt đầu được lượt nộp {name}: {reason}";
}

messages! {
    upload_list_without_columns():
        "the list names neither files nor numbers and subjects of documents; see the README for its columns",
        "mục lục không ghi tên tệp, cũng không ghi số và trích yếu văn bản; xem các cột trong README";
    upload_empty(): "no scan is here yet; add files", "chưa có bản quét nào; hãy thêm tệp";
    upload_sending(files): "files not here completely: {files}; wait, or remove what will not come", "số tệp chưa đến đủ: {files}; hãy chờ, hoặc bỏ tệp không gửi nữa";
    upload_not_announced(files): "files still to be announced: {files}; wait", "số tệp còn phải khai báo: {files}; hãy chờ";
    upload_files_too_large(files): "files over the size limit: {files}; split or remove them", "số tệp vượt giới hạn dung lượng: {files}; hãy chia nhỏ hoặc bỏ ra";
    upload_listed_missing(files): "files named by a list and not here: {files}; add them, or start without them", "số tệp có trong mục lục mà chưa có ở đây: {files}; hãy thêm, hoặc bắt đầu không có chúng";
    upload_starting(): "it is being started", "đang được bắt đầu";
    upload_started(): "it was started", "đã được bắt đầu";
    upload_withdrawn(): "it was withdrawn", "đã bị hủy";
}

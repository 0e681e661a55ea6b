//! Deliveries: files on the disks of this server, hot folders, separator sheets.

errors! {
    delivery_input_not_found(path): Invalid,
        "cannot find the input {path}; check the path",
        "không tìm thấy {path}; hãy kiểm tra đường dẫn";
    delivery_empty(): Invalid,
        "there is no file in what was given; name folders or files with scans",
        "không có tệp nào trong những gì đã nêu; hãy nêu thư mục hoặc tệp bản quét";
    delivery_folder_unlistable(folder): Invalid,
        "cannot list the folder {folder}; check its permissions",
        "không mở được thư mục {folder}; hãy kiểm tra quyền truy cập";
    delivery_folder_not_answering(folder): Unavailable,
        "the folder {folder} does not answer; check the disk or network drive",
        "thư mục {folder} không trả lời; hãy kiểm tra ổ đĩa hoặc ổ mạng";
    delivery_file_gone(file): Invalid,
        "{file} cannot be read, since it was removed or renamed; deliver it again",
        "không đọc được {file}: tệp đã bị xóa hoặc đổi tên trong khi nhận; hãy nộp lại";
    delivery_file_forbidden(file): Invalid,
        "{file} cannot be read; give this program the right to read it, then deliver it again",
        "không đọc được {file}: chương trình chưa có quyền đọc; hãy cấp quyền đọc rồi nộp lại";
    delivery_file_unreadable(file): Invalid,
        "{file} cannot be read; check the disk, then deliver it again",
        "không đọc được {file}: hãy kiểm tra ổ đĩa rồi nộp lại";
    delivery_file_incomplete(file): Invalid,
        "{file} is still being written; deliver it again when it is complete",
        "{file} vẫn đang được ghi; hãy nộp lại khi đã ghi xong";
    /// The file is read again.
    delivery_file_changed(file): Conflict,
        "{file} changed while it was being copied",
        "{file} bị thay đổi trong khi sao chép";
    delivery_name_invalid(name): Invalid,
        "\"{name}\" cannot be the name of a file; rename the object",
        "\"{name}\" không thể là tên tệp; hãy đổi tên đối tượng";
    delivery_name_conflict(object): Invalid,
        "{object} cannot be stored on this disk; another object may have the same name",
        "không lưu được {object} trên ổ đĩa này; có thể đối tượng khác có cùng tên";
    delivery_immovable(delivery, place): Unavailable,
        "{delivery} was received but cannot be moved to {place}; both must be on one disk and writable",
        "đã nhận {delivery} nhưng không chuyển được sang {place}; hai nơi phải cùng một ổ đĩa và cho phép ghi";
    hot_folder_unlistable(folder): Unavailable,
        "cannot list the hot folder {folder}; check its permissions",
        "không mở được thư mục nhận {folder}; hãy kiểm tra quyền truy cập";
    hot_folder_inside_done(folder, done): Invalid,
        "{folder} is inside {done}; received deliveries must be kept elsewhere",
        "{folder} nằm trong {done}; tệp đã nhận phải để ở nơi khác";
    hot_folder_kinds_differ(folder): Invalid,
        "source {folder}: folder and done must both be folders, or both be s3://bucket/prefix",
        "nguồn {folder}: folder và done phải cùng là thư mục, hoặc cùng là s3://bucket/prefix";
    done_folder_full(folder, name): Unavailable,
        "{folder} contains too many deliveries with the name {name}; empty it",
        "{folder} có quá nhiều đợt nộp trùng tên {name}; hãy dọn bớt";
    separator_sheets_over_limit(most): Limit,
        "one file has at most {most} sheets; print it several times",
        "mỗi tệp có tối đa {most} tờ; hãy in tệp nhiều lần";
    delivery_ended_already(delivery): Conflict,
        "delivery {delivery} has ended already",
        "lượt nộp {delivery} đã kết thúc";
}

//! The store: names of objects, access to folder and bucket, versions of dossiers in it.

errors! {
    object_name_too_long(name): Limit,
        "the object name {name} is too long for the store",
        "tên đối tượng {name} quá dài đối với kho lưu";
    object_name_invalid(name): Invalid,
        "\"{name}\" is not a valid object name: it is empty, absolute, or has an unsafe part",
        "\"{name}\" không phải tên đối tượng hợp lệ: tên rỗng, tuyệt đối hoặc có phần không an toàn";
    stored_object_missing(name): NotFound,
        "the store has no object {name}; run `sohoa verify`",
        "kho lưu không có đối tượng {name}; hãy chạy `sohoa verify`";
    store_reads_differently(name): Corrupt,
        "{name} reads back differently than it was written",
        "{name} đọc lại khác với nội dung đã ghi";
    store_lists_incompletely(name): Corrupt,
        "{name} is not listed after it was written",
        "{name} không có trong danh sách sau khi ghi";
    store_deletes_incompletely(name): Corrupt,
        "{name} is still there after it was deleted",
        "{name} vẫn còn sau khi xóa";
    temporary_folder_unwritable(folder): Unavailable,
        "cannot write to {folder}; free space or set TMPDIR",
        "không ghi được vào {folder}; hãy giải phóng dung lượng hoặc đặt TMPDIR";
    /// A file of this machine that is to be stored.
    file_to_store_unreadable(file): Invalid,
        "cannot read {file}; check that it exists and may be read",
        "không đọc được {file}; hãy kiểm tra tệp còn tồn tại và được quyền đọc";
    file_to_store_changed(file): Invalid,
        "{file} changed while it was being stored; deliver it again",
        "{file} bị thay đổi trong khi lưu; hãy giao nộp lại";
    local_file_unreadable(file): Unavailable,
        "cannot read {file}; check the disk",
        "không đọc được {file}; hãy kiểm tra ổ đĩa";
    local_file_unwritable(file): Unavailable,
        "cannot write {file}; check the permissions and the free space",
        "không ghi được {file}; hãy kiểm tra quyền truy cập và dung lượng trống";
    store_not_a_folder(folder): Invalid,
        "the store {folder} is not a folder; choose another path",
        "kho lưu {folder} không phải thư mục; hãy chọn đường dẫn khác";
    store_not_mounted(store, file): Unavailable,
        "the store {store} no longer contains {file}; check that its disk is mounted",
        "kho lưu {store} không còn tệp {file}; hãy kiểm tra ổ đĩa đã được gắn";
    store_disk_full(operation, disk): Unavailable,
        "{operation}: the disk or quota is full; free space (`df -h {disk}` shows how much is left)",
        "{operation}: ổ đĩa hoặc hạn mức đã đầy; hãy giải phóng dung lượng (`df -h {disk}` cho biết còn bao nhiêu)";
    store_folder_forbidden(operation): AccessRefused,
        "{operation}: permission denied; check the owner and mode of the folder",
        "{operation}: không có quyền; hãy kiểm tra chủ sở hữu và quyền của thư mục";
    store_name_too_long(operation): Limit,
        "{operation}: the name is too long for this file system",
        "{operation}: tên quá dài đối với hệ thống tệp này";
    store_name_taken(operation): Conflict,
        "{operation}: a file and a folder have the same name",
        "{operation}: một tệp và một thư mục trùng tên";
    store_on_two_disks(operation): Invalid,
        "{operation}: a store must be on one file system",
        "{operation}: kho lưu phải nằm trên một hệ thống tệp";
    store_operation_failed(operation): Unavailable,
        "{operation}; check the disk",
        "{operation}; hãy kiểm tra ổ đĩa";
    store_address_relative(address): Invalid,
        "the store address {address} has no absolute path; write file:///folder",
        "địa chỉ kho lưu {address} không có đường dẫn tuyệt đối; hãy ghi file:///thư-mục";
    store_address_escape_invalid(address): Invalid,
        "the store address {address} has an invalid % sequence",
        "địa chỉ kho lưu {address} có chuỗi % không hợp lệ";
    store_address_unknown(address): Invalid,
        "the store address \"{address}\" is unknown; use file:///folder, a path, s3://bucket/prefix or memory:",
        "không nhận ra địa chỉ kho lưu \"{address}\"; hãy dùng file:///thư-mục, một đường dẫn, s3://bucket/prefix hoặc memory:";
    store_address_without_bucket(address): Invalid,
        "the address {address} does not name a bucket; write s3://bucket/prefix",
        "địa chỉ {address} không nêu bucket; hãy ghi s3://bucket/prefix";
    store_address_prefix_invalid(address): Invalid,
        "the store address {address} has an unsafe prefix",
        "địa chỉ kho lưu {address} có tiền tố không an toàn";
    s3_keys_incomplete(): Invalid,
        "the S3 access key and secret key belong together; set both or neither",
        "khóa truy cập và khóa bí mật S3 phải đi cùng nhau; hãy đặt cả hai hoặc bỏ cả hai";
    s3_endpoint_invalid(endpoint): Invalid,
        "the S3 endpoint {endpoint} is not an address; write http://host:port or https://host",
        "điểm cuối S3 {endpoint} không phải địa chỉ; hãy ghi http://máy:cổng hoặc https://máy";
    s3_timed_out(operation): Unavailable,
        "{operation}: the server did not answer in time",
        "{operation}: máy chủ không trả lời kịp thời gian";
    s3_keys_missing(operation): AccessRefused,
        "{operation}: there are no usable keys; set the access key and the secret key",
        "{operation}: không có khóa dùng được; hãy đặt khóa truy cập và khóa bí mật";
    s3_unreachable(operation): Unavailable,
        "{operation}: the server cannot be reached; check the endpoint and the network",
        "{operation}: không kết nối được máy chủ; hãy kiểm tra địa chỉ và mạng";
    s3_answer_garbled(operation): Unavailable,
        "{operation}: the answer was cut off or garbled",
        "{operation}: câu trả lời bị ngắt hoặc bị hỏng";
    s3_answer_incomplete(operation, received, announced): Unavailable,
        "{operation}: {received} of {announced} bytes arrived",
        "{operation}: chỉ nhận được {received} trong {announced} byte";
    s3_answer_without_upload(operation): Unavailable,
        "{operation}: the server did not name the upload or its part",
        "{operation}: máy chủ không nêu tên lượt tải lên hoặc phần của nó";
    s3_request_invalid(operation): Invalid,
        "{operation}: the request could not be made",
        "{operation}: không lập được yêu cầu";
    s3_bucket_missing(operation): AccessRefused,
        "{operation}: the bucket does not exist; create it or correct the store address",
        "{operation}: bucket không tồn tại; hãy tạo bucket hoặc sửa địa chỉ kho lưu";
    s3_clock_differs(operation): AccessRefused,
        "{operation}: the clocks differ; set the clock of this machine",
        "{operation}: đồng hồ lệch nhau; hãy chỉnh đồng hồ của máy này";
    s3_region_differs(operation): Invalid,
        "{operation}: the bucket is in another region; correct the region",
        "{operation}: bucket thuộc vùng khác; hãy sửa vùng (region)";
    s3_object_too_large(operation): Limit,
        "{operation}: the object is too large for the server",
        "{operation}: đối tượng quá lớn đối với máy chủ";
    s3_storage_full(operation): Unavailable,
        "{operation}: the storage is full; free space or raise the quota",
        "{operation}: kho đã đầy; hãy giải phóng dung lượng hoặc tăng hạn mức";
    s3_damaged_in_transit(operation): Unavailable,
        "{operation}: the bytes were damaged in transit",
        "{operation}: dữ liệu bị hỏng trên đường truyền";
    s3_overloaded(operation): Unavailable,
        "{operation}: the server cannot serve now",
        "{operation}: máy chủ hiện không phục vụ được";
    s3_forbidden(operation): AccessRefused,
        "{operation}: not allowed; check the keys and their rights on the bucket",
        "{operation}: không được phép; hãy kiểm tra khóa và quyền trên bucket";
    s3_object_missing(operation): NotFound,
        "{operation}: nothing is stored there",
        "{operation}: không có gì được lưu ở đó";
    s3_changed_concurrently(operation): Conflict,
        "{operation}: it was changed at the same time",
        "{operation}: đối tượng bị thay đổi cùng lúc";
    s3_request_unknown(operation): Invalid,
        "{operation}: the server does not know this request",
        "{operation}: máy chủ không biết yêu cầu này";
    s3_refused(operation): Invalid,
        "{operation}: the server refused the request",
        "{operation}: máy chủ từ chối yêu cầu";
    inbox_name_taken(operation): Conflict,
        "{operation}: another object has this name there; move it elsewhere",
        "{operation}: ở đó đã có đối tượng khác cùng tên; hãy chuyển nó đi nơi khác";
    inbox_object_changed(): Conflict,
        "the object was changed while it was received",
        "đối tượng bị thay đổi trong khi tiếp nhận";
    ocfl_head_invalid(object, version): Corrupt,
        "object {object} has the unknown version {version}",
        "đối tượng {object} có phiên bản lạ {version}";
    ocfl_version_unknown(object, version, newest): NotFound,
        "object {object} has no version {version}; its newest is {newest}",
        "đối tượng {object} không có phiên bản {version}; phiên bản mới nhất là {newest}";
    ocfl_inventory_damaged(object, file): Corrupt,
        "the inventory of {object} ({file}) is damaged; restore it from a copy of the store",
        "bản kê của {object} ({file}) bị hỏng; hãy khôi phục từ bản sao của kho lưu";
    ocfl_inventory_of_other_object(file, other, object): Corrupt,
        "{file} is the inventory of {other}, not of {object}",
        "{file} là bản kê của {other}, không phải của {object}";
    ocfl_inventory_checksum(object, file): Corrupt,
        "the inventory of {object} ({file}) does not match its checksum",
        "bản kê của {object} ({file}) không khớp mã kiểm tra";
    ocfl_inventory_invalid(): Corrupt,
        "it is not an inventory",
        "đây không phải bản kê";
    ocfl_digest_unknown(algorithm): Corrupt,
        "its digest algorithm is {algorithm} instead of sha512",
        "thuật toán băm là {algorithm} thay vì sha512";
    ocfl_inventory_missing(root): Corrupt,
        "no inventory of the object in {root} can be read; restore it from a copy of the store",
        "không đọc được bản kê nào của đối tượng trong {root}; hãy khôi phục từ bản sao của kho lưu";
    ocfl_object_missing(object): NotFound,
        "the archive has no object {object}",
        "kho không có đối tượng {object}";
    ocfl_file_missing(object, version, file): NotFound,
        "version {version} of {object} has no {file}",
        "phiên bản {version} của {object} không có {file}";
    ocfl_content_unlocated(object, file): Corrupt,
        "the inventory of {object} does not say where {file} is",
        "bản kê của {object} không cho biết {file} ở đâu";
    ocfl_content_damaged(object, file, name): Corrupt,
        "{file} of {object} does not match its checksum; restore {name} from a copy of the store",
        "{file} của {object} không khớp mã kiểm tra; hãy khôi phục {name} từ bản sao của kho lưu";
    ocfl_content_differs(object, file, found, expected): Corrupt,
        "{file} of {object} has SHA-256 {found} instead of {expected}; deliver it again",
        "{file} của {object} có SHA-256 {found} thay vì {expected}; hãy giao nộp lại";
    ocfl_unchanged_file_missing(object, version, file): Invalid,
        "{file} cannot be kept: version {version} of {object} does not have it",
        "không giữ được {file}: phiên bản {version} của {object} không có tệp này";
    ocfl_version_not_depositable(object, reason): Invalid,
        "cannot deposit \"{object}\": {reason}",
        "không lưu được \"{object}\": {reason}";
}

messages! {
    store_read(name): "cannot read {name}", "không đọc được {name}";
    store_write(name): "cannot write {name}", "không ghi được {name}";
    store_list(name): "cannot list {name}", "không liệt kê được {name}";
    store_delete(name): "cannot delete {name}", "không xóa được {name}";
    store_inspect(name): "cannot look at {name}", "không xem được {name}";
    store_copy(name): "cannot copy to {name}", "không sao chép được tới {name}";
    store_open_bucket(name): "cannot open the bucket {name}", "không mở được bucket {name}";
    store_move(name, place): "cannot move {name} to {place}", "không chuyển được {name} tới {place}";
    capability_written(name): "{name} written", "đã ghi {name}";
    capability_read(bytes): "{bytes} bytes read back", "đọc lại được {bytes} byte";
    capability_listed(count): "{count} found", "tìm thấy {count}";
    capability_conditions_honoured(): "honoured", "có hỗ trợ";
    capability_conditions_ignored(): "ignored; nothing depends on them", "không hỗ trợ; không có phần nào cần đến";
    capability_deleted(): "nothing left", "không còn gì";
    version_without_files(): "it has no identifier or no files", "không có định danh hoặc không có tệp";
    version_path_invalid(path): "\"{path}\" is not a path of plain names", "\"{path}\" không phải đường dẫn gồm các tên thường";
    version_path_is_folder(folder, path): "\"{folder}\" is a file and the folder of \"{path}\"", "\"{folder}\" vừa là tệp vừa là thư mục của \"{path}\"";
    version_checksum_unrelated(path): "a checksum is given for \"{path}\", which is not among its files", "có mã kiểm tra cho \"{path}\" là tệp không có trong đó";
    version_time_invalid(time): "\"{time}\" is not an RFC 3339 time", "\"{time}\" không phải thời điểm theo RFC 3339";
}

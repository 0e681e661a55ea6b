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
}

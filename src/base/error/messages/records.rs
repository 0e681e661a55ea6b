//! Records of dossiers: searching, exports, page images, IIIF.

errors! {
    unit_not_readable(unit): Denied,
        "you may not read in unit {unit}",
        "anh/chị không được khai thác ở đơn vị {unit}";
    search_unit_missing(units): Invalid,
        "choose one of your units: {units}",
        "hãy chọn một đơn vị của mình: {units}";
    saved_search_invalid(name_length, query_length): Invalid,
        "a search has a name of 1 to {name_length} characters and a query of 1 to {query_length}",
        "tìm kiếm cần tên từ 1 đến {name_length} ký tự và nội dung từ 1 đến {query_length}";
    dossier_unknown(dossier): NotFound,
        "there is no dossier {dossier}; `sohoa records list` shows the dossiers",
        "không có hồ sơ {dossier}; `sohoa records list` liệt kê các hồ sơ";
    dossier_ambiguous(dossier): Conflict,
        "several units have a dossier {dossier}; give its object name",
        "nhiều đơn vị có hồ sơ {dossier}; hãy ghi mã đối tượng đầy đủ";
    dossier_object_invalid(object): Invalid,
        "\"{object}\" is not the object name of a dossier",
        "\"{object}\" không phải mã đối tượng của hồ sơ";
    dossier_of_other_unit(object): Corrupt,
        "{object} contains the record of another unit; run `sohoa verify`",
        "{object} chứa hồ sơ của đơn vị khác; hãy chạy `sohoa verify`";
    dossier_version_invalid(object, version): Corrupt,
        "{object} has a version {version}, which is not a number; run `sohoa verify`",
        "{object} có phiên bản {version} không phải số; hãy chạy `sohoa verify`";
    document_name_invalid(name): Invalid,
        "{name} is not of the form DOSSIER#NUMBER",
        "{name} không có dạng HỒ-SƠ#SỐ";
    document_number_invalid(number): Invalid,
        "{number} is not the number of a document",
        "{number} không phải số của văn bản";
    document_unknown(dossier, document, documents): NotFound,
        "dossier {dossier} has no document {document}; it has {documents}",
        "hồ sơ {dossier} không có văn bản số {document}; hồ sơ có {documents} văn bản";
    page_not_read(page): NotFound,
        "page {page} was not read",
        "trang {page} chưa đọc được";
    page_not_redactable(page): NotFound,
        "page {page} was not read, so it is not known what must be hidden on it",
        "trang {page} chưa đọc được nên không biết phải che gì";
    stored_text_invalid(path, object): Corrupt,
        "{path} of {object} is not UTF-8; run `sohoa verify`",
        "{path} của {object} không phải UTF-8; hãy chạy `sohoa verify`";
    original_unknown(name): NotFound,
        "there is no original {name}",
        "không có tệp gốc {name}";
    original_damaged(path, object): Corrupt,
        "{path} of {object} is not what was delivered; run `sohoa verify`",
        "{path} của {object} không còn đúng như khi nộp; hãy chạy `sohoa verify`";
    original_not_recorded(object, original): Corrupt,
        "record {object} refers to original {original}, which it does not list; run `sohoa verify`",
        "hồ sơ {object} dẫn đến tệp gốc {original} không có trong danh sách của hồ sơ; hãy chạy `sohoa verify`";
    original_not_exportable(path, dossier, reason): Denied,
        "{path} of dossier {dossier} cannot be handed out: {reason}",
        "không cấp được {path} của hồ sơ {dossier}: {reason}";
    list_over_limit(rows): Limit,
        "the list has more than {rows} rows; choose a unit or a run",
        "danh sách có hơn {rows} dòng; hãy chọn một đơn vị hoặc một lượt chạy";
    saved_searches_full(most): Limit,
        "you keep {most} searches already; remove one first",
        "anh/chị đã lưu {most} lượt tìm; hãy xóa bớt trước";
    saved_search_unknown(search): NotFound,
        "you keep no search {search}",
        "anh/chị không có lượt tìm đã lưu {search}";
}

messages! {
    export_held():
        "it, or something in it, is in quarantine; an officer decides with `sohoa quarantine`",
        "tệp, hoặc nội dung trong tệp, đang cách ly; người phụ trách quyết định bằng `sohoa quarantine`";
    export_removed():
        "it, or something in it, was removed as secret",
        "tệp, hoặc nội dung trong tệp, đã bị loại vì là tài liệu mật";
    export_unread():
        "it waits until all its pages are read; try again with `sohoa runs retry`, or an officer releases it",
        "tệp chờ đến khi đọc được mọi trang; hãy thử lại bằng `sohoa runs retry`, hoặc người phụ trách đưa ra khỏi cách ly";
}

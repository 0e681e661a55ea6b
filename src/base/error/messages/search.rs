//! The search index and queries.

errors! {
    index_missing(folder): Corrupt,
        "the search index in {folder} is gone; it is made again",
        "chỉ mục tìm kiếm trong {folder} không còn; đang được tạo lại";
    index_replaced(folder): Corrupt,
        "the search index in {folder} was made again by another process",
        "chỉ mục tìm kiếm trong {folder} đã được tiến trình khác tạo lại";
    index_of_other_version(folder): Corrupt,
        "the search index in {folder} has other fields; it is made again",
        "chỉ mục tìm kiếm trong {folder} có cấu trúc khác; đang được tạo lại";
    index_damaged(): Corrupt,
        "the search index is damaged; it is made again",
        "chỉ mục tìm kiếm bị hỏng; đang được tạo lại";
    index_entry_damaged(): Corrupt,
        "the search index has a damaged entry; run `sohoa rebuild`",
        "chỉ mục tìm kiếm có mục bị hỏng; hãy chạy `sohoa rebuild`";
    index_incompatible(): Invalid,
        "the search index is of another version of this program; run `sohoa rebuild`",
        "chỉ mục tìm kiếm thuộc phiên bản khác của chương trình; hãy chạy `sohoa rebuild`";
    index_unreadable(folder): Unavailable,
        "cannot read the search index in {folder}; check the disk",
        "không đọc được chỉ mục tìm kiếm trong {folder}; hãy kiểm tra ổ đĩa";
    index_unwritable(folder): Unavailable,
        "cannot write the search index in {folder}; check the disk",
        "không ghi được chỉ mục tìm kiếm trong {folder}; hãy kiểm tra ổ đĩa";
    index_not_answering(): Unavailable,
        "the search index cannot be read or written now; check the disk of the home folder",
        "hiện không đọc hoặc ghi được chỉ mục tìm kiếm; hãy kiểm tra ổ đĩa của thư mục chính";
    index_folder_of_other_content(folder): Invalid,
        "{folder} does not contain a search index; name another folder",
        "{folder} không chứa chỉ mục tìm kiếm; hãy chọn thư mục khác";
    search_date_invalid(text): Invalid,
        "`{text}` is not a date; write it as 2020, 2020-05, 2020-05-14 or 14/5/2020",
        "`{text}` không phải ngày; hãy ghi như 2020, 2020-05, 2020-05-14 hoặc 14/5/2020";
}

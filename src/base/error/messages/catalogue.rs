//! The catalogue: its address, its database and its rows.

errors! {
    catalogue_not_answering(): Unavailable,
        "the catalogue does not answer; check the database server, the disk and the network",
        "danh mục không trả lời; hãy kiểm tra máy chủ cơ sở dữ liệu, ổ đĩa và mạng";
    catalogue_locked(): Unavailable,
        "another session of the database locks what this needs; try again in a minute",
        "một phiên khác của cơ sở dữ liệu đang giữ dữ liệu cần dùng; hãy thử lại sau một phút";
    catalogue_access_refused(): AccessRefused,
        "the catalogue refuses this program; check user, database and rights in its address",
        "danh mục từ chối chương trình này; hãy kiểm tra người dùng, cơ sở dữ liệu và quyền trong địa chỉ";
    catalogue_damaged(): Corrupt,
        "the catalogue has data that cannot be read; restore it from a copy, or run `sohoa rebuild`",
        "danh mục có dữ liệu không đọc được; hãy khôi phục từ bản sao hoặc chạy `sohoa rebuild`";
    catalogue_value_exists(): Conflict,
        "the catalogue has this entry already; load it again",
        "danh mục đã có mục này; hãy tải lại";
    catalogue_statement_failed(): Internal,
        "the catalogue could not carry out a statement; report it with the log",
        "danh mục không thực hiện được một câu lệnh; hãy báo kèm nhật ký";
    catalogue_row_missing(): NotFound,
        "the catalogue does not have this entry any more",
        "danh mục không còn mục này";
    catalogue_settings_invalid(): Invalid,
        "the settings of the catalogue's address are not valid",
        "thiết lập trong địa chỉ danh mục không hợp lệ";
    catalogue_column_invalid(column): Corrupt,
        "column {column} of the catalogue has a value that cannot be read; restore the catalogue from a copy, or run `sohoa rebuild`",
        "cột {column} của danh mục có giá trị không đọc được; hãy khôi phục danh mục từ bản sao hoặc chạy `sohoa rebuild`";
    catalogue_value_invalid(name): Corrupt,
        "{name} in the catalogue has an invalid form; restore the catalogue from a copy, or run `sohoa rebuild`",
        "{name} trong danh mục sai định dạng; hãy khôi phục danh mục từ bản sao hoặc chạy `sohoa rebuild`";
    catalogue_address_invalid(address): Invalid,
        "the catalogue address {address} cannot be read; write sqlite:PATH or postgres://…",
        "không đọc được địa chỉ danh mục {address}; hãy ghi sqlite:ĐƯỜNG_DẪN hoặc postgres://…";
    catalogue_not_openable(address): Unavailable,
        "the catalogue {address} cannot be opened; check the address and that it is running",
        "không mở được danh mục {address}; hãy kiểm tra địa chỉ và cơ sở dữ liệu đang chạy";
    catalogue_not_migratable(address): Unavailable,
        "the tables of the catalogue {address} cannot be updated now; try again",
        "chưa cập nhật được các bảng của danh mục {address}; hãy thử lại";
    catalogue_of_other_version(address): Invalid,
        "the tables of the catalogue {address} are of another version of this program; use that version or a newer one",
        "các bảng của danh mục {address} thuộc phiên bản khác của chương trình; hãy dùng phiên bản đó hoặc mới hơn";
}

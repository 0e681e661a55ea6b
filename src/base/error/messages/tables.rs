//! Lists and workbooks that are read, and ALTO files of the store.

errors! {
    list_without_columns(): Invalid,
        "the list names neither files nor numbers and subjects of documents; see the README for its columns",
        "mục lục không ghi tên tệp, cũng không ghi số và trích yếu văn bản; xem các cột trong README";
    list_too_large(mb): Limit,
        "the list is larger than {mb} MB; split it",
        "mục lục lớn hơn {mb} MB; hãy chia nhỏ";
    list_not_utf8(): Invalid,
        "the list is not UTF-8; save it as \"CSV UTF-8\"",
        "mục lục không phải UTF-8; hãy lưu dạng \"CSV UTF-8\"";
    list_not_a_table(): Corrupt,
        "the list is not a table: every row must have as many cells as the first",
        "mục lục không phải bảng: mỗi dòng phải có số ô bằng dòng đầu";
    list_columns_over_limit(columns, most): Limit,
        "the list has {columns} columns; {most} are allowed",
        "mục lục có {columns} cột; chỉ cho phép {most}";
    table_without_file_column(): Invalid,
        "file is a table without a column \"file\", not a scan; deliver PDF, TIFF, JPEG or PNG",
        "tệp là bảng không có cột \"file\", không phải bản quét; hãy nộp PDF, TIFF, JPEG hoặc PNG";
    list_cell_too_large(row, bytes): Limit,
        "row {row} of the list has a cell of more than {bytes} bytes",
        "dòng {row} của mục lục có ô hơn {bytes} byte";
    list_row_without_file(row): Invalid,
        "row {row} of the list does not name a file",
        "dòng {row} của mục lục không ghi tên tệp";
    list_not_json(): Corrupt,
        "the list is not JSON; export it again",
        "mục lục không phải JSON; hãy xuất lại";
    json_without_files(): Invalid,
        "file is JSON but not a list of files; deliver scans",
        "tệp là JSON nhưng không phải danh mục tệp; hãy nộp bản quét";
    list_not_json_objects(): Corrupt,
        "the list is not a JSON list of objects; export it again",
        "mục lục không phải danh sách đối tượng JSON; hãy xuất lại";
    list_row_unreadable(row): Corrupt,
        "row {row} of the list cannot be read; save it again",
        "không đọc được dòng {row} của mục lục; hãy lưu lại";
    table_too_large(mib): Limit,
        "the table is larger than {mib} MiB; split it",
        "bảng lớn hơn {mib} MiB; hãy chia nhỏ";
    table_rows_over_limit(rows, most): Limit,
        "the table has {rows} rows; {most} are allowed",
        "bảng có {rows} dòng; chỉ cho phép {most}";
    table_row_too_large(row, columns, bytes): Limit,
        "row {row} of the table has more than {columns} cells, or one of more than {bytes} bytes",
        "dòng {row} của bảng có hơn {columns} ô, hoặc có ô hơn {bytes} byte";
    spreadsheet_empty(): Invalid,
        "the spreadsheet has no sheet",
        "bảng tính không có trang nào";
    spreadsheet_unreadable(): Corrupt,
        "the spreadsheet cannot be read; save it again as XLSX",
        "không đọc được bảng tính; hãy lưu lại dạng XLSX";
    sheet_rows_over_limit(sheet, rows, most): Limit,
        "the sheet {sheet} has {rows} rows; {most} are allowed",
        "trang {sheet} có {rows} dòng; chỉ cho phép {most}";
    alto_too_large(bytes): Limit,
        "the ALTO file of {bytes} bytes is larger than 64 MiB",
        "tệp ALTO {bytes} byte lớn hơn 64 MiB";
    alto_invalid(detail): Corrupt,
        "the ALTO file is damaged ({detail}); restore it from a copy of the store",
        "tệp ALTO hỏng ({detail}); hãy khôi phục từ bản sao của kho lưu";
    report_typeface_missing(): NotFound,
        "no typeface like Times New Roman is installed, so no PDF can be set: run `apt-get install fonts-croscore`",
        "máy chủ chưa có phông chữ kiểu Times New Roman nên không dựng được PDF: chạy `apt-get install fonts-croscore`";
    typeface_damaged(file): Corrupt,
        "{file} is not a font; install it again",
        "{file} không phải phông chữ; hãy cài lại";
}

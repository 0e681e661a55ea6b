//! Measuring, drawn pages and training data.

errors! {
    folder_unwritable(folder): Unavailable,
        "cannot write into {folder}; check the folder, its rights and free space",
        "không ghi được vào {folder}; hãy kiểm tra thư mục, quyền ghi và dung lượng trống";
    temp_file_unwritable(): Unavailable,
        "cannot write a temporary file; free space or set TMPDIR",
        "không ghi được tệp tạm; hãy giải phóng dung lượng hoặc đặt TMPDIR";
    folder_unlistable(folder): Invalid,
        "cannot list {folder}; check the path",
        "không mở được thư mục {folder}; hãy kiểm tra đường dẫn";
    ground_truth_unreadable(file): Invalid,
        "cannot read {file} as UTF-8",
        "không đọc được {file} dạng UTF-8";
    known_fields_invalid(detail): Invalid,
        "known fields: {detail}; write an object as in data/pages/*.meta.json",
        "trường đã biết không hợp lệ: {detail}; hãy ghi một đối tượng như data/pages/*.meta.json";
    folder_without_scans(folder): Invalid,
        "{folder} holds no scan",
        "{folder} không có bản quét nào";
    folder_without_documents(folder): Invalid,
        "{folder} holds fewer than two documents; a document is a PDF or TIFF",
        "{folder} có ít hơn hai văn bản; mỗi văn bản là một tệp PDF hoặc TIFF";
    folder_without_pages(folder): Invalid,
        "{folder} holds no page with ground truth; a page is <id>.jpg with <id>.gt.txt",
        "{folder} không có trang nào kèm kết quả đúng; mỗi trang là <id>.jpg cùng <id>.gt.txt";
    folder_without_ground_truth(folder): Invalid,
        "{folder} holds no ground truth; the text of a page is <id>.gt.txt",
        "{folder} không có kết quả đúng; chữ của trang nằm trong <id>.gt.txt";
    dossier_ground_truth_invalid(file): Invalid,
        "{file} is not the ground truth of a generated dossier; make it again",
        "{file} không phải kết quả đúng của hồ sơ mẫu; hãy tạo lại";
    typeface_missing(package): NotFound,
        "the typeface Tinos is not installed, so no sample can be drawn: run `apt-get install {package}`",
        "máy chưa có phông chữ Tinos nên không vẽ được trang mẫu: chạy `apt-get install {package}`";
    font_unreadable(file): NotFound,
        "cannot read the font {file}",
        "không đọc được phông chữ {file}";
    font_invalid(file): Corrupt,
        "{file} is not a font",
        "{file} không phải phông chữ";
    sample_folder_unwritable(folder): Invalid,
        "cannot write {folder}; check that the folder may be written",
        "không ghi được {folder}; hãy kiểm tra quyền ghi thư mục";
    separator_code_too_long(code): Invalid,
        "the code \"{code}\" is too long for a separator sheet; use at most 100 letters",
        "mã \"{code}\" quá dài cho tờ phân cách; hãy dùng tối đa 100 ký tự";
    separator_code_invalid(code): Invalid,
        "\"{code}\" cannot be written as a barcode; use letters without marks, digits, '.' and '-'",
        "\"{code}\" không ghi được thành mã vạch; hãy dùng chữ không dấu, số, '.' và '-'";
    page_resolution_too_high(dpi): Limit,
        "a page of {dpi} dots per inch cannot be written as JPEG",
        "trang {dpi} điểm trên inch không ghi được thành JPEG";
    page_too_large_for_jpeg(width, height): Limit,
        "cannot compress a page of {width} × {height} px",
        "không nén được trang {width} × {height} px";
}

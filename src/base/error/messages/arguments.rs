//! Arguments and output of the command line.

errors! {
    output_closed(): Unavailable,
        "standard output is closed",
        "đầu ra chuẩn đã đóng";
    output_unwritable(file): Unavailable,
        "cannot write {file}; check the folder, its rights and free space",
        "không ghi được {file}; hãy kiểm tra thư mục, quyền ghi và dung lượng trống";
    input_unreadable(file): Invalid,
        "cannot read {file}; check that it exists and may be read",
        "không đọc được {file}; hãy kiểm tra tệp có tồn tại và có quyền đọc";
    corpus_line_invalid(file): Invalid,
        "{file} does not hold one JSON object with a text per line",
        "{file} không phải mỗi dòng một đối tượng JSON có trường text";
    evaluation_folder_missing(): Invalid,
        "a folder with pages and ground truth is needed",
        "cần thư mục gồm các trang và kết quả đúng";
    export_format_not_maskable(): Invalid,
        "only pdf and text can be masked; use --format pdf or text",
        "chỉ che được pdf và text; hãy dùng --format pdf hoặc text";
    lot_place_invalid(place): Invalid,
        "{place} is not a place in the lot; write a number",
        "{place} không phải số thứ tự trong lô; hãy ghi số";
    threads_unavailable(): Unavailable,
        "the program cannot start its threads",
        "chương trình không tạo được luồng xử lý";
    author_missing(): Invalid,
        "no author given; pass --by NAME",
        "chưa ghi người thực hiện; hãy thêm --by TÊN";
    pipeline_file_unreadable(file): Invalid,
        "cannot read pipeline {file}",
        "không đọc được tệp quy trình {file}";
    program_path_unknown(): Unavailable,
        "the system does not tell where this program is",
        "hệ thống không cho biết chương trình nằm ở đâu";
    separator_code_needs_dossier(): Invalid,
        "--code names a dossier; add --kind dossier",
        "--code là mã hồ sơ; hãy thêm --kind dossier";
    no_run_yet(): NotFound,
        "there is no run yet",
        "chưa có lượt chạy nào";
    field_argument_invalid(argument): Invalid,
        "{argument} is not NAME=VALUE",
        "{argument} không có dạng TÊN=GIÁ TRỊ";
    word_argument_invalid(argument): Invalid,
        "{argument} is not PAGE:WORD=TEXT, such as 1:25=quyết",
        "{argument} không có dạng TRANG:CHỮ=NỘI DUNG, như 1:25=quyết";
    turn_argument_invalid(argument): Invalid,
        "{argument} is not a number of degrees; write 90, 180 or 270",
        "{argument} không phải số độ; hãy ghi 90, 180 hoặc 270";
    page_argument_invalid(argument, example): Invalid,
        "{argument} names no page; write it like {example}",
        "{argument} không chỉ trang nào; hãy ghi như {example}";
}

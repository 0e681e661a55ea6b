//! Arguments and output of the command line.

errors! {
    usage_argument_unknown(argument): Invalid,
        "there is no option {argument} here; `--help` after the command lists the options",
        "ở đây không có tùy chọn {argument}; thêm `--help` sau lệnh để xem các tùy chọn";
    usage_command_unknown(command): Invalid,
        "there is no command {command}; `sohoa --help` lists the commands",
        "không có lệnh {command}; `sohoa --help` liệt kê các lệnh";
    usage_command_missing(known): Invalid,
        "a command is missing: {known}",
        "thiếu lệnh: {known}";
    usage_value_missing(argument): Invalid,
        "{argument} needs a value",
        "{argument} cần có giá trị";
    usage_value_unknown(value, argument, known): Invalid,
        "\"{value}\" is not a value of {argument}; use {known}",
        "\"{value}\" không phải giá trị của {argument}; hãy dùng {known}";
    usage_value_invalid(value, argument): Invalid,
        "\"{value}\" cannot be a value of {argument}; `--help` after the command explains it",
        "\"{value}\" không dùng được cho {argument}; thêm `--help` sau lệnh để xem cách ghi";
    usage_argument_missing(argument): Invalid,
        "it is missing: {argument}; `--help` after the command explains it",
        "còn thiếu: {argument}; thêm `--help` sau lệnh để xem cách ghi";
    usage_argument_conflict(argument, other): Invalid,
        "{argument} and {other} exclude each other; leave one of them out",
        "{argument} và {other} loại trừ nhau; hãy bỏ một trong hai";
    usage_value_count(argument): Invalid,
        "{argument} has too many or too few values",
        "{argument} có thừa hoặc thiếu giá trị";
    usage_invalid(): Invalid,
        "the command cannot be understood; `sohoa --help` explains the commands",
        "không hiểu được lệnh; `sohoa --help` giải thích các lệnh";
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

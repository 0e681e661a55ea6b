//! Runs, their failures and pipelines.

errors! {
    run_not_visible(run): NotFound,
        "there is no run {run}; `sohoa runs list` shows the runs",
        "không có lượt chạy {run}; `sohoa runs list` liệt kê các lượt";
    run_priority_invalid(most): Invalid,
        "the priority is a number from -{most} to {most}",
        "mức ưu tiên là số từ -{most} đến {most}";
    failure_class_unknown(class): Invalid,
        "{class} is not a class; use input, limit, secret, outage or bug",
        "{class} không phải loại lỗi; hãy dùng input, limit, secret, outage hoặc bug";
    failure_stage_unknown(stage, known): Invalid,
        "{stage} is not a stage; use {known}",
        "{stage} không phải bước xử lý; hãy dùng {known}";
    failed_page_not_visible(file, page): NotFound,
        "there is no refused file {file} with a page {page} that you may see",
        "không có tệp bị từ chối {file} với trang {page} mà anh/chị được xem";
    dependency_not_answering(dependency): Unavailable,
        "{dependency} does not answer; work waits and continues by itself",
        "{dependency} không trả lời; công việc tạm chờ và sẽ tự tiếp tục";
    pipeline_not_offered(pipeline, own, built_in): Invalid,
        "there is no pipeline \"{pipeline}\"; use {own} or {built_in}",
        "không có quy trình \"{pipeline}\"; hãy dùng {own} hoặc {built_in}";
    trial_document_count(most): Invalid,
        "a pipeline is tried on 1 to {most} documents",
        "mỗi lần chạy thử quy trình dùng từ 1 đến {most} văn bản";
    trial_running(): Limit,
        "you are trying a pipeline already; wait until that trial ends, then try again",
        "anh/chị đang chạy thử một quy trình; hãy đợi lượt đó xong rồi thử lại";
    trials_full(count): Limit,
        "{count} pipelines are being tried now, which is the maximum; try again later",
        "hiện đã có {count} quy trình đang được chạy thử, là mức tối đa; hãy thử lại sau";
    trial_unwritable(): Unavailable,
        "cannot write the files of the trial; free space on the disk of the home folder",
        "không ghi được tệp của lượt chạy thử; hãy giải phóng dung lượng trên ổ đĩa của thư mục chính";
    run_receives_no_more(run): Conflict,
        "run {run} receives no more files; open another one",
        "lượt chạy {run} không nhận thêm tệp; hãy mở lượt khác";
    pipeline_without_stage(pipeline, level): Invalid,
        "pipeline {pipeline} has no stage for this level: {level}",
        "quy trình {pipeline} không có công đoạn cho cấp này: {level}";
    task_lease_lost(task): Conflict,
        "another worker has taken over task {task}",
        "tiến trình khác đã nhận tác vụ {task}";
    refusal_without_class(file): Corrupt,
        "the refusal of {file} has no class; run `sohoa rebuild`",
        "lỗi từ chối của {file} không có loại; hãy chạy `sohoa rebuild`";
}

messages! {
    dependency_catalogue():
        "the catalogue",
        "danh mục";
    dependency_store():
        "the store",
        "kho lưu";
    dependency_disk():
        "the disk",
        "ổ đĩa";
    dependency_reading_processes():
        "the reading process",
        "tiến trình đọc";
    cancelled_before_reading(): "the run was cancelled before this was read; retry the run or deliver it again", "lượt chạy bị hủy trước khi đọc đến đây; hãy thử lại hoặc nộp lại";
    level_file(): "files", "các tệp";
    level_page(): "pages", "các trang";
    level_document(): "documents", "các văn bản";
    level_dossier(): "dossiers", "các hồ sơ";
}

//! Pipeline files: stages, their options and their order.

errors! {
    pipeline_invalid(pipeline, detail): Invalid,
        "pipeline {pipeline}: {detail}",
        "quy trình {pipeline}: {detail}";
    pipeline_line_invalid(pipeline, line, reason): Invalid,
        "pipeline {pipeline}, line {line}: {reason}",
        "quy trình {pipeline}, dòng {line}: {reason}";
    stage_options_invalid(detail): Invalid,
        "its options are not valid ({detail})",
        "tùy chọn không hợp lệ ({detail})";
    stage_option_repeated(name, recorded): Invalid,
        "{name} and {recorded} are two names of the same option; give one of them",
        "{name} và {recorded} là hai tên của cùng một tùy chọn; hãy ghi một tên";
    stage_unknown_to_version(stage): Invalid,
        "this version of the program has no stage {stage}; use the version that began the run, or cancel the run",
        "phiên bản chương trình này không có công đoạn {stage}; hãy dùng phiên bản đã bắt đầu lượt chạy, hoặc hủy lượt chạy";
    review_before_describe(): Invalid,
        "stage review comes before describe; correct the pipeline",
        "công đoạn review đứng trước describe; hãy sửa quy trình";
}

messages! {
    stage_without_name(): "a stage needs a name", "công đoạn phải có tên";
    stage_unknown(stage, known): "there is no stage {stage}; known are {known}", "không có công đoạn {stage}; các công đoạn là {known}";
    stage_repeated(stage): "stage {stage} appears a second time", "công đoạn {stage} xuất hiện lần thứ hai";
    stage_options_of(stage): "stage {stage}", "công đoạn {stage}";
    stage_value_invalid(detail): "invalid value ({detail})", "giá trị không hợp lệ ({detail})";
    options_without_stage(options, stage): "{options} sets options of {stage}, which must follow it", "{options} đặt tùy chọn của {stage}, công đoạn này phải đứng sau";
    pipeline_without_intake(): "the first stage must be intake", "công đoạn đầu tiên phải là intake";
    pipeline_without_levels(): "it needs a page stage and a dossier stage", "phải có công đoạn cấp trang và công đoạn cấp hồ sơ";
    pipeline_order_wrong(): "page stages come before dossier stages, and those before document stages", "công đoạn cấp trang phải đứng trước cấp hồ sơ, và cấp hồ sơ trước cấp văn bản";
}

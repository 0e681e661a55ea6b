//! Settings, calendars and days.

errors! {
    configuration_unreadable(file): Invalid,
        "cannot read configuration {file}; check that it exists",
        "không đọc được tệp cấu hình {file}; hãy kiểm tra tệp có tồn tại không";
    configuration_invalid(file, detail): Invalid,
        "configuration {file}: {detail}",
        "tệp cấu hình {file} không hợp lệ: {detail}";
    setting_invalid(detail): Invalid,
        "invalid setting: {detail}",
        "giá trị cấu hình không hợp lệ: {detail}";
    setting_variable_unknown(name, known): Invalid,
        "environment variable {name} is not a setting; known are: {known}",
        "biến môi trường {name} không phải là cấu hình; các biến hợp lệ: {known}";
    setting_variable_invalid(name, detail): Invalid,
        "environment variable {name}: {detail}",
        "biến môi trường {name} không hợp lệ: {detail}";
    setting_language_unknown(language): Invalid,
        "language is {language}; use \"vi\" or \"en\"",
        "ngôn ngữ là {language}; hãy dùng \"vi\" hoặc \"en\"";
    setting_unit_empty(): Invalid,
        "unit is empty; give the code of the unit with --unit",
        "chưa có mã đơn vị; hãy ghi bằng --unit";
    calendar_unreadable(): Invalid,
        "the calendar cannot be read",
        "không đọc được lịch làm việc";
    calendar_yearly_day_invalid(day): Invalid,
        "{day} is not a day of every year; write 30/4",
        "{day} không phải ngày hằng năm; hãy ghi như 30/4";
    day_invalid(day): Invalid,
        "{day} is not a day; write 2026-11-26 or 26/11/2026",
        "{day} không phải ngày; hãy ghi như 26/11/2026";
}

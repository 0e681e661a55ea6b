//! Roadmaps, their targets, lots and reports.

errors! {
    roadmap_unknown(decision): NotFound,
        "there is no roadmap {decision}; `sohoa roadmap status` shows the roadmaps",
        "không có lộ trình {decision}; `sohoa roadmap status` liệt kê các lộ trình";
    roadmap_missing(): NotFound,
        "there is no roadmap yet; `sohoa roadmap import PLAN.xlsx` imports one",
        "chưa có lộ trình nào; hãy nạp bằng `sohoa roadmap import PLAN.xlsx`";
    roadmap_ambiguous(decisions): NotFound,
        "there are several roadmaps; give the decision of one of them: {decisions}",
        "có nhiều lộ trình; hãy ghi số quyết định của một lộ trình: {decisions}";
    roadmap_not_visible(): NotFound,
        "there is no such roadmap for your units",
        "đơn vị của anh/chị không có lộ trình này";
    roadmap_unchanged(decision): Invalid,
        "roadmap {decision} is stored in this form already",
        "lộ trình {decision} đã có đúng như vậy";
    target_not_visible(target): NotFound,
        "there is no target {target}",
        "không có chỉ tiêu {target}";
    indicator_set_unknown(code, day): NotFound,
        "there is no set of criteria \"{code}\" in force on {day}",
        "không có bộ tiêu chí \"{code}\" nào có hiệu lực vào ngày {day}";
    forecast_factor_invalid(): Invalid,
        "the factor must lie between 0.01 and 100",
        "hệ số phải từ 0,01 đến 100";
    period_reversed(from, to): Invalid,
        "the period ends on {to}, before it begins on {from}",
        "kỳ báo cáo kết thúc ngày {to}, trước ngày bắt đầu {from}";
    defect_unknown(defect, known): Invalid,
        "there is no defect \"{defect}\"; known are {known}",
        "không có loại lỗi \"{defect}\"; các loại lỗi là {known}";
    lot_empty(): Invalid,
        "the lot has no page",
        "lô không có trang nào";
    lot_not_visible(lot): NotFound,
        "there is no lot {lot}",
        "không có lô {lot}";
    lot_nothing_waits(target): Conflict,
        "no document of target {target} waits for acceptance; review its documents first",
        "chỉ tiêu {target} chưa có gì chờ nghiệm thu; hãy duyệt văn bản trước";
    workbook_invalid(): Invalid,
        "the file is not a workbook; save it as XLSX",
        "tệp không phải bảng tính; hãy lưu dạng XLSX";
    workbook_not_found(file): Invalid,
        "cannot find {file}; check the path",
        "không tìm thấy {file}; hãy kiểm tra đường dẫn";
    workbook_too_large(file, mib): Limit,
        "{file} is larger than {mib} MiB; divide it into smaller workbooks",
        "{file} lớn hơn {mib} MiB; hãy chia thành nhiều bảng tính nhỏ hơn";
    lot_documents_taken(): Conflict,
        "some of the documents are in another lot now, or in review again; open the lot again",
        "một số văn bản đã vào lô khác hoặc quay lại chờ duyệt; hãy mở lại lô";
    lot_page_not_drawn(page): NotFound,
        "page {page} of the lot was not drawn",
        "trang {page} của lô không được chọn vào mẫu";
    lot_page_not_inspected(page, document): Conflict,
        "page {page} of {document} was not inspected yet",
        "trang {page} của {document} chưa được kiểm tra";
    lot_changed(state): Conflict,
        "the lot was changed meanwhile: {state}; load it again",
        "lô đã thay đổi trong lúc này: {state}; hãy tải lại";
    target_progress_unreadable(): Corrupt,
        "the counted work of a target cannot be read; run `sohoa rebuild`",
        "không đọc được khối lượng đã làm của một chỉ tiêu; hãy chạy `sohoa rebuild`";
    roadmap_changed(decision): Conflict,
        "roadmap {decision} was changed by somebody else; read it again",
        "lộ trình {decision} đã bị người khác thay đổi; hãy tải lại";
    target_of_other_roadmap(target): Conflict,
        "target {target} belongs to another roadmap; give it another code",
        "chỉ tiêu {target} thuộc lộ trình khác; hãy đặt mã khác";
    target_of_other_unit(target, owner, unit): Invalid,
        "target {target} is one of unit {owner}, and the run was delivered by unit {unit}",
        "chỉ tiêu {target} là của đơn vị {owner}, còn lượt chạy do đơn vị {unit} giao nộp";
}

messages! {
    chosen_target_gone(target, unit):
        "target {target} was chosen, and the plan of unit {unit} does not have it any more; attach the run to another",
        "đã chọn chỉ tiêu {target}, nhưng lộ trình của đơn vị {unit} không còn chỉ tiêu này; hãy gắn vào chỉ tiêu khác";
    listed_target_unknown(row, target):
        "row {row} of the list names target {target}, which no roadmap has",
        "dòng {row} của mục lục ghi chỉ tiêu {target}, không lộ trình nào có";
    listed_target_of_other_unit(row, target, owner, unit):
        "row {row} of the list names target {target} of unit {owner}, and the batch was delivered by {unit}",
        "dòng {row} của mục lục ghi chỉ tiêu {target} của đơn vị {owner}, còn đợt này do {unit} nộp";
    listed_target_overruled(row, target, chosen):
        "row {row} of the list names target {target}, and somebody chose target {chosen}",
        "dòng {row} của mục lục ghi chỉ tiêu {target}, nhưng đã có người chọn chỉ tiêu {chosen}";
    listed_targets_differ(row, target, others):
        "row {row} of the list names target {target}, and other rows or lists name {others}",
        "dòng {row} của mục lục ghi chỉ tiêu {target}, còn dòng hoặc mục lục khác ghi {others}";
    cell_sheet_missing():
        "the workbook has no such sheet",
        "bảng tính thiếu trang này";
    cell_heading_missing(columns):
        "there is no heading; the columns are {columns}",
        "thiếu dòng tiêu đề; các cột là {columns}";
    cell_row_missing(row):
        "the row \"{row}\" is missing",
        "thiếu dòng \"{row}\"";
    cell_empty():
        "must not be empty",
        "không được để trống";
    cell_day_invalid(text):
        "\"{text}\" is not a day; write it like 31/12/2027",
        "\"{text}\" không phải ngày; hãy ghi như 31/12/2027";
    cell_number_invalid(text):
        "\"{text}\" is not a number; write it like 1.545.000 or 25,5",
        "\"{text}\" không phải số; hãy ghi như 1.545.000 hoặc 25,5";
    cell_sign_invalid():
        "contains a line break or another control character",
        "có dấu xuống dòng hoặc ký tự điều khiển";
    cell_end_before_begin():
        "the period ends before it begins",
        "kết thúc trước khi bắt đầu";
    cell_phase_unknown(phase, sheet):
        "there is no phase \"{phase}\"; the sheet {sheet} lists the phases",
        "không có giai đoạn \"{phase}\"; xem trang {sheet}";
    cell_priority_invalid():
        "must be a whole number from 1 (first) to 5 (last)",
        "phải là số nguyên từ 1 (trước nhất) đến 5 (sau cùng)";
    cell_baseline_too_large():
        "is more than the target",
        "lớn hơn chỉ tiêu";
    cell_measure_unknown(text, known):
        "\"{text}\" is not a measure; known are {known}",
        "\"{text}\" không phải đơn vị tính; hãy dùng {known}";
    cell_target_repeated(target):
        "target {target} appears twice",
        "chỉ tiêu {target} ghi hai lần";
    sheet_without_targets():
        "there is no target in it",
        "chưa có chỉ tiêu nào";
    target_without_holdings(target):
        "target {target} is given in per cent: enter the number of pages of all its holdings",
        "chỉ tiêu {target} tính bằng phần trăm: hãy ghi tổng số trang";
    target_without_conversion(target, measure, sheet):
        "target {target} is given in {measure}: the sheet {sheet} must say how many pages that is",
        "chỉ tiêu {target} tính bằng {measure}: trang {sheet} phải cho biết bằng bao nhiêu trang";
    case_code_invalid(text):
        "\"{text}\" is not the code of a one-stop dossier; write it like H24.16-200514-0001",
        "\"{text}\" không phải mã hồ sơ một cửa; hãy ghi như H24.16-200514-0001";
    case_repeated(code):
        "one-stop dossier {code} appears twice",
        "hồ sơ {code} ghi hai lần";
    case_day_before_receipt(day):
        "{day} is before the dossier was received",
        "{day} trước ngày tiếp nhận hồ sơ";
    case_day_in_future(day):
        "{day} is in the future",
        "{day} chưa đến";
    case_unit_not_allowed(unit):
        "you may not submit dossiers of unit {unit}",
        "anh/chị không được nộp số liệu hồ sơ của đơn vị {unit}";
    case_days_invalid(text, most):
        "\"{text}\" is not a number of working days; write a whole number from 1 to {most}",
        "\"{text}\" không phải số ngày làm việc; hãy ghi số nguyên từ 1 đến {most}";
    case_reuse_unknown(text):
        "\"{text}\" does not say whether papers were reused; write có, không or DVCQG",
        "\"{text}\" không cho biết có tái sử dụng hay không; hãy ghi có, không hoặc DVCQG";
    sheet_without_cases():
        "there is no one-stop dossier in it",
        "chưa có hồ sơ nào";
    lot_state_open(): "it is being inspected", "đang kiểm tra";
    lot_state_accepted(): "it was accepted", "đã nghiệm thu";
    lot_state_returned(): "it was returned", "đã trả lại";
    lot_state_reworked(): "it was corrected since", "đã sửa xong";
}

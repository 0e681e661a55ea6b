//! Reports about roadmaps, lots and one-stop dossiers.

errors! {
    report_unknown(report, known): Invalid,
        "there is no report \"{report}\"; use one of {known}",
        "không có báo cáo \"{report}\"; hãy dùng một trong các báo cáo {known}";
    report_format_unknown(format, known): Invalid,
        "there is no format \"{format}\"; use one of {known}",
        "không có dạng \"{format}\"; hãy dùng một trong các dạng {known}";
    roadmap_version_unreadable(version, decision): Corrupt,
        "version {version} of roadmap {decision} cannot be read; run `sohoa verify`",
        "không đọc được phiên bản {version} của lộ trình {decision}; hãy chạy `sohoa verify`";
}

//! `sohoa doctor`: subjects, findings and remedies.

messages! {
    doctor_line_finder(): "line finder", "mô hình tìm dòng chữ";
    doctor_second_reader(): "second reader", "mô hình đọc lần hai";
    doctor_digit_reader(): "reader of handwritten digits", "mô hình đọc chữ số viết tay";
    doctor_runtime(): "runtime of the models", "thư viện chạy mô hình (ONNX Runtime)";
    doctor_reading_processes(): "reading processes", "tiến trình đọc";
    doctor_user(): "user", "tài khoản hệ điều hành";
    doctor_engine(): "engine", "bộ đọc";
    doctor_typeface(): "typeface of PDF reports", "phông chữ của báo cáo PDF";
    doctor_proxies(): "reverse proxies", "máy chủ trung gian";
    doctor_archive(): "archive", "kho lưu trữ";
    doctor_catalogue(): "catalogue", "danh mục";
    doctor_index(): "index", "chỉ mục tìm kiếm";
    doctor_privacy(): "privacy", "quyền riêng tư của tệp";
    doctor_own_copies(): "own copies needed", "bản sao phải tự giữ";
    doctor_store(): "store", "kho lưu";
    doctor_store_write(): "store: write", "kho lưu: ghi";
    doctor_store_read(): "store: read", "kho lưu: đọc";
    doctor_store_list(): "store: list", "kho lưu: liệt kê";
    doctor_store_conditional(): "store: conditional writes", "kho lưu: ghi có điều kiện";
    doctor_store_delete(): "store: delete", "kho lưu: xóa";

    doctor_works(): "works", "hoạt động";
    doctor_not_supported(): "not supported, and not needed", "không hỗ trợ, cũng không cần";
    doctor_store_fails(): "does not work", "không hoạt động";
    doctor_reads_slower(): "reading takes longer", "đọc lâu hơn";
    doctor_reads_worse(): "reading is less accurate", "đọc kém chính xác hơn";
    doctor_model_not_loadable(loss): "this system cannot load it: {loss}", "hệ thống này không nạp được: {loss}";
    doctor_model_not_installed(loss): "not installed: {loss}", "chưa cài đặt: {loss}";
    doctor_processes_start(): "they start, without files and network", "khởi động được, không truy cập tệp và mạng";
    doctor_landlock_on():
        "in force: reading processes open their models and nothing else, before system calls are filtered too",
        "đang bật: tiến trình đọc chỉ mở được mô hình của mình, trước khi lời gọi hệ thống cũng bị lọc";
    doctor_landlock_off():
        "this kernel has none: until system calls are filtered, reading processes can open what this user can",
        "nhân hệ điều hành không có: trước khi lời gọi hệ thống bị lọc, tiến trình đọc mở được mọi tệp mà tài khoản này mở được";
    doctor_user_root():
        "root: a fault in the server would have all rights on this machine",
        "root: một lỗi của máy chủ sẽ có toàn quyền trên máy này";
    doctor_user_not_root(): "not root", "không phải root";
    doctor_engine_scripted():
        "scripted: nothing is read, every line has the same words",
        "giả lập: không đọc gì, dòng nào cũng cùng một nội dung";
    doctor_proxies_missing():
        "public_url is HTTPS and no proxy is named: all visitors count as one address",
        "public_url dùng HTTPS mà chưa nêu máy chủ trung gian: mọi người truy cập bị tính là một địa chỉ";
    doctor_files_private():
        "no other user of this machine can read home, store, catalogue and index",
        "không tài khoản nào khác trên máy này đọc được thư mục chính, kho lưu, danh mục và chỉ mục";
    doctor_files_open(places):
        "other users of this machine can read {places}",
        "tài khoản khác trên máy này đọc được {places}";
    doctor_copies(secret, signing_key, configuration):
        "{secret}, {signing_key}, {configuration}: keep copies apart from the store; `sohoa backup` copies the rest",
        "{secret}, {signing_key}, {configuration}: hãy giữ bản sao ở ngoài kho lưu; `sohoa backup` sao lưu phần còn lại";

    doctor_fix_system():
        "use a system with glibc 2.28 or newer",
        "hãy dùng hệ điều hành có glibc 2.28 trở lên";
    doctor_fix_processes():
        "raise limits.memory_mib in sohoa.toml, or use a Linux kernel with seccomp",
        "hãy tăng limits.memory_mib trong sohoa.toml, hoặc dùng nhân Linux có seccomp";
    doctor_fix_landlock():
        "use Linux 5.13 or newer with landlock among the LSMs (lsm= on the kernel's command line)",
        "hãy dùng Linux 5.13 trở lên và thêm landlock vào danh sách LSM (lsm= trong dòng lệnh của nhân)";
    doctor_fix_user():
        "run sohoa as a user of its own, such as with User= of systemd or USER of a container",
        "hãy chạy sohoa bằng tài khoản riêng, như User= của systemd hoặc USER của container";
    doctor_fix_engine():
        "leave out --scripted-engine, which is for tests only",
        "hãy bỏ --scripted-engine, chỉ dùng để kiểm thử";
    doctor_fix_proxies():
        "set trusted_proxies under [server] to the address of the reverse proxy",
        "hãy đặt trusted_proxies trong mục [server] là địa chỉ của máy chủ trung gian";
    doctor_fix_archive():
        "check --home, --store and --catalog",
        "hãy kiểm tra --home, --store và --catalog";
    doctor_fix_rights():
        "check the rights of the keys under [s3], or of the folder",
        "hãy kiểm tra quyền của khóa trong mục [s3], hoặc của thư mục";
    doctor_fix_store():
        "check --store and the keys under [s3] in sohoa.toml",
        "hãy kiểm tra --store và khóa trong mục [s3] của sohoa.toml";
}

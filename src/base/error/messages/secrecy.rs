//! Stamps of secrecy on pages.

messages! {
    secrecy_stamp_seen(level, confidence):
        "a stamp of secrecy was seen ({level}, {confidence} % sure); an officer in charge of secrets decides on the page Quarantine or with `sohoa quarantine`",
        "phát hiện dấu độ mật ({level}, chắc {confidence} %); người phụ trách bí mật nhà nước quyết định ở trang Cách ly hoặc bằng `sohoa quarantine`";
    secrecy_stamp_released(by, at):
        "a stamp of secrecy was seen; {by} released the page at {at}",
        "phát hiện dấu độ mật; {by} đã cho lưu trang này lúc {at}";
    secrecy_stamp_released_with_note(by, at, note):
        "a stamp of secrecy was seen; {by} released the page at {at}: {note}",
        "phát hiện dấu độ mật; {by} đã cho lưu trang này lúc {at}: {note}";
    removed(by, at): "removed from quarantine and from the archive by {by} at {at}", "{by} đã loại khỏi khu cách ly và khỏi kho lúc {at}";
    removed_with_note(by, at, note): "removed from quarantine and from the archive by {by} at {at}: {note}", "{by} đã loại khỏi khu cách ly và khỏi kho lúc {at}: {note}";
    container_of_removed(removal): "{removal}; this file contains what was removed", "{removal}; tệp này chứa nội dung đã loại";
}

//! Stamps of secrecy on pages.

messages! {
    secrecy_stamp_seen(level, confidence):
        "a stamp of secrecy was seen ({level}, {confidence} % sure); an officer in charge of secrets decides: sohoa quarantine",
        "phát hiện dấu độ mật ({level}, chắc {confidence} %); người phụ trách bí mật nhà nước quyết định: sohoa quarantine";
    secrecy_stamp_released(by, at):
        "a stamp of secrecy was seen; {by} released the page at {at}",
        "phát hiện dấu độ mật; {by} đã cho lưu trang này lúc {at}";
    secrecy_stamp_released_with_note(by, at, note):
        "a stamp of secrecy was seen; {by} released the page at {at}: {note}",
        "phát hiện dấu độ mật; {by} đã cho lưu trang này lúc {at}: {note}";
}

//! What is wrong with the program itself, and causes that other programs and the system report.

errors! {
    /// A bug: the place is named for whoever mends it.
    bug(place): Internal,
        "defect of this program ({place}); report it with the log",
        "lỗi của chương trình ({place}); hãy báo kèm nhật ký";
}

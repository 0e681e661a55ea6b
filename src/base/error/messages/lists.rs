//! Lists that came with a delivery, compared with it.

messages! {
    listed_file_missing(row, file):
        "row {row} of the list names {file}, which is not among what was received",
        "dòng {row} của mục lục ghi tệp {file}, nhưng tệp này không đến";
    file_not_listed(file):
        "{file} was received, and no row of the list names it",
        "có tệp {file} mà mục lục không ghi";
    listed_pages_differ(row, file, listed, received):
        "row {row} of the list says {listed} pages for {file}; it has {received}",
        "dòng {row} của mục lục ghi {listed} trang cho {file}; tệp có {received} trang";
    listed_range_differs(row):
        "from row {row} on the pages of the list do not match those that were received",
        "từ dòng {row} trở đi, số trang trong mục lục không khớp với trang đã đến";
}

//! Delivered files and their pages: pictures, PDF, TIFF and archives that cannot be read, with what to do about it.

errors! {
    file_empty(): Invalid,
        "file is empty (0 bytes); deliver it again",
        "tệp rỗng (0 byte); hãy nộp lại";
    file_kind_unknown(): Invalid,
        "file is of no known kind; deliver PDF, TIFF, JPEG or PNG",
        "tệp không thuộc loại nào biết được; hãy nộp PDF, TIFF, JPEG hoặc PNG";
    file_not_a_scan(kind): Invalid,
        "file is {kind}, not a scan; deliver PDF, TIFF, JPEG or PNG",
        "tệp là {kind}, không phải bản quét; hãy nộp PDF, TIFF, JPEG hoặc PNG";
    file_undecodable(): Corrupt,
        "file is damaged and cannot be decoded; scan it again or save it again",
        "tệp hỏng, không giải mã được; hãy quét lại hoặc lưu lại";
    file_pages_over_limit(pages, most): Limit,
        "file has {pages} pages, more than the limit of {most}; deliver it in parts",
        "tệp có {pages} trang, quá giới hạn {most}; hãy chia thành nhiều phần";
    file_page_missing(page, pages): NotFound,
        "file has no page {page}; it has {pages}",
        "tệp không có trang {page}, chỉ có {pages} trang";
    page_undecodable(page): Corrupt,
        "page {page} is damaged and cannot be decoded; scan the page again",
        "trang {page} hỏng, không giải mã được; hãy quét lại trang";
    picture_without_area(width, height): Corrupt,
        "picture declares {width} × {height} px, which is no area; scan the page again",
        "ảnh khai {width} × {height} điểm ảnh, không có diện tích; hãy quét lại trang";
    picture_over_limit(width, height, million, most_million, most_mb): Limit,
        "picture declares {width} × {height} px ({million} million), more than the limit of {most_million} million px or {most_mb} MB; scan at a lower resolution",
        "ảnh khai {width} × {height} điểm ảnh ({million} triệu), quá giới hạn {most_million} triệu điểm ảnh hay {most_mb} MB; hãy quét ở độ phân giải thấp hơn";
    picture_undecodable(kind): Corrupt,
        "{kind} cannot be decoded; scan the page again or save it again",
        "không giải mã được {kind}; hãy quét lại trang hoặc lưu lại";
    picture_needs_too_much_memory(kind): Limit,
        "{kind} needs too much memory to be decoded; scan at a lower resolution",
        "giải mã {kind} cần quá nhiều bộ nhớ; hãy quét ở độ phân giải thấp hơn";
    picture_kind_unreadable(kind): Invalid,
        "{kind} is not a picture that can be read here",
        "{kind} không phải loại ảnh đọc được ở đây";
    heic_undecodable(): Corrupt,
        "a HEIC picture cannot be decoded; save it as JPEG",
        "không giải mã được ảnh HEIC; hãy lưu dạng JPEG";
    png_compression_unknown(): Corrupt,
        "PNG is compressed in an unknown way; save it again",
        "PNG nén theo cách lạ; hãy lưu lại";
    jpeg_cut_off(rows, height): Corrupt,
        "JPEG is cut off: only {rows} of {height} rows can be read; scan the page again",
        "ảnh JPEG bị cụt: chỉ đọc được {rows}/{height} dòng; hãy quét lại trang";
    jpeg_damaged(reason): Corrupt,
        "JPEG is damaged: {reason}; scan the page again",
        "JPEG hỏng: {reason}; hãy quét lại trang";
    jpeg_process_unsupported(): Invalid,
        "JPEG is of a rare kind (arithmetic, lossless or hierarchical) that cannot be read; save it as an ordinary JPEG",
        "JPEG thuộc loại hiếm (số học, không mất dữ liệu hoặc phân cấp), không đọc được; hãy lưu thành JPEG thông thường";
    jpeg_precision_unsupported(bits): Invalid,
        "JPEG has {bits} bits per sample, only 8 can be read; save it as an ordinary JPEG",
        "JPEG có {bits} bit mỗi mẫu, chỉ đọc được 8; hãy lưu thành JPEG thông thường";
    jpeg2000_tiles_over_limit(tiles, most): Limit,
        "JPEG 2000 picture is cut into {tiles} tiles, more than the limit of {most}; save it again",
        "ảnh JPEG 2000 chia thành {tiles} mảnh, quá giới hạn {most}; hãy lưu lại";
    tiff_without_pages(): Corrupt,
        "TIFF is damaged: it has no page; scan the page again",
        "TIFF hỏng: không có trang nào; hãy quét lại";
    tiff_page_missing(page): NotFound,
        "TIFF has no page {page}",
        "TIFF không có trang {page}";
    tiff_samples_invalid(page, samples): Corrupt,
        "TIFF page {page} declares {samples} samples per pixel; scan the page again",
        "trang TIFF {page} khai {samples} mẫu mỗi điểm ảnh; hãy quét lại trang";
    tiff_strips_invalid(page, strips): Corrupt,
        "TIFF page {page} is damaged: it points to {strips} parts; scan the page again",
        "trang TIFF {page} hỏng: trỏ tới {strips} phần; hãy quét lại trang";
    tiff_old_jpeg(page): Invalid,
        "TIFF page {page} uses the withdrawn JPEG of TIFF 6.0, which cannot be read; save it again",
        "trang TIFF {page} dùng kiểu JPEG đã bỏ của TIFF 6.0, không đọc được; hãy lưu lại";
    tiff_colours_unknown(page): Corrupt,
        "TIFF page {page} does not say what its numbers mean; save it again",
        "trang TIFF {page} không cho biết ý nghĩa các giá trị màu; hãy lưu lại";
    tiff_page_undecodable(page): Corrupt,
        "TIFF page {page} cannot be decoded; scan the page again or save it again",
        "không giải mã được trang TIFF {page}; hãy quét lại trang hoặc lưu lại";
    tiff_pixels_unsupported(page, colour): Invalid,
        "TIFF page {page} has a rare kind of pixels ({colour}) that cannot be read; save it as ordinary grey or RGB",
        "trang TIFF {page} có kiểu điểm ảnh hiếm ({colour}), không đọc được; hãy lưu thành ảnh xám hoặc RGB thông thường";
    tiff_fax_in_tiles(): Invalid,
        "TIFF page is fax data in tiles, which cannot be read; save it again with Group 4 in strips",
        "trang TIFF là dữ liệu fax chia ô, không đọc được; hãy lưu lại kiểu Group 4 theo dải";
    tiff_rows_missing(rows, height): Corrupt,
        "TIFF page is damaged: only {rows} of {height} rows can be read; scan the page again",
        "trang TIFF hỏng: chỉ đọc được {rows} trên {height} dòng; hãy quét lại trang";
    tiff_half_missing(): Corrupt,
        "TIFF page is damaged: less than half of it can be read; scan the page again",
        "trang TIFF hỏng: đọc được chưa đến một nửa; hãy quét lại trang";
    tiff_kind_unsupported(): Invalid,
        "TIFF page is of an old and rare kind that cannot be read; save it again",
        "trang TIFF thuộc loại cũ hiếm gặp, không đọc được; hãy lưu lại";
    pdf_without_pages(): Corrupt,
        "PDF is damaged: no page can be found in it; scan the pages again or save it again",
        "PDF hỏng: không tìm thấy trang nào; hãy quét lại hoặc lưu lại";
    pdf_page_list_invalid(): Corrupt,
        "PDF is damaged: its list of pages is not valid; scan the pages again or save it again",
        "PDF hỏng: danh sách trang sai; hãy quét lại hoặc lưu lại";
    pdf_password_needed(): Denied,
        "PDF is encrypted: a password is needed; deliver it without one",
        "PDF có mật khẩu; hãy gỡ mật khẩu rồi nộp lại";
    pdf_encryption_unsupported(): Denied,
        "PDF is encrypted in a way that cannot be read; deliver it without encryption",
        "PDF mã hóa theo cách không đọc được; hãy nộp bản không mã hóa";
    pdf_encryption_incomplete(): Corrupt,
        "PDF is damaged: its encryption is incomplete; deliver it without encryption",
        "PDF hỏng: phần mã hóa không đầy đủ; hãy nộp bản không mã hóa";
    pdf_page_missing(page): NotFound,
        "PDF has no page {page}",
        "PDF không có trang {page}";
    pdf_page_unreadable(): Corrupt,
        "PDF page is damaged: its content cannot be read; scan the page again",
        "trang PDF hỏng: không đọc được nội dung; hãy quét lại trang";
    pdf_page_over_limit(most): Limit,
        "PDF page draws more than {most} things; print it to a picture and deliver that",
        "trang PDF vẽ hơn {most} đối tượng; hãy in ra ảnh rồi nộp ảnh";
    pdf_rows_missing(missing, height): Corrupt,
        "PDF page is damaged: {missing} of the {height} rows of its picture cannot be read; scan the page again",
        "trang PDF hỏng: không đọc được {missing} trong {height} dòng của ảnh; hãy quét lại trang";
    pdf_picture_undecodable(): Corrupt,
        "PDF page is damaged: its picture cannot be decoded; scan the page again",
        "trang PDF hỏng: không giải mã được ảnh; hãy quét lại trang";
    pdf_page_too_large(width, height): Limit,
        "PDF page would be drawn as {width} × {height} px; deliver it as a picture",
        "trang PDF vẽ ra tới {width} × {height} điểm ảnh; hãy nộp dạng ảnh";
    pdf_page_undrawable(): Corrupt,
        "PDF page cannot be drawn; print it to a picture and deliver that",
        "không vẽ được trang PDF; hãy in ra ảnh rồi nộp ảnh";
    pdf_overlay_empty(): Invalid,
        "part drawn over the page has no pixels; scan the page again",
        "phần vẽ chồng lên trang không có điểm ảnh; hãy quét lại trang";
    pdf_picture_too_large(): Limit,
        "the picture is larger than a PDF can contain; scan the page at a lower resolution",
        "ảnh lớn hơn mức PDF chứa được; hãy quét trang ở độ phân giải thấp hơn";
    pdf_document_too_long(): Limit,
        "the document is longer than a PDF can be; cut it into several",
        "văn bản dài hơn mức một tệp PDF chứa được; hãy tách thành nhiều văn bản";
    pdf_page_empty(): Invalid,
        "page picture has no pixels; scan the page again",
        "ảnh của trang không có điểm ảnh; hãy quét lại trang";
    pdf_document_empty(): Invalid,
        "document has no pages to write; add at least one",
        "văn bản không có trang nào để ghi; hãy thêm ít nhất một trang";
    archive_unreadable(archive): Unavailable,
        "archive {archive} cannot be read; deliver it again",
        "không đọc được tệp nén {archive}; hãy nộp lại";
    archive_kind_unknown(archive): Invalid,
        "{archive} is not a ZIP or TAR archive; deliver the files themselves",
        "{archive} không phải tệp nén ZIP hay TAR; hãy nộp chính các tệp";
    zip_damaged(archive): Corrupt,
        "ZIP archive {archive} is damaged or in several parts; pack it again",
        "tệp nén ZIP {archive} hỏng hoặc chia nhiều phần; hãy nén lại";
    zip_names_repeated(archive): Invalid,
        "ZIP archive {archive} has several members with one name; rename them and pack it again",
        "tệp nén ZIP {archive} có nhiều tệp trùng tên; hãy đổi tên rồi nén lại";
    zip_members_overlap(archive): Limit,
        "ZIP archive {archive} has members that overlap, as only hostile ones do; pack it again",
        "tệp nén ZIP {archive} có các tệp chồng lên nhau, dấu hiệu của tệp độc hại; hãy nén lại";
    gzip_without_tar(archive): Invalid,
        "{archive} is a gzip file without a TAR archive in it; deliver the file itself",
        "{archive} là tệp gzip không chứa TAR; hãy nộp chính tệp bên trong";
    tar_damaged(archive): Corrupt,
        "TAR archive {archive} is damaged; pack it again",
        "tệp nén TAR {archive} hỏng; hãy nén lại";
    archive_members_over_limit(archive, most): Limit,
        "archive {archive} has more than the limit of {most} members; deliver it in parts",
        "tệp nén {archive} có hơn {most} tệp; hãy nộp thành nhiều phần";
    archive_bytes_over_limit(archive, mb, ratio): Limit,
        "archive {archive} unpacks to more than {mb} MB or {ratio} times its size; deliver it in parts",
        "tệp nén {archive} giải nén ra hơn {mb} MB hoặc gấp {ratio} lần dung lượng; hãy nộp thành nhiều phần";
    archive_encrypted(archive): Denied,
        "archive {archive} is encrypted: a password is needed; deliver it without one",
        "tệp nén {archive} có mật khẩu; hãy gỡ mật khẩu rồi nộp lại";
    archive_without_files(archive, reason): Corrupt,
        "archive {archive} has no file that can be received: {reason}",
        "tệp nén {archive} không có tệp nào nhận được: {reason}";
    archive_empty(archive): Invalid,
        "archive {archive} is empty; pack it again with its files",
        "tệp nén {archive} rỗng; hãy nén lại cùng các tệp";
}

messages! {
    kind_pdf(): "a PDF", "tệp PDF";
    kind_jpeg(): "a JPEG picture", "ảnh JPEG";
    kind_png(): "a PNG picture", "ảnh PNG";
    kind_tiff(): "a TIFF picture", "ảnh TIFF";
    kind_webp(): "a WebP picture", "ảnh WebP";
    kind_bitmap(): "a bitmap picture", "ảnh bitmap";
    kind_gif(): "a GIF picture", "ảnh GIF";
    kind_jpeg2000(): "a JPEG 2000 picture", "ảnh JPEG 2000";
    kind_heic(): "a HEIC picture", "ảnh HEIC";
    kind_avif(): "an AVIF picture", "ảnh AVIF";
    kind_zip(): "a ZIP archive", "tệp nén ZIP";
    kind_tar(): "a TAR archive", "tệp nén TAR";
    kind_gzip(): "a gzip archive", "tệp nén gzip";
    kind_svg(): "an SVG drawing", "bản vẽ SVG";
    kind_json(): "JSON data", "dữ liệu JSON";
    kind_csv(): "a CSV table", "bảng CSV";
    kind_text(): "plain text", "văn bản thuần";
    kind_html(): "a web page", "tệp trang web (HTML)";
    kind_xml(): "XML data", "dữ liệu XML";
    kind_postscript(): "a PostScript program", "chương trình PostScript";
    kind_program(): "a Windows program", "chương trình Windows";
    kind_office(): "an office document", "tệp văn phòng";
    kind_other(media_type): "data of the type {media_type}", "dữ liệu loại {media_type}";
    jpeg_without_frame(): "no frame header", "thiếu phần đầu khung ảnh";
    jpeg_without_data(): "no picture data", "thiếu dữ liệu ảnh";
    jpeg_without_height(): "height 0", "chiều cao bằng 0";
}

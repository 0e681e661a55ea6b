//! Closed lists of words that stand in headers and signing blocks: what OCR read is mended only to these.

/// Provinces and cities, before and after the mergers of 2025 (Resolution 202/2025/QH15).
pub(super) const PROVINCES: [&str; 65] = [
    "An Giang", "Bà Rịa - Vũng Tàu", "Bạc Liêu", "Bắc Giang", "Bắc Kạn", "Bắc Ninh", "Bến Tre", "Bình Dương", "Bình Định",
    "Bình Phước", "Bình Thuận", "Cà Mau", "Cao Bằng", "Cần Thơ", "Đà Nẵng", "Đắk Lắk", "Đắk Nông", "Điện Biên", "Đồng Nai",
    "Đồng Tháp", "Gia Lai", "Hà Giang", "Hà Nam", "Hà Nội", "Hà Tĩnh", "Hải Dương", "Hải Phòng", "Hậu Giang", "Hòa Bình",
    "Hồ Chí Minh", "Huế", "Hưng Yên", "Khánh Hòa", "Kiên Giang", "Kon Tum", "Lai Châu", "Lạng Sơn", "Lào Cai", "Lâm Đồng",
    "Long An", "Nam Định", "Nghệ An", "Ninh Bình", "Ninh Thuận", "Phú Thọ", "Phú Yên", "Quảng Bình", "Quảng Nam", "Quảng Ngãi",
    "Quảng Ninh", "Quảng Trị", "Sóc Trăng", "Sơn La", "Tây Ninh", "Thái Bình", "Thái Nguyên", "Thanh Hóa", "Thừa Thiên Huế",
    "Tiền Giang", "Trà Vinh", "Tuyên Quang", "Vĩnh Long", "Vĩnh Phúc", "Yên Bái", "Thừa Thiên - Huế",
];

/// Fields of work that departments (sở) and ministries (bộ) are named after.
pub(super) const BRANCHES: [&str; 34] = [
    "Y tế", "Nội vụ", "Tài chính", "Giáo dục và Đào tạo", "Khoa học và Công nghệ", "Nông nghiệp và Phát triển nông thôn",
    "Nông nghiệp và Môi trường", "Tài nguyên và Môi trường", "Giao thông vận tải", "Xây dựng", "Công Thương", "Tư pháp",
    "Kế hoạch và Đầu tư", "Thông tin và Truyền thông", "Văn hóa, Thể thao và Du lịch", "Văn hóa và Thể thao", "Du lịch",
    "Lao động - Thương binh và Xã hội", "Ngoại vụ", "Dân tộc và Tôn giáo", "Dân tộc - Tôn giáo", "Quy hoạch - Kiến trúc",
    "Công an", "Quốc phòng", "Ngoại giao", "Lao động, Thương binh và Xã hội", "Giao thông công chánh", "Thương mại",
    "Công nghiệp", "Thủy sản", "Bưu chính, Viễn thông", "Địa chính", "Văn hóa - Thông tin", "Giáo dục",
];

/// Bodies written out in full, with the form in which they are printed or shortened, squeezed.
pub(super) const BODIES: [(&str, &str); 14] = [
    ("ubnd", "Ủy ban nhân dân"),
    ("uybannhandan", "Ủy ban nhân dân"),
    ("hdnd", "Hội đồng nhân dân"),
    ("hoidongnhandan", "Hội đồng nhân dân"),
    ("ubmttqvietnam", "Ủy ban Mặt trận Tổ quốc Việt Nam"),
    ("uybanmattrantoquocvietnam", "Ủy ban Mặt trận Tổ quốc Việt Nam"),
    ("vanphongchinhphu", "Văn phòng Chính phủ"),
    ("thutuongchinhphu", "Thủ tướng Chính phủ"),
    ("chinhphu", "Chính phủ"),
    ("quochoi", "Quốc hội"),
    ("uybanthuongvuquochoi", "Ủy ban Thường vụ Quốc hội"),
    ("chutichnuoc", "Chủ tịch nước"),
    ("vanphong", "Văn phòng"),
    ("vanphongtrunguongdang", "Văn phòng Trung ương Đảng"),
];

/// First words of an organ's name, folded; a header row that starts otherwise goes on with the row above.
pub(super) const ORGAN_STARTS: [&str; 38] = [
    "uy ban", "ubnd", "hoi dong", "hdnd", "so ", "bo ", "ban ", "cuc ", "chi cuc", "tong cuc", "van phong", "trung tam", "benh vien",
    "truong ", "cong ty", "phong ", "vien ", "tinh uy", "huyen uy", "thanh uy", "quan uy", "dang uy", "dang bo", "dang doan", "doan ",
    "toa an", "bao hiem", "kho bac", "thanh tra", "hoi ", "lien doan", "mat tran", "vu ", "tong cong ty", "hat ", "doi ", "tram ", "chinh phu",
];

/// Kinds of place that go before a place name, folded and as written.
pub(super) const PLACE_KINDS: [(&str, &str); 9] = [
    ("thanhpho", "thành phố"),
    ("thixa", "thị xã"),
    ("thitran", "thị trấn"),
    ("dackhu", "đặc khu"),
    ("tinh", "tỉnh"),
    ("huyen", "huyện"),
    ("quan", "quận"),
    ("phuong", "phường"),
    ("xa", "xã"),
];

/// Offices of people who sign, as printed.
pub(super) const OFFICES: [&str; 58] = [
    "CHỦ TỊCH", "PHÓ CHỦ TỊCH", "GIÁM ĐỐC", "PHÓ GIÁM ĐỐC", "TỔNG GIÁM ĐỐC", "PHÓ TỔNG GIÁM ĐỐC", "BỘ TRƯỞNG", "THỨ TRƯỞNG",
    "CHÁNH VĂN PHÒNG", "PHÓ CHÁNH VĂN PHÒNG", "TRƯỞNG BAN", "PHÓ TRƯỞNG BAN", "CỤC TRƯỞNG", "PHÓ CỤC TRƯỞNG", "TỔNG CỤC TRƯỞNG",
    "PHÓ TỔNG CỤC TRƯỞNG", "VỤ TRƯỞNG", "PHÓ VỤ TRƯỞNG", "HIỆU TRƯỞNG", "PHÓ HIỆU TRƯỞNG", "VIỆN TRƯỞNG", "PHÓ VIỆN TRƯỞNG",
    "TRƯỞNG PHÒNG", "PHÓ TRƯỞNG PHÒNG", "CHI CỤC TRƯỞNG", "PHÓ CHI CỤC TRƯỞNG", "BÍ THƯ", "PHÓ BÍ THƯ", "THỦ TƯỚNG", "PHÓ THỦ TƯỚNG",
    "CHÁNH ÁN", "PHÓ CHÁNH ÁN", "CHÁNH THANH TRA", "PHÓ CHÁNH THANH TRA", "TỔ TRƯỞNG", "ĐỘI TRƯỞNG", "TRƯỞNG ĐOÀN", "CHỦ NHIỆM",
    "PHÓ CHỦ NHIỆM", "ỦY BAN NHÂN DÂN", "HỘI ĐỒNG NHÂN DÂN", "CHÍNH PHỦ", "BAN GIÁM ĐỐC", "BAN THƯỜNG VỤ", "CHỦ TỌA", "THƯ KÝ",
    "TỔNG BÍ THƯ", "CHỦ TỊCH QUỐC HỘI", "PHÓ BÍ THƯ THƯỜNG TRỰC", "CHỦ TỊCH HỘI ĐỒNG", "TRƯỞNG TRẠM", "HẠT TRƯỞNG", "KẾ TOÁN TRƯỞNG",
    "THỦ TRƯỞNG ĐƠN VỊ", "CHỦ TỊCH UBND TỈNH", "PHÓ TRƯỞNG ĐOÀN", "TRƯỞNG KHOA", "THƯỜNG TRỰC",
];

/// Marks of the right to sign (Decree 30/2020), folded.
pub(super) const SIGNING_MARKS: [&str; 5] = ["tm", "kt", "tl", "tuq", "q"];

/// Vietnamese family names, folded.
pub(super) const FAMILY_NAMES: [&str; 66] = [
    "nguyen", "tran", "le", "pham", "hoang", "huynh", "phan", "vu", "vo", "dang", "bui", "do", "ho", "ngo", "duong", "ly", "ha", "dinh",
    "truong", "lam", "doan", "mai", "trinh", "dao", "luong", "cao", "chu", "ta", "to", "thai", "tong", "phung", "quach", "trieu", "chau",
    "kieu", "nghiem", "vuong", "luu", "la", "ninh", "ung", "au", "bach", "cu", "dam", "diep", "giang", "han", "hua", "khong", "khuat",
    "lai", "luc", "ma", "nong", "on", "tang", "than", "tieu", "ton", "tu", "van", "vi", "viet", "y",
];

/// Texts of a sheet that only parts documents, squeezed.
pub(super) const SEPARATORS: [&str; 7] =
    ["sohoaseparator", "tophancach", "tophancachtailieu", "tophancachvanban", "trangphancach", "separatorsheet", "phancachtailieu"];

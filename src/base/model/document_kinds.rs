//! Kinds of document: the `typeName` codes of Circular 05/2025/TT-BNV and the abbreviations of Decree 30/2020.

/// One kind of document (loại văn bản).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DocumentKind {
    /// Code of Circular 05/2025: two digits.
    pub code: &'static str,
    /// Vietnamese name, lower case.
    pub name: &'static str,
    /// Abbreviation in a document's number (Decree 30/2020); empty where there is none. Case matters.
    pub abbreviation: &'static str,
}

const fn kind(code: &'static str, name: &'static str, abbreviation: &'static str) -> DocumentKind {
    DocumentKind { code, name, abbreviation }
}

/// All kinds by code.
pub const DOCUMENT_KINDS: &[DocumentKind] = &[
    kind("01", "nghị quyết", "NQ"),
    kind("02", "quyết định", "QĐ"),
    kind("03", "chỉ thị", "CT"),
    kind("04", "quy chế", "QC"),
    kind("05", "quy định", "QyĐ"),
    kind("06", "thông cáo", "TC"),
    kind("07", "thông báo", "TB"),
    kind("08", "hướng dẫn", "HD"),
    kind("09", "chương trình", "CTr"),
    kind("10", "kế hoạch", "KH"),
    kind("11", "phương án", "PA"),
    kind("12", "đề án", "ĐA"),
    kind("13", "dự án", "DA"),
    kind("14", "báo cáo", "BC"),
    kind("15", "tờ trình", "TTr"),
    kind("16", "giấy ủy quyền", "GUQ"),
    kind("17", "phiếu gửi", "PG"),
    kind("18", "phiếu chuyển", "PC"),
    kind("19", "phiếu báo", "PB"),
    kind("20", "biên bản", "BB"),
    kind("21", "hợp đồng", "HĐ"),
    kind("22", "công văn", ""),
    kind("23", "công điện", "CĐ"),
    kind("24", "bản ghi nhớ", "BGN"),
    kind("25", "bản thỏa thuận", "BTT"),
    kind("26", "giấy mời", "GM"),
    kind("27", "giấy giới thiệu", "GGT"),
    kind("28", "giấy nghỉ phép", "GNP"),
    kind("29", "thư công", ""),
    kind("30", "bản đồ", ""),
    kind("31", "bản vẽ", ""),
    kind("32", "khác", ""),
];

/// Code of công văn, the kind without a name line.
pub const OFFICIAL_LETTER: &str = "22";

/// Code of all other kinds.
pub const OTHER_KIND: &str = "32";

/// The kind with this code.
#[must_use]
pub fn kind_by_code(code: &str) -> Option<&'static DocumentKind> {
    DOCUMENT_KINDS.iter().find(|kind| kind.code == code)
}

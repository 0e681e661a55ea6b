//! Content of a document before typesetting.

/// A document to be drawn.
#[derive(Debug, Clone)]
pub struct DocumentContent {
    /// Code of its kind (Circular 05/2025).
    pub kind: &'static str,
    /// Name line, upper case; empty for an official letter.
    pub title: &'static str,
    /// Body above the issuer, upper case; may be empty.
    pub parent_body: String,
    /// Issuing body, upper case.
    pub issuer: String,
    /// Number and notation, such as `128/QĐ-UBND`.
    pub number: String,
    /// Place of issue.
    pub place: String,
    /// Day, month, year of issue.
    pub date: (u8, u8, u16),
    /// Subject, without "V/v" or "Về việc".
    pub subject: String,
    /// Office that acts, on the line between head and body ("CHỦ TỊCH ỦY BAN NHÂN DÂN …"), or empty.
    pub acting_official: String,
    /// Addressee ("Kính gửi"), or empty.
    pub addressee: String,
    /// Legal basis ("Căn cứ"), set in italics.
    pub legal_basis: Vec<String>,
    /// Word alone on a line before the articles, such as `QUYẾT ĐỊNH:`; may be empty.
    pub enacting_formula: &'static str,
    /// Paragraphs.
    pub body: Vec<String>,
    /// Lines under "Nơi nhận".
    pub recipients: Vec<String>,
    /// Lines over the signature.
    pub signing_authority: Vec<String>,
    /// Name of the signatory.
    pub signer: String,
    /// A table on a page of its own.
    pub annex: Option<Annex>,
}

/// A table annexed to a document.
#[derive(Debug, Clone)]
pub struct Annex {
    /// Heading over the table.
    pub title: String,
    /// Heads of the columns with their widths in mm.
    pub columns: Vec<(&'static str, f32)>,
    /// Rows, as many cells as columns.
    pub rows: Vec<Vec<String>>,
}

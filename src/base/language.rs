//! Language of a text for people.

/// Language of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Tiếng Việt.
    #[default]
    Vietnamese,
    /// English.
    English,
}

impl Language {
    /// The language with this code; Vietnamese for an unknown one.
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        if code == "en" { Self::English } else { Self::Vietnamese }
    }

    /// Its code (BCP 47).
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Vietnamese => "vi",
            Self::English => "en",
        }
    }
}

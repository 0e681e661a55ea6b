//! Result of a search: pages found, snippets, positions of the matched words, and counts by value.

use serde::Serialize;
use sohoa_base::model::page::geometry::Bounds;
use std::collections::BTreeMap;

/// Maximum number of values of one facet.
pub(crate) const MAX_FACET_VALUES: usize = 100;

/// Result of a search.
#[derive(Debug, Clone, PartialEq, Default, Serialize, schemars::JsonSchema)]
pub struct Hits {
    /// Total number of pages found.
    pub total: u64,
    /// Whether no page has all words, so that pages with at least one word are returned.
    pub relaxed: bool,
    /// Numbers of pages by value, over all pages found.
    pub facets: Facets,
    /// The requested range of pages, best first; equal ones by object, document and page.
    pub hits: Vec<Hit>,
}

/// Numbers of pages by value: the most frequent first, equal ones by value, at most 100 each.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, schemars::JsonSchema)]
pub struct Facets {
    /// By kind code.
    pub kind: Vec<FacetCount>,
    /// By issuer as written.
    pub issuer: Vec<FacetCount>,
    /// By year of issue.
    pub year: Vec<FacetCount>,
    /// By dossier code.
    pub dossier: Vec<FacetCount>,
}

/// One value of a facet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct FacetCount {
    /// Value, as accepted by the filter of the same name.
    pub value: String,
    /// Value for display.
    pub label: String,
    /// Number of pages with this value.
    pub count: u64,
}

/// Page found.
#[derive(Debug, Clone, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Hit {
    /// Name of the dossier's object.
    pub object: String,
    /// Code of the fonds.
    pub fonds: String,
    /// Dossier code.
    pub dossier: String,
    /// Title of the dossier.
    pub title: String,
    /// Number of the document in the dossier.
    pub document: u32,
    /// Number of the page in the document.
    pub page: u32,
    /// Code of the document's kind.
    pub kind: String,
    /// Name of the kind.
    pub kind_name: String,
    /// The document's fields as they were given.
    pub fields: BTreeMap<String, String>,
    /// Score: higher is better; not comparable between queries.
    pub score: f64,
    /// Text around the matched words.
    pub snippet: Snippet,
    /// Boxes of the matched words, in px of the upright page image, in reading order.
    pub boxes: Vec<Bounds>,
}

/// Excerpt of the original text with the matched words marked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, schemars::JsonSchema)]
pub struct Snippet {
    /// Origin: `text`, `title`, `kind_name`, the name of a field, or `number` or `date` if these were composed
    /// from fields.
    pub source: String,
    /// Recognised text, not escaped; `…` where it was cut.
    pub text: String,
    /// Matched parts as byte ranges of `text`, in order, without overlap.
    pub marks: Vec<MatchRange>,
}

/// Byte range of a snippet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct MatchRange {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Snippet {
    /// Text split at the marks, with whether each piece is a match, for callers to escape and emphasise.
    #[must_use]
    pub fn segments(&self) -> Vec<(&str, bool)> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for mark in &self.marks {
            pieces.push((self.text.get(at..mark.start).unwrap_or_default(), false));
            pieces.push((self.text.get(mark.start..mark.end).unwrap_or_default(), true));
            at = mark.end;
        }
        pieces.push((self.text.get(at..).unwrap_or_default(), false));
        pieces.retain(|(text, _)| !text.is_empty());
        pieces
    }
}

//! Query and its parser: words, "phrases" and `filter:value`. Any text is accepted.

use crate::tokenizer::{keyword_value, tokenize};
use sohoa_base::error::Result;
use sohoa_base::messages::search;
use sohoa_base::model::account::UnitScope;
use sohoa_base::model::document_kinds::DOCUMENT_KINDS;
use sohoa_base::text::dates::{self, PartialDate};
use sohoa_base::text::nfc::nfc;
use std::collections::BTreeSet;

/// Maximum number of characters of a query that are parsed, and of clauses that are used.
const MAX_QUERY_CHARS: usize = 2_000;
const MAX_CLAUSES: usize = 48;

/// Query to the index.
///
/// The text contains words, all of which must occur on the page or in the fields of the document; `"phrases"`, matched with
/// their diacritics if they have any; prefixes such as `quyết*`; and the filters `kind:QĐ`, `number:07/CT-UBND`,
/// `date:2020..2021`, `issuer:"sở y tế"`, `dossier:…`, `fonds:…`. The other fields of this type are filters too; all
/// filters must match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// Words, phrases and filters; any text is allowed.
    pub text: String,
    /// Document kind: code, name or abbreviation.
    pub kind: Option<String>,
    /// Words of the name of the issuer, in this order; diacritics are ignored.
    pub issuer: Option<String>,
    /// Number, or consecutive parts of it: `07/CT-UBND`, `CT-UBND`, `7`.
    pub number: Option<String>,
    /// Documents issued on this day or later: `2020`, `2020-05`, `2020-05-14`, `14/5/2020`.
    pub date_from: Option<String>,
    /// Documents issued on this day or earlier.
    pub date_to: Option<String>,
    /// Whole dossier code; diacritics and case are ignored.
    pub dossier: Option<String>,
    /// Whole fonds code; diacritics and case are ignored, so it narrows a search but gives no right to see a page: see `units`.
    pub fonds: Option<String>,
    /// Units whose pages may be found and counted, byte for byte.
    pub units: UnitScope,
    /// Maximum number of hits to return, at most [`Query::MAX_LIMIT`]; total and facets cover all pages found.
    pub limit: usize,
    /// Number of hits to skip, at most [`Query::MAX_OFFSET`].
    pub offset: usize,
}

impl Default for Query {
    fn default() -> Self {
        Self {
            text: String::new(),
            kind: None,
            issuer: None,
            number: None,
            date_from: None,
            date_to: None,
            dossier: None,
            fonds: None,
            units: UnitScope::All,
            limit: 20,
            offset: 0,
        }
    }
}

impl Query {
    /// Maximum of [`Query::limit`].
    pub const MAX_LIMIT: usize = 1_000;
    /// Maximum of [`Query::offset`].
    pub const MAX_OFFSET: usize = 100_000;

    /// Query with text only.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), ..Self::default() }
    }
}

/// Token of a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClauseToken {
    pub(super) exact: String,
    pub(super) folded: String,
}

/// Treatment of diacritics in a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DiacriticMode {
    /// Diacritics are ignored.
    Ignored,
    /// Text with the same diacritics ranks first.
    Preferred,
    /// Only text with the same diacritics matches.
    Required,
}

/// Word or phrase: consecutive tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Clause {
    pub(super) tokens: Vec<ClauseToken>,
    pub(super) diacritics: DiacriticMode,
    pub(super) is_quoted: bool,
    /// The last token is a prefix.
    pub(super) is_prefix: bool,
}

/// Condition on the fields of the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Filter {
    /// Any of these codes or folded names.
    Kind(Vec<String>),
    /// Folded tokens, consecutive.
    Number(Vec<String>),
    Issuer(Vec<String>),
    /// Whole value, folded.
    Dossier(String),
    Fonds(String),
    /// One of these units, byte for byte.
    Units(BTreeSet<String>),
    /// Days as numbers such as 20200514, inclusive.
    DateRange(u64, u64),
    /// Matches nothing: the value has no letter or digit.
    MatchNone,
}

/// Parsed query.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct ParsedQuery {
    pub(super) clauses: Vec<Clause>,
    pub(super) filters: Vec<Filter>,
    /// The text is not empty, but has no letter or digit.
    pub(super) is_only_punctuation: bool,
}

/// Parses a query.
///
/// # Errors
/// `Invalid` if `date_from` or `date_to` is not a date.
pub(super) fn parse_query(query: &Query) -> Result<ParsedQuery> {
    let mut parsed = ParsedQuery::default();
    let text: String = nfc(&query.text.chars().take(MAX_QUERY_CHARS).collect::<String>());
    for segment in split_segments(&text) {
        if parsed.clauses.len() + parsed.filters.len() >= MAX_CLAUSES {
            break;
        }
        let filter = segment.name.as_deref().and_then(|name| parse_filter(name, &segment.value));
        match (filter, segment.name) {
            (Some(filter), _) => parsed.filters.push(filter),
            (None, Some(name)) => parsed.clauses.extend(parse_clause(&format!("{name}:{}", segment.value), false)),
            (None, None) => parsed.clauses.extend(parse_clause(&segment.value, segment.is_quoted)),
        }
    }
    parsed.is_only_punctuation = !text.trim().is_empty() && parsed.clauses.is_empty() && parsed.filters.is_empty();
    // A query without any diacritics matches all spellings. In one with diacritics they are meant, also where a word has none.
    let query_has_diacritics = parsed.clauses.iter().any(|clause| clause.tokens.iter().any(|part| part.exact != part.folded));
    for clause in &mut parsed.clauses {
        let has_diacritics = clause.tokens.iter().any(|part| part.exact != part.folded);
        clause.diacritics = match (clause.is_quoted, has_diacritics, query_has_diacritics) {
            (true, true, _) => DiacriticMode::Required,
            (false, _, true) => DiacriticMode::Preferred,
            _ => DiacriticMode::Ignored,
        };
    }
    let named =
        [("kind", &query.kind), ("issuer", &query.issuer), ("number", &query.number), ("dossier", &query.dossier), ("fonds", &query.fonds)];
    for (name, value) in named {
        if let Some(value) = value {
            parsed.filters.push(parse_filter(name, value).unwrap_or(Filter::MatchNone));
        }
    }
    if let UnitScope::Only(units) = &query.units {
        parsed.filters.push(Filter::Units(units.clone()));
    }
    if query.date_from.is_some() || query.date_to.is_some() {
        let from = query.date_from.as_deref().map(parse_date).transpose()?;
        let to = query.date_to.as_deref().map(parse_date).transpose()?;
        parsed.filters.push(date_range_filter(from, to));
    }
    Ok(parsed)
}

fn parse_date(text: &str) -> Result<PartialDate> {
    dates::parse_date(&nfc(text)).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        search::search_date_invalid(shown)
    })
}

fn date_range_filter(from: Option<PartialDate>, to: Option<PartialDate>) -> Filter {
    let number = |iso: String| crate::indexed_page::day_number(&iso);
    Filter::DateRange(from.map_or(0, |date| number(date.first_day())), to.map_or(u64::MAX, |date| number(date.last_day())))
}

/// Segment of the query text: a word, a phrase, or `name:value`.
#[derive(Debug, PartialEq, Eq)]
struct QuerySegment {
    name: Option<String>,
    value: String,
    is_quoted: bool,
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '“' | '”' | '„' | '«' | '»')
}

fn split_segments(text: &str) -> Vec<QuerySegment> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if is_quote(first) {
            let inside = rest.get(first.len_utf8()..).unwrap_or_default();
            match inside.find(is_quote) {
                Some(end) => {
                    found.push(QuerySegment { name: None, value: inside.get(..end).unwrap_or_default().to_owned(), is_quoted: true });
                    rest = skip_character(inside, end);
                }
                // An unclosed quote is ignored.
                None => rest = inside,
            }
        } else {
            let end = rest.find(|c: char| c.is_whitespace() || is_quote(c)).unwrap_or(rest.len());
            let (word, tail) = rest.split_at(end);
            let name = word.strip_suffix(':').filter(|_| tail.starts_with(is_quote));
            let quoted_value = tail.get(tail.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
            match (name, quoted_value.find(is_quote)) {
                (Some(name), Some(close)) => {
                    let value = quoted_value.get(..close).unwrap_or_default().to_owned();
                    found.push(QuerySegment { name: Some(name.to_owned()), value, is_quoted: true });
                    rest = skip_character(quoted_value, close);
                }
                _ => {
                    found.push(match word.split_once(':') {
                        Some((name, value)) if !value.is_empty() => {
                            QuerySegment { name: Some(name.to_owned()), value: value.to_owned(), is_quoted: false }
                        }
                        _ => QuerySegment { name: None, value: word.to_owned(), is_quoted: false },
                    });
                    rest = tail;
                }
            }
        }
        rest = rest.trim_start();
    }
    found
}

/// Text after the character at byte `at`.
fn skip_character(text: &str, at: usize) -> &str {
    let mut rest = text.get(at..).unwrap_or_default().chars();
    rest.next();
    rest.as_str()
}

fn parse_clause(value: &str, quoted: bool) -> Option<Clause> {
    let parts: Vec<ClauseToken> =
        tokenize(value).into_iter().take(MAX_CLAUSES).map(|token| ClauseToken { exact: token.exact, folded: token.folded }).collect();
    // A prefix of one letter would match half of the index.
    let is_long_enough = parts.len() > 1 || parts.last().is_some_and(|part| part.folded.chars().count() > 1);
    let is_prefix = is_long_enough && !quoted && value.ends_with('*');
    (!parts.is_empty()).then_some(Clause { tokens: parts, diacritics: DiacriticMode::Ignored, is_quoted: quoted, is_prefix })
}

/// Filter of this name; `None` if there is none or the value is invalid.
fn parse_filter(name: &str, value: &str) -> Option<Filter> {
    let tokens = || Some(tokenize(value).into_iter().map(|token| token.folded).collect::<Vec<_>>()).filter(|found| !found.is_empty());
    let code = || Some(keyword_value(value)).filter(|value| !value.is_empty());
    match name.to_lowercase().as_str() {
        "kind" => code().map(|_| Filter::Kind(kind_terms(value))),
        "number" => tokens().map(Filter::Number),
        "issuer" => tokens().map(Filter::Issuer),
        "dossier" => code().map(Filter::Dossier),
        "fonds" => code().map(Filter::Fonds),
        "date" => match value.split_once("..") {
            Some((from, to)) => {
                let end = |text: &str| if text.trim().is_empty() { Some(None) } else { dates::parse_date(text).map(Some) };
                Some(date_range_filter(end(from)?, end(to)?))
            }
            None => dates::parse_date(value).map(|date| date_range_filter(Some(date), Some(date))),
        },
        _ => None,
    }
}

/// Codes and folded names that a value can denote. An abbreviation is matched exactly if possible:
/// `DA` is dự án and `ĐA` đề án; `da` matches both.
fn kind_terms(value: &str) -> Vec<String> {
    let value = nfc(value.trim());
    let folded = keyword_value(&value);
    let mut terms = vec![folded.clone()];
    if value.len() == 1 && value.bytes().all(|byte| byte.is_ascii_digit()) {
        terms.push(format!("0{value}"));
    }
    let abbreviated = || DOCUMENT_KINDS.iter().filter(|kind| !kind.abbreviation.is_empty());
    let same: Vec<&str> = abbreviated().filter(|kind| kind.abbreviation == value).map(|kind| kind.code).collect();
    if same.is_empty() {
        terms.extend(abbreviated().filter(|kind| keyword_value(kind.abbreviation) == folded).map(|kind| kind.code.to_owned()));
    } else {
        terms.extend(same.into_iter().map(str::to_owned));
    }
    terms
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn read(text: &str) -> ParsedQuery {
        parse_query(&Query::text(text)).unwrap()
    }

    #[test]
    fn query_is_parsed_into_words_phrases_and_filters() {
        let found = read("quyết định \"ủy ban\" kind:QĐ number:07/CT-UBND issuer:\"sở y tế\" date:2020..2021 dossier:HS-1 đất*");
        let words: Vec<String> =
            found.clauses.iter().map(|clause| clause.tokens.iter().map(|part| part.exact.as_str()).collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(words, ["quyết", "định", "uỷ ban", "đất"]);
        assert_eq!(found.clauses[2].diacritics, DiacriticMode::Required);
        assert!(found.clauses[3].is_prefix);
        assert_eq!(
            found.filters,
            [
                Filter::Kind(vec!["qd".into(), "02".into()]),
                Filter::Number(vec!["7".into(), "ct".into(), "ubnd".into()]),
                Filter::Issuer(vec!["so".into(), "y".into(), "te".into()]),
                Filter::DateRange(20_200_101, 20_211_231),
                Filter::Dossier("hs-1".into()),
            ]
        );
    }

    #[test]
    fn diacritics_of_query_select_matching_mode() {
        assert!(read("quyet dinh").clauses.iter().all(|clause| clause.diacritics == DiacriticMode::Ignored));
        assert!(read("quyết ban").clauses.iter().all(|clause| clause.diacritics == DiacriticMode::Preferred));
        assert_eq!(read("\"uy ban\" định").clauses[0].diacritics, DiacriticMode::Ignored);
    }

    #[test]
    fn malformed_query_is_parsed_as_words() {
        assert_eq!(read("\"").clauses, []);
        assert!(read("\"*(").is_only_punctuation);
        assert!(!read("  ").is_only_punctuation);
        assert_eq!(read("AND (").clauses.len(), 1);
        assert_eq!(read("date:hôm-qua").clauses[0].tokens.len(), 3);
        assert_eq!(read("Số: 07").clauses.len(), 2);
        assert_eq!(read("issuer:\"sở").clauses.len(), 2);
        assert_eq!(read(":").clauses, []);
        assert_eq!(read("x:\"a b\"").clauses[0].tokens.len(), 3);
        assert!(!read("a*").clauses[0].is_prefix);
        assert!(read(&"a b:c \"".repeat(5_000)).clauses.len() <= MAX_CLAUSES);
    }

    #[test]
    fn kind_terms_cover_code_name_and_abbreviation() {
        assert_eq!(kind_terms("DA"), ["da", "13"]);
        assert_eq!(kind_terms("ĐA"), ["da", "12"]);
        assert_eq!(kind_terms("da"), ["da", "12", "13"]);
        assert_eq!(kind_terms("2"), ["2", "02"]);
        assert_eq!(kind_terms("Quyết  định"), ["quyet dinh"]);
    }

    #[test]
    fn invalid_date_is_rejected() {
        let query = Query { date_from: Some("hôm qua".into()), ..Query::default() };
        assert_eq!(parse_query(&query).unwrap_err().kind(), sohoa_base::error::ErrorKind::Invalid);
    }
}

//! What is answered: pages found, where the words stand, and counts.

use crate::facet_collector::{HitCounter, HitCounts, ScoreSortKey};
use crate::highlight;
use crate::index::map_tantivy_error;
use crate::indexed_page::from_index_entry;
use crate::query::{ParsedQuery, Query, parse_query};
use crate::query_compiler::{compile, is_relaxable};
use crate::schema::{IndexFields, SORT_KEY};
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::page::geometry::Bounds;
use std::collections::BTreeMap;
use tantivy::collector::TopDocs;
use tantivy::collector::sort_key::SortByString;
use tantivy::{DocAddress, Order, Searcher, TantivyDocument};

/// Most values of one facet.
pub(crate) const MAX_FACET_VALUES: usize = 100;

/// An answer.
#[derive(Debug, Clone, PartialEq, Default, Serialize, schemars::JsonSchema)]
pub struct Hits {
    /// Pages found in all.
    pub total: u64,
    /// No page holds all words: these hold at least one.
    pub relaxed: bool,
    /// Counts of pages over all that was found.
    pub facets: Facets,
    /// The pages asked for, best first; equal ones by object, document and page.
    pub hits: Vec<Hit>,
}

/// Counts of pages by value: the most frequent first, equal ones by value, at most 100 each.
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
    /// The value, as the filter of the same name takes it.
    pub value: String,
    /// The value for people.
    pub label: String,
    /// Pages that have it.
    pub count: u64,
}

/// One page found.
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
    /// Rank: higher is better, of no meaning between two queries.
    pub score: f64,
    /// The text around the words.
    pub snippet: Snippet,
    /// Boxes of the matched words, in px of the upright page picture, in reading order.
    pub boxes: Vec<Bounds>,
}

/// A stretch of original text with the matched words marked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, schemars::JsonSchema)]
pub struct Snippet {
    /// Where it comes from: `text`, `title`, `kind_name`, the name of a field, or `number` or `date` when these
    /// were put together from fields.
    pub source: String,
    /// The text as read, not escaped; `…` where it was cut.
    pub text: String,
    /// Matched parts as byte ranges of `text`, in order, apart from each other.
    pub marks: Vec<MatchRange>,
}

/// A part of a snippet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[schemars(rename = "Mark")]
pub struct MatchRange {
    /// First byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl Snippet {
    /// The text cut at the marks, with whether each piece is matched: for callers to escape and emphasise.
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

/// Answers a query.
pub(crate) fn search(searcher: &Searcher, fields: &IndexFields, query: &Query) -> Result<Hits> {
    let understood = parse_query(query)?;
    let mut relaxed = false;
    let (mut best, mut counts) = collect_hits(searcher, fields, &understood, query, relaxed)?;
    if counts.total == 0 && is_relaxable(&understood) {
        (best, counts) = collect_hits(searcher, fields, &understood, query, true)?;
        relaxed = counts.total > 0;
    }
    let mut hits = Vec::with_capacity(best.len());
    for (thousandths, address) in best {
        let entry: TantivyDocument =
            searcher.doc(address).map_err(|error| map_tantivy_error(error, "cannot read a page found".to_owned()))?;
        let page = from_index_entry(&entry, fields)?;
        let (snippet, boxes) = highlight::snippet_and_boxes(&page, &understood.clauses);
        let shown = page.stored;
        #[allow(clippy::cast_precision_loss)]
        let score = thousandths as f64 / 1_000.0;
        hits.push(Hit {
            object: shown.object,
            fonds: shown.fonds,
            dossier: shown.dossier,
            title: shown.title,
            document: shown.document,
            page: shown.page,
            kind: shown.kind,
            kind_name: shown.kind_name,
            fields: shown.fields,
            score,
            snippet,
            boxes,
        });
    }
    Ok(Hits { total: counts.total, relaxed, facets: to_facets(counts), hits })
}

type ScoredAddresses = Vec<(u64, DocAddress)>;

fn collect_hits(
    searcher: &Searcher,
    fields: &IndexFields,
    understood: &ParsedQuery,
    query: &Query,
    relaxed: bool,
) -> Result<(ScoredAddresses, HitCounts)> {
    let context = || "cannot search".to_owned();
    let planned = compile(understood, fields, relaxed).map_err(|error| map_tantivy_error(error, context()))?;
    let limit = query.limit.min(Query::MAX_LIMIT);
    if limit == 0 {
        let counts = searcher.search(&planned, &HitCounter).map_err(|error| map_tantivy_error(error, context()))?;
        return Ok((Vec::new(), counts));
    }
    let order = (ScoreSortKey, (SortByString::for_field(SORT_KEY), Order::Asc));
    let top = TopDocs::with_limit(limit).and_offset(query.offset.min(Query::MAX_OFFSET)).order_by(order);
    let (best, counts) = searcher.search(&planned, &(top, HitCounter)).map_err(|error| map_tantivy_error(error, context()))?;
    Ok((best.into_iter().map(|((score, _), address)| (score, address)).collect(), counts))
}

fn to_facets(counts: HitCounts) -> Facets {
    let same = |counts: BTreeMap<String, u64>| counts.into_iter().map(|(value, count)| FacetCount { label: value.clone(), value, count });
    let kinds = counts.kind.into_iter().map(|(label, count)| {
        let (code, name) = label.split_once('\t').unwrap_or((&label, &label));
        FacetCount { value: code.to_owned(), label: name.to_owned(), count }
    });
    let years = counts.year.into_iter().map(|(year, count)| FacetCount { value: year.to_string(), label: year.to_string(), count });
    Facets {
        kind: most_frequent(kinds),
        issuer: most_frequent(same(counts.issuer)),
        year: most_frequent(years),
        dossier: most_frequent(same(counts.dossier)),
    }
}

fn most_frequent(counts: impl Iterator<Item = FacetCount>) -> Vec<FacetCount> {
    let mut counts: Vec<FacetCount> = counts.collect();
    counts.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| (&one.value, &one.label).cmp(&(&other.value, &other.label))));
    counts.truncate(MAX_FACET_VALUES);
    counts
}

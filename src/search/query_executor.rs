//! Execution of a parsed query: ranking, counting, and one result per page found.

use crate::facet_collector::{HitCounter, HitCounts, ScoreSortKey};
use crate::highlight;
use crate::hits::{FacetCount, Facets, Hit, Hits, MAX_FACET_VALUES};
use crate::index_error::map_tantivy_error;
use crate::indexed_page::from_index_entry;
use crate::query::{ParsedQuery, Query, parse_query};
use crate::query_compiler::{compile, is_relaxable};
use crate::schema::{IndexFields, SORT_KEY};
use sohoa_base::error::Result;
use std::collections::BTreeMap;
use tantivy::collector::TopDocs;
use tantivy::collector::sort_key::SortByString;
use tantivy::{DocAddress, Order, Searcher, TantivyDocument};

/// Runs `query`. Where no page holds all words, the query is repeated with one word being enough.
pub(crate) fn execute(searcher: &Searcher, fields: &IndexFields, query: &Query) -> Result<Hits> {
    let parsed = parse_query(query)?;
    let mut relaxed = false;
    let (mut best, mut counts) = collect_hits(searcher, fields, &parsed, query, relaxed)?;
    if counts.total == 0 && is_relaxable(&parsed) {
        (best, counts) = collect_hits(searcher, fields, &parsed, query, true)?;
        relaxed = counts.total > 0;
    }
    let mut hits = Vec::with_capacity(best.len());
    for (thousandths, address) in best {
        let entry: TantivyDocument = searcher.doc(address).map_err(map_tantivy_error)?;
        let page = from_index_entry(&entry, fields)?;
        let (snippet, boxes) = highlight::snippet_and_boxes(&page, &parsed.clauses);
        let stored = page.stored;
        #[allow(clippy::cast_precision_loss)]
        let score = thousandths as f64 / 1_000.0;
        hits.push(Hit {
            object: stored.object,
            fonds: stored.fonds,
            dossier: stored.dossier,
            title: stored.title,
            document: stored.document,
            page: stored.page,
            kind: stored.kind,
            kind_name: stored.kind_name,
            fields: stored.fields,
            score,
            snippet,
            boxes,
        });
    }
    Ok(Hits { total: counts.total, relaxed, facets: to_facets(counts), hits })
}

/// Score in thousandths and address of each page.
type ScoredAddresses = Vec<(u64, DocAddress)>;

fn collect_hits(
    searcher: &Searcher,
    fields: &IndexFields,
    parsed: &ParsedQuery,
    query: &Query,
    relaxed: bool,
) -> Result<(ScoredAddresses, HitCounts)> {
    let compiled = compile(parsed, fields, relaxed).map_err(map_tantivy_error)?;
    let counter = HitCounter { units: query.units.clone() };
    let limit = query.limit.min(Query::MAX_LIMIT);
    if limit == 0 {
        let counts = searcher.search(&compiled, &counter).map_err(map_tantivy_error)?;
        return Ok((Vec::new(), counts));
    }
    let order = (ScoreSortKey, (SortByString::for_field(SORT_KEY), Order::Asc));
    let top = TopDocs::with_limit(limit).and_offset(query.offset.min(Query::MAX_OFFSET)).order_by(order);
    let (best, counts) = searcher.search(&compiled, &(top, counter)).map_err(map_tantivy_error)?;
    Ok((best.into_iter().map(|((score, _), address)| (score, address)).collect(), counts))
}

fn to_facets(counts: HitCounts) -> Facets {
    let to_counts =
        |counts: BTreeMap<String, u64>| counts.into_iter().map(|(value, count)| FacetCount { label: value.clone(), value, count });
    let kinds = counts.kind.into_iter().map(|(label, count)| {
        let (code, name) = label.split_once('\t').unwrap_or((&label, &label));
        FacetCount { value: code.to_owned(), label: name.to_owned(), count }
    });
    let years = counts.year.into_iter().map(|(year, count)| FacetCount { value: year.to_string(), label: year.to_string(), count });
    Facets {
        kind: most_frequent(kinds),
        issuer: most_frequent(to_counts(counts.issuer)),
        year: most_frequent(years),
        dossier: most_frequent(to_counts(counts.dossier)),
    }
}

fn most_frequent(counts: impl Iterator<Item = FacetCount>) -> Vec<FacetCount> {
    let mut counts: Vec<FacetCount> = counts.collect();
    counts.sort_by(|one, other| other.count.cmp(&one.count).then_with(|| (&one.value, &one.label).cmp(&(&other.value, &other.label))));
    counts.truncate(MAX_FACET_VALUES);
    counts
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::indexed_page::{IndexedPage, to_index_entry};
    use crate::schema::build;
    use sohoa_base::model::account::UnitScope;
    use sohoa_base::model::page::geometry::Bounds;
    use sohoa_base::model::page::reading::{Block, BlockKind, Line, Reading, Word};
    use std::collections::BTreeSet;
    use tantivy::Index;
    use tantivy::query::AllQuery;

    fn page(fonds: &str, dossier: &str) -> IndexedPage {
        let bounds = Bounds::new(0, 0, 100, 40);
        let lines = vec![Line::new(bounds, vec![Word::new("mật", bounds, 90)])];
        IndexedPage {
            object: format!("urn:sohoa:{fonds}:{dossier}"),
            fonds: fonds.to_owned(),
            dossier: dossier.to_owned(),
            title: String::new(),
            document: 1,
            page: 1,
            kind: "32".to_owned(),
            kind_name: "khác".to_owned(),
            fields: BTreeMap::from([("organName".to_owned(), format!("Ban {dossier}")), ("issuedDate".to_owned(), "2020".to_owned())]),
            reading: Reading { blocks: vec![Block { kind: BlockKind::Text, bounds, lines }], ..Reading::default() },
        }
    }

    #[test]
    fn pages_and_counts_are_of_the_units_byte_for_byte() {
        let (schema, fields) = build();
        let index = Index::create_in_ram(schema);
        let mut writer = index.writer_with_num_threads(1, 15_000_000).unwrap();
        for (place, unit) in ["BQLDA", "BQLĐA", "bqlda", "BQL DA", "SNV", "snv"].into_iter().enumerate() {
            writer.add_document(to_index_entry(&page(unit, &format!("D{place}")), &fields).unwrap()).unwrap();
        }
        writer.commit().unwrap();
        let searcher = index.reader().unwrap().searcher();
        let scope = |units: &[&str]| UnitScope::Only(units.iter().map(|unit| (*unit).to_owned()).collect::<BTreeSet<_>>());
        let ask = |text: &str, units: UnitScope| {
            let found = execute(&searcher, &fields, &Query { units, ..Query::text(text) }).unwrap();
            let units: Vec<String> = found.hits.into_iter().map(|hit| hit.fonds).collect();
            let counted = [found.facets.kind, found.facets.issuer, found.facets.year, found.facets.dossier];
            let counted = counted.map(|facet| facet.into_iter().map(|one| one.count).sum::<u64>());
            assert!(counted.iter().all(|count| *count == found.total) && units.len() as u64 == found.total, "{text} {counted:?}");
            units
        };
        for text in ["mat", "", "fonds:bqlda", "fonds:BQLĐA mật", "issuer:ban"] {
            assert_eq!(ask(text, scope(&["BQLDA"])), ["BQLDA"], "{text}");
            assert!(ask(text, scope(&["Bqlda"])).is_empty() && ask(text, scope(&[])).is_empty(), "{text}");
        }
        assert_eq!(ask("mat", scope(&["SNV", "BQLĐA"])).len(), 2);
        assert_eq!((ask("fonds:bqlda", UnitScope::All).len(), ask("mat", UnitScope::All).len()), (3, 6));
        assert!(ask("fonds:SNV", scope(&["BQLDA"])).is_empty(), "a filter of the text widens the units");
        // The counts are limited even if the query is not.
        let counts = |units: UnitScope| searcher.search(&AllQuery, &HitCounter { units }).unwrap().total;
        assert_eq!((counts(scope(&["snv"])), counts(scope(&[])), counts(UnitScope::All)), (1, 0, 6));
    }
}

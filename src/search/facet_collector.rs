//! Collectors that count facet values and sort in one pass over the pages found.

use crate::hits::MAX_FACET_VALUES;
use crate::schema::{DOSSIER_LABEL, ISSUER_LABEL, KIND_LABEL, UNIT, YEAR};
use sohoa_base::model::account::UnitScope;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use tantivy::collector::sort_key::NaturalComparator;
use tantivy::collector::{Collector, SegmentCollector, SegmentSortKeyComputer, SortKeyComputer};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// Maximum number of values of a label per segment, the most frequent ones. Other values are not counted in that segment,
/// which affects the result only if more values than this are about equally frequent, as with dossiers.
const MAX_SEGMENT_VALUES: usize = 4 * MAX_FACET_VALUES;

/// Number of pages found, in total and by value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct HitCounts {
    pub(crate) total: u64,
    /// Keys are `code\tname`.
    pub(crate) kind: BTreeMap<String, u64>,
    pub(crate) issuer: BTreeMap<String, u64>,
    pub(crate) dossier: BTreeMap<String, u64>,
    pub(crate) year: BTreeMap<u64, u64>,
}

/// Collector of [`HitCounts`]. Pages of other units are not counted, whatever the query matches.
pub(crate) struct HitCounter {
    pub(crate) units: UnitScope,
}

/// Collector of [`HitCounts`] for one segment, by the term ordinals of the segment.
pub(crate) struct SegmentHitCounter {
    allowed: AllowedUnits,
    total: u64,
    labels: [LabelCounter; 3],
    years: Option<Column<u64>>,
    year: BTreeMap<u64, u64>,
}

/// Units whose pages are counted, by the term ordinals of the segment.
enum AllowedUnits {
    All,
    Only(Option<StrColumn>, BTreeSet<u64>),
}

impl AllowedUnits {
    fn of(segment: &SegmentReader, units: &UnitScope) -> tantivy::Result<Self> {
        let UnitScope::Only(units) = units else { return Ok(Self::All) };
        let column = segment.fast_fields().str(UNIT)?;
        let mut ordinals = BTreeSet::new();
        if let Some(column) = &column {
            for unit in units {
                ordinals.extend(column.dictionary().term_ord(unit)?);
            }
        }
        Ok(Self::Only(column, ordinals))
    }

    fn contains(&self, page: DocId) -> bool {
        match self {
            Self::All => true,
            Self::Only(column, ordinals) => {
                column.iter().flat_map(|column| column.term_ords(page)).any(|ordinal| ordinals.contains(&ordinal))
            }
        }
    }
}

/// Counts by term ordinal of one text column.
struct LabelCounter {
    column: Option<StrColumn>,
    counts: Vec<u32>,
}

impl LabelCounter {
    fn of(segment: &SegmentReader, name: &str) -> tantivy::Result<Self> {
        let column = segment.fast_fields().str(name)?;
        let counts = vec![0; column.as_ref().map_or(0, |column| column.num_terms())];
        Ok(Self { column, counts })
    }

    fn count(&mut self, page: DocId) {
        for ordinal in self.column.iter().flat_map(|column| column.term_ords(page)) {
            if let Some(count) = usize::try_from(ordinal).ok().and_then(|ordinal| self.counts.get_mut(ordinal)) {
                *count += 1;
            }
        }
    }

    /// The most frequent values; of equally frequent ones the first in their order.
    fn most_frequent(self) -> BTreeMap<String, u64> {
        let Some(column) = self.column else { return BTreeMap::new() };
        // Ordinals are in the order of their values, so only the texts of returned values are read.
        let mut found: Vec<(Reverse<u32>, u64)> =
            self.counts.into_iter().zip(0..).filter(|(count, _)| *count > 0).map(|(count, ordinal)| (Reverse(count), ordinal)).collect();
        if found.len() > MAX_SEGMENT_VALUES {
            found.select_nth_unstable(MAX_SEGMENT_VALUES);
            found.truncate(MAX_SEGMENT_VALUES);
        }
        let mut named = BTreeMap::new();
        for (Reverse(count), ordinal) in found {
            let mut label = String::new();
            if column.ord_to_str(ordinal, &mut label).unwrap_or(false) {
                named.insert(label, u64::from(count));
            }
        }
        named
    }
}

impl Collector for HitCounter {
    type Fruit = HitCounts;
    type Child = SegmentHitCounter;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentHitCounter> {
        Ok(SegmentHitCounter {
            allowed: AllowedUnits::of(segment, &self.units)?,
            total: 0,
            labels: [
                LabelCounter::of(segment, KIND_LABEL)?,
                LabelCounter::of(segment, ISSUER_LABEL)?,
                LabelCounter::of(segment, DOSSIER_LABEL)?,
            ],
            years: segment.fast_fields().column_opt(YEAR)?,
            year: BTreeMap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<HitCounts>) -> tantivy::Result<HitCounts> {
        let mut all = HitCounts::default();
        for segment in segments {
            all.total += segment.total;
            merge_counts(&mut all.kind, segment.kind);
            merge_counts(&mut all.issuer, segment.issuer);
            merge_counts(&mut all.dossier, segment.dossier);
            merge_counts(&mut all.year, segment.year);
        }
        Ok(all)
    }
}

fn merge_counts<K: Ord>(all: &mut BTreeMap<K, u64>, some: BTreeMap<K, u64>) {
    for (value, count) in some {
        *all.entry(value).or_default() += count;
    }
}

impl SegmentCollector for SegmentHitCounter {
    type Fruit = HitCounts;

    fn collect(&mut self, page: DocId, _: Score) {
        if !self.allowed.contains(page) {
            return;
        }
        self.total += 1;
        for labels in &mut self.labels {
            labels.count(page);
        }
        for year in self.years.iter().flat_map(|column| column.values_for_doc(page)) {
            *self.year.entry(year).or_default() += 1;
        }
    }

    fn harvest(self) -> HitCounts {
        let [kind, issuer, dossier] = self.labels.map(LabelCounter::most_frequent);
        HitCounts { total: self.total, kind, issuer, dossier, year: self.year }
    }
}

/// Sort key: score in thousandths. Rounding keeps pages equal whose weights were summed in another order.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ScoreSortKey;

impl SortKeyComputer for ScoreSortKey {
    type SortKey = u64;
    type Child = ScoreSortKey;
    type Comparator = NaturalComparator;

    fn requires_scoring(&self) -> bool {
        true
    }

    fn segment_sort_key_computer(&self, _: &SegmentReader) -> tantivy::Result<ScoreSortKey> {
        Ok(ScoreSortKey)
    }
}

impl SegmentSortKeyComputer for ScoreSortKey {
    type SortKey = u64;
    type SegmentSortKey = u64;
    type SegmentComparator = NaturalComparator;

    fn segment_sort_key(&mut self, _: DocId, score: Score) -> u64 {
        // NaN and negative scores become 0.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let thousandths = (f64::from(score) * 1_000.0).round() as u64;
        thousandths
    }

    fn convert_segment_sort_key(&self, key: u64) -> u64 {
        key
    }
}

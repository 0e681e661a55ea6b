//! Counting and sorting in one pass over the pages found.

use crate::answer::MOST_VALUES;
use crate::schema::{DOSSIER_LABEL, ISSUER_LABEL, KIND_LABEL, YEAR};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use tantivy::collector::sort_key::NaturalComparator;
use tantivy::collector::{Collector, SegmentCollector, SegmentSortKeyComputer, SortKeyComputer};
use tantivy::columnar::{Column, StrColumn};
use tantivy::{DocId, Score, SegmentOrdinal, SegmentReader};

/// Values of a label that a segment tells of: its most frequent ones. A value beyond them is not counted in that segment,
/// which can only matter where more values than this are about equally frequent, as dossiers are.
const TOLD: usize = 4 * MOST_VALUES;

/// Pages found, and how many of them have each value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) total: u64,
    /// `code\tname`.
    pub(super) kind: BTreeMap<String, u64>,
    pub(super) issuer: BTreeMap<String, u64>,
    pub(super) dossier: BTreeMap<String, u64>,
    pub(super) year: BTreeMap<u64, u64>,
}

/// Collects [`Counts`].
pub(super) struct Counting;

/// [`Counts`] of one segment, by the segment's own ordinals.
pub(super) struct SegmentCounting {
    total: u64,
    labels: [Labels; 3],
    years: Option<Column<u64>>,
    year: BTreeMap<u64, u64>,
}

struct Labels {
    column: Option<StrColumn>,
    counts: Vec<u32>,
}

impl Labels {
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

    /// The most frequent values, equally frequent ones in their order.
    fn named(self) -> BTreeMap<String, u64> {
        let Some(column) = self.column else { return BTreeMap::new() };
        // Ordinals stand in the order of their values: no text is looked at for those that are not told.
        let mut found: Vec<(Reverse<u32>, u64)> =
            self.counts.into_iter().zip(0..).filter(|(count, _)| *count > 0).map(|(count, ordinal)| (Reverse(count), ordinal)).collect();
        if found.len() > TOLD {
            found.select_nth_unstable(TOLD);
            found.truncate(TOLD);
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

impl Collector for Counting {
    type Fruit = Counts;
    type Child = SegmentCounting;

    fn for_segment(&self, _: SegmentOrdinal, segment: &SegmentReader) -> tantivy::Result<SegmentCounting> {
        Ok(SegmentCounting {
            total: 0,
            labels: [Labels::of(segment, KIND_LABEL)?, Labels::of(segment, ISSUER_LABEL)?, Labels::of(segment, DOSSIER_LABEL)?],
            years: segment.fast_fields().column_opt(YEAR)?,
            year: BTreeMap::new(),
        })
    }

    fn requires_scoring(&self) -> bool {
        false
    }

    fn merge_fruits(&self, segments: Vec<Counts>) -> tantivy::Result<Counts> {
        let mut all = Counts::default();
        for segment in segments {
            all.total += segment.total;
            add(&mut all.kind, segment.kind);
            add(&mut all.issuer, segment.issuer);
            add(&mut all.dossier, segment.dossier);
            add(&mut all.year, segment.year);
        }
        Ok(all)
    }
}

fn add<K: Ord>(all: &mut BTreeMap<K, u64>, some: BTreeMap<K, u64>) {
    for (value, count) in some {
        *all.entry(value).or_default() += count;
    }
}

impl SegmentCollector for SegmentCounting {
    type Fruit = Counts;

    fn collect(&mut self, page: DocId, _: Score) {
        self.total += 1;
        for labels in &mut self.labels {
            labels.count(page);
        }
        for year in self.years.iter().flat_map(|column| column.values_for_doc(page)) {
            *self.year.entry(year).or_default() += 1;
        }
    }

    fn harvest(self) -> Counts {
        let [kind, issuer, dossier] = self.labels.map(Labels::named);
        Counts { total: self.total, kind, issuer, dossier, year: self.year }
    }
}

/// Sorts by the score in thousandths: sums of the same weights in another order must not part equal pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct ByScore;

impl SortKeyComputer for ByScore {
    type SortKey = u64;
    type Child = ByScore;
    type Comparator = NaturalComparator;

    fn requires_scoring(&self) -> bool {
        true
    }

    fn segment_sort_key_computer(&self, _: &SegmentReader) -> tantivy::Result<ByScore> {
        Ok(ByScore)
    }
}

impl SegmentSortKeyComputer for ByScore {
    type SortKey = u64;
    type SegmentSortKey = u64;
    type SegmentComparator = NaturalComparator;

    fn segment_sort_key(&mut self, _: DocId, score: Score) -> u64 {
        // A float that is no number or below zero becomes 0.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let thousandths = (f64::from(score) * 1_000.0).round() as u64;
        thousandths
    }

    fn convert_segment_sort_key(&self, key: u64) -> u64 {
        key
    }
}

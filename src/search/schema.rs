//! Schema of the index.

use tantivy::schema::{Field, IndexRecordOption, NumericOptions, STRING, Schema, TextFieldIndexing, TextOptions};

/// Version of the schema, as stored beside the index; an index of another version must be rebuilt.
pub(super) const INDEX_VERSION: &str = "sohoa search index, form 2\n";

/// Names of the columns for authorisation, sorting and counting.
pub(super) const UNIT: &str = "unit";
pub(super) const SORT_KEY: &str = "place";
pub(super) const KIND_LABEL: &str = "kind_label";
pub(super) const ISSUER_LABEL: &str = "issuer_label";
pub(super) const DOSSIER_LABEL: &str = "dossier_label";
pub(super) const YEAR: &str = "year";

/// Fields, in the order of the schema.
#[derive(Debug, Clone, Copy)]
pub(super) struct IndexFields {
    /// Whole object name: key for replacement and removal.
    pub(super) object: Field,
    /// Object, document and page, for a stable order.
    pub(super) sort_key: Field,
    /// Page text with diacritics, without, and pairs of folded syllables.
    pub(super) exact: Field,
    pub(super) folded: Field,
    pub(super) bigrams: Field,
    /// Title and fields, on the first page of the document.
    pub(super) description_exact: Field,
    pub(super) description_folded: Field,
    /// Unit (fonds), byte for byte: decides who may see the page.
    pub(super) unit: Field,
    /// Filter values, on every page.
    pub(super) kind: Field,
    pub(super) number: Field,
    pub(super) issuer: Field,
    pub(super) dossier: Field,
    pub(super) fonds: Field,
    pub(super) first_day: Field,
    pub(super) last_day: Field,
    /// Facet values.
    pub(super) kind_label: Field,
    pub(super) issuer_label: Field,
    pub(super) dossier_label: Field,
    pub(super) year: Field,
    /// Stored values for results.
    pub(super) stored_fields: Field,
    pub(super) text: Field,
    pub(super) boxes: Field,
}

/// Builds the schema and its fields.
pub(super) fn build() -> (Schema, IndexFields) {
    let mut builder = Schema::builder();
    let tokens = |option| {
        TextOptions::default().set_indexing_options(TextFieldIndexing::default().set_tokenizer("whitespace").set_index_option(option))
    };
    let with_positions = || tokens(IndexRecordOption::WithFreqsAndPositions);
    let counted = || TextOptions::default().set_fast("raw");
    let stored = || TextOptions::default().set_stored();
    let number = || NumericOptions::default().set_indexed().set_fast();
    let fields = IndexFields {
        object: builder.add_text_field("object", STRING),
        sort_key: builder.add_text_field(SORT_KEY, counted()),
        exact: builder.add_text_field("exact", with_positions()),
        folded: builder.add_text_field("folded", with_positions()),
        bigrams: builder.add_text_field("pairs", tokens(IndexRecordOption::Basic)),
        description_exact: builder.add_text_field("described_exact", with_positions()),
        description_folded: builder.add_text_field("described", with_positions()),
        unit: builder.add_text_field(UNIT, counted().set_indexing_options(TextFieldIndexing::default().set_tokenizer("raw"))),
        kind: builder.add_text_field("kind", STRING),
        number: builder.add_text_field("number", with_positions()),
        issuer: builder.add_text_field("issuer", with_positions()),
        dossier: builder.add_text_field("dossier", STRING),
        fonds: builder.add_text_field("fonds", STRING),
        first_day: builder.add_u64_field("first_day", number()),
        last_day: builder.add_u64_field("last_day", number()),
        kind_label: builder.add_text_field(KIND_LABEL, counted()),
        issuer_label: builder.add_text_field(ISSUER_LABEL, counted()),
        dossier_label: builder.add_text_field(DOSSIER_LABEL, counted()),
        year: builder.add_u64_field(YEAR, NumericOptions::default().set_fast()),
        stored_fields: builder.add_text_field("shown", stored()),
        text: builder.add_text_field("text", stored()),
        boxes: builder.add_bytes_field("boxes", tantivy::schema::BytesOptions::default().set_stored()),
    };
    (builder.build(), fields)
}

//! Finding records: text with and without marks, fields, facets.
//!
//! One page is one entry of the index. [`index::SearchIndex`] keeps them, [`query::Query`] asks,
//! [`answer::Hits`] answers with the words' places on the page.

mod facet_collector;
mod highlight;
pub mod hits;
pub mod index;
pub mod indexed_page;
pub mod query;
mod query_compiler;
mod schema;
pub mod tokenizer;

pub use hits::{FacetCount, Facets, Hit, Hits, MatchRange, Snippet};
pub use index::SearchIndex;
pub use indexed_page::IndexedPage;
pub use query::Query;

//! Full-text search of records: text with and without diacritics, fields, facets.
//!
//! Each page is one document of the index. [`index::SearchIndex`] stores them, [`query::Query`] is a request, and
//! [`hits::Hits`] its result with the positions of the words on the page.

mod facet_collector;
mod highlight;
pub mod hits;
pub mod index;
mod index_error;
pub mod indexed_page;
pub mod query;
mod query_compiler;
mod query_executor;
mod schema;
pub mod tokenizer;

pub use hits::{FacetCount, Facets, Hit, Hits, MatchRange, Snippet};
pub use index::SearchIndex;
pub use indexed_page::IndexedPage;
pub use query::Query;

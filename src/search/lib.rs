//! Finding records: text with and without marks, fields, facets.
//!
//! One page is one entry of the index. [`index::SearchIndex`] keeps them, [`query::Query`] asks,
//! [`answer::Hits`] answers with the words' places on the page.

pub mod analysis;
pub mod answer;
mod collect;
mod highlight;
pub mod index;
pub mod page;
mod plan;
pub mod query;
mod schema;

pub use answer::{FacetCount, Facets, Hit, Hits, MatchRange, Snippet};
pub use index::SearchIndex;
pub use page::IndexedPage;
pub use query::Query;

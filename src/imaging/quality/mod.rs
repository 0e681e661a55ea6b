//! How well a page was scanned: contrast, sharpness, bleed-through, clipped edges.

pub(crate) mod bleed_through;
pub(crate) mod clipped_edges;
pub mod metrics;

//! Quality of a scan: contrast, sharpness, grain, bleed-through, clipped edges.

pub(crate) mod bleed_through;
pub(crate) mod clipped_edges;
pub(crate) mod edges;
pub mod metrics;
#[cfg(test)]
pub(crate) mod test_pages;
pub(crate) mod tones;

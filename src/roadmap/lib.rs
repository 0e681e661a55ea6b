//! The digitisation roadmap computed: how far each target is, when it will be reached, what a sample of a lot says.

pub mod adjustment;
pub mod cases;
pub mod criteria;
pub mod forecast;
pub mod one_stop;
pub mod plan;
pub mod progress;
pub mod sampling;

//! Documents, kinds and fields from readings; error rates against the outside scorer.

mod papers;
mod real;

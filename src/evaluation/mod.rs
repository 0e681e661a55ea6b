//! How well was it read? Error rates against ground truth, and described fields against known ones.

pub mod fields;
pub mod score;

//! How well was it read? Error rates against ground truth.

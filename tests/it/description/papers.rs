//! Fictional papers.

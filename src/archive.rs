//! Opens the archive: the one place that picks back-ends.

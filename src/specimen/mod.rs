//! Fictional dossiers of realistic degraded scans, made from a seed.

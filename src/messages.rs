//! Sentences for people, in Vietnamese and English.

//! Pictures of pages: upright, straight, clean, and how good they are.

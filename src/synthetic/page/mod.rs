//! A drawn page: content, layout, fonts, canvas.

pub mod canvas;
pub mod content_generator;
pub mod document_content;
pub mod fonts;
pub mod layout;

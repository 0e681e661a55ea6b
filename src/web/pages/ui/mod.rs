//! Parts that every page shares: layout, components, assets.

pub(crate) mod assets;
pub(crate) mod components;
pub(crate) mod event_details;
pub(crate) mod layout;
pub(crate) mod page_context;
pub(crate) mod problem;

//! Geometry of page images.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A rectangle on the **upright page image**, in px of that image: the delivered image turned by
/// [`crate::model::page::reading::Reading::turn`], not deskewed, not cropped. `x1` and `y1` are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
pub struct Bounds {
    /// Left edge, px.
    pub x0: u32,
    /// Top edge, px.
    pub y0: u32,
    /// Right edge, px, exclusive.
    pub x1: u32,
    /// Bottom edge, px, exclusive.
    pub y1: u32,
}

impl Bounds {
    /// A rectangle from its edges.
    #[must_use]
    pub fn new(x0: u32, y0: u32, x1: u32, y1: u32) -> Self {
        Self { x0, y0, x1, y1 }
    }

    /// Width in px.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.x1.saturating_sub(self.x0)
    }

    /// Height in px.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.y1.saturating_sub(self.y0)
    }

    /// The smallest rectangle that encloses both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self { x0: self.x0.min(other.x0), y0: self.y0.min(other.y0), x1: self.x1.max(other.x1), y1: self.y1.max(other.y1) }
    }

    /// The smallest rectangle that encloses all, or `None` for none.
    pub fn enclosing<'a>(all: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        all.into_iter().copied().reduce(|a, b| a.union(&b))
    }
}

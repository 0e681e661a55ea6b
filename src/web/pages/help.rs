//! Help: keys of the keyboard.

use crate::pages::ui::components::key_table;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use maud::{Markup, html};
use sohoa_texts::labels::Label;

/// The table of keys.
pub(super) async fn help(view: PageContext) -> Markup {
    render_page(
        &view,
        view.label(Label::Help),
        &[],
        &html! {
            h1 { (view.label(Label::Help)) }
            (key_table(&view))
        },
    )
}

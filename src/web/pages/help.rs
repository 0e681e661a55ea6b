//! Help: keys of the keyboard.

use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use maud::{Markup, html};
use sohoa_texts::labels::Label;

/// The table of keys.
pub(super) async fn help(view: PageContext) -> Markup {
    let keys = [
        ("/", Label::Search),
        ("j k", Label::KeyRows),
        ("Enter", Label::KeyOpen),
        ("a", Label::Accept),
        ("r", Label::Reject),
        ("e", Label::KeyEdit),
        ("[ ]", Label::KeyPages),
        ("1 … 9", Label::KeyDefect),
        ("Ctrl Z", Label::KeyUndo),
        ("?", Label::Help),
        ("Esc", Label::KeyLeave),
    ];
    render_page(
        &view,
        view.label(Label::Help),
        &[],
        &html! {
            h1 { (view.label(Label::Help)) }
            table class="column" { tbody { @for (key, word) in keys { tr { td class="narrow" { kbd { (key) } } td { (view.label(word)) } } } } }
        },
    )
}

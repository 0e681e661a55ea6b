//! Quarantine: dossiers held because of a stamp of secrecy, for the officers in charge. No picture of a page is shown.

use crate::pages::accounts::sign_in::renewal_card;
use crate::pages::ui::components::empty_state;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::Problem;
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use sohoa_base::error::Result;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::accounts::sessions;
use sohoa_services::quarantine;
use sohoa_services::quarantine::QuarantineEntry;
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;

/// Path of the page.
const PATH: &str = "/quarantine";

/// Dossiers in quarantine in the units of the officer, with the forms to decide once the sign-in is renewed.
pub(crate) async fn list(view: PageContext, State(shared): State<AppState>, Extension(by): Extension<Identity>) -> Result<Markup, Problem> {
    let entries = quarantine::list(shared.archive(), &by.units_with(Right::ManageQuarantine)).await?;
    let may_decide = sessions::is_renewed(shared.archive(), &by).await?;
    Ok(render_page(
        &view,
        view.label(Label::QuarantinePage),
        &[],
        &html! {
            h1 { (view.label(Label::QuarantinePage)) }
            p { (view.label(Label::QuarantineHint)) }
            @if entries.is_empty() { (empty_state(view.label(Label::QuarantineEmpty))) }
            @else if !may_decide { (renewal_card(&view, &by.user, PATH)) }
            @for (number, entry) in entries.iter().enumerate() { (dossier_card(&view, number, entry, may_decide)) }
        },
    ))
}

fn dossier_card(view: &PageContext, number: usize, entry: &QuarantineEntry, may_decide: bool) -> Markup {
    html! {
        section class="card" data-dossier=(entry.dossier) {
            h2 { (entry.code) }
            dl class="facts" {
                dt { (view.label(Label::Unit)) } dd { (entry.unit) }
                dt { (view.label(Label::PagesHeld)) } dd { (view.format_number(entry.pages)) }
                @if let Some(received) = &entry.received {
                    dt { (view.label(Label::ReceivedOn)) } dd { (formatting::format_date_time(received)) }
                }
            }
            @if !entry.stamps.is_empty() { (stamp_table(view, entry)) }
            @if !entry.unread.is_empty() { (unread_table(view, entry)) }
            @if may_decide { (decision_forms(view, number, entry)) }
        }
    }
}

fn stamp_table(view: &PageContext, entry: &QuarantineEntry) -> Markup {
    html! {
        h3 { (view.label(Label::StampsSeen)) }
        div class="wide" { table {
            thead { tr { th { (view.label(Label::File)) } th class="figure" { (view.label(Label::Page)) } th { (view.label(Label::Reason)) } } }
            tbody {
                @for stamp in &entry.stamps {
                    tr { td { (stamp.file) } td class="figure" { (stamp.page) } td { (view.reason_text(stamp.message.as_ref(), &stamp.reason)) } }
                }
            }
        } }
    }
}

fn unread_table(view: &PageContext, entry: &QuarantineEntry) -> Markup {
    html! {
        h3 { (view.label(Label::NotReadYet)) }
        div class="wide" { table {
            thead { tr { th { (view.label(Label::File)) } th class="figure" { (view.label(Label::Page)) } th { (view.label(Label::Reason)) } } }
            tbody {
                @for item in &entry.unread {
                    tr {
                        td { (item.file) }
                        td class="figure" { @match item.page { Some(page) => (page), None => (view.label(Label::WholeFile)) } }
                        td { (view.reason_text(item.message.as_ref(), &item.reason)) }
                    }
                }
            }
        } }
    }
}

/// The two decisions, and the place where the page shows what a removal left.
fn decision_forms(view: &PageContext, number: usize, entry: &QuarantineEntry) -> Markup {
    let path = format!("/api/quarantine/{}", encode_segment(&entry.dossier));
    let outcome = format!("removed-{number}");
    html! {
        div data-replaced {
            details {
                summary { (view.label(Label::ReleaseDossier)) }
                form class="column" data-api=(format!("POST {path}/release")) data-then=(PATH) {
                    p { (view.label(Label::ReleaseHint)) }
                    (note_field(view))
                    button class="first" { (view.label(Label::ReleaseDossier)) }
                    p class="wrong" role="alert" {}
                }
            }
            details {
                summary { (view.label(Label::RemoveDossier)) }
                form class="column" data-api=(format!("POST {path}/removal")) data-reveals=(outcome) {
                    p { (view.label(Label::RemoveHint)) }
                    (note_field(view))
                    button class="grave" { (view.label(Label::RemoveDossier)) }
                    p class="wrong" role="alert" {}
                }
            }
        }
        div id=(outcome) tabindex="-1" hidden {
            h3 { (view.label(Label::Removed)) }
            p { (view.label(Label::PagesTakenOut)) ": " b data-said="pages" {} }
            p { (view.label(Label::CopiesInStore)) ":" }
            ul data-said="remaining" data-none=(view.label(Label::NothingLeft)) {}
            p { (view.label(Label::SharedBytes)) ":" }
            ul data-said="shared_bytes" data-none=(view.label(Label::NothingLeft)) {}
            p { (view.label(Label::OutOfReach)) ":" }
            ul data-said="out_of_reach" data-none=(view.label(Label::NothingLeft)) data-texts=(place_texts(view)) {}
            p { a class="button" href=(PATH) { (view.label(Label::Close)) } }
        }
    }
}

fn note_field(view: &PageContext) -> Markup {
    html! { label { span { (view.label(Label::DecisionReason)) } textarea name="note" rows="2" maxlength="2000" required {} } }
}

/// Texts of the places that a removal cannot reach, by kind.
fn place_texts(view: &PageContext) -> String {
    serde_json::json!({
        "moved-deliveries": view.label(Label::MovedDeliveries),
        "object-versions": view.label(Label::ObjectVersions),
        "event-log": view.label(Label::EventLogNames),
        "backups": view.label(Label::BackupsAndSources),
    })
    .to_string()
}

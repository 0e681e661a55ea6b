//! Uploads: the list with the form for a new one, and the page of one upload.

use crate::pages::ui::assets::{HASH_WORKER_JS, UPLOAD_JS};
use crate::pages::ui::components::{empty_state, next_link, timestamp};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::upload::{Upload, UploadState};
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::roadmap::targets;
use sohoa_services::uploads::lifecycle;
use sohoa_services::uploads::view;
use sohoa_services::uploads::view::{UploadFilter, UploadSummary};
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;

/// Uploads on one page of the list.
const UPLOADS_PER_PAGE: usize = 50;

/// Targets of the roadmap offered for choice; others can be typed.
const TARGETS_OFFERED: usize = 500;

/// States of a file, both of the server and of the sending script.
const FILE_STATES: [&str; 10] =
    ["waiting", "hashing", "sending", "absent", "failed", "received", "duplicate", "refused", "list", "ignored"];

/// Query of uploads.
#[derive(Debug, Deserialize)]
pub(crate) struct UploadsQuery {
    before: Option<String>,
}

/// Uploads with counts of their files, the newest first.
pub(crate) fn upload_table(view: &PageContext, uploads: &[UploadSummary]) -> Markup {
    html! {
        div class="wide" { table {
            thead { tr {
                th { (view.label(Label::Delivery)) } th { (view.label(Label::State)) } th { (view.label(Label::Unit)) } th { (view.label(Label::Person)) } th { (view.label(Label::Started)) }
                th class="figure" { (view.label(Label::Files)) } th class="figure" { (view.label(Label::Absent)) } th class="figure" { (view.label(Label::Size)) } th { (view.label(Label::Run)) }
            } }
            tbody {
                @for line in uploads {
                    tr data-row {
                        td { a href=(format!("/uploads/{}", line.upload.id)) { (line.upload.name) } }
                        td { (crate::pages::ui::components::state_label(view, state_code(line.upload.state))) }
                        td { (line.upload.unit) } td { (line.upload.user) } td class="narrow" { (timestamp(view, &line.upload.created)) }
                        td class="figure" { (view.format_number(line.files.announced)) } td class="figure" { @if line.files.sending > 0 { (view.format_number(line.files.sending)) } }
                        td class="figure" { (formatting::format_bytes(view.language, line.bytes.announced)) }
                        td { @if let Some(batch) = &line.upload.batch { a href=(format!("/runs/{batch}")) { (view.label(Label::Run)) } } }
                    }
                }
            }
        } }
    }
}

fn state_code(state: UploadState) -> &'static str {
    match state {
        UploadState::Open => "open",
        UploadState::Starting => "starting",
        UploadState::Started => "started",
        UploadState::Withdrawn => "withdrawn",
    }
}

/// Uploads, and the form for a new one.
pub(crate) async fn list(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(wanted): QueryParams<UploadsQuery>,
) -> Result<Markup, Problem> {
    let filter = UploadFilter { before: wanted.before.as_deref(), limit: UPLOADS_PER_PAGE, state: None };
    let uploads = view::list_uploads(shared.archive(), &by, &filter).await?;
    let own: Vec<String> = match by.units_with(Right::Upload) {
        UnitScope::All => vec![shared.archive().config.unit.clone()],
        UnitScope::Only(units) => units.into_iter().collect(),
    };
    let may_all = by.units_with(Right::Upload) == UnitScope::All;
    let (lines, _) = targets::targets_of_units(shared.archive(), &by.units_with(Right::Monitor), TARGETS_OFFERED).await?;
    Ok(render_page(
        &view,
        view.label(Label::Uploads),
        &[],
        &html! {
            h1 { (view.label(Label::Uploads)) }
            section class="card" {
                h2 { (view.label(Label::NewUpload)) }
                form class="row" data-api="POST /api/uploads" data-then="/uploads/{id}" {
                    label { span { (view.label(Label::DeliveryName)) } input name="name" required maxlength="200" size="36" value=(format!("{} {}", view.label(Label::Delivery), formatting::format_date_time(&now_rfc3339(&view)))); }
                    label { span { (view.label(Label::Unit)) }
                        @if may_all { input name="unit" required list="units" value=(own.first().map(String::as_str).unwrap_or_default()); }
                        @else { select name="unit" { @for unit in &own { option { (unit) } } } }
                    }
                    label { span { (view.label(Label::Starts)) }
                        select name="start_rule" { option value="by-person" { (view.label(Label::ByPerson)) } option value="when-complete" { (view.label(Label::WhenComplete)) } }
                    }
                    @if !lines.is_empty() {
                        label { span { (view.label(Label::AttachTo)) }
                            input name="target" list="lines" data-optional autocomplete="off" placeholder=(view.label(Label::LineByRule));
                        }
                        (target_options(&lines))
                    }
                    button class="first" { (view.label(Label::Begin)) }
                    p class="wrong" role="alert" {}
                }
            }
            @if uploads.items.is_empty() { (empty_state(view.label(Label::NoUploads))) } @else { (upload_table(&view, &uploads.items)) }
            (next_link(&view, uploads.next.map(|next| format!("/uploads?before={next}"))))
        },
    ))
}

fn now_rfc3339(view: &PageContext) -> String {
    view.now.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// Targets to choose from while typing.
fn target_options(lines: &[(String, String)]) -> Markup {
    html! { datalist id="lines" { @for (code, name) in lines { option value=(code) { (code) " · " (name) } } } }
}

/// Target of the roadmap to which an upload belongs, with the field to choose it. The script shows what is wrong with the
/// targets that its lists name.
fn target_section(view: &PageContext, upload: &Upload, lines: &[(String, String)], has_more: bool) -> Markup {
    let is_chosen = |code: &String| upload.target.as_ref() == Some(code);
    html! {
        section class="card" id="line-card" data-open {
            label { span { (view.label(Label::AttachTo)) }
                @if has_more {
                    input id="line" list="lines" autocomplete="off" value=[upload.target.as_ref()] placeholder=(view.label(Label::LineByRule));
                } @else {
                    select id="line" {
                        option value="" { (view.label(Label::LineByRule)) }
                        @if let Some(code) = upload.target.as_ref().filter(|code| !lines.iter().any(|(known, _)| known == *code)) { option value=(code) selected { (code) } }
                        @for (code, name) in lines { option value=(code) selected[is_chosen(code)] { (code) " · " (name) } }
                    }
                }
            }
            @if has_more { (target_options(lines)) }
            p class="soft" id="line-now" role="status" {}
            p class="wrong" id="line-wrong" role="alert" {}
        }
    }
}

/// Texts for the script.
fn script_labels(view: &PageContext) -> Value {
    let of = |kind: &str, codes: &[&str]| -> Map<String, Value> {
        codes.iter().map(|code| ((*code).to_owned(), json!(view.code_label(kind, code)))).collect()
    };
    let obstacles = ["empty", "sending", "not-announced", "too-large", "missing", "starting", "started", "withdrawn"];
    json!({
        "state": of("file-state", &FILE_STATES),
        "start": of("obstacle", &obstacles),
        "attached": of("attached-by", &["rule", "list", "person"]),
        "outside": view.label(Label::OutsidePlan),
        "byRule": view.label(Label::LineByRule),
        "changed": view.label(Label::FileChanged),
        "stored": view.label(Label::StoredBefore),
        "lost": view.label(Label::Lost),
        "sending": view.code_label("obstacle", "sending"),
        "pause": view.label(Label::Pause),
        "resume": view.label(Label::GoOn),
        "row": view.label(Label::Row),
        "loose": view.label(Label::LooseFiles),
    })
}

/// One upload: the drop area, the files with their states, and the button that starts it.
pub(crate) async fn show(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(id): PathParams<String>,
) -> Result<Markup, Problem> {
    let shown = view::show_upload(shared.archive(), &by, &id, view.language).await?;
    let upload = &shown.summary.upload;
    let is_open = upload.state == UploadState::Open;
    let may_choose = is_open && lifecycle::may_choose_target(&by, &upload.unit);
    let (lines, has_more) =
        targets::targets_of_units(shared.archive(), &UnitScope::Only([upload.unit.clone()].into()), TARGETS_OFFERED).await?;
    let counted = |word: Label, name: &str, class: &str| html! { div class=(class) { b data-count=(name) { "0" } (view.label(word)) } };
    let sometimes = |word: Label, name: &str, class: &str| html! { div class=(class) data-when=(name) hidden { b data-count=(name) { "0" } (view.label(word)) } };
    Ok(render_page(
        &view,
        &upload.name,
        &[UPLOAD_JS],
        &html! {
            div class="spread" {
                h1 { (upload.name) }
                p class="soft" { (upload.unit) " · " (upload.user) " · " (timestamp(&view, &upload.created)) " · " (view.code_label("state", state_code(upload.state))) }
            }
            div id="upload" data-api=(format!("/api/uploads/{}", encode_segment(&id))) data-words=(script_labels(&view)) data-hash-worker=(HASH_WORKER_JS) {
                div class="drop" id="drop" data-open hidden[!is_open] {
                    p class="big" { (view.label(Label::DropHere)) }
                    p {
                        span class="picker button first" { (view.label(Label::ChooseFolder)) input type="file" id="folder" webkitdirectory multiple aria-label=(view.label(Label::ChooseFolder)); } " "
                        span class="picker button" { (view.label(Label::ChooseFiles)) input type="file" id="single" multiple aria-label=(view.label(Label::ChooseFiles)); }
                    }
                    p class="soft" { (view.label(Label::DropHint)) }
                }
                section class="card" {
                    svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
                        rect class="ground" width="1000" height="10" {} rect class="stored" height="10" width="0" {} rect class="held" height="10" width="0" {} rect class="refused" height="10" width="0" {}
                    }
                    div class="counts" role="status" {
                        (counted(Label::Chosen, "chosen", "")) (counted(Label::Received, "received", "")) (counted(Label::Duplicate, "duplicate", "")) (counted(Label::Refused, "refused", ""))
                        (sometimes(Label::Lists, "lists", "")) (sometimes(Label::LeftToSend, "left", "")) (sometimes(Label::NotHere, "absent", "extra"))
                        (sometimes(Label::Failed, "failed", "missing")) (sometimes(Label::LeftOut, "left-out", "soft")) (sometimes(Label::MissingFiles, "missing", "missing")) (sometimes(Label::ExtraFiles, "extra", "extra"))
                    }
                    p class="soft" data-when="absent" hidden { (view.label(Label::DropAgain)) }
                    details class="missing" data-when="missing" hidden open { summary { (view.label(Label::MissingFiles)) } ul id="missing-list" {} }
                    details class="extra" data-when="extra" hidden { summary { (view.label(Label::ExtraFiles)) } ul id="extra-list" {} }
                    div class="row" {
                        button type="button" class="first" id="start" disabled { (view.label(Label::Start)) }
                        span id="why" class="soft" role="status" {}
                        button type="button" id="without" hidden { (view.label(Label::StartWithout)) }
                        button type="button" id="pause" hidden { (view.label(Label::Pause)) }
                        a id="run" class="button" hidden { (view.label(Label::Run)) }
                    }
                }
                details class="card missing" id="line-findings" hidden open { summary { (view.label(Label::AttachTo)) ": " (view.label(Label::LineWrong)) } ul {} }
                @if may_choose && !lines.is_empty() { (target_section(&view, upload, &lines, has_more)) }
                section aria-label=(view.label(Label::Files)) {
                    label class="row" { span { (view.label(Label::State)) } select id="state" { option value="" { (view.label(Label::Total)) } @for state in FILE_STATES { option value=(state) { (view.code_label("file-state", state)) } } } }
                    div class="files" id="files" role="table" tabindex="0" aria-label=(view.label(Label::Files)) {}
                }
                @if is_open {
                    details class="card" data-open {
                        summary { (view.label(Label::Withdraw)) }
                        form class="row" data-api=(format!("DELETE /api/uploads/{}", encode_segment(&id))) data-query="name" data-then="/uploads" {
                            label { span { (view.label(Label::WithdrawHint)) } input name="name" required autocomplete="off"; }
                            button class="grave" { (view.label(Label::Withdraw)) }
                            p class="wrong" role="alert" {}
                        }
                    }
                }
            }
        },
    ))
}

//! Uploads: the list with the form for a new one, and the page that sends one.

use crate::pages::ui::assets::{HASH_WORKER_JS, UPLOAD_JS};
use crate::pages::ui::components::{empty_state, encoded, next_link, timestamp};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::server::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sohoa_base::model::account::{Identity, Right, UnitScope};
use sohoa_base::model::upload::{Upload, UploadState};
use sohoa_services::roadmap::tracking;
use sohoa_services::uploads::lifecycle;
use sohoa_services::uploads::lifecycle::{UploadFilter, UploadSummary};
use sohoa_texts::formatting;
use sohoa_texts::labels::Word;

/// Uploads on one page of the list.
const UPLOADS_PER_PAGE: usize = 50;

/// Lines of the roadmap that are offered; of more, any can be typed.
const TARGETS_OFFERED: usize = 500;

/// States of a file, of the server and of the page that sends.
const FILE_STATES: [&str; 10] =
    ["waiting", "hashing", "sending", "absent", "failed", "received", "duplicate", "refused", "list", "ignored"];

/// Which uploads are wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct UploadsQuery {
    before: Option<String>,
}

/// Uploads with what came, the newest first.
pub(crate) fn upload_table(view: &PageContext, uploads: &[UploadSummary]) -> Markup {
    html! {
        div class="wide" { table {
            thead { tr {
                th { (view.label(Word::Delivery)) } th { (view.label(Word::State)) } th { (view.label(Word::Unit)) } th { (view.label(Word::Person)) } th { (view.label(Word::Started)) }
                th class="figure" { (view.label(Word::Files)) } th class="figure" { (view.label(Word::Absent)) } th class="figure" { (view.label(Word::Size)) } th { (view.label(Word::Run)) }
            } }
            tbody {
                @for line in uploads {
                    tr data-row {
                        td { a href=(format!("/uploads/{}", line.upload.id)) { (line.upload.name) } }
                        td { (crate::pages::ui::components::state_label(view, state_code(line.upload.state))) }
                        td { (line.upload.unit) } td { (line.upload.user) } td class="narrow" { (timestamp(view, &line.upload.created)) }
                        td class="figure" { (view.format_number(line.files.announced)) } td class="figure" { @if line.files.sending > 0 { (view.format_number(line.files.sending)) } }
                        td class="figure" { (formatting::format_bytes(view.language, line.bytes.announced)) }
                        td { @if let Some(batch) = &line.upload.batch { a href=(format!("/runs/{batch}")) { (view.label(Word::Run)) } } }
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
    let asked = UploadFilter { before: wanted.before.as_deref(), limit: UPLOADS_PER_PAGE, state: None };
    let uploads = lifecycle::list_uploads(shared.archive(), &by, &asked).await?;
    let own: Vec<String> = match by.units_with(Right::Upload) {
        UnitScope::All => vec![shared.archive().config.unit.clone()],
        UnitScope::Only(units) => units.into_iter().collect(),
    };
    let may_all = by.units_with(Right::Upload) == UnitScope::All;
    let (lines, _) = tracking::targets_of_units(shared.archive(), &by.units_with(Right::Monitor), TARGETS_OFFERED).await?;
    Ok(render_page(
        &view,
        view.label(Word::Uploads),
        &[],
        &html! {
            h1 { (view.label(Word::Uploads)) }
            section class="card" {
                h2 { (view.label(Word::NewUpload)) }
                form class="row" data-api="POST /api/uploads" data-then="/uploads/{id}" {
                    label { span { (view.label(Word::DeliveryName)) } input name="name" required maxlength="200" size="36" value=(format!("{} {}", view.label(Word::Delivery), formatting::format_date_time(&now_rfc3339(&view)))); }
                    label { span { (view.label(Word::Unit)) }
                        @if may_all { input name="unit" required list="units" value=(own.first().map(String::as_str).unwrap_or_default()); }
                        @else { select name="unit" { @for unit in &own { option { (unit) } } } }
                    }
                    label { span { (view.label(Word::Starts)) }
                        select name="starts" { option value="by-person" { (view.label(Word::ByPerson)) } option value="when-complete" { (view.label(Word::WhenComplete)) } }
                    }
                    @if !lines.is_empty() {
                        label { span { (view.label(Word::AttachTo)) }
                            input name="line" list="lines" data-optional autocomplete="off" placeholder=(view.label(Word::LineByRule));
                        }
                        (target_options(&lines))
                    }
                    button class="first" { (view.label(Word::Begin)) }
                    p class="wrong" role="alert" {}
                }
            }
            @if uploads.items.is_empty() { (empty_state(view.label(Word::NoUploads))) } @else { (upload_table(&view, &uploads.items)) }
            (next_link(&view, uploads.next.map(|next| format!("/uploads?before={next}"))))
        },
    ))
}

fn now_rfc3339(view: &PageContext) -> String {
    view.now.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// Lines to choose from while typing.
fn target_options(lines: &[(String, String)]) -> Markup {
    html! { datalist id="lines" { @for (code, name) in lines { option value=(code) { (code) " · " (name) } } } }
}

/// To which line of the roadmap an upload belongs, with the field to choose it; what is wrong with what its lists name is told by
/// the script.
fn target_section(view: &PageContext, upload: &Upload, lines: &[(String, String)], has_more: bool) -> Markup {
    let is_chosen = |code: &String| upload.target.as_ref() == Some(code);
    html! {
        section class="card" id="line-card" data-open {
            label { span { (view.label(Word::AttachTo)) }
                @if has_more {
                    input id="line" list="lines" autocomplete="off" value=[upload.target.as_ref()] placeholder=(view.label(Word::LineByRule));
                } @else {
                    select id="line" {
                        option value="" { (view.label(Word::LineByRule)) }
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

/// Words that the script says.
fn script_labels(view: &PageContext) -> Value {
    let of = |kind: &str, codes: &[&str]| -> Map<String, Value> {
        codes.iter().map(|code| ((*code).to_owned(), json!(view.code_label(kind, code)))).collect()
    };
    let obstacles = ["empty", "sending", "not-announced", "too-large", "missing", "starting", "started", "withdrawn"];
    json!({
        "state": of("file-state", &FILE_STATES),
        "start": of("obstacle", &obstacles),
        "attached": of("attached-by", &["rule", "list", "person"]),
        "outside": view.label(Word::OutsidePlan),
        "byRule": view.label(Word::LineByRule),
        "changed": view.label(Word::FileChanged),
        "stored": view.label(Word::StoredBefore),
        "lost": view.label(Word::Lost),
        "sending": view.code_label("obstacle", "sending"),
        "pause": view.label(Word::Pause),
        "resume": view.label(Word::GoOn),
        "row": view.label(Word::Row),
        "loose": view.label(Word::LooseFiles),
    })
}

/// One upload: where files are dropped, what came of each, and the button that starts.
pub(crate) async fn show(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(id): PathParams<String>,
) -> Result<Markup, Problem> {
    let shown = lifecycle::show_upload(shared.archive(), &by, &id).await?;
    let upload = &shown.summary.upload;
    let is_open = upload.state == UploadState::Open;
    let may_choose = is_open && lifecycle::may_choose_target(&by, &upload.unit);
    let (lines, has_more) =
        tracking::targets_of_units(shared.archive(), &UnitScope::Only([upload.unit.clone()].into()), TARGETS_OFFERED).await?;
    let counted = |word: Word, name: &str, class: &str| html! { div class=(class) { b data-count=(name) { "0" } (view.label(word)) } };
    let sometimes = |word: Word, name: &str, class: &str| html! { div class=(class) data-when=(name) hidden { b data-count=(name) { "0" } (view.label(word)) } };
    Ok(render_page(
        &view,
        &upload.name,
        &[UPLOAD_JS],
        &html! {
            div class="spread" {
                h1 { (upload.name) }
                p class="soft" { (upload.unit) " · " (upload.user) " · " (timestamp(&view, &upload.created)) " · " (view.code_label("state", state_code(upload.state))) }
            }
            div id="upload" data-api=(format!("/api/uploads/{}", encoded(&id))) data-words=(script_labels(&view)) data-hash-worker=(HASH_WORKER_JS) {
                div class="drop" id="drop" data-open hidden[!is_open] {
                    p class="big" { (view.label(Word::DropHere)) }
                    p {
                        span class="picker button first" { (view.label(Word::ChooseFolder)) input type="file" id="folder" webkitdirectory multiple aria-label=(view.label(Word::ChooseFolder)); } " "
                        span class="picker button" { (view.label(Word::ChooseFiles)) input type="file" id="single" multiple aria-label=(view.label(Word::ChooseFiles)); }
                    }
                    p class="soft" { (view.label(Word::DropHint)) }
                }
                section class="card" {
                    svg class="bar" viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true" {
                        rect class="ground" width="1000" height="10" {} rect class="stored" height="10" width="0" {} rect class="held" height="10" width="0" {} rect class="refused" height="10" width="0" {}
                    }
                    div class="counts" role="status" {
                        (counted(Word::Chosen, "chosen", "")) (counted(Word::Received, "received", "")) (counted(Word::Duplicate, "duplicate", "")) (counted(Word::Refused, "refused", ""))
                        (sometimes(Word::Lists, "lists", "")) (sometimes(Word::LeftToSend, "left", "")) (sometimes(Word::NotHere, "absent", "extra"))
                        (sometimes(Word::Failed, "failed", "missing")) (sometimes(Word::LeftOut, "left-out", "soft")) (sometimes(Word::MissingFiles, "missing", "missing")) (sometimes(Word::ExtraFiles, "extra", "extra"))
                    }
                    p class="soft" data-when="absent" hidden { (view.label(Word::DropAgain)) }
                    details class="missing" data-when="missing" hidden open { summary { (view.label(Word::MissingFiles)) } ul id="missing-list" {} }
                    details class="extra" data-when="extra" hidden { summary { (view.label(Word::ExtraFiles)) } ul id="extra-list" {} }
                    div class="row" {
                        button type="button" class="first" id="start" disabled { (view.label(Word::Start)) }
                        span id="why" class="soft" role="status" {}
                        button type="button" id="without" hidden { (view.label(Word::StartWithout)) }
                        button type="button" id="pause" hidden { (view.label(Word::Pause)) }
                        a id="run" class="button" hidden { (view.label(Word::Run)) }
                    }
                }
                details class="card missing" id="line-findings" hidden open { summary { (view.label(Word::AttachTo)) ": " (view.label(Word::LineWrong)) } ul {} }
                @if may_choose && !lines.is_empty() { (target_section(&view, upload, &lines, has_more)) }
                section aria-label=(view.label(Word::Files)) {
                    label class="row" { span { (view.label(Word::State)) } select id="state" { option value="" { (view.label(Word::Total)) } @for state in FILE_STATES { option value=(state) { (view.code_label("file-state", state)) } } } }
                    div class="files" id="files" role="table" tabindex="0" aria-label=(view.label(Word::Files)) {}
                }
                @if is_open {
                    details class="card" data-open {
                        summary { (view.label(Word::Withdraw)) }
                        form class="row" data-api=(format!("DELETE /api/uploads/{}", encoded(&id))) data-query="name" data-then="/uploads" {
                            label { span { (view.label(Word::WithdrawHint)) } input name="name" required autocomplete="off"; }
                            button class="grave" { (view.label(Word::Withdraw)) }
                            p class="wrong" role="alert" {}
                        }
                    }
                }
            }
        },
    ))
}

//! Uploads: the list with the form for a new one, and the page that sends one.

use super::assets::{HASH_WORKER_JS, UPLOAD_JS};
use super::layout::page;
use super::parts::{encoded, further, moment, nothing};
use super::view::View;
use crate::problem::{Asked, Named, Problem};
use crate::server::Shared;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sohoa_base::model::account::{Identity, Right, Units};
use sohoa_base::model::upload::{Upload, UploadState};
use sohoa_services::roadmap;
use sohoa_services::uploads::{self, UploadLine, WantedUploads};
use sohoa_texts::figures;
use sohoa_texts::words::Word;

/// Uploads on one page of the list.
const UPLOADS: usize = 50;

/// Lines of the roadmap that are offered; of more, any can be typed.
const LINES: usize = 500;

/// States of a file, of the server and of the page that sends.
const FILE_STATES: [&str; 10] =
    ["waiting", "hashing", "sending", "absent", "failed", "received", "duplicate", "refused", "list", "ignored"];

/// Which uploads are wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    before: Option<String>,
}

/// Uploads with what came, the newest first.
pub(super) fn table(view: &View, uploads: &[UploadLine]) -> Markup {
    html! {
        div class="wide" { table {
            thead { tr {
                th { (view.word(Word::Delivery)) } th { (view.word(Word::State)) } th { (view.word(Word::Unit)) } th { (view.word(Word::Person)) } th { (view.word(Word::Started)) }
                th class="figure" { (view.word(Word::Files)) } th class="figure" { (view.word(Word::Absent)) } th class="figure" { (view.word(Word::Size)) } th { (view.word(Word::Run)) }
            } }
            tbody {
                @for line in uploads {
                    tr data-row {
                        td { a href=(format!("/uploads/{}", line.upload.id)) { (line.upload.name) } }
                        td { (super::parts::state(view, state_of(line.upload.state))) }
                        td { (line.upload.unit) } td { (line.upload.user) } td class="narrow" { (moment(view, &line.upload.created)) }
                        td class="figure" { (view.number(line.files.announced)) } td class="figure" { @if line.files.sending > 0 { (view.number(line.files.sending)) } }
                        td class="figure" { (figures::size(view.language, line.bytes.announced)) }
                        td { @if let Some(batch) = &line.upload.batch { a href=(format!("/runs/{batch}")) { (view.word(Word::Run)) } } }
                    }
                }
            }
        } }
    }
}

fn state_of(state: UploadState) -> &'static str {
    match state {
        UploadState::Open => "open",
        UploadState::Starting => "starting",
        UploadState::Started => "started",
        UploadState::Withdrawn => "withdrawn",
    }
}

/// Uploads, and the form for a new one.
pub(super) async fn list(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup, Problem> {
    let asked = WantedUploads { before: wanted.before.as_deref(), limit: UPLOADS, state: None };
    let uploads = uploads::list(shared.archive(), &by, &asked).await?;
    let own: Vec<String> = match by.units(Right::Upload) {
        Units::All => vec![shared.archive().config.unit.clone()],
        Units::Some(units) => units.into_iter().collect(),
    };
    let may_all = by.units(Right::Upload) == Units::All;
    let (lines, _) = roadmap::lines_of(shared.archive(), &by.units(Right::Watch), LINES).await?;
    Ok(page(
        &view,
        view.word(Word::Uploads),
        &[],
        &html! {
            h1 { (view.word(Word::Uploads)) }
            section class="card" {
                h2 { (view.word(Word::NewUpload)) }
                form class="row" data-api="POST /api/uploads" data-then="/uploads/{id}" {
                    label { span { (view.word(Word::DeliveryName)) } input name="name" required maxlength="200" size="36" value=(format!("{} {}", view.word(Word::Delivery), figures::moment(&now(&view)))); }
                    label { span { (view.word(Word::Unit)) }
                        @if may_all { input name="unit" required list="units" value=(own.first().map(String::as_str).unwrap_or_default()); }
                        @else { select name="unit" { @for unit in &own { option { (unit) } } } }
                    }
                    label { span { (view.word(Word::Starts)) }
                        select name="starts" { option value="by-person" { (view.word(Word::ByPerson)) } option value="when-complete" { (view.word(Word::WhenComplete)) } }
                    }
                    @if !lines.is_empty() {
                        label { span { (view.word(Word::AttachTo)) }
                            input name="line" list="lines" data-optional autocomplete="off" placeholder=(view.word(Word::LineByRule));
                        }
                        (options(&lines))
                    }
                    button class="first" { (view.word(Word::Begin)) }
                    p class="wrong" role="alert" {}
                }
            }
            @if uploads.items.is_empty() { (nothing(view.word(Word::NoUploads))) } @else { (table(&view, &uploads.items)) }
            (further(&view, uploads.next.map(|next| format!("/uploads?before={next}"))))
        },
    ))
}

fn now(view: &View) -> String {
    view.now.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// Lines to choose from while typing.
fn options(lines: &[(String, String)]) -> Markup {
    html! { datalist id="lines" { @for (code, name) in lines { option value=(code) { (code) " · " (name) } } } }
}

/// To which line of the roadmap an upload belongs, with the field to choose it; what is wrong with what its lists name is told by
/// the script.
fn line(view: &View, upload: &Upload, lines: &[(String, String)], has_more: bool) -> Markup {
    let is_chosen = |code: &String| upload.line.as_ref() == Some(code);
    html! {
        section class="card" id="line-card" data-open {
            label { span { (view.word(Word::AttachTo)) }
                @if has_more {
                    input id="line" list="lines" autocomplete="off" value=[upload.line.as_ref()] placeholder=(view.word(Word::LineByRule));
                } @else {
                    select id="line" {
                        option value="" { (view.word(Word::LineByRule)) }
                        @if let Some(code) = upload.line.as_ref().filter(|code| !lines.iter().any(|(known, _)| known == *code)) { option value=(code) selected { (code) } }
                        @for (code, name) in lines { option value=(code) selected[is_chosen(code)] { (code) " · " (name) } }
                    }
                }
            }
            @if has_more { (options(lines)) }
            p class="soft" id="line-now" role="status" {}
            p class="wrong" id="line-wrong" role="alert" {}
        }
    }
}

/// Words that the script says.
fn words(view: &View) -> Value {
    let of = |kind: &str, codes: &[&str]| -> Map<String, Value> {
        codes.iter().map(|code| ((*code).to_owned(), json!(view.term(kind, code)))).collect()
    };
    let obstacles = ["empty", "sending", "not-announced", "too-large", "missing", "starting", "started", "withdrawn"];
    json!({
        "state": of("file-state", &FILE_STATES),
        "start": of("obstacle", &obstacles),
        "attached": of("attached-by", &["rule", "list", "person"]),
        "outside": view.word(Word::OutsidePlan),
        "byRule": view.word(Word::LineByRule),
        "changed": view.word(Word::FileChanged),
        "stored": view.word(Word::StoredBefore),
        "lost": view.word(Word::Lost),
        "sending": view.term("obstacle", "sending"),
        "pause": view.word(Word::Pause),
        "resume": view.word(Word::GoOn),
        "row": view.word(Word::Row),
        "loose": view.word(Word::LooseFiles),
    })
}

/// One upload: where files are dropped, what came of each, and the button that starts.
pub(super) async fn show(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(id): Named<String>,
) -> Result<Markup, Problem> {
    let shown = uploads::show(shared.archive(), &by, &id).await?;
    let upload = &shown.line.upload;
    let is_open = upload.state == UploadState::Open;
    let may_choose = is_open && uploads::may_choose_line(&by, &upload.unit);
    let (lines, has_more) = roadmap::lines_of(shared.archive(), &Units::Some([upload.unit.clone()].into()), LINES).await?;
    let counted = |word: Word, name: &str, class: &str| html! { div class=(class) { b data-count=(name) { "0" } (view.word(word)) } };
    let sometimes = |word: Word, name: &str, class: &str| html! { div class=(class) data-when=(name) hidden { b data-count=(name) { "0" } (view.word(word)) } };
    Ok(page(
        &view,
        &upload.name,
        &[UPLOAD_JS],
        &html! {
            div class="spread" {
                h1 { (upload.name) }
                p class="soft" { (upload.unit) " · " (upload.user) " · " (moment(&view, &upload.created)) " · " (view.term("state", state_of(upload.state))) }
            }
            div id="upload" data-api=(format!("/api/uploads/{}", encoded(&id))) data-words=(words(&view)) data-hash-worker=(HASH_WORKER_JS) {
                div class="drop" id="drop" data-open hidden[!is_open] {
                    p class="big" { (view.word(Word::DropHere)) }
                    p {
                        span class="picker button first" { (view.word(Word::ChooseFolder)) input type="file" id="folder" webkitdirectory multiple aria-label=(view.word(Word::ChooseFolder)); } " "
                        span class="picker button" { (view.word(Word::ChooseFiles)) input type="file" id="single" multiple aria-label=(view.word(Word::ChooseFiles)); }
                    }
                    p class="soft" { (view.word(Word::DropHint)) }
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
                    p class="soft" data-when="absent" hidden { (view.word(Word::DropAgain)) }
                    details class="missing" data-when="missing" hidden open { summary { (view.word(Word::MissingFiles)) } ul id="missing-list" {} }
                    details class="extra" data-when="extra" hidden { summary { (view.word(Word::ExtraFiles)) } ul id="extra-list" {} }
                    div class="row" {
                        button type="button" class="first" id="start" disabled { (view.word(Word::Start)) }
                        span id="why" class="soft" role="status" {}
                        button type="button" id="without" hidden { (view.word(Word::StartWithout)) }
                        button type="button" id="pause" hidden { (view.word(Word::Pause)) }
                        a id="run" class="button" hidden { (view.word(Word::Run)) }
                    }
                }
                details class="card missing" id="line-findings" hidden open { summary { (view.word(Word::AttachTo)) ": " (view.word(Word::LineWrong)) } ul {} }
                @if may_choose && !lines.is_empty() { (line(&view, upload, &lines, has_more)) }
                section aria-label=(view.word(Word::Files)) {
                    label class="row" { span { (view.word(Word::State)) } select id="state" { option value="" { (view.word(Word::Total)) } @for state in FILE_STATES { option value=(state) { (view.term("file-state", state)) } } } }
                    div class="files" id="files" role="table" tabindex="0" aria-label=(view.word(Word::Files)) {}
                }
                @if is_open {
                    details class="card" data-open {
                        summary { (view.word(Word::Withdraw)) }
                        form class="row" data-api=(format!("DELETE /api/uploads/{}", encoded(&id))) data-query="name" data-then="/uploads" {
                            label { span { (view.word(Word::WithdrawHint)) } input name="name" required autocomplete="off"; }
                            button class="grave" { (view.word(Word::Withdraw)) }
                            p class="wrong" role="alert" {}
                        }
                    }
                }
            }
        },
    ))
}

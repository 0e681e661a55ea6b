//! Refused files and pages by class and reason, each with picture, reason and remedy.

use crate::api::failures::FailuresQuery;
use crate::pages::batches::run_table::short_id;
use crate::pages::ui::components::{empty_state, export_links};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{Problem, QueryParams};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use sohoa_base::error::Result;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::refusal::RefusalClass;
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::runs::failures;
use sohoa_services::runs::failures::{FailedTask, FailureGroup, FailureLine, FailureQuery};
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;

/// Failures on one page.
const FAILURES_PER_PAGE: usize = 500;

/// Stages that can refuse: intake opens files, reading reads pages.
const FAILING_STAGES: [&str; 2] = ["intake", "read"];

/// Common names of media types.
const FILE_KINDS: [(&str, &str); 7] = [
    ("application/pdf", "PDF"),
    ("image/jpeg", "JPEG"),
    ("image/png", "PNG"),
    ("image/tiff", "TIFF"),
    ("image/heic", "HEIC"),
    ("image/webp", "WebP"),
    ("image/bmp", "BMP"),
];

/// The filter as a query string.
fn query_string(wanted: &FailureQuery) -> String {
    let parts = [
        ("run", wanted.run.as_deref()),
        ("class", wanted.class.map(RefusalClass::as_str)),
        ("stage", wanted.stage.as_deref()),
        ("reason", wanted.reason.as_deref()),
    ];
    let given = parts.iter().filter_map(|(name, value)| Some(format!("{name}={}", encode_segment((*value)?))));
    given.collect::<Vec<_>>().join("&")
}

/// URL of the list of one group within the filter.
fn group_url(group: &FailureGroup, wanted: &FailureQuery) -> String {
    let only = FailureQuery { class: Some(group.class), reason: Some(group.reason.clone()), ..wanted.clone() };
    format!("/failures?{}", query_string(&only))
}

/// Button that retries all failures of a class of a run, for users who may manage runs.
fn retry_button(view: &PageContext, class: RefusalClass, wanted: &FailureQuery) -> Markup {
    html! {
        @if let Some(run) = wanted.run.as_deref().filter(|_| view.may(Right::ManageRuns)) {
            button type="button" data-api=(format!("POST /api/runs/{}/retry?class={}", encode_segment(run), class.as_str())) { (view.label(Label::RetryAll)) }
        }
    }
}

/// Failures by class and reason, each with its remedy; those of a run with the retry button.
pub(crate) fn failure_groups(view: &PageContext, groups: &[FailureGroup], wanted: &FailureQuery) -> Markup {
    html! {
        @if groups.is_empty() { p class="soft" { (view.label(Label::FailuresNone)) } }
        @else {
            ul class="grouped" {
                @for group in groups {
                    @let class = group.class.as_str();
                    li {
                        a class="class" href=(group_url(group, wanted)) { (view.format_number(group.count)) " · " (view.code_label("class", class)) }
                        div { (view.reason_text(group.message.as_ref(), &group.reason)) br; span class="soft" { (view.code_label("mend", class)) } }
                        (retry_button(view, group.class, wanted))
                    }
                }
            }
        }
    }
}

/// Failed tasks: what could not be done at any level, with the error and the number of tries. Each holds up its dossier.
pub(crate) fn failed_task_list(view: &PageContext, by: &Identity, tasks: &[FailedTask]) -> Markup {
    html! {
        @if !tasks.is_empty() {
            section class="card" id="failed-tasks" {
                h2 { (view.format_number(tasks.len() as u64)) " · " (view.label(Label::FailedTasks)) }
                p class="soft" { (view.label(Label::FailedTasksHint)) }
                ul class="failed-tasks" {
                    @for task in tasks { (failed_task_row(view, by, task)) }
                }
            }
        }
    }
}

fn failed_task_row(view: &PageContext, by: &Identity, task: &FailedTask) -> Markup {
    let (item, run) = (&task.item, &task.batch);
    html! {
        li data-row {
            div {
                b { (task.unit) " · " (item.dossier) }
                p {
                    @if let Some(file) = &item.file { (file) " " }
                    @if let Some(page) = item.page { (view.label(Label::Page)) " " (page) " " }
                    @if let Some(document) = item.document { (view.label(Label::Document)) " " (document) " " }
                    span class="class" { (view.code_label("level", item.level.as_str())) }
                }
                p { (view.reason_text(item.message.as_ref(), &item.reason)) }
                p class="soft" { (view.label(Label::Tries)) " " (item.tries) " · " (formatting::format_date_time(&task.failed_at)) }
                p class="row" {
                    a href=(format!("/runs/{run}")) { (view.label(Label::Run)) " …" (short_id(run)) }
                    @if by.units_with(Right::ManageRuns).contains(&task.unit) {
                        button type="button" data-api=(format!("POST /api/runs/{}/retry", encode_segment(run))) data-then=(view.url) { (view.label(Label::Retry)) }
                    }
                }
            }
        }
    }
}

/// The page of failures: failed tasks, then refused files under their class and reason.
pub(crate) async fn list(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(query): QueryParams<FailuresQuery>,
) -> Result<Markup, Problem> {
    let wanted = query.into_filter()?;
    let units = by.units_with(Right::Monitor);
    let mut groups = failures::group_failures(shared.archive(), &units, &wanted).await?;
    let found = failures::list_failures(shared.archive(), &units, &wanted, FAILURES_PER_PAGE).await?;
    let tasks = failures::list_failed_tasks(shared.archive(), &units, wanted.run.as_deref(), FAILURES_PER_PAGE).await?;
    // The number of counted groups is limited; failures of other groups get a group without a count.
    for failure in &found {
        let (class, reason) = (failure.item.class, &failure.item.reason);
        if !groups.iter().any(|group| group.class == class && group.reason == *reason) {
            groups.push(FailureGroup { class, reason: reason.clone(), message: failure.item.message.clone(), count: 0 });
        }
    }
    let of = |group: &FailureGroup| {
        found.iter().filter(|one| one.item.class == group.class && one.item.reason == group.reason).collect::<Vec<_>>()
    };
    Ok(render_page(
        &view,
        view.label(Label::Failures),
        &[],
        &html! {
            h1 { (view.label(Label::Failures)) }
            (filter_form(&view, &wanted, &groups))
            (failed_task_list(&view, &by, &tasks))
            @if groups.is_empty() && tasks.is_empty() { (empty_state(view.label(Label::FailuresNone))) }
            @for group in &groups { (group_section(&view, &by, group, &of(group), &wanted)) }
            @if !groups.is_empty() { (export_links(&view, "failures", &query_string(&wanted))) }
            @if found.len() == FAILURES_PER_PAGE { p class="soft" { (view.label(Label::OnlyFirst)) " " (view.format_number(FAILURES_PER_PAGE as u64)) } }
        },
    ))
}

fn filter_form(view: &PageContext, wanted: &FailureQuery, groups: &[FailureGroup]) -> Markup {
    html! {
        form class="row" action="/failures" {
            @if let Some(run) = &wanted.run {
                input type="hidden" name="run" value=(run);
                a class="tag" href=(format!("/runs/{run}")) { (view.label(Label::Run)) " …" (short_id(run)) }
            }
            label { span { (view.label(Label::Class)) }
                select name="class" {
                    option value="" { (view.label(Label::Total)) }
                    @for one in [RefusalClass::Input, RefusalClass::Limit, RefusalClass::Secret, RefusalClass::Outage, RefusalClass::Bug] {
                        option value=(one.as_str()) selected[wanted.class == Some(one)] { (view.code_label("class", one.as_str())) }
                    }
                }
            }
            label { span { (view.label(Label::Stage)) }
                select name="stage" {
                    option value="" { (view.label(Label::Total)) }
                    @for stage in FAILING_STAGES.into_iter().chain(wanted.stage.as_deref().filter(|stage| !FAILING_STAGES.contains(stage))) {
                        option value=(stage) selected[wanted.stage.as_deref() == Some(stage)] { (view.code_label("stage", stage)) }
                    }
                }
            }
            @if let Some(reason) = &wanted.reason {
                label { input type="checkbox" name="reason" value=(reason) checked; span { (view.reason_text(groups.iter().find(|group| group.reason == *reason).and_then(|group| group.message.as_ref()), reason)) } }
            }
            button { (view.label(Label::Apply)) }
        }
    }
}

fn group_section(view: &PageContext, by: &Identity, group: &FailureGroup, found: &[&FailureLine], wanted: &FailureQuery) -> Markup {
    let class = group.class.as_str();
    html! {
        section class="card" {
            div class="spread" {
                h2 { a class="class" href=(group_url(group, wanted)) { @if group.count > 0 { (view.format_number(group.count)) " · " } (view.code_label("class", class)) } " " (view.reason_text(group.message.as_ref(), &group.reason)) }
                (retry_button(view, group.class, wanted))
            }
            p class="soft" { (view.code_label("mend", class)) }
            ul class="failing" {
                @for failure in found { (failure_row(view, by, failure)) }
            }
            @if group.count > found.len() as u64 { p { a href=(group_url(group, wanted)) { (view.label(Label::AllOfReason)) } } }
        }
    }
}

fn failure_row(view: &PageContext, by: &Identity, failure: &FailureLine) -> Markup {
    let item = &failure.item;
    let run = &failure.batch;
    html! {
        li data-row {
            (thumbnail(view, failure))
            div {
                b { (item.file) }
                p {
                    @match item.page { Some(page) => { (view.label(Label::Page)) " " (page) } None => { (view.label(Label::WholeFile)) } }
                    " · " (formatting::format_bytes(view.language, failure.bytes))
                }
                p class="soft" { (failure.dossier.fonds) " · " (failure.dossier.code) }
                p class="soft" data-note hidden { (view.label(Label::OtherPageShown)) " " (failure.readable_page.unwrap_or(1)) }
                p class="row" {
                    a href=(format!("/runs/{run}")) { (view.label(Label::Run)) " …" (short_id(run)) }
                    @if by.units_with(Right::ManageRuns).contains(&failure.dossier.fonds) {
                        button type="button" data-api=(format!("POST /api/runs/{run}/retry?file={}", encode_segment(&item.file))) data-then=(view.url) { (view.label(Label::Retry)) }
                    }
                }
            }
        }
    }
}

/// Thumbnail of the failing page. Where it cannot be rendered, the script shows another page of the file that was read, or
/// the kind of the file as text.
fn thumbnail(view: &PageContext, failure: &FailureLine) -> Markup {
    let item = &failure.item;
    let kind = file_kind(&failure.media_type, &item.file).unwrap_or_else(|| view.label(Label::KindUnknown).to_owned());
    let page = item.page.unwrap_or(1);
    let picture = |page: u32, size: &str| format!("/api/failures/{}/picture?page={page}&size={size}", encode_segment(&failure.file_id));
    let alt_text = |page: u32| format!("{} {page}: {}", view.label(Label::Page), item.file);
    let other = failure.readable_page.filter(|other| *other != page);
    html! {
        @if failure.may_be_seen {
            a class="shot" href=(picture(page, "medium")) {
                img loading="lazy" width="96" height="132" src=(picture(page, "small")) alt=(alt_text(page)) data-kind=(kind) data-instead=(view.label(Label::CannotBeDrawn))
                    data-other=[other.map(|other| picture(other, "small"))] data-other-large=[other.map(|other| picture(other, "medium"))] data-other-alt=[other.map(alt_text)];
            }
        } @else {
            span class="shot words" { b { (kind) } span { (view.label(Label::MayNotBeSeen)) } }
        }
    }
}

/// Common name of the kind of a file: by its detected media type, else by the extension of its name.
fn file_kind(media_type: &str, path: &str) -> Option<String> {
    if let Some((_, known)) = FILE_KINDS.iter().find(|(known, _)| *known == media_type) {
        return Some((*known).to_owned());
    }
    let last = path.rsplit('/').next().unwrap_or_default();
    let (_, end) = last.rsplit_once('.')?;
    let is_plain = (1..=5).contains(&end.len()) && end.chars().all(|letter| letter.is_ascii_alphanumeric());
    is_plain.then(|| end.to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_kind_uses_media_type_or_extension() {
        assert_eq!(file_kind("application/pdf", "a.jpg").as_deref(), Some("PDF"));
        assert_eq!(file_kind("", "hồ sơ/a.b.docx").as_deref(), Some("DOCX"));
        for none in ["hồ sơ.1/tờ trình", "a.<b>", "a.", "a.verylong"] {
            assert_eq!(file_kind("", none), None, "{none}");
        }
    }

    #[test]
    fn failure_filter_is_preserved_in_urls() {
        let wanted = FailureQuery { run: Some("r".to_owned()), stage: Some("read".to_owned()), ..FailureQuery::default() };
        let group = FailureGroup { class: RefusalClass::Limit, reason: "too large & more".to_owned(), message: None, count: 3 };
        assert_eq!(group_url(&group, &wanted), "/failures?run=r&class=limit&stage=read&reason=too%20large%20%26%20more");
        assert_eq!(query_string(&FailureQuery::default()), "");
    }
}

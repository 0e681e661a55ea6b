//! What was refused: by class and reason, each file and page with how it looks, why, and what to do.

use super::layout::page;
use super::parts::{encoded, export, nothing};
use super::runs::short;
use super::view::View;
use crate::api::failures::AskedFailures;
use crate::problem::{Asked, Problem};
use crate::server::Shared;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::refusal::Class;
use sohoa_services::failures::{self, FailureGroup, FailureLine, Wanted};
use sohoa_texts::figures;
use sohoa_texts::words::Word;

/// Failures on one page.
const FAILURES: usize = 500;

/// Stages at which something can be refused: those that open files, and those that read pages.
const STAGES: [&str; 2] = ["intake", "read"];

/// Kinds of files by media type, as people call them.
const KINDS: [(&str, &str); 7] = [
    ("application/pdf", "PDF"),
    ("image/jpeg", "JPEG"),
    ("image/png", "PNG"),
    ("image/tiff", "TIFF"),
    ("image/heic", "HEIC"),
    ("image/webp", "WebP"),
    ("image/bmp", "BMP"),
];

/// The query that asks for these failures.
fn query(wanted: &Wanted) -> String {
    let parts = [
        ("run", wanted.run.as_deref()),
        ("class", wanted.class.map(Class::as_str)),
        ("stage", wanted.stage.as_deref()),
        ("reason", wanted.reason.as_deref()),
    ];
    let given = parts.iter().filter_map(|(name, value)| Some(format!("{name}={}", encoded((*value)?))));
    given.collect::<Vec<_>>().join("&")
}

/// The list of one group among what is wanted.
fn list_of(group: &FailureGroup, wanted: &Wanted) -> String {
    let only = Wanted { class: Some(group.class), reason: Some(group.reason.clone()), ..wanted.clone() };
    format!("/failures?{}", query(&only))
}

/// The button that tries all of a class of a run again, for who steers.
fn retry_class(view: &View, class: Class, wanted: &Wanted) -> Markup {
    html! {
        @if let Some(run) = wanted.run.as_deref().filter(|_| view.may(Right::Steer)) {
            button type="button" data-api=(format!("POST /api/runs/{}/retry?class={}", encoded(run), class.as_str())) { (view.word(Word::RetryAll)) }
        }
    }
}

/// Failures by class and reason, each with what mends it; those of a run with the button that tries again.
pub(super) fn by_reason(view: &View, groups: &[FailureGroup], wanted: &Wanted) -> Markup {
    html! {
        @if groups.is_empty() { p class="soft" { (view.word(Word::FailuresNone)) } }
        @else {
            ul class="grouped" {
                @for group in groups {
                    @let class = group.class.as_str();
                    li {
                        a class="class" href=(list_of(group, wanted)) { (view.number(group.count)) " · " (view.term("class", class)) }
                        div { (view.refusal(&group.reason)) br; span class="soft" { (view.term("mend", class)) } }
                        (retry_class(view, group.class, wanted))
                    }
                }
            }
        }
    }
}

/// What was refused, file by file, under its class and reason.
pub(super) async fn list(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(asked): Asked<AskedFailures>,
) -> Result<Markup, Problem> {
    let wanted = asked.wanted()?;
    let units = by.units(Right::Watch);
    let mut groups = failures::groups(shared.archive(), &units, &wanted).await?;
    let found = failures::list(shared.archive(), &units, &wanted, FAILURES).await?;
    // There may be more groups than are counted.
    for failure in &found {
        let (class, reason) = (failure.item.class, &failure.item.reason);
        if !groups.iter().any(|group| group.class == class && group.reason == *reason) {
            groups.push(FailureGroup { class, reason: reason.clone(), count: 0 });
        }
    }
    let of = |group: &FailureGroup| {
        found.iter().filter(|one| one.item.class == group.class && one.item.reason == group.reason).collect::<Vec<_>>()
    };
    Ok(page(
        &view,
        view.word(Word::Failures),
        &[],
        &html! {
            h1 { (view.word(Word::Failures)) }
            (filter(&view, &wanted))
            @if groups.is_empty() { (nothing(view.word(Word::FailuresNone))) }
            @for group in &groups { (section(&view, &by, group, &of(group), &wanted)) }
            @if !groups.is_empty() { (export(&view, "failures", &query(&wanted))) }
            @if found.len() == FAILURES { p class="soft" { (view.word(Word::OnlyFirst)) " " (view.number(FAILURES as u64)) } }
        },
    ))
}

fn filter(view: &View, wanted: &Wanted) -> Markup {
    html! {
        form class="row" action="/failures" {
            @if let Some(run) = &wanted.run {
                input type="hidden" name="run" value=(run);
                a class="tag" href=(format!("/runs/{run}")) { (view.word(Word::Run)) " …" (short(run)) }
            }
            label { span { (view.word(Word::Class)) }
                select name="class" {
                    option value="" { (view.word(Word::Total)) }
                    @for one in [Class::Input, Class::Limit, Class::Secret, Class::Outage, Class::Bug] {
                        option value=(one.as_str()) selected[wanted.class == Some(one)] { (view.term("class", one.as_str())) }
                    }
                }
            }
            label { span { (view.word(Word::Stage)) }
                select name="stage" {
                    option value="" { (view.word(Word::Total)) }
                    @for stage in STAGES.into_iter().chain(wanted.stage.as_deref().filter(|stage| !STAGES.contains(stage))) {
                        option value=(stage) selected[wanted.stage.as_deref() == Some(stage)] { (view.term("stage", stage)) }
                    }
                }
            }
            @if let Some(reason) = &wanted.reason {
                label { input type="checkbox" name="reason" value=(reason) checked; span { (view.refusal(reason)) } }
            }
            button { (view.word(Word::Apply)) }
        }
    }
}

fn section(view: &View, by: &Identity, group: &FailureGroup, found: &[&FailureLine], wanted: &Wanted) -> Markup {
    let class = group.class.as_str();
    html! {
        section class="card" {
            div class="spread" {
                h2 { a class="class" href=(list_of(group, wanted)) { @if group.count > 0 { (view.number(group.count)) " · " } (view.term("class", class)) } " " (view.refusal(&group.reason)) }
                (retry_class(view, group.class, wanted))
            }
            p class="soft" { (view.term("mend", class)) }
            ul class="failing" {
                @for failure in found { (one(view, by, failure)) }
            }
            @if group.count > found.len() as u64 { p { a href=(list_of(group, wanted)) { (view.word(Word::AllOfReason)) } } }
        }
    }
}

fn one(view: &View, by: &Identity, failure: &FailureLine) -> Markup {
    let item = &failure.item;
    let run = &failure.batch;
    html! {
        li data-row {
            (shot(view, failure))
            div {
                b { (item.file) }
                p {
                    @match item.page { Some(page) => { (view.word(Word::Page)) " " (page) } None => { (view.word(Word::WholeFile)) } }
                    " · " (figures::size(view.language, failure.bytes))
                }
                p class="soft" { (failure.dossier.fonds) " · " (failure.dossier.code) }
                p class="soft" data-note hidden { (view.word(Word::OtherPageShown)) " " (failure.readable_page.unwrap_or(1)) }
                p class="row" {
                    a href=(format!("/runs/{run}")) { (view.word(Word::Run)) " …" (short(run)) }
                    @if by.units(Right::Steer).contains(&failure.dossier.fonds) {
                        button type="button" data-api=(format!("POST /api/runs/{run}/retry?file={}", encoded(&item.file))) data-then=(view.address) { (view.word(Word::Retry)) }
                    }
                }
            }
        }
    }
}

/// A small picture of the failing page; where it cannot be drawn the script puts another page of the file there that was
/// read, or what the file is in words.
fn shot(view: &View, failure: &FailureLine) -> Markup {
    let item = &failure.item;
    let kind = kind(&failure.media_type, &item.file).unwrap_or_else(|| view.word(Word::KindUnknown).to_owned());
    let page = item.page.unwrap_or(1);
    let picture = |page: u32, size: &str| format!("/api/failures/{}/picture?page={page}&size={size}", encoded(&failure.file_id));
    let said = |page: u32| format!("{} {page}: {}", view.word(Word::Page), item.file);
    let other = failure.readable_page.filter(|other| *other != page);
    html! {
        @if failure.may_be_seen {
            a class="shot" href=(picture(page, "usual")) {
                img loading="lazy" width="96" height="132" src=(picture(page, "small")) alt=(said(page)) data-kind=(kind) data-instead=(view.word(Word::CannotBeDrawn))
                    data-other=[other.map(|other| picture(other, "small"))] data-other-large=[other.map(|other| picture(other, "usual"))] data-other-alt=[other.map(said)];
            }
        } @else {
            span class="shot words" { b { (kind) } span { (view.word(Word::MayNotBeSeen)) } }
        }
    }
}

/// What people call a file of this kind: by what was found in it, or else by the end of its name.
fn kind(media_type: &str, path: &str) -> Option<String> {
    if let Some((_, known)) = KINDS.iter().find(|(known, _)| *known == media_type) {
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
    fn a_file_is_called_by_what_is_in_it_or_by_its_name() {
        assert_eq!(kind("application/pdf", "a.jpg").as_deref(), Some("PDF"));
        assert_eq!(kind("", "hồ sơ/a.b.docx").as_deref(), Some("DOCX"));
        for none in ["hồ sơ.1/tờ trình", "a.<b>", "a.", "a.verylong"] {
            assert_eq!(kind("", none), None, "{none}");
        }
    }

    #[test]
    fn a_list_is_asked_for_as_it_was() {
        let wanted = Wanted { run: Some("r".to_owned()), stage: Some("read".to_owned()), ..Wanted::default() };
        let group = FailureGroup { class: Class::Limit, reason: "too large & more".to_owned(), count: 3 };
        assert_eq!(list_of(&group, &wanted), "/failures?run=r&class=limit&stage=read&reason=too%20large%20%26%20more");
        assert_eq!(query(&Wanted::default()), "");
    }
}

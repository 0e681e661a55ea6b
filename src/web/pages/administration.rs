//! People, keys of programs, and the audit trail.

use super::layout::page;
use super::parts::{encoded, export, further, moment, nothing};
use super::view::View;
use crate::problem::{Asked, Problem};
use crate::server::Shared;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::error::Error;
use sohoa_base::model::account::{Grant, Identity, Origin, Right, Role, Units};
use sohoa_base::text::fold::fold;
use sohoa_services::accounts;
use sohoa_services::watch::{self, EventLine};
use sohoa_texts::figures;
use sohoa_texts::words::Word;

/// Events on one page.
const EVENTS: usize = 200;

fn grants(view: &View, grants: &[Grant]) -> Markup {
    let none = [Grant { role: Role::Reader, unit: String::new() }];
    let rows = if grants.is_empty() { &none[..] } else { grants };
    html! {
        @for (place, grant) in rows.iter().enumerate() {
            div class="row" data-row-number=(place) {
                select name="grants[].role" aria-label=(view.word(Word::Role)) { @for role in Role::ALL { option value=(role.name()) selected[role == grant.role] { (view.term("role", role.name())) } } }
                input name="grants[].unit" value=(grant.unit) required placeholder=(view.word(Word::UnitHint)) aria-label=(view.word(Word::Unit));
            }
        }
        button type="button" class="plain" data-add-row { "+ " (view.word(Word::Role)) }
    }
}

/// Everybody who may sign in, and the forms to change that.
pub(super) async fn people(view: View, State(shared): State<Shared>) -> Result<Markup, Problem> {
    let people = accounts::people(shared.archive()).await?;
    Ok(page(
        &view,
        view.word(Word::People),
        &[],
        &html! {
            div class="spread" { h1 { (view.word(Word::People)) } p { a href="/pipelines" { (view.word(Word::Pipelines)) } " · " a href="/keys" { (view.word(Word::Keys)) } } }
            @for user in &people {
                details class="card" {
                    summary {
                        b { (user.name) } " " (user.shown) " " @if user.disabled { span class="class" { (view.word(Word::Disabled)) } }
                        @for grant in &user.grants { " " span class="tag" { (view.term("role", grant.role.name())) " · " @if grant.unit == "*" { (view.word(Word::AllUnits)) } @else { (grant.unit) } } }
                    }
                    form class="column" data-api=(format!("PUT /api/users/{}", encoded(&user.name))) data-then="/people" {
                        label { span { (view.word(Word::ShownName)) } input name="shown" value=(user.shown); }
                        (grants(&view, &user.grants))
                        label { span { (view.word(Word::State)) }
                            select name="disabled" data-kind="bool" { option value="false" selected[!user.disabled] { (view.word(Word::Enabled)) } option value="true" selected[user.disabled] { (view.word(Word::Disabled)) } }
                        }
                        button class="first" { (view.word(Word::Save)) }
                        p class="wrong" role="alert" {}
                    }
                    @if user.origin == Origin::Oidc { p { (view.word(Word::SignsInElsewhere)) } }
                    @else {
                        form class="column" data-api=(format!("PUT /api/users/{}/password", encoded(&user.name))) data-then="/people" {
                            label { span { (view.word(Word::NewPassword)) } input type="password" name="password" autocomplete="new-password" minlength="12" required; }
                            button { (view.word(Word::Reset)) }
                            p class="wrong" role="alert" {}
                        }
                    }
                    @if user.two_steps {
                        button type="button" class="grave" data-api=(format!("DELETE /api/users/{}/totp", encoded(&user.name))) data-then="/people" { (view.word(Word::ResetTwoSteps)) }
                    }
                }
            }
            section class="card" {
                h2 { (view.word(Word::AddPerson)) }
                form class="column" data-api="POST /api/users" data-then="/people" {
                    label { span { (view.word(Word::Name)) } input name="name" required autocomplete="off" pattern="[a-z0-9._@\\-]{1,64}"; }
                    label { span { (view.word(Word::ShownName)) } input name="shown" autocomplete="off"; }
                    (grants(&view, &[]))
                    label { span { (view.word(Word::Password)) } input type="password" name="password" autocomplete="new-password" minlength="12" required; small { (view.word(Word::PasswordHint)) } }
                    button class="first" { (view.word(Word::Add)) }
                    p class="wrong" role="alert" {}
                }
            }
        },
    ))
}

/// One's own keys of programs.
pub(super) async fn keys(view: View, State(shared): State<Shared>, Extension(by): Extension<Identity>) -> Result<Markup, Problem> {
    let tokens = accounts::tokens(shared.archive(), &by).await?;
    Ok(page(
        &view,
        view.word(Word::Keys),
        &[],
        &html! {
            h1 { (view.word(Word::Keys)) }
            p { (view.word(Word::KeysHint)) " " a href="/openapi.json" { "OpenAPI" } }
            @if !tokens.is_empty() {
                table {
                    thead { tr { th { (view.word(Word::Label)) } th { (view.word(Word::Rights)) } th { (view.word(Word::Seen)) } th { (view.word(Word::Ends)) } th {} } }
                    tbody {
                        @for token in &tokens {
                            tr {
                                td { (token.label) }
                                td { @for right in &token.rights { span class="tag" { (view.term("right", right.name())) } } }
                                td { (moment(&view, &token.seen)) } td { (figures::moment(&token.expires)) }
                                td { button type="button" class="grave" data-api=(format!("DELETE /api/tokens/{}", encoded(&token.id))) data-then="/keys" { (view.word(Word::Remove)) } }
                            }
                        }
                    }
                }
            }
            section class="card" {
                h2 { (view.word(Word::NewKey)) }
                form class="column" data-api="POST /api/tokens" data-shows="key" {
                    label { span { (view.word(Word::Label)) } input name="label" required; }
                    fieldset { legend { (view.word(Word::Rights)) }
                        @for right in Right::ALL { @if view.may(right) { label class="row" { input type="checkbox" name="rights[]" value=(right.name()); (view.term("right", right.name())) } } }
                    }
                    label { span { (view.word(Word::Until)) } input type="number" name="days" data-kind="number" value="90" min="1" required; }
                    button class="first" { (view.word(Word::Add)) }
                    p class="wrong" role="alert" {}
                }
                div hidden { p { (view.word(Word::KeyMade)) ":" } p { code id="key" {} } }
            }
        },
    ))
}

/// Which events are wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    after: Option<u64>,
    #[serde(default)]
    kind: String,
}

/// Who did it, where the event says so.
fn who(event: &EventLine) -> &str {
    ["by", "author", "user"].iter().find_map(|name| event.body.get(*name)?.as_str()).unwrap_or("–")
}

/// What exactly, in one line; what is longer opens.
pub(super) fn what(event: &EventLine) -> Markup {
    const LINE: usize = 120;
    let said = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let text = event.body.as_object().map_or_else(
        || event.body.to_string(),
        |body| {
            let rest = body.iter().filter(|(name, _)| !matches!(name.as_str(), "by" | "author" | "user"));
            rest.map(|(name, value)| format!("{name}: {}", said(value))).collect::<Vec<_>>().join(" · ")
        },
    );
    match text.char_indices().nth(LINE) {
        Some((end, _)) => html! { details { summary { (text.get(..end).unwrap_or_default()) "…" } (text) } },
        None => html! { (text) },
    }
}

/// What happened, in order.
pub(super) async fn audit(
    view: View,
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(wanted): Asked<Wanted>,
) -> Result<Markup, Problem> {
    if by.units(Right::Audit) != Units::All {
        return Err(Error::denied("the audit is of every unit; it needs a role in all").into());
    }
    let last = watch::pulse(shared.archive()).await?.event;
    let after = wanted.after.unwrap_or_else(|| last.saturating_sub(EVENTS as u64));
    let events = watch::events(shared.archive(), after, EVENTS).await?;
    // Asked for by its code, or by what the page calls it.
    let asked = fold(wanted.kind.trim());
    let is_asked = |event: &&EventLine| event.kind.contains(wanted.kind.trim()) || fold(view.term("event", &event.kind)).contains(&asked);
    let shown: Vec<_> = events.iter().rev().filter(is_asked).collect();
    let earlier = (after > 0).then(|| format!("/audit?after={}&kind={}", after.saturating_sub(EVENTS as u64), encoded(&wanted.kind)));
    Ok(page(
        &view,
        view.word(Word::Audit),
        &[],
        &html! {
            h1 { (view.word(Word::Audit)) }
            form class="row" action="/audit" {
                label { span { (view.word(Word::What)) } input name="kind" value=(wanted.kind); }
                label { span { (view.word(Word::After)) } input name="after" type="number" min="0" value=(after); }
                button { (view.word(Word::Apply)) }

            }
            @if shown.is_empty() { (nothing(view.word(Word::NothingHappened))) }
            @else {
                div class="wide" { table {
                    thead { tr { th class="figure" { "#" } th { (view.word(Word::When)) } th { (view.word(Word::What)) } th { (view.word(Word::Who)) } th { (view.word(Word::Act)) } } }
                    tbody {
                        @for event in shown {
                            tr data-row {
                                td class="figure" { (view.number(event.seq)) }
                                td class="narrow" { (figures::moment(&event.at)) }
                                td class="narrow" title=(event.kind) { (view.term("event", &event.kind)) }
                                td class="narrow" { (who(event)) }
                                td { @if !event.batch.is_empty() { a href=(format!("/runs/{}", event.batch)) { (view.word(Word::Run)) } " " } (what(event)) }
                            }
                        }
                    }
                } }
            }
            (export(&view, "events", &format!("after={after}")))
            (further(&view, earlier))
        },
    ))
}

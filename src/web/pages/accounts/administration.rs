//! People, keys of programs, and the audit trail.

use crate::pages::ui::components::{empty_state, encoded, export_links, next_link, timestamp};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{Problem, QueryParams};
use crate::server::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::error::Error;
use sohoa_base::model::account::{Grant, Identity, Origin, Right, Role, UnitScope};
use sohoa_base::text::fold::fold;
use sohoa_services::accounts::users;
use sohoa_services::runs::monitoring;
use sohoa_services::runs::monitoring::EventLine;
use sohoa_texts::formatting;
use sohoa_texts::labels::Word;

/// Events on one page.
const EVENTS_PER_PAGE: usize = 200;

fn grant_fields(view: &PageContext, grants: &[Grant]) -> Markup {
    let none = [Grant { role: Role::Reader, unit: String::new() }];
    let rows = if grants.is_empty() { &none[..] } else { grants };
    html! {
        @for (place, grant) in rows.iter().enumerate() {
            div class="row" data-row-number=(place) {
                select name="grants[].role" aria-label=(view.label(Word::Role)) { @for role in Role::ALL { option value=(role.as_str()) selected[role == grant.role] { (view.code_label("role", role.as_str())) } } }
                input name="grants[].unit" value=(grant.unit) required placeholder=(view.label(Word::UnitHint)) aria-label=(view.label(Word::Unit));
            }
        }
        button type="button" class="plain" data-add-row { "+ " (view.label(Word::Role)) }
    }
}

/// Everybody who may sign in, and the forms to change that.
pub(crate) async fn people(view: PageContext, State(shared): State<AppState>) -> Result<Markup, Problem> {
    let people = users::list_users(shared.archive()).await?;
    Ok(render_page(
        &view,
        view.label(Word::People),
        &[],
        &html! {
            div class="spread" { h1 { (view.label(Word::People)) } p { a href="/pipelines" { (view.label(Word::Pipelines)) } " · " a href="/keys" { (view.label(Word::Keys)) } } }
            @for user in &people {
                details class="card" {
                    summary {
                        b { (user.name) } " " (user.display_name) " " @if user.disabled { span class="class" { (view.label(Word::Disabled)) } }
                        @for grant in &user.grants { " " span class="tag" { (view.code_label("role", grant.role.as_str())) " · " @if grant.unit == "*" { (view.label(Word::AllUnits)) } @else { (grant.unit) } } }
                    }
                    form class="column" data-api=(format!("PUT /api/users/{}", encoded(&user.name))) data-then="/people" {
                        label { span { (view.label(Word::ShownName)) } input name="shown" value=(user.display_name); }
                        (grant_fields(&view, &user.grants))
                        label { span { (view.label(Word::State)) }
                            select name="disabled" data-kind="bool" { option value="false" selected[!user.disabled] { (view.label(Word::Enabled)) } option value="true" selected[user.disabled] { (view.label(Word::Disabled)) } }
                        }
                        button class="first" { (view.label(Word::Save)) }
                        p class="wrong" role="alert" {}
                    }
                    @if user.origin == Origin::Oidc { p { (view.label(Word::SignsInElsewhere)) } }
                    @else {
                        form class="column" data-api=(format!("PUT /api/users/{}/password", encoded(&user.name))) data-then="/people" {
                            label { span { (view.label(Word::NewPassword)) } input type="password" name="password" autocomplete="new-password" minlength="12" required; }
                            button { (view.label(Word::Reset)) }
                            p class="wrong" role="alert" {}
                        }
                    }
                    @if user.totp_enabled {
                        button type="button" class="grave" data-api=(format!("DELETE /api/users/{}/totp", encoded(&user.name))) data-then="/people" { (view.label(Word::ResetTwoSteps)) }
                    }
                }
            }
            section class="card" {
                h2 { (view.label(Word::AddPerson)) }
                form class="column" data-api="POST /api/users" data-then="/people" {
                    label { span { (view.label(Word::Name)) } input name="name" required autocomplete="off" pattern="[a-z0-9._@\\-]{1,64}"; }
                    label { span { (view.label(Word::ShownName)) } input name="shown" autocomplete="off"; }
                    (grant_fields(&view, &[]))
                    label { span { (view.label(Word::Password)) } input type="password" name="password" autocomplete="new-password" minlength="12" required; small { (view.label(Word::PasswordHint)) } }
                    button class="first" { (view.label(Word::Add)) }
                    p class="wrong" role="alert" {}
                }
            }
        },
    ))
}

/// One's own keys of programs.
pub(crate) async fn keys(view: PageContext, State(shared): State<AppState>, Extension(by): Extension<Identity>) -> Result<Markup, Problem> {
    let tokens = users::list_tokens(shared.archive(), &by).await?;
    Ok(render_page(
        &view,
        view.label(Word::Keys),
        &[],
        &html! {
            h1 { (view.label(Word::Keys)) }
            p { (view.label(Word::KeysHint)) " " a href="/openapi.json" { "OpenAPI" } }
            @if !tokens.is_empty() {
                table {
                    thead { tr { th { (view.label(Word::Label)) } th { (view.label(Word::Rights)) } th { (view.label(Word::Seen)) } th { (view.label(Word::Ends)) } th {} } }
                    tbody {
                        @for token in &tokens {
                            tr {
                                td { (token.label) }
                                td { @for right in &token.rights { span class="tag" { (view.code_label("right", right.as_str())) } } }
                                td { (timestamp(&view, &token.last_used)) } td { (formatting::format_date_time(&token.expires)) }
                                td { button type="button" class="grave" data-api=(format!("DELETE /api/tokens/{}", encoded(&token.id))) data-then="/keys" { (view.label(Word::Remove)) } }
                            }
                        }
                    }
                }
            }
            section class="card" {
                h2 { (view.label(Word::NewKey)) }
                form class="column" data-api="POST /api/tokens" data-shows="key" {
                    label { span { (view.label(Word::Label)) } input name="label" required; }
                    fieldset { legend { (view.label(Word::Rights)) }
                        @for right in Right::ALL { @if view.may(right) { label class="row" { input type="checkbox" name="rights[]" value=(right.as_str()); (view.code_label("right", right.as_str())) } } }
                    }
                    label { span { (view.label(Word::Until)) } input type="number" name="days" data-kind="number" value="90" min="1" required; }
                    button class="first" { (view.label(Word::Add)) }
                    p class="wrong" role="alert" {}
                }
                div hidden { p { (view.label(Word::KeyMade)) ":" } p { code id="key" {} } }
            }
        },
    ))
}

/// Which events are wanted.
#[derive(Debug, Deserialize)]
pub(crate) struct AuditQuery {
    after: Option<u64>,
    #[serde(default)]
    kind: String,
}

/// Who did it, where the event says so.
fn event_author(event: &EventLine) -> &str {
    ["by", "author", "user"].iter().find_map(|name| event.body.get(*name)?.as_str()).unwrap_or("–")
}

/// What exactly, in one line; what is longer opens.
pub(crate) fn event_details(event: &EventLine) -> Markup {
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
pub(crate) async fn audit(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(wanted): QueryParams<AuditQuery>,
) -> Result<Markup, Problem> {
    if by.units_with(Right::Audit) != UnitScope::All {
        return Err(Error::denied("the audit is of every unit; it needs a role in all").into());
    }
    let last = monitoring::event_cursor(shared.archive()).await?.event;
    let after = wanted.after.unwrap_or_else(|| last.saturating_sub(EVENTS_PER_PAGE as u64));
    let events = monitoring::events_after(shared.archive(), after, EVENTS_PER_PAGE).await?;
    // Asked for by its code, or by what the page calls it.
    let asked = fold(wanted.kind.trim());
    let is_asked =
        |event: &&EventLine| event.kind.contains(wanted.kind.trim()) || fold(view.code_label("event", &event.kind)).contains(&asked);
    let shown: Vec<_> = events.iter().rev().filter(is_asked).collect();
    let earlier =
        (after > 0).then(|| format!("/audit?after={}&kind={}", after.saturating_sub(EVENTS_PER_PAGE as u64), encoded(&wanted.kind)));
    Ok(render_page(
        &view,
        view.label(Word::Audit),
        &[],
        &html! {
            h1 { (view.label(Word::Audit)) }
            form class="row" action="/audit" {
                label { span { (view.label(Word::What)) } input name="kind" value=(wanted.kind); }
                label { span { (view.label(Word::After)) } input name="after" type="number" min="0" value=(after); }
                button { (view.label(Word::Apply)) }

            }
            @if shown.is_empty() { (empty_state(view.label(Word::NothingHappened))) }
            @else {
                div class="wide" { table {
                    thead { tr { th class="figure" { "#" } th { (view.label(Word::When)) } th { (view.label(Word::What)) } th { (view.label(Word::Who)) } th { (view.label(Word::Act)) } } }
                    tbody {
                        @for event in shown {
                            tr data-row {
                                td class="figure" { (view.format_number(event.seq)) }
                                td class="narrow" { (formatting::format_date_time(&event.at)) }
                                td class="narrow" title=(event.kind) { (view.code_label("event", &event.kind)) }
                                td class="narrow" { (event_author(event)) }
                                td { @if !event.batch.is_empty() { a href=(format!("/runs/{}", event.batch)) { (view.label(Word::Run)) } " " } (event_details(event)) }
                            }
                        }
                    }
                } }
            }
            (export_links(&view, "events", &format!("after={after}")))
            (next_link(&view, earlier))
        },
    ))
}

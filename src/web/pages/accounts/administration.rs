//! People, keys of programs, and the audit trail.

use crate::pages::accounts::sign_in::renewal_card;
use crate::pages::ui::components::{empty_state, export_links, next_link, timestamp};
use crate::pages::ui::event_details::event_details;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{Problem, QueryParams};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::messages::requests;
use sohoa_base::model::account::{Grant, Identity, Origin, Right, Role, Token, UnitScope, User};
use sohoa_base::text::fold::fold;
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::accounts::sessions;
use sohoa_services::accounts::tokens;
use sohoa_services::accounts::users;
use sohoa_services::runs::monitoring;
use sohoa_services::runs::monitoring::EventLine;
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;

/// Events on one page.
const EVENTS_PER_PAGE: usize = 200;

fn grant_fields(view: &PageContext, grants: &[Grant]) -> Markup {
    let none = [Grant { role: Role::Reader, unit: String::new() }];
    let rows = if grants.is_empty() { &none[..] } else { grants };
    html! {
        @for (place, grant) in rows.iter().enumerate() {
            div class="row" data-row-number=(place) {
                select name="grants[].role" aria-label=(view.label(Label::Role)) { @for role in Role::ALL { option value=(role.as_str()) selected[role == grant.role] { (view.code_label("role", role.as_str())) } } }
                input name="grants[].unit" value=(grant.unit) required placeholder=(view.label(Label::UnitHint)) aria-label=(view.label(Label::Unit));
            }
        }
        button type="button" class="plain" data-add-row { "+ " (view.label(Label::Role)) }
    }
}

/// The roles of a person.
fn grant_tags(view: &PageContext, grants: &[Grant]) -> Markup {
    html! {
        @for grant in grants { " " span class="tag" { (view.code_label("role", grant.role.as_str())) " · " @if grant.unit == "*" { (view.label(Label::AllUnits)) } @else { (grant.unit) } } }
    }
}

/// Keys of programs, each with a button that ends it at the address `path`/identifier.
fn token_table(view: &PageContext, tokens: &[Token], path: &str, then: &str) -> Markup {
    html! {
        table {
            thead { tr { th { (view.label(Label::Label)) } th { (view.label(Label::Rights)) } th { (view.label(Label::Seen)) } th { (view.label(Label::Ends)) } th {} } }
            tbody {
                @for token in tokens {
                    tr {
                        td { (token.label) }
                        td { @for right in &token.rights { span class="tag" { (view.code_label("right", right.as_str())) } } }
                        td { (timestamp(view, &token.last_used)) } td { (formatting::format_date_time(&token.expires)) }
                        td { button type="button" class="grave" data-api=(format!("DELETE {path}/{}", encode_segment(&token.id))) data-then=(then) { (view.label(Label::Remove)) } }
                    }
                }
            }
        }
    }
}

/// A person with the forms to change them, where the caller may, and the keys of their programs.
fn person_card(view: &PageContext, user: &User, is_managed: bool, tokens: Option<&Vec<Token>>) -> Markup {
    let path = format!("/api/users/{}", encode_segment(&user.name));
    html! {
        details class="card" {
            summary {
                b { (user.name) } " " (user.display_name) " " @if user.disabled { span class="class" { (view.label(Label::Disabled)) } }
                (grant_tags(view, &user.grants))
            }
            @if user.origin == Origin::Oidc { p { (view.label(Label::SignsInElsewhere)) } }
            @if is_managed { (person_forms(view, user, &path)) } @else { p class="soft" { (view.label(Label::RolesElsewhere)) } }
            @if let Some(tokens) = tokens {
                h3 { (view.label(Label::Keys)) }
                (token_table(view, tokens, &format!("{path}/tokens"), "/people"))
            }
        }
    }
}

/// Forms that change a person, reset the password and end the second factor.
fn person_forms(view: &PageContext, user: &User, path: &str) -> Markup {
    html! {
        form class="column" data-api=(format!("PUT {path}")) data-then="/people" {
            label { span { (view.label(Label::ShownName)) } input name="display_name" value=(user.display_name); }
            (grant_fields(view, &user.grants))
            label { span { (view.label(Label::State)) }
                select name="disabled" data-kind="bool" { option value="false" selected[!user.disabled] { (view.label(Label::Enabled)) } option value="true" selected[user.disabled] { (view.label(Label::Disabled)) } }
            }
            button class="first" { (view.label(Label::Save)) }
            p class="wrong" role="alert" {}
        }
        @if user.origin == Origin::Local {
            form class="column" data-api=(format!("PUT {path}/password")) data-then="/people" {
                label { span { (view.label(Label::NewPassword)) } input type="password" name="password" autocomplete="new-password" minlength="12" required; }
                button { (view.label(Label::Reset)) }
                p class="wrong" role="alert" {}
            }
        }
        @if user.totp_enabled {
            button type="button" class="grave" data-api=(format!("DELETE {path}/totp")) data-then="/people" { (view.label(Label::ResetTwoSteps)) }
        }
    }
}

/// People with a role in a unit of the administrator, and the forms to change them.
pub(crate) async fn people(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
) -> Result<Markup, Problem> {
    let people = users::list_managed_users(shared.archive(), &by).await?;
    let tokens = tokens::tokens_by_user(shared.archive(), &by).await?;
    Ok(render_page(
        &view,
        view.label(Label::People),
        &[],
        &html! {
            div class="spread" { h1 { (view.label(Label::People)) } p { a href="/pipelines" { (view.label(Label::Pipelines)) } " · " a href="/keys" { (view.label(Label::Keys)) } } }
            @for (user, is_managed) in &people { (person_card(&view, user, *is_managed, tokens.get(&user.name))) }
            section class="card" {
                h2 { (view.label(Label::AddPerson)) }
                form class="column" data-api="POST /api/users" data-then="/people" {
                    label { span { (view.label(Label::Name)) } input name="name" required autocomplete="off" pattern="[a-z0-9._@\\-]{1,64}"; }
                    label { span { (view.label(Label::ShownName)) } input name="display_name" autocomplete="off"; }
                    (grant_fields(&view, &[]))
                    label { span { (view.label(Label::Password)) } input type="password" name="password" autocomplete="new-password" minlength="12" required; small { (view.label(Label::PasswordHint)) } }
                    button class="first" { (view.label(Label::Add)) }
                    p class="wrong" role="alert" {}
                }
            }
        },
    ))
}

/// The user's keys of programs.
pub(crate) async fn keys(view: PageContext, State(shared): State<AppState>, Extension(by): Extension<Identity>) -> Result<Markup, Problem> {
    let tokens = tokens::list_tokens(shared.archive(), &by).await?;
    // Only the key of an officer needs a renewed sign-in.
    let must_renew = by.has_right(Right::ManageQuarantine) && !sessions::is_renewed(shared.archive(), &by).await?;
    Ok(render_page(
        &view,
        view.label(Label::Keys),
        &[],
        &html! {
            h1 { (view.label(Label::Keys)) }
            p { (view.label(Label::KeysHint)) " " a href="/openapi.json" { "OpenAPI" } }
            @if !tokens.is_empty() { (token_table(&view, &tokens, "/api/tokens", "/keys")) }
            @if must_renew { (renewal_card(&view, &by.user, "/keys")) }
            section class="card" {
                h2 { (view.label(Label::NewKey)) }
                form class="column" data-api="POST /api/tokens" data-shows="key" {
                    label { span { (view.label(Label::Label)) } input name="label" required; }
                    fieldset { legend { (view.label(Label::Rights)) }
                        @for right in Right::ALL { @if view.may(right) { label class="row" { input type="checkbox" name="rights[]" value=(right.as_str()); (view.code_label("right", right.as_str())) } } }
                    }
                    label { span { (view.label(Label::Until)) } input type="number" name="days" data-kind="number" value="90" min="1" required; }
                    button class="first" { (view.label(Label::Add)) }
                    p class="wrong" role="alert" {}
                }
                div hidden { p { (view.label(Label::KeyMade)) ":" } p { code id="key" {} } }
            }
        },
    ))
}

/// Query of events.
#[derive(Debug, Deserialize)]
pub(crate) struct AuditQuery {
    after: Option<u64>,
    #[serde(default)]
    kind: String,
}

/// Author of an event, where it records one.
fn event_author(event: &EventLine) -> &str {
    ["by", "author", "user"].iter().find_map(|name| event.body.get(*name)?.as_str()).unwrap_or("–")
}

/// The audit trail, in order.
pub(crate) async fn audit(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(wanted): QueryParams<AuditQuery>,
) -> Result<Markup, Problem> {
    if by.units_with(Right::Audit) != UnitScope::All {
        return Err(requests::audit_needs_all_units().into());
    }
    let last = monitoring::event_cursor(shared.archive()).await?.event;
    let after = wanted.after.unwrap_or_else(|| last.saturating_sub(EVENTS_PER_PAGE as u64));
    let events = monitoring::events_after(shared.archive(), after, EVENTS_PER_PAGE).await?;
    // The search matches the event's code or its label on the page.
    let search_text = fold(wanted.kind.trim());
    let matches_search =
        |event: &&EventLine| event.kind.contains(wanted.kind.trim()) || fold(view.code_label("event", &event.kind)).contains(&search_text);
    let matching: Vec<_> = events.iter().rev().filter(matches_search).collect();
    let earlier =
        (after > 0).then(|| format!("/audit?after={}&kind={}", after.saturating_sub(EVENTS_PER_PAGE as u64), encode_segment(&wanted.kind)));
    Ok(render_page(
        &view,
        view.label(Label::Audit),
        &[],
        &html! {
            h1 { (view.label(Label::Audit)) }
            form class="row" action="/audit" {
                label { span { (view.label(Label::What)) } input name="kind" value=(wanted.kind); }
                label { span { (view.label(Label::After)) } input name="after" type="number" min="0" value=(after); }
                button { (view.label(Label::Apply)) }

            }
            @if matching.is_empty() { (empty_state(view.label(Label::NothingHappened))) }
            @else {
                div class="wide" { table {
                    thead { tr { th class="figure" { "#" } th { (view.label(Label::When)) } th { (view.label(Label::What)) } th { (view.label(Label::Who)) } th { (view.label(Label::Act)) } } }
                    tbody {
                        @for event in matching {
                            tr data-row {
                                td class="figure" { (view.format_number(event.seq)) }
                                td class="narrow" { (formatting::format_date_time(&event.at)) }
                                td class="narrow" data-kind=(event.kind) { (view.code_label("event", &event.kind)) }
                                td class="narrow" { (event_author(event)) }
                                td { @if !event.batch.is_empty() { a href=(format!("/runs/{}", event.batch)) { (view.label(Label::Run)) } " " } (event_details(&view, event)) }
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

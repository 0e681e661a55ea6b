//! Pages for the first administrator, for signing in, and for the user's own account.

use crate::pages::ui::components::timestamp;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::{PageContext, ReturnTo};
use crate::problem::Problem;
use crate::state::AppState;
use axum::Extension;
use axum::extract::{Query, State};
use maud::{Markup, html};
use sohoa_base::model::account::{Identity, Origin, User};
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::accounts::oidc;
use sohoa_services::accounts::sessions;
use sohoa_services::accounts::sessions::SessionInfo;
use sohoa_services::accounts::totp;
use sohoa_texts::labels::Label;

fn input_field(view: &PageContext, word: Label, name: &str, kind: &str, complete: &str) -> Markup {
    html! {
        label { span { (view.label(word)) } input type=(kind) name=(name) autocomplete=(complete) required; }
    }
}

/// Field for the code of an authenticator app.
fn code_field(view: &PageContext, disabled: bool) -> Markup {
    html! {
        label {
            span { (view.label(Label::AppCode)) }
            input type="text" name="code" autocomplete="one-time-code" spellcheck="false" required disabled[disabled];
            small { (view.label(Label::AppCodeHint)) }
        }
    }
}

/// The sign-in page.
pub(crate) async fn sign_in(view: PageContext, State(shared): State<AppState>, Query(go_on): Query<ReturnTo>) -> Markup {
    let elsewhere =
        oidc::is_configured(&shared.archive().config.oidc).then(|| format!("/sign-in/oidc?to={}", encode_segment(go_on.local_path())));
    render_page(
        &view,
        view.label(Label::SignIn),
        &[],
        &html! {
            section class="entry" {
                h1 { "sohoa" }
                p { (view.label(Label::Tagline)) }
                form data-api="POST /api/session" data-then=(go_on.local_path()) {
                    div data-first {
                        (input_field(&view, Label::Name, "name", "text", "username"))
                        (input_field(&view, Label::Password, "password", "password", "current-password"))
                    }
                    div data-second hidden { (code_field(&view, true)) }
                    button class="first" { (view.label(Label::SignIn)) }
                    p class="wrong" role="alert" {}
                }
                @if let Some(address) = elsewhere { p { a class="button" href=(address) { (view.label(Label::SignInElsewhere)) } } }
            }
        },
    )
}

/// Page that creates the first administrator. The key that the server printed is typed, or comes in the fragment of the address.
pub(crate) async fn set_up(view: PageContext) -> Markup {
    render_page(
        &view,
        view.label(Label::FirstStart),
        &[],
        &html! {
            section class="entry" {
                h1 { (view.label(Label::FirstStart)) }
                p { (view.label(Label::FirstStartHint)) }
                form data-api="POST /api/setup" data-then="/sign-in" {
                    label { span { (view.label(Label::Key)) } input type="text" name="key" data-fragment="key" required autocomplete="off" spellcheck="false"; }
                    (input_field(&view, Label::Name, "name", "text", "username"))
                    label { span { (view.label(Label::ShownName)) } input type="text" name="display_name" autocomplete="name"; }
                    label {
                        span { (view.label(Label::Password)) }
                        input type="password" name="password" autocomplete="new-password" minlength="12" required;
                        small { (view.label(Label::PasswordHint)) }
                    }
                    button class="first" { (view.label(Label::Add)) }
                    p class="wrong" role="alert" {}
                }
            }
        },
    )
}

/// The user's own account.
pub(crate) async fn account(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(identity): Extension<Identity>,
) -> Result<Markup, Problem> {
    let codes_left = totp::recovery_codes_left(shared.archive(), &identity).await?;
    let sessions = match identity.key_rights {
        None => sessions::list_sessions(shared.archive(), &identity).await?,
        Some(_) => Vec::new(),
    };
    let user = &identity.user;
    Ok(render_page(
        &view,
        view.label(Label::Account),
        &[],
        &html! {
            h1 { (view.label(Label::Account)) }
            dl class="facts" {
                dt { (view.label(Label::Name)) } dd { (user.name) }
                dt { (view.label(Label::ShownName)) } dd { (user.display_name) }
                dt { (view.label(Label::Roles)) }
                dd {
                    @for grant in &user.grants {
                        span class="tag" { (view.code_label("role", grant.role.as_str())) " · " @if grant.unit == "*" { (view.label(Label::AllUnits)) } @else { (grant.unit) } } " "
                    }
                }
                @if user.origin == Origin::Oidc { dt { (view.label(Label::SignIn)) } dd { (view.label(Label::SignsInElsewhere)) } }
            }
            p { a href="/keys" { (view.label(Label::Keys)) } }
            @if user.origin == Origin::Local { (credentials_section(&view, user, codes_left)) }
            @if !sessions.is_empty() { (session_table(&view, &sessions)) }
        },
    ))
}

/// The user's sessions, each with the button that ends it.
fn session_table(view: &PageContext, sessions: &[SessionInfo]) -> Markup {
    html! {
        section class="card" id="sessions" {
            h2 { (view.label(Label::Sessions)) }
            p class="soft" { (view.label(Label::SessionsHint)) }
            div class="wide" { table {
                thead { tr { @for word in [Label::SessionFrom, Label::Started, Label::SessionUsed] { th { (view.label(word)) } } th {} } }
                tbody {
                    @for session in sessions {
                        tr data-row {
                            td { (session.session.from) }
                            td class="narrow" { (timestamp(view, &session.session.created)) }
                            td class="narrow" { (timestamp(view, &session.session.last_used)) }
                            td {
                                @if session.is_current { (view.label(Label::ThisSession)) }
                                @else { button type="button" data-api=(format!("DELETE /api/sessions/{}", encode_segment(&session.session.id))) data-then="/account" { (view.label(Label::EndSession)) } }
                            }
                        }
                    }
                }
            } }
        }
    }
}

/// Card in which a user proves again who they are, before what needs a renewed sign-in; `then` is the page to show afterwards.
pub(crate) fn renewal_card(view: &PageContext, user: &User, then: &str) -> Markup {
    html! {
        section class="card" id="renewal" {
            h2 { (view.label(Label::ConfirmIdentity)) }
            p { (view.label(Label::ConfirmIdentityHint)) }
            @if user.origin == Origin::Local {
                form class="column" data-api="POST /api/session/renewal" data-then=(then) {
                    (input_field(view, Label::Password, "password", "password", "current-password"))
                    @if user.totp_enabled { (code_field(view, false)) }
                    button class="first" { (view.label(Label::ConfirmIdentity)) }
                    p class="wrong" role="alert" {}
                }
            } @else {
                p { a class="button first" href=(format!("/sign-in/oidc?renew=true&to={}", encode_segment(then))) { (view.label(Label::SignInElsewhere)) } }
            }
        }
    }
}

/// Password and second factor of a user with a local password.
fn credentials_section(view: &PageContext, user: &User, codes_left: u64) -> Markup {
    html! {
        section class="card" {
            h2 { (view.label(Label::ChangePassword)) }
            form class="column" data-api="PUT /api/session/password" data-then="/sign-in" {
                (input_field(view, Label::OldPassword, "old", "password", "current-password"))
                label {
                    span { (view.label(Label::NewPassword)) }
                    input type="password" name="new" autocomplete="new-password" minlength="12" required;
                    small { (view.label(Label::PasswordHint)) }
                }
                button class="first" { (view.label(Label::Save)) }
                p class="wrong" role="alert" {}
            }
        }
        section class="card" {
            h2 { (view.label(Label::TwoSteps)) }
            @if user.totp_enabled {
                p { (view.label(Label::CodesLeft)) ": " (view.format_number(codes_left)) }
                form class="column" data-api="DELETE /api/session/totp" data-then="/account" {
                    (input_field(view, Label::Password, "password", "password", "current-password"))
                    (code_field(view, false))
                    button class="grave" { (view.label(Label::EndTwoSteps)) }
                    p class="wrong" role="alert" {}
                }
            } @else {
                form class="column" data-api="POST /api/session/totp" data-reveals="scan" {
                    p { (view.label(Label::TwoStepsHint)) }
                    (input_field(view, Label::Password, "password", "password", "current-password"))
                    button class="first" { (view.label(Label::SetUp)) }
                    p class="wrong" role="alert" {}
                }
                form id="scan" class="column" data-api="PUT /api/session/totp" data-reveals="codes" hidden {
                    p { (view.label(Label::ScanHint)) }
                    img class="qr" data-said="qr" alt="QR" width="220" height="220";
                    p { (view.label(Label::AppSecret)) ": " code data-said="secret" {} }
                    (code_field(view, false))
                    button class="first" { (view.label(Label::Save)) }
                    p class="wrong" role="alert" {}
                }
                div id="codes" tabindex="-1" hidden {
                    h3 { (view.label(Label::RecoveryCodes)) }
                    p { (view.label(Label::RecoveryCodesHint)) }
                    ol class="codes" data-said="recovery_codes" {}
                    p { a class="button" href="/account" { (view.label(Label::Close)) } }
                }
            }
        }
    }
}

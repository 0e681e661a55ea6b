//! The OpenAPI document as a page, for people who write programs.

use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::state::AppState;
use axum::extract::State;
use maud::{Markup, html};
use serde_json::Value;
use sohoa_texts::labels::Label;

/// Every route with its parameters, body and responses.
pub(crate) async fn docs(view: PageContext, State(shared): State<AppState>) -> Markup {
    let document: Value = serde_json::from_str(shared.openapi_json()).unwrap_or_default();
    let paths = document.get("paths").and_then(Value::as_object);
    render_page(
        &view,
        view.label(Label::Api),
        &[],
        &html! {
            h1 { (view.label(Label::Api)) }
            p { (view.label(Label::KeysHint)) " " a href="/keys" { (view.label(Label::Keys)) } " · " a href="/openapi.json" { "openapi.json (OpenAPI 3.1)" } }
            @for (path, methods) in paths.into_iter().flatten() {
                @for (method, operation) in methods.as_object().into_iter().flatten() {
                    details class="card" {
                        summary { code { b { (method.to_uppercase()) } " " (path) } " " (text_field(operation, "description").lines().next().unwrap_or_default()) }
                        (operation_section(&view, operation, &document))
                    }
                }
            }
        },
    )
}

fn text_field<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn operation_section(view: &PageContext, operation: &Value, document: &Value) -> Markup {
    let list = |name: &str| operation.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let body = operation.pointer("/requestBody/content/application~1json/schema");
    html! {
        @let parameters = list("parameters");
        @if !parameters.is_empty() {
            table { tbody {
                @for parameter in &parameters {
                    tr { td class="narrow" { code { (text_field(parameter, "name")) } } td class="narrow" { (text_field(parameter, "in")) } td { (text_field(parameter, "description")) } }
                }
            } }
        }
        @if let Some(schema) = body { h2 { (view.label(Label::RequestBody)) } pre tabindex="0" { (pretty_json(resolve_reference(schema, document))) } }
        @for (status, answer) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
            h2 { (status) " " (text_field(answer, "description")) }
            @for (kind, content) in answer.get("content").and_then(Value::as_object).into_iter().flatten() {
                p { code { (kind) } }
                @if let (Some(schema), false) = (content.get("schema"), kind.contains("problem")) { pre tabindex="0" { (pretty_json(resolve_reference(schema, document))) } }
            }
        }
    }
}

/// Schema that a `$ref` points to, or the schema itself.
fn resolve_reference<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
}

fn pretty_json(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

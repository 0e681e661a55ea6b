//! The API for people who write programs: what its description says, as a page.

use super::layout::page;
use super::view::View;
use crate::server::Shared;
use axum::extract::State;
use maud::{Markup, html};
use serde_json::Value;
use sohoa_texts::words::Word;

/// Every route with what it takes and answers.
pub(super) async fn docs(view: View, State(shared): State<Shared>) -> Markup {
    let document: Value = serde_json::from_str(shared.description()).unwrap_or_default();
    let paths = document.get("paths").and_then(Value::as_object);
    page(
        &view,
        view.word(Word::Api),
        &[],
        &html! {
            h1 { (view.word(Word::Api)) }
            p { (view.word(Word::KeysHint)) " " a href="/keys" { (view.word(Word::Keys)) } " · " a href="/openapi.json" { "openapi.json (OpenAPI 3.1)" } }
            @for (path, methods) in paths.into_iter().flatten() {
                @for (method, operation) in methods.as_object().into_iter().flatten() {
                    details class="card" {
                        summary { code { b { (method.to_uppercase()) } " " (path) } " " (text(operation, "description").lines().next().unwrap_or_default()) }
                        (operation_of(&view, operation, &document))
                    }
                }
            }
        },
    )
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn operation_of(view: &View, operation: &Value, document: &Value) -> Markup {
    let list = |name: &str| operation.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let body = operation.pointer("/requestBody/content/application~1json/schema");
    html! {
        @let parameters = list("parameters");
        @if !parameters.is_empty() {
            table { tbody {
                @for parameter in &parameters {
                    tr { td class="narrow" { code { (text(parameter, "name")) } } td class="narrow" { (text(parameter, "in")) } td { (text(parameter, "description")) } }
                }
            } }
        }
        @if let Some(schema) = body { h2 { (view.word(Word::RequestBody)) } pre tabindex="0" { (pretty(resolved(schema, document))) } }
        @for (status, answer) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
            h2 { (status) " " (text(answer, "description")) }
            @for (kind, content) in answer.get("content").and_then(Value::as_object).into_iter().flatten() {
                p { code { (kind) } }
                @if let (Some(schema), false) = (content.get("schema"), kind.contains("problem")) { pre tabindex="0" { (pretty(resolved(schema, document))) } }
            }
        }
    }
}

/// The schema that a reference names.
fn resolved<'a>(schema: &'a Value, document: &'a Value) -> &'a Value {
    let pointer = schema.get("$ref").and_then(Value::as_str).and_then(|name| name.strip_prefix('#'));
    pointer.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}

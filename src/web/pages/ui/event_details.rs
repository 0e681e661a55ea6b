//! What an event says, in the reader's language.

use crate::pages::ui::page_context::PageContext;
use maud::{Markup, html};
use serde_json::{Map, Value};
use sohoa_base::messages::StoredMessage;
use sohoa_services::runs::monitoring::EventLine;
use sohoa_texts::code_labels::find_code_label;
use sohoa_texts::labels::Label;

/// Facts of an event that have a name, in one line; the event as it was recorded can be expanded.
pub(crate) fn event_details(view: &PageContext, event: &EventLine) -> Markup {
    let facts = event.body.as_object().map(|body| named_facts(view, body)).unwrap_or_default();
    let recorded = event.body.to_string();
    html! {
        (facts.join(" · "))
        @if recorded != "{}" && recorded != "null" { details { summary { (view.label(Label::AsRecorded)) } code { (recorded) } } }
    }
}

fn named_facts(view: &PageContext, body: &Map<String, Value>) -> Vec<String> {
    let mut facts: Vec<String> = body
        .iter()
        .filter_map(|(name, value)| {
            let label = find_code_label(view.language, "event-fact", name)?;
            Some(format!("{label}: {}", fact_text(view, name, value)?))
        })
        .collect();
    let refusal = body.get("refusal").and_then(Value::as_object).unwrap_or(body);
    if let Some(reason) = refusal.get("reason").and_then(Value::as_str) {
        let message = refusal.get("message").and_then(|message| serde_json::from_value::<StoredMessage>(message.clone()).ok());
        facts.extend(message.map(|message| view.reason_text(Some(&message), reason)));
    }
    facts
}

/// The value of a fact; `None` for identifiers, which tell people nothing, and for what has no short form.
fn fact_text(view: &PageContext, name: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_empty() || is_identifier(text) => None,
        Value::String(text) => Some(find_code_label(view.language, name, text).unwrap_or(text).to_owned()),
        Value::Number(number) => Some(number.as_u64().map_or_else(|| number.to_string(), |number| view.format_number(number))),
        Value::Bool(yes) => Some(view.label(if *yes { Label::Yes } else { Label::No }).to_owned()),
        Value::Array(values) if !values.is_empty() => Some(view.format_number(values.len() as u64)),
        Value::Array(_) | Value::Object(_) | Value::Null => None,
    }
}

/// A UUID or a digest.
fn is_identifier(text: &str) -> bool {
    text.len() >= 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

//! Claims of a provider beyond the standard ones.

use openidconnect::AdditionalClaims;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Additional claims, under the names that the office configured.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ProviderClaims {
    #[serde(flatten)]
    all: Map<String, Value>,
}

impl AdditionalClaims for ProviderClaims {}

/// A claim that is a string and not blank.
pub(crate) fn text_claim<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A claim that is a list of strings; some providers send a single value as a plain string.
pub(crate) fn list_claim(claims: &Map<String, Value>, name: &str) -> Vec<String> {
    match claims.get(name) {
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        Some(Value::String(name)) => vec![name.clone()],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_of_unexpected_type_are_ignored() {
        let claims = serde_json::json!({ "groups": ["kho", 7, "ptp"], "one": "kho", "name": " ", "number": 7 });
        let claims = claims.as_object().cloned().unwrap_or_default();
        assert_eq!((list_claim(&claims, "groups").len(), list_claim(&claims, "one").len(), list_claim(&claims, "number").len()), (2, 1, 0));
        assert_eq!((text_claim(&claims, "one"), text_claim(&claims, "name"), text_claim(&claims, "none")), (Some("kho"), None, None));
    }
}

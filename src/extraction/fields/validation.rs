//! Validation of field values.

use sohoa_base::error::Error;
use sohoa_base::messages::decisions;
use sohoa_base::model::fields::{FieldDefinition, FieldProfile, FieldType};
use sohoa_base::text::dates;

/// Reason why a value is invalid for a field, one sentence for a clerk; none if it is valid.
#[must_use]
pub(crate) fn field_value_error(profile: &FieldProfile, field: &FieldDefinition, value: &str) -> Option<Error> {
    let name = &field.name;
    let long = field.length > 0 && value.chars().count() > field.length;
    match field.field_type {
        _ if long => Some(decisions::field_value_too_long(name, field.length)),
        FieldType::Date if dates::parse_date(value).is_none_or(|date| date.to_iso() != value) => Some(decisions::field_date_invalid(value)),
        FieldType::Number if value.parse::<u64>().is_err() => Some(decisions::field_number_invalid(value)),
        FieldType::Boolean if !matches!(value, "true" | "false") => Some(decisions::field_boolean_invalid(value)),
        FieldType::Code => {
            let list = profile.codes.get(name)?;
            let unknown = value.split(';').find(|code| !list.contains_key(code.trim()))?;
            Some(decisions::field_code_invalid(unknown, name, list.keys().cloned().collect::<Vec<_>>().join(", ")))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use sohoa_base::model::fields::newest_profile;

    #[test]
    fn invalid_field_values_are_rejected() {
        let profile = newest_profile().unwrap();
        let objects = |name: &str, value: &str| field_value_error(profile, profile.document_field(name).unwrap(), value).is_some();
        assert!(objects("codeNumber", "123456789012") && !objects("codeNumber", "12"));
        assert!(objects("issuedDate", "2025-02-30") && objects("issuedDate", "5/3/2025") && !objects("issuedDate", "2025-03-05"));
        assert!(objects("numberOfPage", "-1") && objects("numberOfPage", "12345") && !objects("numberOfPage", "12"));
        assert!(objects("language", "99") && !objects("language", "01;09") && objects("riskRecovery", "yes"));
    }
}

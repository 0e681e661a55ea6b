//! A text of the table with its values, and its stored form.

use crate::language::Language;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Display;

/// Row of the table of messages: a text in both languages. Values are named in braces.
#[derive(Debug, PartialEq, Eq)]
pub struct MessageText {
    /// Stable code, unique in the program, such as `file_empty`.
    pub code: &'static str,
    /// English text.
    pub english: &'static str,
    /// Vietnamese text.
    pub vietnamese: &'static str,
}

impl MessageText {
    /// The text with its braces.
    #[must_use]
    pub fn template(&self, language: Language) -> &'static str {
        match language {
            Language::Vietnamese => self.vietnamese,
            Language::English => self.english,
        }
    }
}

/// Longest value that is kept, characters; the rest is cut off.
pub const MAX_VALUE_CHARS: usize = 1000;

/// A message: a row of the table and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    text: &'static MessageText,
    values: Vec<(&'static str, Value)>,
}

/// Value in a message: text that is shown as it is, or another message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// The same in every language: a name, a number.
    Text(String),
    /// Shown in the language of the reader.
    Message(Message),
    /// Several, with semicolons between them.
    List(Vec<Message>),
}

impl<T: Display> From<T> for Value {
    fn from(value: T) -> Self {
        Self::Text(value.to_string())
    }
}

impl From<Message> for Value {
    fn from(message: Message) -> Self {
        Self::Message(message)
    }
}

/// Several messages as one value.
#[derive(Debug)]
pub struct MessageList(pub Vec<Message>);

impl From<MessageList> for Value {
    fn from(list: MessageList) -> Self {
        Self::List(list.0)
    }
}

impl Message {
    /// A message of the table; the functions of the subjects call this.
    #[must_use]
    pub fn new(text: &'static MessageText, values: Vec<(&'static str, Value)>) -> Self {
        Self { text, values }
    }

    /// Stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.text.code
    }

    /// The text in the reader's language.
    #[must_use]
    pub fn text(&self, language: Language) -> String {
        fill(self.text.template(language), |name| {
            let (_, value) = self.values.iter().find(|(known, _)| *known == name)?;
            Some(match value {
                Value::Text(text) => text.clone(),
                Value::Message(message) => message.text(language),
                Value::List(messages) => messages.iter().map(|message| message.text(language)).collect::<Vec<_>>().join("; "),
            })
        })
    }

    /// Form that is kept in the catalogue and in records.
    #[must_use]
    pub fn to_stored(&self) -> StoredMessage {
        let store = |value: &Value| match value {
            Value::Text(text) => StoredValue::Text(clean_text(text, MAX_VALUE_CHARS)),
            Value::Message(message) => StoredValue::Message(Box::new(message.to_stored())),
            Value::List(messages) => StoredValue::List(messages.iter().map(Message::to_stored).collect()),
        };
        let values = self.values.iter().map(|(name, value)| ((*name).to_owned(), store(value))).collect();
        StoredMessage { code: self.code().to_owned(), values, cause: None }
    }
}

/// A message as it is kept: its code and values. Texts may be improved later, and are shown in the language of the reader.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct StoredMessage {
    /// Code in the table of messages.
    pub code: String,
    /// Values by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, StoredValue>,
    /// What led to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Box<StoredMessage>>,
}

/// Value of a [`StoredMessage`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum StoredValue {
    /// The same in every language.
    Text(String),
    /// Another message.
    Message(Box<StoredMessage>),
    /// Several messages.
    List(Vec<StoredMessage>),
}

impl StoredMessage {
    /// The text in the reader's language; the English sentence that is kept beside it where there is none, or its code is of another
    /// version of the program.
    #[must_use]
    pub fn text_or(message: Option<&Self>, english: &str, language: Language) -> String {
        let known = message.filter(|_| language != Language::English).and_then(|message| message.text(language));
        known.unwrap_or_else(|| english.to_owned())
    }

    /// The text in the reader's language, its causes after colons; `None` for a code of another version of the program.
    #[must_use]
    pub fn text(&self, language: Language) -> Option<String> {
        let template = super::find(&self.code)?.template(language);
        let mut line = fill(template, |name| match self.values.get(name)? {
            StoredValue::Text(text) => Some(text.clone()),
            StoredValue::Message(message) => message.text(language),
            StoredValue::List(messages) => {
                Some(messages.iter().map(|message| message.text(language)).collect::<Option<Vec<_>>>()?.join("; "))
            }
        });
        if let Some(cause) = self.cause.as_ref().and_then(|cause| cause.text(language)) {
            line.push_str(": ");
            line.push_str(&cause);
        }
        Some(line)
    }
}

impl StoredMessage {
    /// The message as it may be kept where another process sent it that is not trusted: only codes of the table, only the values that
    /// their texts name, without control characters and not too long. `None` for an unknown code.
    #[must_use]
    pub fn cleaned(&self) -> Option<Self> {
        let english = super::find(&self.code)?.english;
        let is_named = |name: &str| english.contains(&format!("{{{name}}}"));
        let values = self.values.iter().filter(|(name, _)| is_named(name)).filter_map(|(name, value)| {
            let value = match value {
                StoredValue::Text(text) => StoredValue::Text(clean_text(text, MAX_VALUE_CHARS)),
                StoredValue::Message(message) => StoredValue::Message(Box::new(message.cleaned()?)),
                StoredValue::List(messages) => StoredValue::List(messages.iter().filter_map(|message| message.cleaned()).collect()),
            };
            Some((name.clone(), value))
        });
        let cause = self.cause.as_ref().and_then(|cause| cause.cleaned()).map(Box::new);
        Some(Self { code: self.code.clone(), values: values.collect(), cause })
    }
}

/// The text without control characters, cut to `max_chars`.
#[must_use]
pub fn clean_text(text: &str, max_chars: usize) -> String {
    text.chars().take(max_chars).map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// The template with a value in place of each name in braces; an unknown name stays as it is.
fn fill(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut line = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        line.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            line.push('{');
            rest = after;
            continue;
        };
        match value(name) {
            Some(value) => line.push_str(&value),
            None => line.push_str(&format!("{{{name}}}")),
        }
        rest = behind;
    }
    line.push_str(rest);
    line
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::messages::find;

    static OUTER: MessageText = MessageText { code: "outer", english: "{file}: {why}", vietnamese: "{why} (tệp {file})" };
    static INNER: MessageText = MessageText { code: "inner", english: "{pages} pages {of braces}", vietnamese: "{pages} trang {" };

    #[test]
    fn values_are_placed_by_name_in_either_language() {
        let inner = Message::new(&INNER, vec![("pages", 12.into())]);
        let outer = Message::new(&OUTER, vec![("why", inner.into()), ("file", "{why}.pdf".into())]);
        assert_eq!(outer.text(Language::English), "{why}.pdf: 12 pages {of braces}");
        assert_eq!(outer.text(Language::Vietnamese), "12 trang { (tệp {why}.pdf)");
    }

    #[test]
    fn stored_message_says_the_same_and_unknown_codes_say_nothing() {
        let message = crate::error::messages::program::bug("a place");
        let stored = message.to_stored();
        let read: StoredMessage = serde_json::from_str(&serde_json::to_string(&stored).unwrap()).unwrap();
        assert_eq!(read, stored);
        assert_eq!(read.text(Language::English).unwrap(), message.text(Language::English));
        assert_eq!(
            StoredMessage { code: "of-another-version".to_owned(), values: BTreeMap::new(), cause: None }.text(Language::English),
            None
        );
        assert!(find("of-another-version").is_none());
    }

    #[test]
    fn cleaned_message_has_only_what_the_table_names() {
        let mut sent = crate::error::messages::program::bug("a\u{1b}[31m place").to_stored();
        sent.values.insert("place".to_owned(), StoredValue::Text("a\u{1b}[31m place".to_owned()));
        sent.values.insert("other".to_owned(), StoredValue::Text("x".to_owned()));
        sent.cause = Some(Box::new(StoredMessage { code: "unknown".to_owned(), values: BTreeMap::new(), cause: None }));
        let cleaned = sent.cleaned().unwrap();
        assert_eq!(cleaned, crate::error::messages::program::bug("a [31m place").to_stored());
        assert_eq!(StoredMessage { code: "unknown".to_owned(), ..cleaned }.cleaned(), None);
    }
}

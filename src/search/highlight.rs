//! Positions of the words of a query on a page: matched in folded text, shown in the original.

use crate::hits::{MatchRange, Snippet};
use crate::indexed_page::StoredPage;
use crate::query::{Clause, ClauseToken, DiacriticMode};
use crate::tokenizer::{Token, tokenize_nfc};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::text::nfc::nfc;
use std::collections::BTreeSet;

/// Number of words in a snippet, and of those before the first match.
const SNIPPET_WORDS: usize = 30;
const SNIPPET_LEAD_WORDS: usize = 6;
/// Maximum length of a word in a snippet, bytes; longer ones are recognition noise.
const MAX_WORD_BYTES: usize = 120;
/// Maximum number of matched tokens processed per page.
const MAX_MATCHES: usize = 2_000;

/// Matched token: its index in the text and the index of the clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct TokenMatch {
    token: usize,
    clause: usize,
}

/// Text with the byte ranges of its words.
struct WordSpans<'a> {
    text: &'a str,
    spans: Vec<(usize, usize)>,
}

/// Snippet and word boxes of a page found by these clauses. Without a match in the page text the snippet comes from the field
/// that matches the most clauses, and there are no boxes.
pub(super) fn snippet_and_boxes(page: &StoredPage, clauses: &[Clause]) -> (Snippet, Vec<Bounds>) {
    let found = tokenize_nfc(&page.text);
    let matches = find_matches(&found, clauses);
    if !matches.is_empty() {
        let words = WordSpans::of(&page.text);
        let boxes = words.matched_words(&found, &matches).into_iter().filter_map(|word| page.boxes.get(word).copied()).collect();
        return (words.snippet("text", &found, &matches), boxes);
    }
    let stored = &page.stored;
    let first = ["subject"].into_iter().filter_map(|name| stored.fields.get_key_value(name));
    let named = first.chain(&stored.fields).map(|(name, value)| (name.as_str(), value));
    let derived = stored.derived_fields.iter().map(|(name, value)| (name.as_str(), value));
    let candidates = named.chain(derived).chain([("title", &stored.title), ("kind_name", &stored.kind_name)]);
    let mut best: Option<(usize, Snippet)> = None;
    for (name, value) in candidates {
        let value = nfc(value);
        let found = tokenize_nfc(&value);
        let matches = self::find_matches(&found, clauses);
        let count = matches.iter().map(|found| found.clause).collect::<BTreeSet<_>>().len();
        if count > best.as_ref().map_or(0, |(most, _)| *most) {
            best = Some((count, WordSpans::of(&value).snippet(name, &found, &matches)));
        }
    }
    let snippet = best.map_or_else(|| WordSpans::of(&page.text).snippet("text", &found, &[]), |(_, snippet)| snippet);
    (snippet, Vec::new())
}

/// Matched tokens, by position.
fn find_matches(found: &[Token], clauses: &[Clause]) -> Vec<TokenMatch> {
    let mut all = BTreeSet::new();
    for (number, clause) in clauses.iter().enumerate() {
        let exact = |part: &ClauseToken, token: &Token, prefix: bool| is_match(&part.exact, &token.exact, prefix);
        let folded = |part: &ClauseToken, token: &Token, prefix: bool| is_match(&part.folded, &token.folded, prefix);
        let mut places = Vec::new();
        if clause.diacritics != DiacriticMode::Ignored {
            places = match_positions(found, clause, exact);
        }
        if places.is_empty() && clause.diacritics != DiacriticMode::Required {
            places = match_positions(found, clause, folded);
        }
        for place in places {
            all.extend((place..place + clause.tokens.len()).map(|token| TokenMatch { token, clause: number }));
            if all.len() > MAX_MATCHES {
                break;
            }
        }
    }
    all.into_iter().collect()
}

fn is_match(part: &str, token: &str, prefix: bool) -> bool {
    if prefix { token.starts_with(part) } else { token == part }
}

/// Indices of tokens at which the tokens of a clause occur in order.
fn match_positions(found: &[Token], clause: &Clause, same: impl Fn(&ClauseToken, &Token, bool) -> bool) -> Vec<usize> {
    let last = clause.tokens.len().saturating_sub(1);
    let is_at = |window: &[Token]| {
        window.iter().zip(&clause.tokens).enumerate().all(|(place, (token, part))| same(part, token, clause.is_prefix && place == last))
    };
    let windows = found.windows(clause.tokens.len().max(1)).enumerate();
    windows.filter(|(_, window)| is_at(window)).map(|(place, _)| place).take(MAX_MATCHES).collect()
}

impl<'a> WordSpans<'a> {
    fn of(text: &'a str) -> Self {
        let mut spans = Vec::new();
        let mut start = None;
        for (at, character) in text.char_indices() {
            match (character.is_whitespace(), start) {
                (true, Some(from)) => {
                    spans.push((from, at));
                    start = None;
                }
                (false, None) => start = Some(at),
                _ => {}
            }
        }
        spans.extend(start.map(|from| (from, text.len())));
        Self { text, spans }
    }

    /// Index of the word that contains this byte.
    fn word_at(&self, byte: usize) -> usize {
        self.spans.partition_point(|(_, end)| *end <= byte)
    }

    /// Indices of words with a matched token, in order.
    fn matched_words(&self, found: &[Token], matches: &[TokenMatch]) -> BTreeSet<usize> {
        matches.iter().filter_map(|one| found.get(one.token)).map(|token| self.word_at(token.start)).collect()
    }

    /// Excerpt with the most clauses; of equal ones with the most matches; of equal ones the first.
    fn snippet(&self, source: &str, found: &[Token], matches: &[TokenMatch]) -> Snippet {
        let placed: Vec<(usize, TokenMatch)> =
            matches.iter().filter_map(|one| Some((self.word_at(found.get(one.token)?.start), *one))).collect();
        let mut best = (0, 0, 0);
        for (place, (word, _)) in placed.iter().enumerate() {
            let inside = || placed.iter().skip(place).take_while(|(other, _)| *other < word + SNIPPET_WORDS - SNIPPET_LEAD_WORDS).take(200);
            let clauses = inside().map(|(_, one)| one.clause).collect::<BTreeSet<_>>().len();
            let value = (clauses, inside().count());
            if value > (best.0, best.1) {
                best = (value.0, value.1, *word);
            }
        }
        let latest = self.spans.len().saturating_sub(SNIPPET_WORDS);
        let from = best.2.saturating_sub(SNIPPET_LEAD_WORDS).min(latest);
        let until = (from + SNIPPET_WORDS).min(self.spans.len());
        let mut snippet = Snippet { source: source.to_owned(), ..Snippet::default() };
        if from > 0 {
            snippet.text.push_str("… ");
        }
        let mut matched = placed.iter().filter_map(|(word, one)| Some((*word, found.get(one.token)?))).peekable();
        for (word, (start, end)) in self.spans.iter().enumerate().take(until).skip(from) {
            if word > from {
                snippet.text.push(' ');
            }
            let base = snippet.text.len();
            let whole = self.text.get(*start..*end).unwrap_or_default();
            let visible = whole.get(..whole.floor_char_boundary(MAX_WORD_BYTES)).unwrap_or_default();
            snippet.text.push_str(visible);
            while let Some((_, token)) = matched.next_if(|(at, _)| *at <= word) {
                let (from, to) = (token.start.saturating_sub(*start), token.end.saturating_sub(*start));
                if token.start >= *start && to <= visible.len() {
                    add_match_range(&mut snippet, base + from, base + to);
                }
            }
            if visible.len() < whole.len() {
                snippet.text.push('…');
            }
        }
        if until < self.spans.len() {
            snippet.text.push_str(" …");
        }
        snippet
    }
}

/// Adds a mark, merged with the previous one if only punctuation is between them: `07/CT-UBND` is one mark.
fn add_match_range(snippet: &mut Snippet, start: usize, end: usize) {
    if let Some(last) = snippet.marks.last_mut() {
        let between = snippet.text.get(last.end..start);
        if between.is_none_or(|between| !between.contains(char::is_whitespace) && !between.contains(char::is_alphanumeric)) {
            last.end = last.end.max(end);
            return;
        }
    }
    snippet.marks.push(MatchRange { start, end });
}

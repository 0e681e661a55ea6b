//! Compiler from a parsed query to a tantivy query.

use crate::query::{Clause, ClauseToken, DiacriticMode, Filter, ParsedQuery};
use crate::schema::IndexFields;
use crate::tokenizer::bigram_term;
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhrasePrefixQuery, PhraseQuery, Query, RangeQuery, RegexQuery,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

/// Score added to a page on which every word has its diacritics. It exceeds the sum of word scores of any usual
/// query, so that such pages rank first.
const ALL_EXACT_BOOST: f32 = 1_000.0;
/// Factor for words in the title or fields of a document, against those in the page text.
const DESCRIPTION_BOOST: f32 = 2.0;
/// Factor for a word with its diacritics, against one without.
const EXACT_BOOST: f32 = 2.0;

type BoxedQuery = Box<dyn Query>;

/// Compiles a query. `relaxed`: one of the words suffices; phrases and filters must still match.
pub(crate) fn compile(parsed: &ParsedQuery, fields: &IndexFields, relaxed: bool) -> tantivy::Result<BoxedQuery> {
    if parsed.is_only_punctuation {
        return Ok(Box::new(EmptyQuery));
    }
    let mut clauses: Vec<(Occur, BoxedQuery)> = Vec::new();
    for filter in &parsed.filters {
        clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(filter_query(filter, fields), 0.0))));
    }
    let mut words: Vec<BoxedQuery> = Vec::new();
    for clause in &parsed.clauses {
        let query = clause_query(clause, fields)?;
        if relaxed && !clause.is_quoted { words.push(query) } else { clauses.push((Occur::Must, query)) }
    }
    if !words.is_empty() {
        clauses.push((Occur::Must, Box::new(BooleanQuery::union(words))));
    }
    if clauses.is_empty() {
        return Ok(Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0)));
    }
    clauses.extend(proximity_boosts(parsed, fields).into_iter().map(|query| (Occur::Should, query)));
    let preferred: Vec<&Clause> = parsed.clauses.iter().filter(|clause| clause.diacritics == DiacriticMode::Preferred).collect();
    if !preferred.is_empty() {
        let exact = preferred
            .into_iter()
            .map(|clause| text_or_description_query(clause, (fields.exact, fields.description_exact), |part| &part.exact));
        let all = BooleanQuery::intersection(exact.collect::<tantivy::Result<Vec<_>>>()?);
        clauses.push((Occur::Should, Box::new(ConstScoreQuery::new(Box::new(all), ALL_EXACT_BOOST))));
    }
    Ok(Box::new(BooleanQuery::new(clauses)))
}

/// Whether a query without hits can be relaxed to match any one of its words.
pub(crate) fn is_relaxable(parsed: &ParsedQuery) -> bool {
    parsed.clauses.iter().filter(|clause| !clause.is_quoted).count() > 1
}

fn clause_query(clause: &Clause, fields: &IndexFields) -> tantivy::Result<BoxedQuery> {
    let exact = || text_or_description_query(clause, (fields.exact, fields.description_exact), |part| &part.exact);
    let folded = || text_or_description_query(clause, (fields.folded, fields.description_folded), |part| &part.folded);
    Ok(match clause.diacritics {
        DiacriticMode::Ignored => folded()?,
        DiacriticMode::Required => exact()?,
        DiacriticMode::Preferred => Box::new(BooleanQuery::union(vec![Box::new(BoostQuery::new(exact()?, EXACT_BOOST)), folded()?])),
    })
}

/// Matches in the page text or in the description of its document.
fn text_or_description_query(
    clause: &Clause,
    (text, described): (Field, Field),
    form: impl Fn(&ClauseToken) -> &str,
) -> tantivy::Result<BoxedQuery> {
    let parts: Vec<&str> = clause.tokens.iter().map(form).collect();
    let in_text = phrase_query(&parts, text, clause.is_prefix)?;
    let in_description = BoostQuery::new(phrase_query(&parts, described, clause.is_prefix)?, DESCRIPTION_BOOST);
    Ok(Box::new(BooleanQuery::union(vec![in_text, Box::new(in_description)])))
}

fn phrase_query(parts: &[&str], field: Field, prefix: bool) -> tantivy::Result<BoxedQuery> {
    let terms: Vec<Term> = parts.iter().map(|part| Term::from_field_text(field, part)).collect();
    Ok(match (parts, prefix) {
        ([], _) => Box::new(EmptyQuery),
        // Tokens contain only letters and digits, so they need no escaping in a pattern.
        ([part], true) => Box::new(RegexQuery::from_pattern(&format!("{part}.*"), field)?),
        (_, true) => Box::new(PhrasePrefixQuery::new(terms)),
        ([part], false) => Box::new(TermQuery::new(Term::from_field_text(field, part), IndexRecordOption::WithFreqs)),
        (_, false) => Box::new(PhraseQuery::new(terms)),
    })
}

/// Optional clauses that raise the score of words adjacent in the order of the query.
fn proximity_boosts(parsed: &ParsedQuery, fields: &IndexFields) -> Vec<BoxedQuery> {
    let tokens: Vec<&str> = parsed
        .clauses
        .iter()
        .filter(|clause| !clause.is_quoted)
        .flat_map(|clause| &clause.tokens)
        .map(|part| part.folded.as_str())
        .collect();
    let pairs = tokens.iter().zip(tokens.iter().skip(1)).map(|(one, other)| bigram_term(one, other));
    pairs.map(|pair| -> BoxedQuery { Box::new(term_query(fields.bigrams, &pair)) }).collect()
}

fn term_query(field: Field, value: &str) -> TermQuery {
    TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic)
}

fn filter_query(filter: &Filter, fields: &IndexFields) -> BoxedQuery {
    let ordered = |parts: &[String], field| {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        phrase_query(&parts, field, false).unwrap_or_else(|_| Box::new(EmptyQuery))
    };
    let any = |terms: &mut dyn Iterator<Item = &String>, field| -> BoxedQuery {
        Box::new(BooleanQuery::union(terms.map(|value| -> BoxedQuery { Box::new(term_query(field, value)) }).collect()))
    };
    match filter {
        Filter::Kind(terms) => any(&mut terms.iter(), fields.kind),
        Filter::Units(units) if units.is_empty() => Box::new(EmptyQuery),
        Filter::Units(units) => any(&mut units.iter(), fields.unit),
        Filter::Number(parts) => ordered(parts, fields.number),
        Filter::Issuer(parts) => ordered(parts, fields.issuer),
        Filter::Dossier(code) => Box::new(term_query(fields.dossier, code)),
        Filter::Fonds(code) => Box::new(term_query(fields.fonds, code)),
        // Ranges must overlap: a document with only a year matches if that year overlaps the requested days.
        Filter::DateRange(from, to) => Box::new(BooleanQuery::intersection(vec![
            Box::new(RangeQuery::new(Bound::Unbounded, Bound::Included(Term::from_field_u64(fields.first_day, *to)))),
            Box::new(RangeQuery::new(Bound::Included(Term::from_field_u64(fields.last_day, *from)), Bound::Unbounded)),
        ])),
        Filter::MatchNone => Box::new(EmptyQuery),
    }
}

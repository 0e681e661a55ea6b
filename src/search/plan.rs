//! From an understood query to one of the index library.

use crate::analysis::pair;
use crate::query::{Clause, Filter, Marks, Part, Understood};
use crate::schema::Fields;
use std::ops::Bound;
use tantivy::Term;
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, ConstScoreQuery, EmptyQuery, Occur, PhrasePrefixQuery, PhraseQuery, Query, RangeQuery, RegexQuery,
    TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption};

/// Added for a page on which every word stands with its marks; above any sum of word scores that a usual
/// query reaches, so that such pages come first.
const ALL_EXACT: f32 = 1_000.0;
/// A word in a document's title or fields weighs more than one in the running text.
const DESCRIBED: f32 = 2.0;
const EXACT: f32 = 2.0;

type Boxed = Box<dyn Query>;

/// The library's query. `relaxed`: one of the words is enough; phrases and filters must hold all the same.
pub(super) fn plan(understood: &Understood, fields: &Fields, relaxed: bool) -> tantivy::Result<Boxed> {
    if understood.only_signs {
        return Ok(Box::new(EmptyQuery));
    }
    let mut clauses: Vec<(Occur, Boxed)> = Vec::new();
    for filter in &understood.filters {
        clauses.push((Occur::Must, Box::new(ConstScoreQuery::new(filtered(filter, fields), 0.0))));
    }
    let mut words: Vec<Boxed> = Vec::new();
    for clause in &understood.clauses {
        let query = found(clause, fields)?;
        if relaxed && !clause.quoted { words.push(query) } else { clauses.push((Occur::Must, query)) }
    }
    if !words.is_empty() {
        clauses.push((Occur::Must, Box::new(BooleanQuery::union(words))));
    }
    if clauses.is_empty() {
        return Ok(Box::new(ConstScoreQuery::new(Box::new(AllQuery), 0.0)));
    }
    clauses.extend(neighbours(understood, fields).into_iter().map(|query| (Occur::Should, query)));
    let preferred: Vec<&Clause> = understood.clauses.iter().filter(|clause| clause.marks == Marks::Preferred).collect();
    if !preferred.is_empty() {
        let exact = preferred.into_iter().map(|clause| in_both(clause, (fields.exact, fields.described_exact), |part| &part.exact));
        let all = BooleanQuery::intersection(exact.collect::<tantivy::Result<Vec<_>>>()?);
        clauses.push((Occur::Should, Box::new(ConstScoreQuery::new(Box::new(all), ALL_EXACT))));
    }
    Ok(Box::new(BooleanQuery::new(clauses)))
}

/// Whether a query without an answer may be asked again with one word enough.
pub(super) fn can_relax(understood: &Understood) -> bool {
    understood.clauses.iter().filter(|clause| !clause.quoted).count() > 1
}

fn found(clause: &Clause, fields: &Fields) -> tantivy::Result<Boxed> {
    let exact = || in_both(clause, (fields.exact, fields.described_exact), |part| &part.exact);
    let folded = || in_both(clause, (fields.folded, fields.described), |part| &part.folded);
    Ok(match clause.marks {
        Marks::Folded => folded()?,
        Marks::Required => exact()?,
        Marks::Preferred => Box::new(BooleanQuery::union(vec![Box::new(BoostQuery::new(exact()?, EXACT)), folded()?])),
    })
}

/// In the page's text or in what is said about its document.
fn in_both(clause: &Clause, (text, described): (Field, Field), form: impl Fn(&Part) -> &str) -> tantivy::Result<Boxed> {
    let parts: Vec<&str> = clause.parts.iter().map(form).collect();
    let in_text = in_order(&parts, text, clause.prefix)?;
    let in_description = BoostQuery::new(in_order(&parts, described, clause.prefix)?, DESCRIBED);
    Ok(Box::new(BooleanQuery::union(vec![in_text, Box::new(in_description)])))
}

fn in_order(parts: &[&str], field: Field, prefix: bool) -> tantivy::Result<Boxed> {
    let terms: Vec<Term> = parts.iter().map(|part| Term::from_field_text(field, part)).collect();
    Ok(match (parts, prefix) {
        ([], _) => Box::new(EmptyQuery),
        // Tokens are letters and digits only: nothing in them has a meaning in a pattern.
        ([part], true) => Box::new(RegexQuery::from_pattern(&format!("{part}.*"), field)?),
        (_, true) => Box::new(PhrasePrefixQuery::new(terms)),
        ([part], false) => Box::new(TermQuery::new(Term::from_field_text(field, part), IndexRecordOption::WithFreqs)),
        (_, false) => Box::new(PhraseQuery::new(terms)),
    })
}

/// Words that stand side by side as they were asked weigh more.
fn neighbours(understood: &Understood, fields: &Fields) -> Vec<Boxed> {
    let tokens: Vec<&str> = understood
        .clauses
        .iter()
        .filter(|clause| !clause.quoted)
        .flat_map(|clause| &clause.parts)
        .map(|part| part.folded.as_str())
        .collect();
    let pairs = tokens.iter().zip(tokens.iter().skip(1)).map(|(one, other)| pair(one, other));
    pairs.map(|pair| -> Boxed { Box::new(term(fields.pairs, &pair)) }).collect()
}

fn term(field: Field, value: &str) -> TermQuery {
    TermQuery::new(Term::from_field_text(field, value), IndexRecordOption::Basic)
}

fn filtered(filter: &Filter, fields: &Fields) -> Boxed {
    let ordered = |parts: &[String], field| {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        in_order(&parts, field, false).unwrap_or_else(|_| Box::new(EmptyQuery))
    };
    match filter {
        Filter::Kind(terms) => {
            Box::new(BooleanQuery::union(terms.iter().map(|value| -> Boxed { Box::new(term(fields.kind, value)) }).collect()))
        }
        Filter::Number(parts) => ordered(parts, fields.number),
        Filter::Issuer(parts) => ordered(parts, fields.issuer),
        Filter::Dossier(code) => Box::new(term(fields.dossier, code)),
        Filter::Fonds(code) => Box::new(term(fields.fonds, code)),
        // A document of which only the year is known passes when that year can touch the days asked for.
        Filter::Days(from, to) => Box::new(BooleanQuery::intersection(vec![
            Box::new(RangeQuery::new(Bound::Unbounded, Bound::Included(Term::from_field_u64(fields.first_day, *to)))),
            Box::new(RangeQuery::new(Bound::Included(Term::from_field_u64(fields.last_day, *from)), Bound::Unbounded)),
        ])),
        Filter::Nothing => Box::new(EmptyQuery),
    }
}

//! Review: what waits for a person, and what a person decides.

use crate::desk::review::{self, Queue, Wish};
use crate::error::Error;
use crate::model::account::{Identity, Right};
use crate::model::decision::Act;
use crate::web::openapi::{Decided, ProblemDetails, ShownDocument, WaitingDocuments};
use crate::web::problem::{Asked, Body, Named, Problem};
use crate::web::server::Shared;
use axum::extract::State;
use axum::{Extension, Json};
use serde::Deserialize;
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Which documents are asked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::web) struct AskedReview {
    /// `secret`, `flags`, `confidence` or `sample`.
    #[param(value_type = Option<String>)]
    queue: Option<Queue>,
    /// With this reason, such as `number-unsure`.
    reason: Option<String>,
}

/// Documents that wait for a person.
#[utoipa::path(get, path = "/api/review", params(AskedReview), responses(
    (status = 200, body = WaitingDocuments),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn list(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Asked(asked): Asked<AskedReview>,
) -> Result<Json<Vec<review::Waiting>>, Problem> {
    let units = by.units(Right::Review);
    let mut waiting = review::list(shared.archive(), asked.queue, asked.reason.as_deref()).await?;
    waiting.retain(|one| units.contains(&one.fonds));
    Ok(Json(waiting))
}

/// One document: fields, reasons, decisions, doubtful words.
#[utoipa::path(get, path = "/api/review/{document}", params(("document" = String, Path)), responses(
    (status = 200, body = ShownDocument),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn show(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(document): Named<String>,
) -> Result<Json<review::Shown>, Problem> {
    Ok(Json(review::show_to(shared.archive(), &document, &by).await?))
}

/// What a word says, by its place.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct GivenWord {
    page: u32,
    word: u32,
    text: String,
}

/// A page to be turned clockwise.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct GivenTurn {
    page: u32,
    /// 90, 180 or 270.
    degrees: u16,
}

/// What is decided; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::web) struct Decision {
    /// The document is right.
    #[serde(default)]
    accept: bool,
    /// It cannot stay like this.
    #[serde(default)]
    reject: bool,
    /// Kind, by code.
    kind: Option<String>,
    /// Values of fields by name; empty: none.
    #[serde(default)]
    fields: BTreeMap<String, String>,
    /// What words say.
    #[serde(default)]
    words: Vec<GivenWord>,
    /// Pages to be turned.
    #[serde(default)]
    turns: Vec<GivenTurn>,
    /// Another document begins at this page.
    split: Option<u32>,
    /// The pages of this document of the dossier belong behind those of this one.
    join: Option<u32>,
    /// Why.
    note: Option<String>,
}

impl Decision {
    fn wishes(self) -> Result<Vec<Wish>, Problem> {
        if self.accept && self.reject {
            return Err(Error::invalid("a document is accepted or rejected, not both").into());
        }
        let mut wishes: Vec<Wish> = self.kind.map(|kind| Wish::Act(Act::CorrectKind { kind })).into_iter().collect();
        wishes.extend(self.fields.into_iter().map(|(field, value)| Wish::Act(Act::CorrectField { field, value })));
        wishes.extend(self.words.into_iter().map(|GivenWord { page, word, text }| Wish::Word { page, word, text }));
        wishes.extend(self.turns.into_iter().map(|turn| Wish::Turn { page: turn.page, by: turn.degrees }));
        wishes.extend(self.split.map(|page| Wish::Act(Act::Split { page })));
        wishes.extend(self.join.map(|document| Wish::Act(Act::Join { document })));
        wishes.extend(self.accept.then_some(Wish::Act(Act::Accept)));
        wishes.extend(self.reject.then_some(Wish::Act(Act::Reject)));
        if wishes.is_empty() { Err(Error::invalid("nothing is decided").into()) } else { Ok(wishes) }
    }
}

/// Decides about a document: a new version in store and search.
#[utoipa::path(post, path = "/api/review/{document}", params(("document" = String, Path)), request_body = Decision, responses(
    (status = 200, body = Decided),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json")))]
pub(super) async fn decide(
    State(shared): State<Shared>,
    Extension(by): Extension<Identity>,
    Named(document): Named<String>,
    Body(mut given): Body<Decision>,
) -> Result<Json<review::Outcome>, Problem> {
    let note = given.note.take();
    let decided = review::decide_as(shared.archive(), &document, (&by, note.as_deref()), given.wishes()?, shared.pipeline());
    Ok(Json(decided.await?))
}

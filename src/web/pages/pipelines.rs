//! Pipelines: what they run, and a place to check and try another.

use super::assets::PIPELINES_JS;
use super::layout::page;
use super::view::View;
use crate::problem::Problem;
use crate::server::Shared;
use axum::extract::State;
use maud::{Markup, html};
use serde_json::json;
use sohoa_services::pipelines;
use sohoa_texts::words::Word;

/// Every pipeline, and the desk on which one is tried.
pub(super) async fn pipelines(view: View, State(shared): State<Shared>) -> Result<Markup, Problem> {
    let all = pipelines::list(shared.pipeline())?;
    let usual = all.iter().find(|pipeline| pipeline.is_usual).map(|pipeline| pipeline.text.clone()).unwrap_or_default();
    let words = json!({
        "valid": view.word(Word::PipelineValid), "same": view.word(Word::NothingDiffers), "before": view.word(Word::Before), "after": view.word(Word::Afterwards),
        "what": view.word(Word::What), "busy": view.word(Word::Trying), "seconds": view.word(Word::Seconds),
    });
    Ok(page(
        &view,
        view.word(Word::Pipelines),
        &[PIPELINES_JS],
        &html! {
            h1 { (view.word(Word::Pipelines)) }
            @for pipeline in &all {
                details class="card" {
                    summary { b { (pipeline.name) } @if pipeline.is_usual { " " span class="tag" { (view.word(Word::UsualPipeline)) } } }
                    ol class="stages" { @for stage in &pipeline.stages { li { b { (view.term("stage", stage)) } small { (stage) } } } }
                    pre tabindex="0" { (pipeline.text) }
                }
            }
            section class="card" id="trial" data-words=(words) {
                h2 { (view.word(Word::TryPipeline)) }
                p class="soft" { (view.word(Word::TryPipelineHint)) }
                label { span { (view.word(Word::Pipeline)) " (TOML)" } textarea id="pipeline" rows="18" spellcheck="false" class="code" { (usual) } }
                div class="row" {
                    button type="button" id="check" { (view.word(Word::Check)) }
                    label { span { (view.word(Word::TrialDocuments)) } input id="documents" size="60" placeholder="001-ke-hoach#1, 001-ke-hoach#2"; }
                    button type="button" class="first" id="try" { (view.word(Word::TryOut)) }
                }
                p id="said" role="status" {}
                div id="differences" {}
            }
        },
    ))
}

//! Pipelines: their texts, and an editor to check and try another.

use crate::pages::ui::assets::PIPELINES_JS;
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::Problem;
use crate::state::AppState;
use axum::extract::State;
use maud::{Markup, html};
use serde_json::json;
use sohoa_services::runs::pipelines;
use sohoa_texts::labels::Label;

/// Every pipeline, and the editor in which one is tried.
pub(crate) async fn pipelines(view: PageContext, State(shared): State<AppState>) -> Result<Markup, Problem> {
    let all = pipelines::list_pipelines(shared.fallback_pipeline())?;
    let usual = all.iter().find(|pipeline| pipeline.is_default).map(|pipeline| pipeline.text.clone()).unwrap_or_default();
    let words = json!({
        "valid": view.label(Label::PipelineValid), "same": view.label(Label::NothingDiffers), "before": view.label(Label::Before), "after": view.label(Label::Afterwards),
        "what": view.label(Label::What), "busy": view.label(Label::Trying), "seconds": view.label(Label::Seconds),
    });
    Ok(render_page(
        &view,
        view.label(Label::Pipelines),
        &[PIPELINES_JS],
        &html! {
            h1 { (view.label(Label::Pipelines)) }
            @for pipeline in &all {
                details class="card" {
                    summary { b { (pipeline.name) } @if pipeline.is_default { " " span class="tag" { (view.label(Label::UsualPipeline)) } } }
                    ol class="stages" { @for stage in &pipeline.stages { li { b { (view.code_label("stage", stage)) } small { (stage) } } } }
                    pre tabindex="0" { (pipeline.text) }
                }
            }
            section class="card" id="trial" data-words=(words) {
                h2 { (view.label(Label::TryPipeline)) }
                p class="soft" { (view.label(Label::TryPipelineHint)) }
                label { span { (view.label(Label::Pipeline)) " (TOML)" } textarea id="pipeline" rows="18" spellcheck="false" class="code" { (usual) } }
                div class="row" {
                    button type="button" id="check" { (view.label(Label::Check)) }
                    label { span { (view.label(Label::TrialDocuments)) } input id="documents" size="60" placeholder="001-ke-hoach#1, 001-ke-hoach#2"; }
                    button type="button" class="first" id="try" { (view.label(Label::TryOut)) }
                }
                p id="said" role="status" {}
                div id="differences" {}
            }
        },
    ))
}

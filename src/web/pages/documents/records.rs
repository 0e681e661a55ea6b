//! Dossiers: the list, one of them, and one document of it.

use crate::pages::ui::assets::PAGE_VIEW_JS;
use crate::pages::ui::components::{empty_state, export_links, next_link, timestamp};
use crate::pages::ui::layout::render_page;
use crate::pages::ui::page_context::PageContext;
use crate::problem::{PathParams, Problem, QueryParams};
use crate::state::AppState;
use axum::Extension;
use axum::extract::State;
use maud::{Markup, html};
use serde::Deserialize;
use sohoa_base::error::Result;
use sohoa_base::model::account::{Identity, Right};
use sohoa_base::model::record::{Description, Record, RecordedDocument};
use sohoa_base::text::percent_encoding::encode_segment;
use sohoa_services::records::queries;
use sohoa_services::records::queries::DossierFilter;
use sohoa_texts::formatting;
use sohoa_texts::labels::Label;

/// Dossiers on one page of the list.
const DOSSIERS_PER_PAGE: usize = 100;

/// Query of dossiers.
#[derive(Debug, Deserialize)]
pub(crate) struct DossiersQuery {
    unit: Option<String>,
    run: Option<String>,
    after: Option<String>,
}

/// Dossiers by unit and code.
pub(crate) async fn list(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    QueryParams(wanted): QueryParams<DossiersQuery>,
) -> Result<Markup, Problem> {
    let given = |value: &Option<String>| value.clone().filter(|value| !value.is_empty());
    let (unit, run) = (given(&wanted.unit), given(&wanted.run));
    let filter = DossierFilter { unit: unit.as_deref(), run: run.as_deref(), after: wanted.after.as_deref(), limit: DOSSIERS_PER_PAGE };
    let dossiers = queries::list_dossiers(shared.archive(), &by.units_with(Right::Read), &filter).await?;
    let same = [("unit", &unit), ("run", &run)]
        .iter()
        .filter_map(|(name, value)| Some(format!("{name}={}&", encode_segment(value.as_ref()?))))
        .collect::<String>();
    Ok(render_page(
        &view,
        view.label(Label::Dossiers),
        &[],
        &html! {
            h1 { (view.label(Label::Dossiers)) }
            form class="row" action="/records" {
                label { span { (view.label(Label::Unit)) } input name="unit" value=(unit.as_deref().unwrap_or_default()); }
                @if let Some(run) = &run { input type="hidden" name="run" value=(run); a class="tag" href=(format!("/runs/{run}")) { (view.label(Label::Run)) } }
                button { (view.label(Label::Apply)) }
            }
            @if dossiers.items.is_empty() { (empty_state(view.label(Label::NoDossiers))) }
            @else {
                div class="wide" { table {
                    thead { tr {
                        th { (view.label(Label::Code)) } th { (view.label(Label::Title)) } th { (view.label(Label::Unit)) } th class="figure" { (view.label(Label::Documents)) }
                        th class="figure" { (view.label(Label::Pages)) } th class="figure" { (view.label(Label::WaitsForMe)) } th class="figure" { (view.label(Label::Version)) }
                    } }
                    tbody {
                        @for line in &dossiers.items {
                            tr data-row {
                                td { a href=(format!("/records/{}", encode_segment(&line.object))) { (line.code) } }
                                td { (line.title) } td { (line.fonds) }
                                td class="figure" { (view.format_number(line.documents)) } td class="figure" { (view.format_number(line.pages)) }
                                td class="figure" { @if line.review > 0 { (view.format_number(line.review)) } } td class="figure" { (view.format_number(u64::from(line.version))) }
                            }
                        }
                    }
                } }
            }
            (export_links(&view, "dossiers", &same))
            (next_link(&view, dossiers.next.map(|next| format!("/records?{same}after={}", encode_segment(&next)))))
        },
    ))
}

/// Identifier of a document in URLs: `DOSSIER#NUMBER`.
pub(crate) fn document_name(record: &Record, document: &RecordedDocument) -> String {
    format!("{}#{}", record.object, document.number)
}

/// Kind, number and date of a document in one line.
pub(crate) fn heading(description: &Description) -> String {
    let value = |name: &str| description.fields.get(name).map(|field| field.value.as_str()).filter(|value| !value.is_empty());
    let number = match (value("codeNumber"), value("codeNotation")) {
        (Some(number), Some(notation)) => format!("{number}/{notation}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    };
    let date = value("issuedDate").map(formatting::format_date).unwrap_or_default();
    let mut kind: String = description.kind_name.clone();
    if let Some(first) = kind.get(..kind.chars().next().map_or(0, char::len_utf8)).map(str::to_uppercase) {
        kind = first + &kind.chars().skip(1).collect::<String>();
    }
    [kind, number, date].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

/// One dossier: its documents, originals with fixity, history.
pub(crate) async fn dossier(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(dossier): PathParams<String>,
) -> Result<Markup, Problem> {
    let record = queries::read_record(shared.archive(), &by, &dossier).await?;
    let versions = queries::list_versions(shared.archive(), &record.object).await?;
    Ok(render_page(
        &view,
        &record.code,
        &[],
        &html! {
            h1 { (view.label(Label::Dossier)) " " (record.code) }
            dl class="facts" {
                dt { (view.label(Label::Title)) } dd { (record.title) }
                dt { (view.label(Label::Unit)) } dd { (record.fonds) }
                @for (name, value) in &record.archival_fields { dt { (view.field_label(name)) } dd { (value) } }
                @if !record.missing_fields.is_empty() { dt { (view.label(Label::Missing)) } dd { @for name in &record.missing_fields { span class="tag" { (view.field_label(name)) } } } }
            }
            @for finding in &record.list_findings { p class="reasons" { span class="tag" { (view.label(Label::List)) } " " (finding.text(view.language)) } }
            section class="card" {
                h2 { (view.label(Label::Documents)) }
                div class="wide" { table {
                    thead { tr { th { "#" } th { (view.label(Label::Document)) } th { (view.label(Label::Subject)) } th { (view.label(Label::Issuer)) } th class="figure" { (view.label(Label::Pages)) } th { (view.label(Label::Review)) } } }
                    tbody {
                        @for document in &record.documents {
                            @let value = |name: &str| document.description.fields.get(name).map(|field| field.value.clone()).unwrap_or_default();
                            tr data-row {
                                td { (document.number) }
                                td { a href=(format!("/documents/{}", encode_segment(&document_name(&record, document)))) { (heading(&document.description)) } }
                                td { (value("subject")) } td { (value("organName")) }
                                td class="figure" { (document.pages.len()) }
                                td { @for reason in &document.review_reasons { span class="tag" { (view.code_label("reason", reason)) } } }
                            }
                        }
                    }
                } }
            }
            section class="card" {
                h2 { (view.label(Label::Originals)) }
                div class="wide" { table {
                    thead { tr { th { (view.label(Label::File)) } th class="figure" { (view.label(Label::Size)) } th class="figure" { (view.label(Label::Pages)) } th { (view.label(Label::Fixity)) } } }
                    tbody {
                        @for original in &record.originals {
                            tr {
                                td {
                                    @for name in &original.delivered_as { div { (name.display) } }
                                    @for signature in &original.signatures { div class="soft" { (view.label(Label::Signature)) ": " (signature.signer) " · " (view.code_label("signature", signature_state(signature))) } }
                                    @if let Some(refusal) = &original.refusal { div { span class="class" { (view.code_label("class", refusal.class.as_str())) } " " (refusal.text(view.language)) } }
                                }
                                td class="figure" { (formatting::format_bytes(view.language, original.bytes)) }
                                td class="figure" { (original.pages) }
                                td { code { (original.sha256) } }
                            }
                        }
                    }
                } }
            }
            section class="card" {
                h2 { (view.label(Label::History)) }
                table {
                    thead { tr { th class="figure" { (view.label(Label::Version)) } th { (view.label(Label::When)) } th { (view.label(Label::What)) } th { (view.label(Label::Who)) } th class="figure" { (view.label(Label::Files)) } } }
                    tbody {
                        @for line in &versions {
                            tr { td class="figure" { (line.version) } td { (timestamp(&view, &line.created)) } td { (line.message) } td { (line.by.as_deref().unwrap_or("–")) } td class="figure" { (line.files) } }
                        }
                    }
                }
                p { a href=(format!("/api/records/{}", encode_segment(&record.object))) download="record.json" { "record.json" } }
            }
        },
    ))
}

fn signature_state(signature: &sohoa_base::model::record::Signature) -> &'static str {
    use sohoa_base::model::record::SignatureState::{Broken, Intact, Unknown};
    match signature.state {
        Intact => "intact",
        Broken => "broken",
        Unknown => "unknown",
    }
}

/// Query for a page of a document, with the search text to highlight.
#[derive(Debug, Deserialize)]
pub(crate) struct DocumentQuery {
    page: Option<u32>,
    #[serde(default)]
    q: String,
}

/// One document: its page image beside fields and text, and its files.
pub(crate) async fn document(
    view: PageContext,
    State(shared): State<AppState>,
    Extension(by): Extension<Identity>,
    PathParams(name): PathParams<String>,
    QueryParams(wanted): QueryParams<DocumentQuery>,
) -> Result<Markup, Problem> {
    let (record, document) = queries::read_document(shared.archive(), &by, &name).await?;
    let name = document_name(&record, &document);
    let at = wanted.page.unwrap_or(1);
    let file = |form: &str| format!("/api/documents/{}/{form}", encode_segment(&name));
    let forms = [("pdf", Label::Print), ("text", Label::TextForm), ("public-pdf", Label::PublicCopy), ("public-text", Label::PublicText)];
    Ok(render_page(
        &view,
        &heading(&document.description),
        &[PAGE_VIEW_JS],
        &html! {
            div class="spread" {
                h1 { (heading(&document.description)) }
                p {
                    a href=(format!("/documents/{}/public?page={at}", encode_segment(&name))) { (view.label(Label::PublicView)) } " · "
                    a href=(format!("/records/{}", encode_segment(&record.object))) { (view.label(Label::Dossier)) " " (record.code) }
                }
            }
            div class="beside" {
                (page_viewer(&view, &name, &document, at, &wanted.q, &format!("/documents/{}?q={}", encode_segment(&name), encode_segment(&wanted.q))))
                div {
                    section class="card" {
                        h2 { (view.label(Label::Fields)) }
                        dl class="facts" {
                            @for (field, value) in document.description.fields.iter().filter(|(_, value)| !value.value.is_empty()) {
                                dt { (view.code_label("field", field)) }
                                dd {
                                    (display_value(field, &value.value))
                                    @if let (Some(page), Some(bounds)) = (value.page, value.bounds) {
                                        " " button type="button" class="plain" data-show=(format!("{page} {} {} {} {}", bounds.x0, bounds.y0, bounds.x1, bounds.y1)) { (view.label(Label::ShowOnPage)) }
                                    }
                                }
                            }
                        }
                        @if !document.review_reasons.is_empty() {
                            p class="reasons" { (view.label(Label::WaitsForMe)) ": " @for reason in &document.review_reasons { span class="tag" { (view.code_label("reason", reason)) } } }
                            @if by.units_with(Right::Review).contains(&record.fonds) { p { a class="button" href=(format!("/review/{}", encode_segment(&name))) { (view.label(Label::Review)) } } }
                        }
                    }
                    section class="card" {
                        h2 { (view.label(Label::Download)) }
                        ul { @for (form, word) in forms { li { a href=(file(form)) download { (view.label(word)) } } } li { a href=(format!("/api/iiif/{}/manifest", encode_segment(&name))) { "IIIF" } " · " a href=(file("mets")) download { "METS" } " · " a href=(file("alto")) download { "ALTO" } " · " a href=(file("hocr")) download { "hOCR" } " · " a href=(file("json")) download { "JSON" } } }
                    }
                    section class="card" {
                        h2 { (view.label(Label::Text)) }
                        div class="text" id="text" {}
                    }
                    (decision_list(&view, &document))
                }
            }
        },
    ))
}

/// A value as shown to people.
pub(crate) fn display_value(field: &str, value: &str) -> String {
    if field == "issuedDate" { formatting::format_date(value) } else { value.to_owned() }
}

/// Decisions about a document.
pub(crate) fn decision_list(view: &PageContext, document: &RecordedDocument) -> Markup {
    html! {
        @if !document.decisions.is_empty() {
            section class="card" {
                h2 { (view.label(Label::Decisions)) }
                ul {
                    @for decision in &document.decisions {
                        li { (timestamp(view, &decision.at)) " · " (decision.author) " · " (view.code_label("act", decision.kind.as_str())) @if let Some(note) = &decision.note { " · “" (note) "”" } }
                    }
                }
            }
        }
    }
}

/// Picture of a page, with links to the other pages; the script adds zoom, words and hits.
pub(crate) fn page_viewer(view: &PageContext, name: &str, document: &RecordedDocument, at: u32, query: &str, back: &str) -> Markup {
    let pages = document.pages.len() as u32;
    let joint = if back.contains('?') { '&' } else { '?' };
    let to = |page: u32| format!("{back}{joint}page={page}");
    let picture = |page: u32| format!("/api/documents/{}/pages/{page}/picture", encode_segment(name));
    html! {
        section aria-label=(view.label(Label::Scan)) {
            nav class="pages" aria-label=(view.label(Label::Pages)) {
                @if at > 1 { a href=(to(at - 1)) data-key="[" rel="prev" { "←" span class="soft" { " [" } } }
                @for page in &document.pages {
                    a href=(to(page.number)) aria-current=[(page.number == at).then_some("page")] { (page.number) @if page.blank { " ▢" } @if page.refusal.is_some() { " ✕" } }
                }
                @if at < pages { a href=(to(at + 1)) data-key="]" rel="next" { "→" span class="soft" { " ]" } } }
            }
            div class="sheet" id="sheet" role="img" aria-label=(format!("{} {at}", view.label(Label::Page))) data-picture=(picture(at)) data-words=(format!("/api/documents/{}/pages/{at}/words", encode_segment(name)))
                data-page=(at) data-query=(query) {
                noscript { img class="plain-picture" src=(picture(at)) alt=(view.label(Label::Scan)); }
            }
            @if at < pages { link rel="prefetch" href=(picture(at + 1)); }
        }
    }
}

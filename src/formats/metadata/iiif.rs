//! IIIF Presentation API 3.0 and Content Search API 2.0: a document for external viewers.

use serde_json::{Value, json};
use sohoa_base::model::page::geometry::Bounds;
use sohoa_base::model::page::reading::Reading;
use sohoa_base::model::record::{Record, RecordedDocument};

/// Page of a document as a IIIF canvas.
#[derive(Debug, Clone, Copy)]
pub struct Canvas<'a> {
    /// Page of the document, from 1.
    pub page: u32,
    /// Reading of the page; none for a refused page.
    pub reading: Option<&'a Reading>,
}

/// Size of a canvas without a reading, px: A4 at 200 dpi.
const DEFAULT_CANVAS_PX: (u32, u32) = (1654, 2339);

/// Manifest of a document. `at` is the base URL of its resources, such as `https://host/api/iiif/NAME`; the image of
/// page `n` is at `n/picture` below `pictures`.
#[must_use]
pub fn manifest(at: &str, pictures: &str, record: &Record, document: &RecordedDocument, canvases: &[Canvas<'_>]) -> Value {
    let description = &document.description;
    let value = |name: &str| description.fields.get(name).map(|field| field.value.clone()).unwrap_or_default();
    let number = [value("codeNumber"), value("codeNotation")].join("/");
    let label = format!("{} {}", description.kind_name, number.trim_matches('/'));
    let pairs = [
        ("Trích yếu", value("subject")),
        ("Cơ quan ban hành", value("organName")),
        ("Ngày ban hành", value("issuedDate")),
        ("Hồ sơ", record.code.clone()),
    ];
    let metadata: Vec<Value> = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| json!({ "label": { "vi": [name] }, "value": { "vi": [value] } }))
        .collect();
    let items: Vec<Value> = canvases.iter().map(|canvas| canvas_json(at, pictures, *canvas)).collect();
    json!({
        "@context": ["http://iiif.io/api/search/2/context.json", "http://iiif.io/api/presentation/3/context.json"],
        "id": format!("{at}/manifest"),
        "type": "Manifest",
        "label": { "vi": [label.trim()] },
        "metadata": metadata,
        "viewingDirection": "left-to-right",
        "behavior": ["individuals"],
        "service": [{ "id": format!("{at}/search"), "type": "SearchService2" }],
        "items": items,
    })
}

fn canvas_id(at: &str, page: u32) -> String {
    format!("{at}/canvas/{page}")
}

fn canvas_json(at: &str, pictures: &str, canvas: Canvas<'_>) -> Value {
    let id = canvas_id(at, canvas.page);
    let (width, height) = canvas.reading.map_or(DEFAULT_CANVAS_PX, |reading| (reading.width, reading.height));
    let mut value = json!({
        "id": id,
        "type": "Canvas",
        "label": { "vi": [format!("Trang {}", canvas.page)] },
        "width": width,
        "height": height,
        "items": [{
            "id": format!("{id}/pictures"),
            "type": "AnnotationPage",
            "items": [{
                "id": format!("{id}/picture"),
                "type": "Annotation",
                "motivation": "painting",
                "target": id,
                "body": { "id": format!("{pictures}/{}/picture", canvas.page), "type": "Image", "format": "image/jpeg" },
            }],
        }],
    });
    if canvas.reading.is_some()
        && let Some(fields) = value.as_object_mut()
    {
        let text = json!([{ "id": format!("{at}/text/{}", canvas.page), "type": "AnnotationPage" }]);
        fields.insert("annotations".to_owned(), text);
    }
    value
}

/// Annotation page with the text lines of a page.
#[must_use]
pub fn text_annotations(at: &str, page: u32, reading: &Reading) -> Value {
    let lines = reading.lines().enumerate().map(|(number, line)| {
        let text = line.words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ");
        annotation(at, page, &format!("line/{page}/{}", number + 1), "supplementing", &text, &line.bounds)
    });
    json!({
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": format!("{at}/text/{page}"),
        "type": "AnnotationPage",
        "items": lines.collect::<Vec<_>>(),
    })
}

/// Annotation page of a content search. `words` are page number, text and box (px) of each match; `id` is the requested URL.
#[must_use]
pub fn search_annotations(at: &str, id: &str, words: &[(u32, String, Bounds)]) -> Value {
    let items = words
        .iter()
        .enumerate()
        .map(|(number, (page, text, bounds))| annotation(at, *page, &format!("found/{}", number + 1), "highlighting", text, bounds));
    json!({
        "@context": "http://iiif.io/api/search/2/context.json",
        "id": id,
        "type": "AnnotationPage",
        "items": items.collect::<Vec<_>>(),
    })
}

fn annotation(at: &str, page: u32, name: &str, motivation: &str, text: &str, bounds: &Bounds) -> Value {
    let (width, height) = (bounds.x1.saturating_sub(bounds.x0), bounds.y1.saturating_sub(bounds.y0));
    json!({
        "id": format!("{at}/{name}"),
        "type": "Annotation",
        "motivation": motivation,
        "body": { "type": "TextualBody", "value": text, "format": "text/plain", "language": "vi" },
        "target": format!("{}#xywh={},{},{width},{height}", canvas_id(at, page), bounds.x0, bounds.y0),
    })
}

#[cfg(test)]
#[allow(clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn search_annotations_target_word_box_on_canvas() {
        let words = [(3, "số".to_owned(), Bounds::new(10, 20, 50, 44))];
        let found = search_annotations("https://a.example/api/iiif/d", "https://a.example/api/iiif/d/search?q=so", &words);
        assert_eq!(found["items"][0]["target"], "https://a.example/api/iiif/d/canvas/3#xywh=10,20,40,24");
        assert_eq!((&found["type"], &found["items"][0]["motivation"]), (&json!("AnnotationPage"), &json!("highlighting")));
    }
}

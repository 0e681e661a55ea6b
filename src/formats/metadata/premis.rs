//! PREMIS 3: preservation metadata of originals and derivatives, with the events that made them.
//!
//! Data dictionary: <https://www.loc.gov/standards/premis/v3/>. Besides the OCFL inventory this is the only file
//! of an object that contains times; the caller supplies them.

use crate::metadata::mets::StoredFile;
use crate::metadata::xml::escape;
use sohoa_base::model::record::{Original, Record, SignatureState};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Times of the events, RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventTimes {
    /// When each original was received and hashed, by its SHA-256. An original missing here gets `deposited`.
    pub received: BTreeMap<String, String>,
    /// When the derivatives were made and the object deposited.
    pub deposited: String,
}

/// Writes the PREMIS file of a dossier. `files` are the files of the object by path, for the size and SHA-512 of
/// derivatives.
#[must_use]
pub fn write(record: &Record, files: &BTreeMap<String, StoredFile>, times: &EventTimes) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str("<premis xmlns=\"http://www.loc.gov/premis/v3\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ");
    out.push_str("xsi:schemaLocation=\"http://www.loc.gov/premis/v3 http://www.loc.gov/standards/premis/premis.xsd\" version=\"3.0\">\n");
    for original in &record.originals {
        write_original(&mut out, original);
    }
    for document in &record.documents {
        let sources: Vec<&str> = unique_sources(document.pages.iter().map(|page| page.original.as_str()));
        for (path, format) in [(&document.pdf, "application/pdf"), (&document.text, "text/plain")] {
            write_derivative(&mut out, path, format, files.get(path), &sources);
        }
        for page in &document.pages {
            if let Some(path) = &page.alto {
                write_derivative(&mut out, path, "text/xml", files.get(path), &[&page.original]);
            }
        }
    }
    write_events(&mut out, record, times);
    let (name, version) = record.provenance.program.rsplit_once(' ').unwrap_or((&record.provenance.program, ""));
    out.push_str("<agent>\n");
    write_identifier(&mut out, "agentIdentifier", "name", &record.provenance.program);
    write_element(&mut out, "agentName", name);
    write_element(&mut out, "agentType", "software");
    if !version.is_empty() {
        write_element(&mut out, "agentVersion", version);
    }
    out.push_str("</agent>\n</premis>\n");
    out
}

/// Distinct values, in order of first use.
fn unique_sources<'a>(all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut once = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

fn write_original(out: &mut String, original: &Original) {
    out.push_str("<object xsi:type=\"file\">\n");
    write_identifier(out, "objectIdentifier", "SHA-256", &original.sha256);
    write_characteristics(out, ("SHA-256", &original.sha256), original.bytes, &original.media_type);
    if let Some(name) = original.delivered_as.first() {
        write_element(out, "originalName", &name.display);
    }
    write_location(out, &original.path);
    out.push_str("</object>\n");
}

fn write_derivative(out: &mut String, path: &str, format: &str, file: Option<&StoredFile>, sources: &[&str]) {
    let Some(file) = file else { return };
    out.push_str("<object xsi:type=\"file\">\n");
    write_identifier(out, "objectIdentifier", "path", path);
    write_characteristics(out, ("SHA-512", &file.sha512), file.bytes, format);
    write_location(out, path);
    for source in sources {
        out.push_str("<relationship>\n");
        write_element(out, "relationshipType", "derivation");
        write_element(out, "relationshipSubType", "has source");
        write_identifier(out, "relatedObjectIdentifier", "SHA-256", source);
        out.push_str("</relationship>\n");
    }
    out.push_str("</object>\n");
}

fn write_characteristics(out: &mut String, (algorithm, digest): (&str, &str), bytes: u64, format: &str) {
    out.push_str("<objectCharacteristics>\n");
    write_element(out, "compositionLevel", "0");
    out.push_str("<fixity>\n");
    write_element(out, "messageDigestAlgorithm", algorithm);
    write_element(out, "messageDigest", digest);
    out.push_str("</fixity>\n");
    write_element(out, "size", &bytes.to_string());
    out.push_str("<format>\n<formatDesignation>\n");
    write_element(out, "formatName", if format.is_empty() { "application/octet-stream" } else { format });
    out.push_str("</formatDesignation>\n</format>\n</objectCharacteristics>\n");
}

fn write_location(out: &mut String, path: &str) {
    out.push_str("<storage>\n<contentLocation>\n");
    write_element(out, "contentLocationType", "path in the object");
    write_element(out, "contentLocationValue", path);
    out.push_str("</contentLocation>\n</storage>\n");
}

/// One event; `kind` is from the PREMIS vocabulary of event types, `objects` are type and value of their identifiers.
struct Event<'a> {
    kind: &'a str,
    time: &'a str,
    detail: String,
    outcome: &'a str,
    note: String,
    objects: Vec<(&'a str, &'a str)>,
}

fn write_events(out: &mut String, record: &Record, times: &EventTimes) {
    let mut number = 0;
    let mut push = |event: Event<'_>| {
        number += 1;
        write_event(out, number, &event, &record.provenance.program);
    };
    for original in &record.originals {
        let time = times.received.get(&original.sha256).unwrap_or(&times.deposited);
        let objects = vec![("SHA-256", original.sha256.as_str())];
        let plain = |kind, detail: &str, outcome, note: String| Event {
            kind,
            time,
            detail: detail.to_owned(),
            outcome,
            note,
            objects: objects.clone(),
        };
        push(plain("ingestion", "received and kept bit for bit", "success", String::new()));
        push(plain("message digest calculation", "SHA-256 taken while receiving", "success", original.sha256.clone()));
        let warnings = original.warnings.iter().map(|warning| warning.detail.as_str()).collect::<Vec<_>>().join("; ");
        let (outcome, note) = match &original.refusal {
            Some(refusal) => ("failure", refusal.reason.clone()),
            None if warnings.is_empty() => ("success", String::new()),
            None => ("warning", warnings),
        };
        push(plain("validation", "format found by content and read", outcome, note));
        for signature in &original.signatures {
            let outcome = match signature.state {
                SignatureState::Intact => "success",
                SignatureState::Broken => "failure",
                SignatureState::Unknown => "unknown",
            };
            let signed = signature.signed_at.as_deref().unwrap_or("at an unknown time");
            let note = format!("{}, {}, signed {signed}, {}", signature.signer, signature.organisation, signature.form);
            push(plain(
                "digital signature validation",
                "integrity of the signed bytes; the certificate's trust is not judged",
                outcome,
                note,
            ));
        }
    }
    let stages = record.provenance.stages.iter().map(|stage| format!("{} {}", stage.stage, stage.version)).collect::<Vec<_>>().join(", ");
    for document in &record.documents {
        let altos = document.pages.iter().filter_map(|page| page.alto.as_deref());
        let objects = [document.pdf.as_str(), document.text.as_str()].into_iter().chain(altos).map(|path| ("path", path)).collect();
        let refused = document.pages.iter().filter(|page| page.refusal.is_some()).count();
        push(Event {
            kind: "creation",
            time: &times.deposited,
            detail: format!("text recognition and searchable PDF/A by pipeline {} ({stages})", record.provenance.pipeline),
            outcome: if refused == 0 { "success" } else { "warning" },
            note: if refused == 0 { String::new() } else { format!("{refused} pages could not be read") },
            objects,
        });
    }
}

fn write_event(out: &mut String, number: u32, event: &Event<'_>, agent: &str) {
    out.push_str("<event>\n");
    write_identifier(out, "eventIdentifier", "local", &format!("event-{number}"));
    write_element(out, "eventType", event.kind);
    write_element(out, "eventDateTime", event.time);
    out.push_str("<eventDetailInformation>\n");
    write_element(out, "eventDetail", &event.detail);
    out.push_str("</eventDetailInformation>\n<eventOutcomeInformation>\n");
    write_element(out, "eventOutcome", event.outcome);
    if !event.note.is_empty() {
        out.push_str("<eventOutcomeDetail>\n");
        write_element(out, "eventOutcomeDetailNote", &event.note);
        out.push_str("</eventOutcomeDetail>\n");
    }
    out.push_str("</eventOutcomeInformation>\n");
    write_identifier(out, "linkingAgentIdentifier", "name", agent);
    for (kind, value) in &event.objects {
        write_identifier(out, "linkingObjectIdentifier", kind, value);
    }
    out.push_str("</event>\n");
}

/// Writes a PREMIS identifier: `<name><nameType/><nameValue/></name>`.
fn write_identifier(out: &mut String, name: &str, kind: &str, value: &str) {
    let (kind, value) = (escape(kind), escape(value));
    let _ = writeln!(out, "<{name}>\n<{name}Type>{kind}</{name}Type>\n<{name}Value>{value}</{name}Value>\n</{name}>");
}

fn write_element(out: &mut String, name: &str, text: &str) {
    let _ = writeln!(out, "<{name}>{}</{name}>", escape(text));
}

//! PDF/A metadata: XMP packet, matching Info dictionary, output intent, document catalogue.

use crate::metadata::xml::escape;
use crate::pdf::write::icc_srgb;
use crate::pdf::write::object_writer::{ObjectWriter, Trailer, deflate};
use pdf_writer::types::OutputIntentSubtype;
use pdf_writer::writers::{Catalog, DocumentInfo};
use pdf_writer::{Filter, Name, Ref, TextStr};
use sha2::{Digest, Sha256};
use sohoa_base::error::Result;
use std::fmt::Write as _;

/// PDF/A conformance level to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum PdfaProfile {
    /// PDF/A-1b, the profile of TCVN 14159-1.
    A1b,
    /// PDF/A-2u.
    A2u,
}

/// Metadata of the document.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PdfMetadata {
    /// Title; empty for none.
    pub title: String,
    /// Subject; empty for none.
    pub subject: String,
    /// Keywords, without commas; may be empty.
    pub keywords: Vec<String>,
    /// Language of the text, such as `vi` (RFC 3066).
    pub language: String,
    /// Globally unique name of the document; the PDF file identifier is derived from its SHA-256.
    pub identifier: String,
    /// Conformance level.
    pub profile: PdfaProfile,
}

/// Value of `Producer`.
const PRODUCER: &str = "sohoa";

/// Writes metadata, output intent and catalogue; returns the references for the trailer. `pages` is the page tree.
pub(crate) fn write(body: &mut ObjectWriter, metadata: &PdfMetadata, pages: Ref) -> Result<Trailer> {
    let [catalogue, information, packet, profile] = std::array::from_fn(|_| body.allocate());
    let fields = InfoFields::of(metadata);
    body.write_object(|chunk| {
        let mut dictionary: DocumentInfo<'_> = chunk.indirect(information).start();
        for (text, key) in [(&fields.title, "Title"), (&fields.subject, "Subject"), (&fields.keywords, "Keywords")] {
            if !text.is_empty() {
                dictionary.pair(Name(key.as_bytes()), TextStr(text));
            }
        }
        dictionary.producer(TextStr(PRODUCER));
    });
    // PDF/A-1 forbids compression of the packet, so that it can be found by a byte search.
    body.write_object(|chunk| {
        chunk.metadata(packet, fields.xmp_packet(metadata).as_bytes());
    });
    let bytes = deflate(&icc_srgb::srgb_profile())?;
    body.write_object(|chunk| {
        chunk.icc_profile(profile, &bytes).n(3).filter(Filter::FlateDecode);
    });
    body.write_object(|chunk| {
        let mut dictionary: Catalog<'_> = chunk.indirect(catalogue).start();
        dictionary.pages(pages).metadata(packet).lang(TextStr(&metadata.language));
        dictionary
            .output_intents()
            .push()
            .subtype(OutputIntentSubtype::PDFA)
            .output_condition_identifier(TextStr("sRGB IEC61966-2.1"))
            .registry_name(TextStr("http://www.color.org"))
            .info(TextStr("sRGB IEC61966-2.1"))
            .dest_output_profile(profile);
    });
    let identifier = Sha256::digest(metadata.identifier.as_bytes()).get(..16).unwrap_or_default().to_vec();
    Ok(Trailer { catalog: catalogue, info: information, file_id: identifier })
}

/// Texts written to both Info and XMP, which must be identical in both.
struct InfoFields {
    title: String,
    subject: String,
    keywords: String,
}

impl InfoFields {
    fn of(metadata: &PdfMetadata) -> Self {
        Self {
            title: single_line(&metadata.title),
            subject: single_line(&metadata.subject),
            keywords: single_line(&metadata.keywords.join(", ")),
        }
    }

    /// The XMP packet (XMP specification, part 1; ISO 19005-1, 6.7).
    fn xmp_packet(&self, metadata: &PdfMetadata) -> String {
        let (part, conformance) = match metadata.profile {
            PdfaProfile::A1b => (1, "B"),
            PdfaProfile::A2u => (2, "U"),
        };
        let mut out = String::new();
        // The first character is a byte order mark; attributes `bytes` and `encoding` are forbidden.
        out.push_str("<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n");
        out.push_str("<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n");
        out.push_str("<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\n");
        let _ = writeln!(out, "<pdfaid:part>{part}</pdfaid:part>\n<pdfaid:conformance>{conformance}</pdfaid:conformance>");
        out.push_str("</rdf:Description>\n<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">\n");
        out.push_str("<dc:format>application/pdf</dc:format>\n");
        let _ = writeln!(out, "<dc:identifier>{}</dc:identifier>", escape(&single_line(&metadata.identifier)));
        let _ = writeln!(out, "<dc:language><rdf:Bag><rdf:li>{}</rdf:li></rdf:Bag></dc:language>", escape(&metadata.language));
        // The Info entry Subject agrees with dc:description (ISO 19005-1, table 1).
        for (text, name) in [(&self.title, "title"), (&self.subject, "description")] {
            if !text.is_empty() {
                let text = escape(text);
                let _ = writeln!(out, "<dc:{name}><rdf:Alt><rdf:li xml:lang=\"x-default\">{text}</rdf:li></rdf:Alt></dc:{name}>");
            }
        }
        if !self.keywords.is_empty() {
            let items: String = metadata.keywords.iter().map(|word| format!("<rdf:li>{}</rdf:li>", escape(&single_line(word)))).collect();
            let _ = writeln!(out, "<dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject>");
        }
        out.push_str("</rdf:Description>\n<rdf:Description rdf:about=\"\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\">\n");
        if !self.keywords.is_empty() {
            let _ = writeln!(out, "<pdf:Keywords>{}</pdf:Keywords>", escape(&self.keywords));
        }
        let _ = writeln!(out, "<pdf:Producer>{PRODUCER}</pdf:Producer>");
        out.push_str("</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>");
        out
    }
}

/// Normalizes a text to one line without control characters and outer spaces, which Info and XMP can both represent.
fn single_line(text: &str) -> String {
    let cleaned: String =
        text.chars().map(|c| if c.is_control() || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}') { ' ' } else { c }).collect();
    cleaned.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_text_is_normalized_to_single_line() {
        assert_eq!(single_line(" Quyết định\r\n số\u{0} 12 "), "Quyết định số 12");
    }
}

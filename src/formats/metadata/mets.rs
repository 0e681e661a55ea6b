//! METS 1.12: the files of a dossier's object, and which file belongs to which page.
//!
//! Schema: <http://www.loc.gov/standards/mets/mets.xsd>. The output depends only on the record and the
//! stored files: it contains no time stamps.

use crate::metadata::xml::escape;
use sohoa_base::model::record::{Record, RecordedDocument};
use sohoa_base::text::percent_encoding;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Size and checksum of a file of the object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredFile {
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-512, lower-case hexadecimal.
    pub sha512: String,
}

/// Path of the PREMIS file in a dossier's object.
pub const PREMIS_PATH: &str = "premis.xml";

/// Writes the METS file of a dossier. `files` are the files of the object by path, including those named by
/// `record`; one that is missing there is listed without size and checksum.
#[must_use]
pub fn write(record: &Record, files: &BTreeMap<String, StoredFile>) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str("<mets xmlns=\"http://www.loc.gov/METS/\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" ");
    out.push_str("xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" ");
    out.push_str("xsi:schemaLocation=\"http://www.loc.gov/METS/ http://www.loc.gov/standards/mets/mets.xsd\" ");
    let _ = writeln!(out, "OBJID=\"{}\" LABEL=\"{}\" TYPE=\"dossier\">", escape(&record.object), escape(&record.title));
    out.push_str("<metsHdr>\n<agent ROLE=\"CREATOR\" TYPE=\"OTHER\" OTHERTYPE=\"SOFTWARE\">\n");
    let _ = writeln!(out, "<name>{}</name>\n</agent>\n</metsHdr>", escape(&record.provenance.program));
    write_dublin_core(&mut out, "dmd-dossier", &[("identifier", &record.code), ("title", &record.title), ("isPartOf", &record.fonds)]);
    for document in &record.documents {
        write_document_metadata(&mut out, document);
    }
    if files.contains_key(PREMIS_PATH) {
        out.push_str("<amdSec ID=\"amd\">\n<digiprovMD ID=\"premis\">\n");
        let _ = writeln!(
            out,
            "<mdRef LOCTYPE=\"URL\" MDTYPE=\"PREMIS\" MIMETYPE=\"text/xml\" xlink:type=\"simple\" xlink:href=\"{PREMIS_PATH}\"/>"
        );
        out.push_str("</digiprovMD>\n</amdSec>\n");
    }
    out.push_str("<fileSec>\n");
    let mut list = FileSection { files, out: &mut out };
    list.write_group(
        "original",
        record.originals.iter().enumerate().map(|(n, o)| (original_id(n), o.path.as_str(), o.media_type.as_str())),
    );
    let documents = || record.documents.iter();
    list.write_group("pdf", documents().map(|d| (format!("pdf-{}", d.number), d.pdf.as_str(), "application/pdf")));
    list.write_group("text", documents().map(|d| (format!("text-{}", d.number), d.text.as_str(), "text/plain")));
    let pages = documents().flat_map(|d| d.pages.iter().map(move |page| (d.number, page)));
    list.write_group("alto", pages.filter_map(|(d, page)| Some((alto_id(d, page.number), page.alto.as_deref()?, "text/xml"))));
    out.push_str("</fileSec>\n");
    write_structure_map(&mut out, record);
    out.push_str("</mets>\n");
    out
}

fn write_document_metadata(out: &mut String, document: &RecordedDocument) {
    let field = |name: &str| document.description.fields.get(name).map_or("", |field| field.value.as_str());
    let number = [field("codeNumber"), field("codeNotation")].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/");
    let elements = [
        ("type", document.description.kind_name.as_str()),
        ("identifier", &number),
        ("title", field("subject")),
        ("creator", field("organName")),
        ("date", field("issuedDate")),
        ("language", field("language")),
    ];
    write_dublin_core(out, &format!("dmd-{}", document.number), &elements);
}

/// Writes a Dublin Core section; empty elements are left out.
fn write_dublin_core(out: &mut String, id: &str, elements: &[(&str, &str)]) {
    let _ = writeln!(out, "<dmdSec ID=\"{id}\">\n<mdWrap MDTYPE=\"DC\">\n<xmlData xmlns:dcterms=\"http://purl.org/dc/terms/\">");
    for (name, value) in elements.iter().filter(|(_, value)| !value.is_empty()) {
        let _ = writeln!(out, "<dcterms:{name}>{}</dcterms:{name}>", escape(value));
    }
    out.push_str("</xmlData>\n</mdWrap>\n</dmdSec>\n");
}

struct FileSection<'a> {
    files: &'a BTreeMap<String, StoredFile>,
    out: &'a mut String,
}

impl FileSection<'_> {
    /// Writes one file group; an entry is identifier, path and media type.
    fn write_group<'a>(&mut self, usage: &str, entries: impl Iterator<Item = (String, &'a str, &'a str)>) {
        let _ = writeln!(self.out, "<fileGrp USE=\"{usage}\">");
        for (id, path, media_type) in entries {
            let _ = write!(self.out, "<file ID=\"{id}\" MIMETYPE=\"{}\"", escape(media_type));
            if let Some(file) = self.files.get(path) {
                let _ = write!(self.out, " SIZE=\"{}\" CHECKSUM=\"{}\" CHECKSUMTYPE=\"SHA-512\"", file.bytes, escape(&file.sha512));
            }
            let _ = writeln!(
                self.out,
                ">\n<FLocat LOCTYPE=\"URL\" xlink:type=\"simple\" xlink:href=\"{}\"/>\n</file>",
                percent_encoding::encode_path(path)
            );
        }
        self.out.push_str("</fileGrp>\n");
    }
}

/// Writes the structure map: dossier, documents, pages. A page refers to its ALTO file and to its original.
fn write_structure_map(out: &mut String, record: &Record) {
    let originals: BTreeMap<&str, usize> = record.originals.iter().enumerate().map(|(n, o)| (o.sha256.as_str(), n)).collect();
    let _ = writeln!(out, "<structMap TYPE=\"LOGICAL\">\n<div TYPE=\"dossier\" LABEL=\"{}\" DMDID=\"dmd-dossier\">", escape(&record.title));
    for document in &record.documents {
        let number = document.number;
        let label = escape(&document.description.kind_name);
        let _ = writeln!(out, "<div TYPE=\"document\" ORDER=\"{number}\" LABEL=\"{label}\" DMDID=\"dmd-{number}\">");
        let _ = writeln!(out, "<fptr FILEID=\"pdf-{number}\"/>\n<fptr FILEID=\"text-{number}\"/>");
        for page in &document.pages {
            let _ = writeln!(out, "<div TYPE=\"page\" ORDER=\"{}\">", page.number);
            if page.alto.is_some() {
                let _ = writeln!(out, "<fptr FILEID=\"{}\"/>", alto_id(number, page.number));
            }
            if let Some(place) = originals.get(page.original.as_str()) {
                let _ = writeln!(out, "<fptr FILEID=\"{}\"/>", original_id(*place));
            }
            out.push_str("</div>\n");
        }
        out.push_str("</div>\n");
    }
    out.push_str("</div>\n</structMap>\n");
}

fn original_id(place: usize) -> String {
    format!("original-{}", place + 1)
}

fn alto_id(document: u32, page: u32) -> String {
    format!("alto-{document}-{page}")
}

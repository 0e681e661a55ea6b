//! Digital signatures in PDF files (PDF 1.7, 12.8; RFC 5652). Verifies that the signed bytes are unchanged and that the
//! signature matches the key of the signer's certificate. Trust, expiry and revocation of that certificate are not
//! checked.

use crate::pdf::read::objects::PdfObject;
use crate::pdf::read::signature_verify::{DigestAlgorithm, KeyVerification, verify};
use cms::cert::CertificateChoices;
use cms::content_info::ContentInfo;
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use der::asn1::{ObjectIdentifier, OctetString};
use der::{Decode, Encode, Reader, SliceReader};
use sohoa_base::model::record::{Signature, SignatureState};
use std::collections::{BTreeMap, BTreeSet};
use x509_cert::Certificate;
use x509_cert::ext::pkix::SubjectKeyIdentifier;
use x509_cert::name::Name;
use x509_cert::time::Time;

const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
const ORGANISATION: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.10");

/// Maximum number of signatures checked in one file.
const MAX_SIGNATURES: usize = 100;

/// Reads and verifies the signatures of the given dictionaries; returns them in order of signing.
pub(crate) fn read(bytes: &[u8], dictionaries: &[BTreeMap<String, PdfObject>]) -> Vec<Signature> {
    let mut seen = BTreeSet::new();
    let mut all: Vec<(ByteRange, Signature)> = Vec::new();
    for dictionary in dictionaries.iter().take(MAX_SIGNATURES) {
        let range = ByteRange::from_dictionary(dictionary);
        if seen.insert(range) {
            all.push((range, read_signature(bytes, dictionary, range)));
        }
    }
    all.sort_by_key(|(range, _)| (range.end(), range.first.1));
    all.into_iter().map(|(_, signature)| signature).collect()
}

/// `/ByteRange`: two parts of the file, as offset and length in bytes, with the signature itself between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct ByteRange {
    first: (usize, usize),
    second: (usize, usize),
}

impl ByteRange {
    fn from_dictionary(dictionary: &BTreeMap<String, PdfObject>) -> Self {
        let Some(PdfObject::Array(items)) = dictionary.get("ByteRange") else { return Self::default() };
        let numbers: Vec<usize> = items
            .iter()
            .map(|item| match item {
                PdfObject::Number(number) if *number >= 0.0 => *number as usize,
                _ => usize::MAX,
            })
            .collect();
        match numbers.as_slice() {
            [a, b, c, d] => Self { first: (*a, *b), second: (*c, *d) },
            _ => Self::default(),
        }
    }

    fn end(&self) -> usize {
        self.second.0.saturating_add(self.second.1)
    }

    /// Signed bytes and the signature between them. `None` if the range is not within the file or leaves out anything
    /// but the hexadecimal signature.
    fn split<'a>(&self, bytes: &'a [u8]) -> Option<([&'a [u8]; 2], Vec<u8>)> {
        let before = bytes.get(self.first.0..self.first.0.checked_add(self.first.1)?)?;
        let after = bytes.get(self.second.0..self.second.0.checked_add(self.second.1)?)?;
        let between = bytes.get(self.first.0.checked_add(self.first.1)?..self.second.0)?;
        let digits = between.trim_ascii().strip_prefix(b"<")?.strip_suffix(b">")?;
        let digits: Vec<u8> = digits.iter().copied().filter(|digit| !digit.is_ascii_whitespace()).collect();
        let even = digits.get(..digits.len() & !1)?;
        Some(([before, after], hex::decode(even).ok()?))
    }
}

fn read_signature(bytes: &[u8], dictionary: &BTreeMap<String, PdfObject>, range: ByteRange) -> Signature {
    // If foreign bytes precede the header, offsets may count from the header.
    let header = bytes.windows(5).take(1024).position(|window| window == b"%PDF-").unwrap_or(0);
    let bytes = if range.split(bytes).is_none() { bytes.get(header..).unwrap_or(bytes) } else { bytes };
    let tail = bytes.get(range.end().min(bytes.len())..).unwrap_or_default();
    let mut signature = Signature {
        signer: String::new(),
        organisation: String::new(),
        issuer: String::new(),
        signed_at: dictionary.get("M").and_then(decode_text_string).and_then(|date| parse_pdf_date(&date)),
        form: dictionary.get("SubFilter").map_or("", PdfObject::name).to_owned(),
        state: SignatureState::Unknown,
        covers_whole_file: range.first.0 == 0 && range.end() <= bytes.len() && tail.iter().all(u8::is_ascii_whitespace),
    };
    match range.split(bytes) {
        Some((parts, message)) => {
            if let Some(state) = verify_message(&parts, &message, &mut signature) {
                signature.state = state;
            }
        }
        None if range.end() > bytes.len() => signature.state = SignatureState::Broken,
        None => {}
    }
    if signature.signer.is_empty() {
        signature.signer = dictionary.get("Name").and_then(decode_text_string).unwrap_or_default();
    }
    signature
}

/// Reads the CMS message into `found` and verifies it; `None` for unsupported forms.
fn verify_message(parts: &[&[u8]; 2], message: &[u8], found: &mut Signature) -> Option<SignatureState> {
    // The space reserved for the signature is padded with zeros.
    let mut reader = SliceReader::new(message).ok()?;
    let length = usize::try_from(reader.peek_header().ok()?.length).ok()?.checked_add(der_header_length(message)?)?;
    let content = ContentInfo::from_der(message.get(..length)?).ok()?;
    let _ = reader.read_slice(der::Length::ZERO);
    if content.content_type != SIGNED_DATA {
        return None;
    }
    let signed: SignedData = content.content.decode_as().ok()?;
    let signer = signed.signer_infos.0.as_slice().first()?;
    let certificate = certificate_of(&signed, signer)?;
    let subject = &certificate.tbs_certificate.subject;
    found.signer = name_attribute(subject, COMMON_NAME);
    found.organisation = name_attribute(subject, ORGANISATION);
    found.issuer = name_attribute(&certificate.tbs_certificate.issuer, COMMON_NAME);
    if let Some(time) = attribute(signer, SIGNING_TIME).and_then(|value| Time::from_der(&value.to_der().ok()?).ok()) {
        found.signed_at = Some(time.to_date_time().to_string());
    }
    let digest = DigestAlgorithm::from_oid(&signer.digest_alg.oid)?;
    let inner = signed.encap_content_info.econtent.as_ref().and_then(|any| any.decode_as::<OctetString>().ok());
    let unchanged = match (found.form.as_str(), &inner) {
        ("adbe.pkcs7.sha1", Some(inner)) => inner.as_bytes() == DigestAlgorithm::Sha1.compute(parts),
        ("ETSI.RFC3161", Some(inner)) => DigestAlgorithm::ALL.iter().any(|digest| {
            let expected = digest.compute(parts);
            inner.as_bytes().windows(expected.len()).any(|window| window == expected)
        }),
        ("adbe.pkcs7.sha1" | "ETSI.RFC3161", None) => return None,
        _ => true,
    };
    let content_digest = match &inner {
        Some(inner) if matches!(found.form.as_str(), "adbe.pkcs7.sha1" | "ETSI.RFC3161") => digest.compute(&[inner.as_bytes()]),
        _ => digest.compute(parts),
    };
    let (unchanged, to_verify) = match &signer.signed_attrs {
        Some(attributes) => {
            let written = attribute(signer, MESSAGE_DIGEST)?.decode_as::<OctetString>().ok()?;
            (unchanged && written.as_bytes() == content_digest, digest.compute(&[&attributes.to_der().ok()?]))
        }
        None => (unchanged, content_digest),
    };
    if !unchanged {
        return Some(SignatureState::Broken);
    }
    let key = &certificate.tbs_certificate.subject_public_key_info;
    match verify(key, &signer.signature_algorithm, digest, &to_verify, signer.signature.as_bytes()) {
        KeyVerification::Valid => Some(SignatureState::Intact),
        KeyVerification::Invalid => Some(SignatureState::Broken),
        KeyVerification::Unsupported => None,
    }
}

/// Length of tag and length octets of a DER value, bytes.
fn der_header_length(message: &[u8]) -> Option<usize> {
    match message.get(1)? {
        short @ 0..=0x7F => Some(2).filter(|_| *short > 0),
        long @ 0x81..=0x84 => Some(2 + usize::from(*long & 0x7F)),
        _ => None,
    }
}

fn certificate_of<'a>(signed: &'a SignedData, signer: &SignerInfo) -> Option<&'a Certificate> {
    let certificates = signed.certificates.as_ref()?.0.iter().filter_map(|choice| match choice {
        CertificateChoices::Certificate(certificate) => Some(certificate),
        CertificateChoices::Other(_) => None,
    });
    certificates.into_iter().find(|certificate| {
        let fields = &certificate.tbs_certificate;
        match &signer.sid {
            SignerIdentifier::IssuerAndSerialNumber(named) => named.issuer == fields.issuer && named.serial_number == fields.serial_number,
            SignerIdentifier::SubjectKeyIdentifier(key) => {
                fields.get::<SubjectKeyIdentifier>().ok().flatten().is_some_and(|(_, own)| own == *key)
            }
        }
    })
}

fn attribute(signer: &SignerInfo, oid: ObjectIdentifier) -> Option<&der::Any> {
    signer.signed_attrs.as_ref()?.iter().find(|attribute| attribute.oid == oid)?.values.iter().next()
}

/// Last attribute of this type in a distinguished name, which is the most specific one.
fn name_attribute(name: &Name, oid: ObjectIdentifier) -> String {
    let mut parts = name.0.iter().flat_map(|set| set.0.iter()).filter(|part| part.oid == oid);
    let value = parts.next_back().map(|part| match part.value.tag_and_text() {
        (der::Tag::BmpString, bytes) => decode_utf16(bytes),
        (_, bytes) => String::from_utf8_lossy(bytes).into_owned(),
    });
    sohoa_base::text::nfc::nfc(value.unwrap_or_default().trim())
}

trait TagAndText {
    fn tag_and_text(&self) -> (der::Tag, &[u8]);
}

impl TagAndText for der::Any {
    fn tag_and_text(&self) -> (der::Tag, &[u8]) {
        (der::Tagged::tag(self), self.value())
    }
}

fn decode_utf16(bytes: &[u8]) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| pair.iter().fold(0, |unit, byte| unit << 8 | u16::from(*byte))).collect();
    String::from_utf16_lossy(&units)
}

/// Decodes a PDF text string: UTF-16 or UTF-8 with a byte order mark, else Latin-1.
fn decode_text_string(node: &PdfObject) -> Option<String> {
    let PdfObject::Text(bytes) = node else { return None };
    Some(match bytes.as_slice() {
        [0xFE, 0xFF, rest @ ..] => decode_utf16(rest),
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
        other => other.iter().map(|byte| char::from(*byte)).collect(),
    })
}

/// Converts a PDF date such as `D:20240912074943+07'00'` to RFC 3339; a missing offset is taken as UTC.
fn parse_pdf_date(date: &str) -> Option<String> {
    let date = date.strip_prefix("D:").unwrap_or(date);
    let digits = |from: usize, to: usize| date.get(from..to).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    let (year, month, day) = (digits(0, 4)?, digits(4, 6)?, digits(6, 8)?);
    let (hour, minute, second) = (digits(8, 10).unwrap_or("00"), digits(10, 12).unwrap_or("00"), digits(12, 14).unwrap_or("00"));
    let zone = date.get(14..).and_then(|zone| {
        let sign = zone.chars().next().filter(|sign| matches!(sign, '+' | '-'))?;
        let hours = zone.get(1..3).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        let minutes = zone.get(4..6).filter(|part| part.bytes().all(|byte| byte.is_ascii_digit())).unwrap_or("00");
        Some(format!("{sign}{hours}:{minutes}"))
    });
    Some(format!("{year}-{month}-{day}T{hour}:{minute}:{second}{}", zone.unwrap_or_else(|| "Z".to_owned())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn pdf_dates_are_converted_to_rfc_3339() {
        assert_eq!(parse_pdf_date("D:20240912074943+07'00'").unwrap(), "2024-09-12T07:49:43+07:00");
        assert_eq!(parse_pdf_date("20240912").unwrap(), "2024-09-12T00:00:00Z");
        assert_eq!(parse_pdf_date("D:2024-bad"), None);
    }

    #[test]
    fn byte_range_must_exclude_exactly_the_signature() {
        let range = ByteRange { first: (0, 3), second: (7, 2) };
        let (parts, message) = range.split(b"abc<0f>yz").unwrap();
        assert_eq!((parts, message), ([b"abc".as_slice(), b"yz"], vec![15]));
        assert!(range.split(b"abcX0f>yz").is_none());
        assert!(ByteRange { first: (0, 3), second: (usize::MAX, 2) }.split(b"abc<0f>yz").is_none());
    }
}

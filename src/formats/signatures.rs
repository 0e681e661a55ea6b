//! Digital signatures in PDF files (PDF 1.7, 12.8).

use crate::formats::pdf_objects::Node;
use crate::model::record::Signature;
use std::collections::BTreeMap;

/// Reads and checks the signatures of a file, in order of signing.
pub(crate) fn read(_bytes: &[u8], _dictionaries: &[BTreeMap<String, Node>]) -> Vec<Signature> {
    Vec::new()
}

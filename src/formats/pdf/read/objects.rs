//! PDF objects as plain data, independent of the library: read with the `pdf` crate, or with `hayro-syntax` for files
//! that it cannot open.

use hayro::hayro_syntax::Pdf;
use hayro::hayro_syntax::object::{self, MaybeRef, Object, ObjectIdentifier};
use hayro::hayro_syntax::xref::XRef;
use pdf::file::{NoCache, NoLog, Storage};
use pdf::object::{ParseOptions, PlainRef, Resolve};
use pdf::primitive::{Dictionary, Primitive};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Maximum number of objects visited; real files of hundreds of pages have about ten thousand.
const MAX_OBJECTS: usize = 200_000;
/// Maximum nesting depth visited.
const MAX_DEPTH: usize = 24;

/// PDF object. A stream is represented by its dictionary; its data is never read.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PdfObject {
    /// Null, boolean, or unreadable.
    Other,
    /// Number.
    Number(f64),
    /// Bytes of a string.
    Text(Vec<u8>),
    /// Name.
    Name(String),
    /// Array.
    Array(Vec<PdfObject>),
    /// Dictionary, also of a stream.
    Dictionary(BTreeMap<String, PdfObject>),
    /// Reference to another object: number and generation.
    Reference(u64, u64),
}

impl PdfObject {
    /// Dictionary, if this is one.
    pub(crate) fn dictionary(&self) -> Option<&BTreeMap<String, PdfObject>> {
        if let PdfObject::Dictionary(entries) = self { Some(entries) } else { None }
    }

    /// Name; empty for other objects.
    pub(crate) fn name(&self) -> &str {
        if let PdfObject::Name(name) = self { name } else { "" }
    }
}

/// Callback of [`walk`] for each dictionary, with its key in the parent dictionary ("" for an indirect object).
pub(crate) type DictionaryVisitor<'v> = &'v mut dyn FnMut(&BTreeMap<String, PdfObject>, &str);

/// Visits all dictionaries reachable from the catalogue. Returns `true` if the `pdf` crate could open the file without
/// repair, `false` if only the recovery of `hayro` could. Objects may be visited twice.
pub(crate) fn walk(bytes: &Arc<Vec<u8>>, opened: &Pdf, visit: DictionaryVisitor<'_>) -> bool {
    let recovered = |reference| read_with_hayro(opened.xref(), reference);
    if is_nesting_bounded(bytes)
        && catch_unwind(AssertUnwindSafe(|| walk_with_pdf_crate(bytes, &recovered, visit))).ok().flatten().is_some()
    {
        return true;
    }
    let root = opened.xref().root_id();
    let root = (u64::from(root.obj_number), u64::try_from(root.gen_number).unwrap_or(0));
    // Findings before a panic remain valid.
    let _ = catch_unwind(AssertUnwindSafe(|| visit_reachable(root, &recovered, visit)));
    false
}

fn visit_nested(node: &PdfObject, key: &str, visit: DictionaryVisitor<'_>) {
    match node {
        PdfObject::Dictionary(entries) => {
            visit(entries, key);
            entries.iter().for_each(|(key, node)| visit_nested(node, key, visit));
        }
        PdfObject::Array(all) => all.iter().for_each(|node| visit_nested(node, key, visit)),
        _ => {}
    }
}

/// Whether nesting stays below a bound (1,000), because the `pdf` crate parses nested arrays and dictionaries by unbounded recursion.
fn is_nesting_bounded(bytes: &[u8]) -> bool {
    let mut depth = 0_u32;
    for byte in bytes {
        match byte {
            b'[' | b'<' => depth += 1,
            b']' | b'>' => depth = depth.saturating_sub(1),
            // The end of an object, or binary data, which holds brackets by chance.
            b'e' | 0 | 0x80.. => depth = depth.min(300),
            _ => {}
        }
        if depth > 1000 {
            return false;
        }
    }
    true
}

/// Visits the file with the `pdf` crate; `None` if the file as a whole cannot be opened. A single object that the crate
/// cannot parse (such as a name that is not UTF-8) is read by `recovered`.
fn walk_with_pdf_crate(
    bytes: &Arc<Vec<u8>>,
    recovered: &dyn Fn(ObjectId) -> Option<PdfObject>,
    visit: DictionaryVisitor<'_>,
) -> Option<()> {
    let mut storage = Storage::with_cache(SharedBytes(bytes.clone()), ParseOptions::strict(), NoCache, NoCache, NoLog).ok()?;
    let trailer = storage.load_storage_and_trailer().ok()?;
    let Primitive::Reference(root) = trailer.get("Root")? else { return None };
    let resolver = storage.resolver();
    let read = |(id, generation): ObjectId| {
        let reference = PlainRef { id, r#gen: generation };
        resolver.resolve(reference).ok().map(|primitive| from_primitive(&primitive, MAX_DEPTH))
    };
    let root = (root.id, root.r#gen);
    // Without a readable catalogue the file counts as unreadable.
    read(root)?.dictionary()?;
    visit_reachable(root, &|reference| read(reference).or_else(|| recovered(reference)), visit);
    Some(())
}

fn read_with_hayro(xref: &XRef, (number, generation): ObjectId) -> Option<PdfObject> {
    let id = ObjectIdentifier::new(number.try_into().ok()?, generation.try_into().ok()?);
    Some(from_hayro(xref.get::<Object<'_>>(id)?, MAX_DEPTH))
}

/// Number and generation of an object.
type ObjectId = (u64, u64);

/// Visits every object reachable from `first`, breadth first.
fn visit_reachable(first: ObjectId, read: &dyn Fn(ObjectId) -> Option<PdfObject>, visit: DictionaryVisitor<'_>) {
    let (mut seen, mut waiting) = (BTreeSet::from([first]), VecDeque::from([first]));
    while let Some(reference) = waiting.pop_front() {
        let Some(node) = read(reference) else { continue };
        collect_references(&node, &mut |found| {
            if seen.len() < MAX_OBJECTS && seen.insert(found) {
                waiting.push_back(found);
            }
        });
        visit_nested(&node, "", visit);
    }
}

fn collect_references(node: &PdfObject, found: &mut dyn FnMut((u64, u64))) {
    match node {
        PdfObject::Reference(id, generation) => found((*id, *generation)),
        PdfObject::Array(all) => all.iter().for_each(|node| collect_references(node, found)),
        PdfObject::Dictionary(entries) => entries.values().for_each(|node| collect_references(node, found)),
        _ => {}
    }
}

fn from_primitive(primitive: &Primitive, depth: usize) -> PdfObject {
    if depth == 0 {
        return PdfObject::Other;
    }
    let dictionary = |entries: &Dictionary| {
        PdfObject::Dictionary(entries.iter().map(|(key, value)| (key.as_str().to_owned(), from_primitive(value, depth - 1))).collect())
    };
    match primitive {
        Primitive::Integer(number) => PdfObject::Number(f64::from(*number)),
        Primitive::Number(number) => PdfObject::Number(f64::from(*number)),
        Primitive::String(text) => PdfObject::Text(text.as_bytes().to_vec()),
        Primitive::Name(name) => PdfObject::Name(name.as_str().to_owned()),
        Primitive::Array(all) => PdfObject::Array(all.iter().map(|one| from_primitive(one, depth - 1)).collect()),
        Primitive::Dictionary(entries) => dictionary(entries),
        Primitive::Stream(stream) => dictionary(&stream.info),
        Primitive::Reference(reference) => PdfObject::Reference(reference.id, reference.r#gen),
        Primitive::Null | Primitive::Boolean(_) => PdfObject::Other,
    }
}

fn from_hayro(object: Object<'_>, depth: usize) -> PdfObject {
    if depth == 0 {
        return PdfObject::Other;
    }
    let inner = |found: MaybeRef<Object<'_>>| match found {
        MaybeRef::Ref(reference) => PdfObject::Reference(u64::from(reference.obj_number), reference.gen_number.max(0) as u64),
        MaybeRef::NotRef(object) => from_hayro(object, depth - 1),
    };
    let dictionary = |entries: &object::Dict<'_>| {
        PdfObject::Dictionary(entries.entries().map(|(key, value)| (key.as_str().to_owned(), inner(value))).collect())
    };
    match object {
        Object::Number(number) => PdfObject::Number(number.as_f64()),
        Object::String(text) => PdfObject::Text(text.as_bytes().to_vec()),
        Object::Name(name) => PdfObject::Name(name.as_str().to_owned()),
        Object::Array(all) => PdfObject::Array(all.raw_iter().map(inner).collect()),
        Object::Dict(entries) => dictionary(&entries),
        Object::Stream(stream) => dictionary(stream.dict()),
        Object::Null(_) | Object::Boolean(_) => PdfObject::Other,
    }
}

struct SharedBytes(Arc<Vec<u8>>);

impl Deref for SharedBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

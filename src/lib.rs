//! `sohoa` (số hóa: to digitise) turns scanned paper dossiers into searchable, verifiable records.
//!
//! # Map
//! Every folder of `src/` is a crate of its own (`sohoa-…`). The compiler refuses circles between them; which crate may
//! use which, and what the compiler cannot see, is tested in `tests/it/architecture.rs`. From the bottom up:
//!
//! | crate | holds |
//! |---|---|
//! | `base` | errors, the model (nouns, data only), Vietnamese text, settings |
//! | `texts` | what people read: messages and labels, Vietnamese and English |
//! | `imaging` | pixels in, pixels out: orientation, deskew, background, seals, line finding, crops, bar codes |
//! | `formats` | PDF, TIFF, images, metadata, tables, reports, archives: read and written |
//! | `engine` | the `Engine` trait; Tesseract; the networks and their weights |
//! | `recognition` | one page to one reading: lines, first and second pass, handwriting, stamps of secrecy |
//! | `extraction` | what is this paper: separation, kind, fields, evidence, personal data |
//! | `storage` | the `BlobStore` trait (local, S3, memory), object names, OCFL, fixity |
//! | `catalog` | SQL: queue, facts, review, uploads, roadmap, accounts, event log |
//! | `roadmap` | plan, progress, forecast, acceptance lots, one-stop clock: pure computation |
//! | `search` | tokenizer, index, queries |
//! | `sandbox` | limited child processes, and the pool that leases them; knows nothing of what they do |
//! | `file_worker` | what those processes do: inspect, read, show and convert files from outside |
//! | `stages` | one file a stage, in one table; cannot name the catalogue |
//! | `pipeline` | reads `pipelines/*.toml`; the worker |
//! | `synthetic` | drawn papers, wear, stamps, separator sheets |
//! | `services` | every use case by subject; the one place that picks back-ends |
//! | `evaluation` | judges and benchmarks; training of the stamp networks |
//! | `web`, `cli` | HTTP API and pages; commands: both reach data through `services` alone |
//! | `testing` | helpers that tests of several crates share |
//!
//! # A page, from upload to search hit
//! 1. Command line: `cli::batches::run` → `services::runs::execution` → `services::intake::ingest::receive_dossier`. Browser:
//!    `web::tus` → `services::uploads::transfer`, and when the upload is started `services::uploads::start`. Both ways the bytes
//!    go to object storage under their SHA-256, and one transaction makes the file's row and its first task.
//! 2. `pipeline::worker` claims the task (`catalog::queue::claims`) and runs `stages::intake`: a worker process (`file_worker`,
//!    limited by `sandbox`) inspects the bytes (`formats::inspect`) and answers how many pages they hold.
//! 3. `catalog::facts::commit` writes the facts and one task per page in one transaction; it is refused if the lease was lost.
//! 4. `stages::read` asks a worker process for the page's reading (`recognition::page`: `imaging`, then `engine`; stamps of
//!    secrecy on the image in `recognition::stamps`). The reading is kept in object storage under the key of everything it depends on.
//!    `extraction::fields::secrecy` joins the stamps found on the image with those among the words; a page with one is held in
//!    quarantine, and its reading is not kept.
//! 5. When the last page of the dossier is read, `stages::separate` finds its documents; then, per document, `classify` and
//!    `describe` (`extraction::description`, then `extraction::evidence`), `review`, and `package` (`formats::pdf::write`, ALTO, text).
//! 6. `stages::deposit` writes a new version of the dossier's OCFL object (`storage::ocfl`); `stages::index` makes it findable.
//! 7. `services::records::queries::search_for_user` asks the index (`search`) within the user's units and answers hits with their
//!    boxes on the page.

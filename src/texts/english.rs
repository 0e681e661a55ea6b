//! English texts of messages.

use crate::event_log::log_finding;
use crate::leftovers::leftover;
use crate::{Language, Message, format_degrees, group_thousands, join_side_names, setup_url, with_one_decimal};
use sohoa_base::error::ErrorKind;
use sohoa_base::model::page::rescan::RescanReason;

/// A number with its noun, in the plural where it is not 1.
fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", group_thousands(number, ','), if number == 1 { "" } else { "s" })
}

/// The message in English.
pub(crate) fn english(message: Message<'_>) -> String {
    let commas = |number| group_thousands(number, ',');
    match message {
        Message::BalanceFiles { received, duplicate, refused, failed } => {
            let left = if failed > 0 { format!(", {} failed", commas(failed)) } else { String::new() };
            format!("Files:    {} received, {} duplicate, {} refused{left}", commas(received), commas(duplicate), commas(refused))
        }
        Message::BalancePages { came, stored, review, refused, held, failed, open, unopened_files } => {
            let mut left = if held > 0 { format!(" + {} in quarantine", commas(held)) } else { String::new() };
            left.push_str(&if failed > 0 { format!(" + {} failed", commas(failed)) } else { String::new() });
            left.push_str(&if open > 0 { format!(" + {} open", commas(open)) } else { String::new() });
            left.push_str(&if unopened_files > 0 {
                format!("; {} not opened yet", counted(unopened_files, "file"))
            } else {
                String::new()
            });
            format!(
                "Pages:    {} in = {} stored + {} in review + {} refused{left}",
                commas(came),
                commas(stored),
                commas(review),
                commas(refused)
            )
        }
        Message::FinishedWithFailures { failed_tasks, refused_files, refused_pages } => {
            let parts = [(failed_tasks, "task", "failed"), (refused_files, "file", "refused"), (refused_pages, "page", "refused")];
            let parts = parts.iter().filter(|(count, ..)| *count > 0).map(|(count, what, how)| format!("{} {how}", counted(*count, what)));
            format!("finished, but {}", parts.collect::<Vec<_>>().join(", "))
        }
        Message::UnnamedProxy { proxy } => format!(
            "{proxy} passes on requests of others and is not named, so everybody behind it counts as one address. If it is a reverse proxy of yours, set trusted_proxies = [\"{proxy}\"] under [server] in sohoa.toml and start again."
        ),
        Message::RunPriority { priority } => format!("priority {priority}"),
        Message::RunState { state, priority } => format!("State:    {state}; priority {priority}"),
        Message::Quarantine { held } => format!(
            "Quarantine: {} pages of dossiers with a stamp of secrecy; an officer in charge looks with `sohoa quarantine list`",
            commas(held)
        ),
        Message::ModelScore { is_new, kinds, of, values, brier } => format!(
            "{}: kind right in {} of {} held-out documents; Brier score {brier} over {} values",
            if is_new { "New model" } else { "Model in use" },
            commas(kinds),
            commas(of),
            commas(values)
        ),
        Message::ModelReplaced { examples } => format!("The new model, learned from {} decided documents, is in use", commas(examples)),
        Message::ModelTooFewExamples { examples } => {
            format!("Only {} decided documents to learn from: too few, the model in use stays", commas(examples))
        }
        Message::ModelRejected => "The new model is worse: the one in use stays".to_owned(),
        Message::ModelUnchanged => "Nothing new was learned: the model in use stays".to_owned(),
        Message::QuarantineResolved { dossier, by, pages, version, kept, remaining } => {
            let end = match version {
                Some(version) => format!("stored as version {}", commas(version)),
                None if remaining.is_empty() => "they are not in the archive any more".to_owned(),
                None => format!("BUT the archive still holds copies at: {}", remaining.join(", ")),
            };
            let left =
                if kept > 0 { format!("; {} files stay, since another dossier holds the same bytes", commas(kept)) } else { String::new() };
            format!("{dossier}: {by} took {} pages out of quarantine, {end}{left}", commas(pages))
        }
        Message::QuarantineOutOfReach { moved, versions } => {
            let mut places = Vec::new();
            if !moved.is_empty() {
                places.push(format!("deliveries moved away after their receipt ({})", moved.join(", ")));
            }
            places.extend(versions.map(|store| format!("old versions that the S3 store keeps ({store})")));
            places.push("names of files and of signers in the event log".to_owned());
            places.push("backups, and where the files were delivered from".to_owned());
            format!("This program cannot delete and people must look after: {}", places.join("; "))
        }
        Message::SignInUnlocked { name, networks: 0 } => format!("{name} is not locked"),
        Message::SignInUnlocked { name, networks } => {
            format!("{name} may sign in again; networks with wrong passwords: {}", commas(networks))
        }
        Message::BalanceDossiers { dossiers, documents } => format!("Dossiers: {}, documents: {}", commas(dossiers), commas(documents)),
        Message::RunDuration { seconds, cpu, rate } => format!("Took {seconds} s ({rate} pages/s), {cpu} s of processor time"),
        Message::Refused { file, page, class, reason } => {
            let page = page.map(|page| format!(", page {page}")).unwrap_or_default();
            format!("Refused [{class}] {file}{page}: {reason}")
        }
        Message::FailedTask { dossier, file, page, document, class, reason, tries } => {
            let item = match (file, page, document) {
                (Some(file), Some(page), _) => format!(", {file}, page {page}"),
                (Some(file), None, _) => format!(", {file}"),
                (None, _, Some(document)) => format!(", document {document}"),
                (None, _, None) => String::new(),
            };
            format!("Failed [{class}] dossier {dossier}{item}: {reason} (tries: {})", commas(u64::from(tries)))
        }
        Message::RetryFailedTasks { batch } => {
            format!(
                "Failed tasks wait for a person: `sohoa runs retry {batch}` does them again, `sohoa runs cancel {batch}` ends them; originals are kept"
            )
        }
        Message::SearchIncomplete => {
            "The search index is being brought up to date: pages may be missing here; search again later".to_owned()
        }
        Message::NotYetFindable => "The search index is being brought up to date; these pages will be findable soon".to_owned(),
        Message::Interrupted => "Stopped before the end; the same command again continues".to_owned(),
        Message::ModelsMissing => {
            "Neural models or their runtime are missing: reading is less accurate or takes longer; run `sohoa models fetch`".to_owned()
        }
        Message::TargetIgnored { list, why } => format!("Line of the roadmap: {list}: {why}"),
        Message::Submitted { batch } => format!("Batch {batch} is queued; `sohoa work` reads it, `sohoa runs show {batch}` shows it"),
        Message::NonScanFiles { manifests, ignored } => {
            format!(
                "Set aside: {} lists (compared with what came), {} system files or links (left out)",
                commas(manifests),
                commas(ignored)
            )
        }
        Message::PagesReadFilesReceived { received, of } => format!("pages (files {}/{})", commas(received), commas(of)),
        Message::PlainProgress { received, files, read, pages, ended } => format!(
            "{}/{} files received, {}/{} pages read, {} pages done",
            commas(received),
            commas(files),
            commas(read),
            commas(pages),
            commas(ended)
        ),
        Message::ErrorPrefix { kind } => match kind {
            ErrorKind::Invalid => "invalid",
            ErrorKind::Limit => "limit passed",
            ErrorKind::Denied => "not allowed",
            ErrorKind::NotFound => "not found",
            ErrorKind::Conflict => "conflict",
            ErrorKind::Unavailable => "unavailable",
            ErrorKind::AccessRefused => "access refused",
            ErrorKind::DependencyMissing => "dependency missing",
            ErrorKind::Corrupt => "corrupt",
            ErrorKind::Internal => "defect of this program",
        }
        .to_owned(),
        Message::NothingFound => "No page found".to_owned(),
        Message::Hits { total } => format!("Pages found: {}", commas(total)),
        Message::Verified { objects, problems } => format!("{} dossiers checked: {} problems", commas(objects), commas(problems)),
        Message::Leftover { found } => leftover(Language::English, found),
        Message::BackedUp { users, events } => {
            format!("Backed up into the store: {} accounts, {} new events", commas(users), commas(events))
        }
        Message::Restored { users, events, at } => {
            format!("Restored the backup of {at}: {} accounts, {} events; the event log is unbroken", commas(users), commas(events))
        }
        Message::Swept { deleted, kept } => format!("{} left-overs deleted, {} listed and kept", commas(deleted), commas(kept)),
        Message::LogProblem { finding } => log_finding(Language::English, finding),
        Message::LogVerified { events, checkpoints, last, unsigned, public_key, problems } => format!(
            "{} events checked, {} checkpoints agree, {} events are not signed yet: {} problems{}\nPublic key of this home: {public_key}",
            commas(events),
            commas(checkpoints),
            commas(unsigned),
            commas(problems),
            last.map_or_else(String::new, |(event, at, hash)| format!("\nLast checkpoint: event {} at {at}, {hash}", commas(event)))
        ),
        Message::Rebuilt { objects, documents, batches } => {
            format!("Rebuilt {} dossiers, {} documents, {} batches", commas(objects), commas(documents), commas(batches))
        }
        Message::Ready => "This machine is ready".to_owned(),
        Message::Serving { address } => format!("Serving at {address}"),
        Message::FirstAdminSetup { address, key } => {
            format!("There is nobody yet. Make the first administrator (the key works once, for a day): {}", setup_url(&address, &key))
        }
        Message::NotReady => "This machine is not ready; run the commands above".to_owned(),
        Message::DecisionSaved { document, version, open } => {
            let left = if open.is_empty() { "nothing is left to review".to_owned() } else { format!("still in review: {open}") };
            format!("{document}: the decision is kept, the dossier has version {version}, {left}")
        }
        Message::QualityColumns => "dpi\tskew °\tsharp\tcontrast\tgrain\tbleed ‰\twrong %\tcut off\tpage".to_owned(),
        Message::QualityPages { pages, blank, unmeasured, rescan, error_permille } => {
            let error = error_permille
                .map(|error| format!("; {} % of characters most likely wrong", with_one_decimal(error, '.')))
                .unwrap_or_default();
            format!(
                "Pages:    {} ({} blank, {} not measured), {} to be scanned again{error}",
                commas(pages),
                commas(blank),
                commas(unmeasured),
                commas(rescan)
            )
        }
        Message::RescanPages { rescan } => {
            format!("To be scanned again: {} pages; `sohoa quality --rescan` names them with the reasons", commas(rescan))
        }
        Message::Rescan { reason, quality } => {
            let scan = quality.scan.unwrap_or_default();
            match reason {
                RescanReason::Clipped => {
                    format!("print is cut off on the {}", join_side_names(scan.clipped_sides, ["left", "top", "right", "bottom"]))
                }
                RescanReason::Unreadable => {
                    format!("{} % of the characters are most likely wrong", with_one_decimal(scan.expected_error_permille.into(), '.'))
                }
                RescanReason::Blurred => format!("blurred (sharpness {} of 100)", quality.sharpness),
                RescanReason::LowResolution => format!("{} dpi where 200 are needed", scan.dpi),
                RescanReason::LowContrast => format!("print too pale (contrast {} of 255)", quality.contrast),
                RescanReason::BleedThrough => format!("print of the back shines through ({} ‰ of the paper)", scan.bleed_permille),
                RescanReason::Skewed => format!("crooked by {}°", format_degrees(scan.skew_centidegrees, '.')),
            }
        }
        Message::PageLocation { file, page } => format!("{file}{}", page.map(|page| format!(", page {page}")).unwrap_or_default()),
        Message::ClippedSides { cut } => join_side_names(cut, ["left", "top", "right", "bottom"]),
        Message::SeparatorTitle { dossier } => format!("{} separator", if dossier { "Dossier" } else { "Document" }),
        Message::SeparatorInstruction { dossier } => {
            format!("Lay this sheet in front of each {}", if dossier { "dossier" } else { "document" })
        }
    }
}

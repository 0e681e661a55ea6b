//! Uploads: files, duplicates, lists, start of the batch.

use super::*;
use sohoa_base::model::refusal::Refusal;
use sohoa_base::model::upload::{StartObstacle, StartRule, Upload, UploadFile, UploadFileState, UploadQuota, UploadSize, UploadState};
use sohoa_catalog::{ListedFile, NewUpload, NewUploadFile, NewUploadList, UploadFileKind, UploadVerdict};
use std::time::Instant;

async fn open_upload(catalog: &Catalog, name: &str) -> Upload {
    let new = NewUpload {
        name,
        unit: "F1",
        user: "lan",
        pipeline: "test",
        pipeline_text: "[[stage]]",
        priority: 3,
        start_rule: StartRule::Manual,
        expected: None,
        target: None,
    };
    catalog.open_upload(&new, &UploadQuota::default()).await.unwrap()
}

/// Announces a file of 10 bytes; `content` serves as its SHA-256.
async fn announce(catalog: &Catalog, upload: &Upload, path: &str, content: &str) -> Result<(UploadFile, bool), Error> {
    let dossier = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
    let kind = if path.ends_with(".csv") { UploadFileKind::List } else { UploadFileKind::Scan };
    let plain = path.to_lowercase();
    let new = NewUploadFile { path, dossier, normalized_path: &plain, kind, bytes: 10, sha256: content, refusal: None };
    catalog.announce_upload_file(&upload.id, &new, &UploadQuota::default()).await
}

async fn upload_scan(catalog: &Catalog, upload: &Upload, path: &str, content: &str) -> UploadFile {
    let (file, _) = announce(catalog, upload, path, content).await.unwrap();
    catalog.record_upload_verdict(&upload.id, &file.id, &UploadVerdict::Scan).await.unwrap()
}

async fn tally(catalog: &Catalog, upload: &Upload) -> (u64, u64, u64, u64, u64) {
    let held = catalog.upload_tallies(std::slice::from_ref(&upload.id)).await.unwrap().remove(&upload.id).unwrap_or_default();
    assert_eq!(held.bytes.announced, held.files.announced * 10);
    (held.files.announced, held.files.sending, held.files.received, held.files.duplicate, held.files.refused)
}

fn list(folder: &str, files: &[&str]) -> NewUploadList {
    let listed = |(row, file): (u32, &&str)| ListedFile { row, file: (*file).to_owned(), normalized_path: file.to_lowercase() };
    NewUploadList {
        folder: folder.to_owned(),
        rows: files.len() as u64,
        files: (2..).zip(files).map(listed).collect(),
        ..NewUploadList::default()
    }
}

pub(super) async fn upload_files_are_classified_and_counted(home: TestCatalog) {
    let catalog = &home.catalog;
    // The archive has the bytes `stored` in dossier A and refused the bytes `bad`.
    let batch = deliver(catalog, "k", "A", &[file("a/1-1.pdf", "stored"), file("a/2.bad", "bad")]).await;
    run_until_idle(catalog, &[]).await;
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
    let upload = open_upload(catalog, "lô 1").await;
    let (one, is_new) = announce(catalog, &upload, "A/1.pdf", "x").await.unwrap();
    let (again, is_new_again) = announce(catalog, &upload, "A/1.pdf", "x").await.unwrap();
    assert_eq!((one.id.as_str(), is_new, is_new_again), (again.id.as_str(), true, false));
    assert_eq!(announce(catalog, &upload, "A/1.pdf", "y").await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(tally(catalog, &upload).await, (1, 1, 0, 0, 0));
    let settled = catalog.record_upload_verdict(&upload.id, &one.id, &UploadVerdict::Scan).await.unwrap();
    assert_eq!(settled.state, UploadFileState::Received);
    let twin = upload_scan(catalog, &upload, "A/2.pdf", "x").await;
    assert_eq!((twin.state, twin.duplicate_of.as_deref(), twin.in_archive), (UploadFileState::Duplicate, Some("A/1.pdf"), false));
    assert_eq!(upload_scan(catalog, &upload, "B/2.pdf", "x").await.state, UploadFileState::Received, "another dossier");
    let stored = upload_scan(catalog, &upload, "A/3.pdf", "stored").await;
    assert_eq!((stored.state, stored.duplicate_of.as_deref(), stored.in_archive), (UploadFileState::Duplicate, Some("a/1-1.pdf"), true));
    let refused = upload_scan(catalog, &upload, "A/4.pdf", "bad").await;
    assert_eq!((refused.state, refused.class), (UploadFileState::Refused, Some(RefusalClass::Input)));
    let (fresh, _) = announce(catalog, &upload, "A/5.pdf", "text").await.unwrap();
    let verdict = UploadVerdict::Refused(refusal(RefusalClass::Limit));
    let fresh = catalog.record_upload_verdict(&upload.id, &fresh.id, &verdict).await.unwrap();
    assert_eq!((fresh.state, fresh.reason.as_deref()), (UploadFileState::Refused, Some("limit it is")));
    // A verdict is not changed by a later one.
    let kept = catalog.record_upload_verdict(&upload.id, &fresh.id, &UploadVerdict::Scan).await.unwrap();
    assert_eq!(kept.state, UploadFileState::Refused);
    assert_eq!(tally(catalog, &upload).await, (6, 0, 2, 2, 2));

    // The batch gets the same states.
    let balance = {
        let batch = open(catalog, "upload").await;
        for code in catalog.upload_dossiers(&upload.id, "", 10).await.unwrap() {
            let files = catalog.upload_files_of_dossier(&upload.id, &code).await.unwrap();
            let files: Vec<DeliveredFile> = files.iter().map(|one| file(&one.path, &one.sha256)).collect();
            catalog.receive_files(&batch.id, &name(&code), &files, &plan()).await.unwrap();
        }
        catalog.balance(&batch.id).await.unwrap().files
    };
    assert_eq!((balance.received, balance.duplicate, balance.refused), (6, 2, 1), "the text is refused when somebody looks at it");

    // A duplicate takes the place of its removed original.
    catalog.remove_upload_file(&upload.id, &one.id, "lan").await.unwrap();
    let heir = catalog.upload_file(&upload.id, &twin.id).await.unwrap();
    assert_eq!((heir.state, heir.duplicate_of), (UploadFileState::Received, None));
    assert_eq!(catalog.upload_file(&upload.id, &one.id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(catalog.upload_file("other", &twin.id).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(tally(catalog, &upload).await, (5, 0, 2, 1, 2));
    catalog.verify_events().await.unwrap();
}

pub(super) async fn missing_and_unlisted_upload_files_are_tracked(home: TestCatalog) {
    let catalog = &home.catalog;
    let upload = open_upload(catalog, "lô 1").await;
    let missing =
        async || catalog.missing_upload_files(&upload.id, 10).await.unwrap().1.into_iter().map(|(_, _, file)| file).collect::<Vec<_>>();
    let extra = async || catalog.unlisted_upload_files(&upload.id, 10).await.unwrap();
    announce(catalog, &upload, "L/a/001.jpg", "1").await.unwrap();
    announce(catalog, &upload, "M/001.jpg", "2").await.unwrap();
    let (sheet, _) = announce(catalog, &upload, "L/manifest.csv", "3").await.unwrap();
    assert_eq!((missing().await.len(), extra().await.0), (0, 0));
    let came = UploadVerdict::List(list("l/", &["A/001.JPG", "a/002.jpg", "1.jpg"]));
    catalog.record_upload_verdict(&upload.id, &sheet.id, &came).await.unwrap();
    assert_eq!((missing().await, extra().await.0), (vec!["a/002.jpg".to_owned(), "1.jpg".to_owned()], 0), "001.jpg is not 1.jpg");
    let (second, _) = announce(catalog, &upload, "L/a/002.jpg", "4").await.unwrap();
    announce(catalog, &upload, "L/b/1.jpg", "5").await.unwrap();
    announce(catalog, &upload, "L/b/x.jpg", "6").await.unwrap();
    assert_eq!((missing().await.len(), extra().await), (0, (1, vec!["L/b/x.jpg".to_owned()])));
    catalog.remove_upload_file(&upload.id, &second.id, "lan").await.unwrap();
    assert_eq!(missing().await, ["a/002.jpg"]);
    let listed = catalog.upload_lists(&upload.id).await.unwrap();
    assert_eq!((listed[0].path.as_str(), listed[0].rows, listed[0].names_files), ("L/manifest.csv", 3, true));
    // Two lists over one folder: a file named by either is not extra.
    let (inner, _) = announce(catalog, &upload, "L/b/manifest.csv", "7").await.unwrap();
    catalog.record_upload_verdict(&upload.id, &inner.id, &UploadVerdict::List(list("l/b/", &["x.jpg"]))).await.unwrap();
    assert_eq!(extra().await.0, 0);
    catalog.remove_upload_file(&upload.id, &inner.id, "lan").await.unwrap();
    assert_eq!((missing().await.len(), extra().await.0), (1, 1));
    catalog.remove_upload_file(&upload.id, &sheet.id, "lan").await.unwrap();
    assert_eq!((missing().await.len(), extra().await.0), (0, 0));
}

pub(super) async fn upload_starts_exactly_one_batch(home: TestCatalog) {
    let catalog = &home.catalog;
    let upload = open_upload(catalog, "lô 1").await;
    let obstacle = async || catalog.upload_obstacle(&upload.id).await.unwrap();
    assert_eq!(obstacle().await, Some(StartObstacle::Empty));
    upload_scan(catalog, &upload, "A/1.pdf", "x").await;
    let (late, _) = announce(catalog, &upload, "A/2.pdf", "y").await.unwrap();
    assert_eq!(obstacle().await, Some(StartObstacle::Sending(1)));
    assert_eq!(catalog.start_upload(&upload.id, false, "lan").await.unwrap_err().kind(), ErrorKind::Conflict);
    catalog.record_upload_verdict(&upload.id, &late.id, &UploadVerdict::Scan).await.unwrap();
    catalog.set_upload_expected(&upload.id, UploadSize { files: 3, bytes: 30 }).await.unwrap();
    assert_eq!(obstacle().await, Some(StartObstacle::NotAnnounced(1)));
    let (sheet, _) = announce(catalog, &upload, "A/manifest.csv", "z").await.unwrap();
    catalog.record_upload_verdict(&upload.id, &sheet.id, &UploadVerdict::List(list("a/", &["1.pdf", "9.pdf"]))).await.unwrap();
    assert_eq!(obstacle().await, Some(StartObstacle::Missing(1)));
    assert_eq!(catalog.start_upload(&upload.id, false, "lan").await.unwrap_err().kind(), ErrorKind::Conflict);
    let other = home.reopen().await;
    let (one, two) = tokio::join!(catalog.start_upload(&upload.id, true, "lan"), other.start_upload(&upload.id, true, "hoa"));
    assert_eq!((one.unwrap().state, two.unwrap().state), (UploadState::Starting, UploadState::Starting));
    assert_eq!(announce(catalog, &upload, "A/3.pdf", "late").await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.withdraw_upload(&upload.id, "lan").await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.set_upload_batch(&upload.id, "b1").await.unwrap(), "b1");
    assert_eq!(other.set_upload_batch(&upload.id, "b2").await.unwrap(), "b1");
    for _ in 0..2 {
        catalog.finish_upload(&upload.id).await.unwrap();
    }
    assert_eq!(catalog.upload(&upload.id).await.unwrap().state, UploadState::Started);
    let withdrawn = open_upload(catalog, "lô 2").await;
    catalog.withdraw_upload(&withdrawn.id, "lan").await.unwrap();
    assert_eq!(catalog.start_upload(&withdrawn.id, false, "lan").await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.upload("x").await.unwrap_err().kind(), ErrorKind::NotFound);
    let kinds: Vec<String> = catalog.events(0, 100).await.unwrap().into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["upload-opened", "upload-started", "upload-received", "upload-opened", "upload-withdrawn"]);
    let units = |names: &[&str]| UnitScope::Only(names.iter().map(|name| (*name).to_owned()).collect());
    let ids = async |units: &UnitScope, state, before: Option<&str>| {
        let found = catalog.uploads_before(units, state, before, 10).await.unwrap();
        found.into_iter().map(|upload| upload.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&units(&["F1"]), None, None).await, [withdrawn.id.clone(), upload.id.clone()]);
    assert_eq!(ids(&UnitScope::All, None, Some(&withdrawn.id)).await, vec![upload.id.clone()]);
    assert_eq!(ids(&UnitScope::All, Some(UploadState::Started), None).await, vec![upload.id.clone()]);
    assert!(ids(&units(&["F2"]), None, None).await.is_empty());
}

pub(super) async fn concurrent_identical_uploads_yield_one_duplicate(home: TestCatalog) {
    let (catalog, other) = (home.catalog.clone(), home.reopen().await);
    let upload = open_upload(&catalog, "lô 1").await;
    for round in 0..8 {
        let content = format!("same {round}");
        let (one, _) = announce(&catalog, &upload, &format!("A/{round}-1.pdf"), &content).await.unwrap();
        let (two, _) = announce(&catalog, &upload, &format!("A/{round}-2.pdf"), &content).await.unwrap();
        let (one, two) = tokio::join!(
            catalog.record_upload_verdict(&upload.id, &one.id, &UploadVerdict::Scan),
            other.record_upload_verdict(&upload.id, &two.id, &UploadVerdict::Scan)
        );
        let states = [one.unwrap().state, two.unwrap().state];
        assert!(states.contains(&UploadFileState::Received) && states.contains(&UploadFileState::Duplicate), "{states:?}");
    }
}

pub(super) async fn upload_of_ten_thousand_files_is_counted_and_listed(home: TestCatalog) {
    let catalog = &home.catalog;
    let upload = open_upload(catalog, "lô 1").await;
    // 500 dossiers of 20 files with the same names, each with a list; one file is missing.
    let series = |from: u32, to: u32| format!("WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to})");
    let (id, path) = (&upload.id, "'hs ' || (i / 20) || '/' || (i % 20) || '.jpg'");
    home.run_sql(&format!(
        "{} INSERT INTO upload_files (id, upload, path, dossier, normalized_path, file_name, kind, bytes, sha256, state)
         SELECT 'f' || (100000 + i), '{id}', {path}, 'hs ' || (i / 20), {path}, (i % 20) || '.jpg', 'scan', 10, 's' || i,
             CASE WHEN i % 10 = 0 THEN 'sending' ELSE 'received' END FROM n",
        series(1, 9_999)
    ))
    .await;
    let began = Instant::now();
    let names: Vec<String> = (0..20).map(|number| format!("{number}.jpg")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for dossier in 0..500 {
        let (sheet, _) = announce(catalog, &upload, &format!("hs {dossier}/manifest.csv"), &format!("l{dossier}")).await.unwrap();
        let came = UploadVerdict::List(list(&format!("hs {dossier}/"), &names));
        catalog.record_upload_verdict(&upload.id, &sheet.id, &came).await.unwrap();
    }
    let lists = began.elapsed();
    let began = Instant::now();
    assert_eq!(catalog.missing_upload_files(id, 10).await.unwrap().0, 1);
    assert_eq!(catalog.unlisted_upload_files(id, 10).await.unwrap().0, 0);
    let held = catalog.upload_tallies(std::slice::from_ref(id)).await.unwrap().remove(id).unwrap();
    assert_eq!((held.files.announced, held.files.sending, held.files.received), (10_000 + 499, 999, 9_000));
    let shown = began.elapsed();
    let began = Instant::now();
    let (mut after, mut seen) = (None, 0);
    loop {
        let some = catalog.upload_files(id, Some(UploadFileState::Sending), after.as_deref(), 200).await.unwrap();
        let Some(last) = some.last() else { break };
        (after, seen) = (Some(last.id.clone()), seen + some.len());
    }
    assert_eq!(seen, 999);
    let listed = began.elapsed();
    let began = Instant::now();
    announce(catalog, &upload, "hs 0/0.jpg", "the missing one").await.unwrap();
    assert_eq!(catalog.missing_upload_files(id, 10).await.unwrap().0, 0);
    println!("10,000 files: 500 lists in {lists:?}, shown in {shown:?}, listed in {listed:?}, one more in {:?}", began.elapsed());
}

pub(super) async fn chosen_target_of_upload_is_saved(home: TestCatalog) {
    let catalog = &home.catalog;
    let new = NewUpload {
        name: "lô 1",
        unit: "F1",
        user: "lan",
        pipeline: "test",
        pipeline_text: "[[stage]]",
        priority: 0,
        start_rule: StartRule::Manual,
        expected: None,
        target: Some("A"),
    };
    let upload = catalog.open_upload(&new, &UploadQuota::default()).await.unwrap();
    assert_eq!((upload.target.as_deref(), upload.target_by.as_deref()), (Some("A"), Some("lan")));
    let changed = catalog.set_upload_target(&upload.id, Some("B"), "minh").await.unwrap();
    assert_eq!((changed.target.as_deref(), changed.target_by.as_deref()), (Some("B"), Some("minh")));
    let none = catalog.set_upload_target(&upload.id, None, "minh").await.unwrap();
    assert_eq!((none.target, none.target_by), (None, None));
    let (sheet, _) = announce(catalog, &upload, "L/manifest.csv", "3").await.unwrap();
    let lines = vec![(2, "A".to_owned()), (5, "B".to_owned())];
    let came = UploadVerdict::List(NewUploadList { targets: lines.clone(), ..list("l/", &[]) });
    catalog.record_upload_verdict(&upload.id, &sheet.id, &came).await.unwrap();
    assert_eq!(catalog.upload_lists(&upload.id).await.unwrap()[0].targets, lines);
    catalog.withdraw_upload(&upload.id, "lan").await.unwrap();
    assert_eq!(catalog.set_upload_target(&upload.id, Some("A"), "lan").await.unwrap_err().kind(), ErrorKind::Conflict);
    assert_eq!(catalog.set_upload_target("none", None, "lan").await.unwrap_err().kind(), ErrorKind::NotFound);
}

pub(super) async fn upload_quotas_are_kept(home: TestCatalog) {
    let catalog = &home.catalog;
    let announce = async |upload: &Upload, path: &str, bytes: u64, refusal: Option<&Refusal>, quota: &UploadQuota| {
        let kind = UploadFileKind::Scan;
        let new = NewUploadFile { path, dossier: "A", normalized_path: path, kind, bytes, sha256: path, refusal };
        catalog.announce_upload_file(&upload.id, &new, quota).await
    };
    let is_full = |outcome: Result<(UploadFile, bool), Error>| outcome.is_err_and(|error| error.kind() == ErrorKind::Limit);
    let first = open_upload(catalog, "lô 1").await;
    let quota = UploadQuota { files: 3, bytes: 100, ..UploadQuota::default() };
    let (one, _) = announce(&first, "1.pdf", 60, None, &quota).await.unwrap();
    assert!(is_full(announce(&first, "2.pdf", 41, None, &quota).await));
    announce(&first, "2.pdf", 40, None, &quota).await.unwrap();
    // Bytes that are not taken do not count, the file does; the same file again is none more.
    let refusal = Refusal { class: RefusalClass::Limit, reason: "too large".to_owned(), message: None };
    announce(&first, "3.pdf", 1 << 40, Some(&refusal), &quota).await.unwrap();
    assert!(!announce(&first, "2.pdf", 40, None, &quota).await.unwrap().1);
    assert!(is_full(announce(&first, "4.pdf", 0, None, &quota).await));
    catalog.remove_upload_file(&first.id, &one.id, "lan").await.unwrap();
    announce(&first, "4.pdf", 60, None, &quota).await.unwrap();

    // All open uploads of the user together: 100 bytes in 3 files so far.
    let second = open_upload(catalog, "lô 2").await;
    let of_user = UploadQuota { user_files: 4, user_bytes: 150, ..UploadQuota::default() };
    assert!(is_full(announce(&second, "1.pdf", 51, None, &of_user).await));
    announce(&second, "1.pdf", 50, None, &of_user).await.unwrap();
    assert!(is_full(announce(&second, "2.pdf", 0, None, &of_user).await));
    catalog.withdraw_upload(&first.id, "lan").await.unwrap();
    announce(&second, "2.pdf", 100, None, &of_user).await.unwrap();

    let new = NewUpload {
        name: "lô 3",
        unit: "F1",
        user: "lan",
        pipeline: "test",
        pipeline_text: "",
        priority: 0,
        start_rule: StartRule::Manual,
        expected: None,
        target: None,
    };
    let one_open = UploadQuota { open_uploads: 1, ..UploadQuota::default() };
    assert_eq!(catalog.open_upload(&new, &one_open).await.unwrap_err().kind(), ErrorKind::Conflict);
    assert!(catalog.open_upload(&NewUpload { user: "hoa", ..new }, &one_open).await.is_ok(), "another user has uploads of their own");
    catalog.withdraw_upload(&second.id, "lan").await.unwrap();
    catalog.open_upload(&new, &one_open).await.unwrap();
}

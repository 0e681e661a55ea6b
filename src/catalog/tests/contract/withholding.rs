//! Originals that must stay in intake, and the archives that contain them.

use super::*;
use sohoa_base::error::ErrorKind;
use sohoa_base::messages::file_warnings;
use sohoa_base::model::decision::DecisionKind;
use sohoa_base::model::delivered_file::Container;
use sohoa_base::model::refusal::Warning;
use sohoa_base::model::withholding::Obstacle;
use sohoa_catalog::{NewDecision, QuarantineDecision};

const LAN: QuarantineDecision<'static> = QuarantineDecision { by: "lan", note: None, operator: "root" };

/// Members of an archive: code of the dossier, path and SHA-256.
type Members<'a> = &'a [(&'a str, &'a str, &'a str)];

/// Runs all tasks. Files whose SHA-256 is a key of `archives` are expanded, with a warning.
async fn run_with_archives(catalog: &Catalog, archives: &[(&str, Members<'_>)]) {
    loop {
        let claims = catalog.claim("w", LEASE, 1, None).await.unwrap();
        let Some(claim) = claims.first() else { return };
        let archive = match &claim.item {
            Item::File { file, .. } => archives.iter().find(|(sha256, _)| *sha256 == file.delivered.sha256).map(|found| (file, found.1)),
            _ => None,
        };
        let changes = match archive {
            Some((archive, members)) => {
                let container = Container { path: archive.delivered.path.clone(), sha256: archive.delivered.sha256.clone() };
                let members = members.iter().map(|(code, path, sha256)| {
                    let path = format!("{}!/{path}", archive.delivered.path.display);
                    (name(code), vec![DeliveredFile { container: Some(container.clone()), ..file(&path, sha256) }])
                });
                let (file, warnings) = (archive.id.clone(), vec![Warning::new("system-files", &file_warnings::warning_system_files(1))]);
                vec![Change::FileExpanded { file, members: members.collect(), warnings }]
            }
            None => fake_stage_changes(claim),
        };
        // An archive alone makes no record: as the stage, say what stays in intake.
        let changes = changes.into_iter().map(|change| match (change, &claim.item) {
            (Change::DossierDeposited { dossier, withheld, .. }, Item::Dossier(contents))
                if contents.documents.is_empty() && contents.files.iter().all(|file| contents.withheld(file).is_some()) =>
            {
                Change::OriginalsWithheld { dossier, withheld }
            }
            (change, _) => change,
        });
        catalog.commit(claim, &changes.collect::<Vec<_>>(), &[]).await.unwrap();
    }
}

async fn file_state(home: &TestCatalog, code: &str, sha256: &str) -> FileState {
    dossier(&home.catalog, code).await.files.iter().find(|file| file.delivered.sha256 == sha256).unwrap().state
}

pub(super) async fn archive_around_secret_page_stays_and_is_removed_with_it(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "Z", &[file("outer.tar", "outer")]).await;
    let archives: &[(&str, Members<'_>)] = &[
        ("outer", &[("Z/i", "inner.tar", "inner"), ("Z/f", "free-1.pdf", "free")]),
        ("inner", &[("Z/i/s", "secret-1.pdf", "s"), ("Z/i/f", "other-1.pdf", "other")]),
    ];
    run_with_archives(catalog, archives).await;
    assert_eq!(dossier(catalog, "Z").await.withheld, BTreeMap::from([("outer".to_owned(), Obstacle::Held)]));
    assert_eq!(dossier(catalog, "Z/i").await.withheld, BTreeMap::from([("inner".to_owned(), Obstacle::Held)]));
    assert_eq!((dossier(catalog, "Z").await.dossier.version, dossier(catalog, "Z/i").await.dossier.version), (0, 0));
    for free in ["Z/f", "Z/i/f"] {
        let contents = dossier(catalog, free).await;
        assert_eq!((contents.dossier.version, contents.withheld.len()), (1, 0), "free members stand for themselves");
    }
    let sums = ["outer", "inner", "s", "free"].map(str::to_owned);
    assert_eq!(catalog.deletable_intake_blobs(&sums).await.unwrap(), BTreeSet::from(["free".to_owned()]));

    let id = dossier(catalog, "Z/i/s").await.dossier.id;
    // Of an archive that is in an object, the object is named, and the file stays as it is.
    home.run_sql("UPDATE files SET deposited = 1 WHERE sha256 = 'outer'; UPDATE dossiers SET version = 1 WHERE code = 'Z'").await;
    let plan = catalog.removal_plan(&id).await.unwrap();
    assert_eq!(plan.deposited.iter().map(|dossier| dossier.code.as_str()).collect::<Vec<_>>(), ["Z"]);
    let z = name("Z");
    assert_eq!(catalog.obstacle_to_export(&z.fonds, &z.code, "outer").await.unwrap(), Some(Obstacle::Held));
    home.run_sql("UPDATE files SET deposited = 0 WHERE sha256 = 'outer'; UPDATE dossiers SET version = 0 WHERE code = 'Z'").await;
    let plan = catalog.removal_plan(&id).await.unwrap();
    assert_eq!((plan.digests, plan.shared), (["outer", "inner", "s"].map(str::to_owned).into(), BTreeSet::new()));
    assert_eq!(plan.folders, BTreeSet::from([(batch.id.clone(), "outer.tar!/inner.tar!".to_owned())]));
    assert_eq!(catalog.remove_dossier(&id, LAN).await.unwrap(), BTreeSet::from([batch.id.clone()]));
    for (code, sha256) in [("Z", "outer"), ("Z/i", "inner"), ("Z/i/s", "s")] {
        assert_eq!(file_state(&home, code, sha256).await, FileState::Removed, "{sha256}");
    }
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert!(balance.pages.is_balanced() && balance.refusals.iter().all(|refused| refused.reason.contains("by lan")), "{balance:?}");
    assert_eq!(balance.refusals.len(), 3);
    // Members that are free go on, and what is delivered anew is not taken.
    let again = deliver(catalog, "l", "Z/f", &[file("more-1.pdf", "more"), file("free-1.pdf", "free")]).await;
    run_with_archives(catalog, archives).await;
    assert_eq!(catalog.balance(&again.id).await.unwrap().pages.stored, 2);
    assert!(dossier(catalog, "Z/f").await.withheld.is_empty());
    catalog.verify_events().await.unwrap();
}

pub(super) async fn archive_is_deposited_once_all_members_are_free(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "Z", &[file("all.tar", "all")]).await;
    let archives: &[(&str, Members<'_>)] = &[("all", &[("Z/t", "torn-2.pdf", "t"), ("Z/f", "free-1.pdf", "f")])];
    run_with_archives(catalog, archives).await;
    assert_eq!(dossier(catalog, "Z").await.withheld, BTreeMap::from([("all".to_owned(), Obstacle::Unread)]));
    // The page is read at the second try: the member is deposited, and then the archive.
    assert_eq!(catalog.retry_refused(&batch.id, None, None).await.unwrap(), 1);
    home.run_sql("UPDATE pages SET warnings = '[{\"code\":\"mended\",\"detail\":\"\"}]' WHERE state = 'waiting'").await;
    run_with_archives(catalog, archives).await;
    for code in ["Z", "Z/t", "Z/f"] {
        let contents = dossier(catalog, code).await;
        assert!(contents.withheld.is_empty() && contents.dossier.version > 0, "{code}: {:?}", contents.dossier);
    }
    assert_eq!(state(catalog, &batch).await, BatchState::Finished);
}

pub(super) async fn same_secret_bytes_are_removed_with_every_archive(home: TestCatalog) {
    let catalog = &home.catalog;
    let archives: &[(&str, Members<'_>)] = &[("a", &[("S", "secret-1.pdf", "s")]), ("b", &[("S", "copy/secret-1.pdf", "s")])];
    deliver(catalog, "k", "Z", &[file("a.tar", "a"), file("b.tar", "b")]).await;
    run_with_archives(catalog, archives).await;
    let id = dossier(catalog, "S").await.dossier.id;
    let plan = catalog.removal_plan(&id).await.unwrap();
    assert_eq!(plan.digests, ["a", "b", "s"].map(str::to_owned).into());
    catalog.remove_dossier(&id, LAN).await.unwrap();
    assert_eq!((file_state(&home, "Z", "a").await, file_state(&home, "Z", "b").await), (FileState::Removed, FileState::Removed));
    assert!(dossier(catalog, "S").await.files.iter().all(|file| file.state == FileState::Removed));
}

pub(super) async fn original_of_unread_page_waits_for_retry_or_release(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("torn-2.pdf", "t"), file("x-1.pdf", "x")]).await;
    run_until_idle(catalog, &[&batch]).await;
    let contents = dossier(catalog, "A").await;
    assert_eq!((contents.dossier.version, contents.withheld), (1, BTreeMap::from([("t".to_owned(), Obstacle::Unread)])));
    let sums = ["t".to_owned(), "x".to_owned()];
    assert_eq!(catalog.deletable_intake_blobs(&sums).await.unwrap(), BTreeSet::from(["x".to_owned()]));
    let held = catalog.held_dossiers(&UnitScope::All).await.unwrap();
    assert_eq!((held.len(), held[0].pages.len(), held[0].unread[0].file.as_str(), held[0].unread[0].page), (1, 0, "torn-2.pdf", Some(2)));
    assert_eq!(catalog.removal_plan(&contents.dossier.id).await.unwrap_err().kind(), ErrorKind::Conflict, "its pages are stored");

    // Released: what still cannot be read is deposited, with the name of the officer.
    catalog.release_dossier(&contents.dossier.id, LAN, ("", &plan())).await.unwrap();
    run_until_idle(catalog, &[&batch]).await;
    let contents = dossier(catalog, "A").await;
    assert_eq!((contents.dossier.version, contents.withheld.len()), (2, 0));
    let page = contents.pages.iter().find(|page| page.refusal.is_some()).unwrap();
    assert_eq!((page.state, page.release.as_ref().unwrap().by.as_str()), (PageState::Refused, "lan"));
    assert_eq!(catalog.deletable_intake_blobs(&sums).await.unwrap().len(), 2);
    assert!(catalog.held_dossiers(&UnitScope::All).await.unwrap().is_empty());
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert_eq!(balance.pages, PageBalance { received: 3, stored: 2, refused: 1, ..PageBalance::default() });
}

pub(super) async fn refused_file_beside_secret_page_stays_and_is_removed(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("secret-1.pdf", "s"), file("annex.bad", "annex")]).await;
    run_until_idle(catalog, &[&batch]).await;
    let contents = dossier(catalog, "A").await;
    assert_eq!(contents.withheld.keys().collect::<Vec<_>>(), ["annex", "s"]);
    assert_eq!(catalog.removal_plan(&contents.dossier.id).await.unwrap().digests, ["annex", "s"].map(str::to_owned).into());
    catalog.remove_dossier(&contents.dossier.id, LAN).await.unwrap();
    assert!(dossier(catalog, "A").await.files.iter().all(|file| file.state == FileState::Removed));
}

pub(super) async fn replacement_with_stamp_is_held_like_any_file(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-2.pdf", "x")]).await;
    run_until_idle(catalog, &[&batch]).await;
    let replace = async |sha256: &str| {
        let document = dossier(catalog, "A").await.documents[0].clone();
        let (plan, acts) = (plan(), [DecisionKind::ReplaceScan { page: 1, sha256: sha256.to_owned() }]);
        let scan = [file(&format!("secret-{sha256}-1.pdf"), sha256)];
        let new = NewDecision { author: "lan", acts: &acts, note: None, pipeline: "", plan: &plan, replacement_files: &scan };
        catalog.save_decisions(&document, &new).await.unwrap();
        run_until_idle(catalog, &[&batch]).await;
        dossier(catalog, "A").await
    };
    let pages = |contents: &DossierSnapshot| contents.documents[0].pages.clone();
    let before = pages(&dossier(catalog, "A").await);
    let contents = replace("s").await;
    assert!(contents.is_held() && pages(&contents) == before, "the old page keeps its place: {contents:?}");
    assert_eq!(contents.withheld, BTreeMap::from([("s".to_owned(), Obstacle::Held)]));
    assert_eq!(catalog.removal_plan(&contents.dossier.id).await.unwrap().digests, BTreeSet::from(["s".to_owned()]));
    catalog.remove_dossier(&contents.dossier.id, LAN).await.unwrap();
    assert_eq!(pages(&dossier(catalog, "A").await), before);

    // Released, another one takes the place.
    let contents = replace("r").await;
    assert!(contents.is_held());
    catalog.release_dossier(&contents.dossier.id, LAN, ("", &plan())).await.unwrap();
    run_until_idle(catalog, &[&batch]).await;
    let contents = dossier(catalog, "A").await;
    assert!(contents.withheld.is_empty() && !contents.is_held());
    let first = contents.page(&pages(&contents)[0]).unwrap();
    assert_eq!(contents.file(&first.file).unwrap().delivered.sha256, "r");
    assert_eq!(pages(&contents)[1..], before[1..]);
}

pub(super) async fn archive_in_held_dossier_holds_its_members(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("secret-1.pdf", "s")]).await;
    run_until_idle(catalog, &[&batch]).await;
    deliver(catalog, "l", "A", &[file("annex.tar", "annex")]).await;
    run_with_archives(catalog, &[("annex", &[("A/annex", "m-1.pdf", "m")])]).await;
    let contents = dossier(catalog, "A/annex").await;
    assert!(contents.is_held() && contents.documents.is_empty() && contents.withheld.contains_key("m"), "{contents:?}");
    // An officer decides about it by itself.
    catalog.release_dossier(&contents.dossier.id, LAN, ("", &plan())).await.unwrap();
    run_until_idle(catalog, &[&batch]).await;
    let contents = dossier(catalog, "A/annex").await;
    assert_eq!((contents.is_held(), contents.dossier.version, contents.withheld.len()), (false, 1, 0));
}

pub(super) async fn documents_not_yet_stored_are_held_too(home: TestCatalog) {
    let catalog = &home.catalog;
    let first = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    let document = loop {
        let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
        if matches!(claim.item, Item::Document { .. }) {
            break claim;
        }
        catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    };
    // A stamp arrives while the first document is already packaged, and before it is deposited.
    let second = deliver(catalog, "l", "A", &[file("secret-1.pdf", "s")]).await;
    catalog.commit(&document, &fake_stage_changes(&document), &[]).await.unwrap();
    run_until_idle(catalog, &[&first, &second]).await;
    let contents = dossier(catalog, "A").await;
    assert_eq!((contents.dossier.version, contents.withheld.len()), (0, 2));
    assert!(contents.pages.iter().all(|page| page.state == PageState::Held) && contents.documents.iter().all(|one| one.pages.is_empty()));
    assert_eq!(catalog.removal_plan(&contents.dossier.id).await.unwrap().digests, ["s", "x"].map(str::to_owned).into());
}

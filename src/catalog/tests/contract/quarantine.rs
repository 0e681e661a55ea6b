//! Dossiers in quarantine and the decisions of officers about them.

use super::*;
use sohoa_catalog::QuarantineDecision;

const LAN: QuarantineDecision<'static> = QuarantineDecision { by: "lan", note: Some("đã giải mật"), operator: "root" };

pub(super) async fn quarantined_dossier_is_held_until_release(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("secret-2.pdf", "s"), file("x-1.pdf", "x")]).await;
    let other = deliver(catalog, "l", "B", &[file("y-1.pdf", "y")]).await;
    run_until_idle(catalog, &[&batch, &other]).await;

    // All pages of the dossier are held, its batch is finished, and no reading is kept.
    assert_eq!((state(catalog, &batch).await, state(catalog, &other).await), (BatchState::Finished, BatchState::Finished));
    let pages = catalog.balance(&batch.id).await.unwrap().pages;
    assert_eq!(pages, PageBalance { received: 3, held: 3, ..PageBalance::default() });
    assert!(pages.is_balanced());
    let contents = dossier(catalog, "A").await;
    assert!(contents.is_held() && contents.documents.is_empty() && contents.dossier.version == 0);
    assert!(
        contents.pages.iter().all(|page| page.reading.is_none()) && contents.files.iter().all(|file| contents.withheld(file).is_some())
    );
    assert_eq!(catalog.balance(&other.id).await.unwrap().pages.stored, 1, "another dossier does not wait");
    let held = catalog.held_dossiers(&UnitScope::All).await.unwrap();
    assert_eq!((held.len(), held[0].pages.len(), held[0].dossier.name.code.as_str()), (1, 3, "A"));
    let of_unit = async |units: &[&str]| {
        let units = UnitScope::Only(units.iter().map(|unit| (*unit).to_owned()).collect());
        catalog.held_dossiers(&units).await.unwrap().len()
    };
    let unit = held[0].dossier.name.fonds.as_str();
    assert_eq!((of_unit(&[unit]).await, of_unit(&["another"]).await, of_unit(&[]).await), (1, 0, 0));
    assert!(held[0].received.as_ref().is_some_and(|received| received.ends_with('Z')), "{:?}", held[0].received);
    let seen: Vec<_> = held[0].pages.iter().filter(|page| page.reason.is_some()).map(|page| (page.file.as_str(), page.number)).collect();
    assert_eq!(seen, [("secret-2.pdf", 1)]);

    // Later files of the same dossier are held too.
    let later = deliver(catalog, "m", "A", &[file("z-1.pdf", "z")]).await;
    run_until_idle(catalog, &[&batch, &later]).await;
    assert_eq!(catalog.balance(&later.id).await.unwrap().pages, PageBalance { received: 1, held: 1, ..PageBalance::default() });
    assert!(catalog.deletable_intake_blobs(&["s".to_owned(), "x".to_owned(), "z".to_owned()]).await.unwrap().is_empty());

    // Released: read again and stored, and every page has the name of the officer.
    let id = &contents.dossier.id;
    let released = catalog.release_dossier(id, LAN, ("", &plan())).await.unwrap();
    assert_eq!(catalog.release_dossier(id, LAN, ("", &plan())).await.unwrap_err().kind(), ErrorKind::NotFound);
    run_until_idle(catalog, &[&batch, &later]).await;
    assert_eq!(state(catalog, &catalog.batch(&released).await.unwrap()).await, BatchState::Finished);
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages, PageBalance { received: 3, stored: 3, ..PageBalance::default() });
    let contents = dossier(catalog, "A").await;
    assert_eq!((contents.dossier.version, contents.documents.len(), contents.is_held()), (1, 3, false));
    assert!(contents.pages.iter().all(|page| page.release.as_ref().is_some_and(|release| release.by == "lan")));
    assert!(catalog.held_dossiers(&UnitScope::All).await.unwrap().is_empty());
    catalog.verify_events().await.unwrap();
}

pub(super) async fn removal_of_held_files_keeps_stored_version(home: TestCatalog) {
    let catalog = &home.catalog;
    let stored = deliver(catalog, "k", "A", &[file("x-1.pdf", "x")]).await;
    run_until_idle(catalog, &[&stored]).await;
    let batch = deliver(catalog, "l", "A", &[file("secret-2.pdf", "s"), file("again/secret-2.pdf", "s"), file("x2-1.pdf", "shared")]).await;
    let elsewhere = deliver(catalog, "m", "B", &[file("x2-1.pdf", "shared")]).await;
    run_until_idle(catalog, &[&batch, &elsewhere]).await;
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages.held, 5);

    // The stored version is not changed; bytes that another dossier has are not removed from it.
    let contents = dossier(catalog, "A").await;
    assert_eq!(contents.files.iter().filter(|file| contents.withheld(file).is_some()).count(), 3, "{:?}", contents.files);
    let id = &contents.dossier.id;
    let bytes = catalog.removal_plan(id).await.unwrap();
    assert_eq!((bytes.digests, bytes.shared), (BTreeSet::from(["s".to_owned()]), BTreeSet::from(["shared".to_owned()])));
    let batches = catalog.remove_dossier(id, LAN).await.unwrap();
    assert_eq!(batches, BTreeSet::from([batch.id.clone()]));
    let balance = catalog.balance(&batch.id).await.unwrap();
    assert_eq!(balance.pages, PageBalance { received: 5, refused: 5, ..PageBalance::default() });
    assert_eq!((balance.files.refused, balance.refusals.len()), (3, 3));
    assert!(balance.refusals.iter().all(|refused| refused.class == RefusalClass::Secret && refused.reason.contains("by lan")));
    assert_eq!(dossier(catalog, "A").await.documents.len(), 1);

    // It cannot be retried.
    assert_eq!(catalog.retry_refused(&batch.id, Some(RefusalClass::Secret), None).await.unwrap(), 0);
    assert_eq!(catalog.remove_dossier(id, LAN).await.unwrap_err().kind(), ErrorKind::NotFound);
    catalog.verify_events().await.unwrap();
}

//! Decisions about documents.

use super::*;
use sohoa_base::model::decision::DecisionKind;
use sohoa_catalog::NewDecision;

pub(super) async fn decisions_are_saved_and_document_is_requeued(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("doubt-2.pdf", "y"), file("x-1.pdf", "x")]).await;
    let plan = plan();
    let acts = [DecisionKind::CorrectField { field: "subject".to_owned(), value: "một".to_owned() }, DecisionKind::Accept];
    let new = NewDecision { author: "lan", acts: &acts, note: Some("đã xem"), pipeline: "", plan: &plan, replacement_files: &[] };

    // Refused while the dossier has open tasks.
    let claims = catalog.claim("w", LEASE, 1, None).await.unwrap();
    catalog.commit(&claims[0], &fake_stage_changes(&claims[0]), &[]).await.unwrap();
    run_until_idle(catalog, &[&batch]).await;
    let before = dossier(catalog, "A").await;
    let document = before.documents[0].clone();
    assert!(document.stored && document.decisions.is_empty());
    let decided = catalog.save_decisions(&document, &new).await.unwrap();
    assert_eq!(decided.decisions.len(), 2);
    let own = catalog.batch(&decided.batch).await.unwrap();
    assert_ne!(own.id, batch.id, "a decision waits for no delivery");
    assert_eq!(catalog.save_decisions(&document, &new).await.unwrap_err().kind(), ErrorKind::Conflict);

    // The document passes its group again, then its dossier; no page is read.
    assert_eq!((state(catalog, &batch).await, state(catalog, &own).await), (BatchState::Finished, BatchState::Running));
    let now = dossier(catalog, "A").await.documents[0].clone();
    assert!(!now.stored, "its parts in the store are out of date");
    let kept: Vec<(&str, &DecisionKind, Option<&str>)> =
        now.decisions.iter().map(|one| (one.author.as_str(), &one.kind, one.note.as_deref())).collect();
    assert_eq!(kept, [("lan", &acts[0], Some("đã xem")), ("lan", &acts[1], Some("đã xem"))]);
    assert_eq!(
        (catalog.count_decided_by("lan", 0).await.unwrap(), catalog.count_decided_by("hoa", 0).await.unwrap()),
        (1, 0),
        "two acts, one document"
    );
    let open = catalog.open_tasks(&own.id).await.unwrap();
    assert_eq!(open.len(), 1);
    let levels = plan.groups.iter().map(|group| group.level).collect::<Vec<_>>();
    assert_eq!(levels.get(open[0].group), Some(&sohoa_base::model::pipeline_plan::StageLevel::Document));
    catalog.pause(&batch.id).await.unwrap();
    run_until_idle(catalog, &[&batch]).await;
    assert_eq!(state(catalog, &own).await, BatchState::Finished);
    assert_eq!(dossier(catalog, "A").await.dossier.version, before.dossier.version + 1);
    assert!(dossier(catalog, "A").await.documents[0].stored);
}

/// Saves `acts` for the document of that number and runs all tasks.
async fn decide_and_run(
    catalog: &Catalog,
    batch: &Batch,
    number: u32,
    acts: &[DecisionKind],
    delivered: &[DeliveredFile],
) -> DossierSnapshot {
    let plan = plan();
    let new = NewDecision { author: "lan", acts, note: None, pipeline: "", plan: &plan, replacement_files: delivered };
    let document = dossier(catalog, "A").await.documents.into_iter().find(|document| document.number == number).unwrap();
    catalog.save_decisions(&document, &new).await.unwrap();
    run_until_idle(catalog, &[batch]).await;
    dossier(catalog, "A").await
}

/// Pages of every document, as `file:number`.
fn pages_by_document(contents: &DossierSnapshot) -> Vec<Vec<String>> {
    let name = |id: &String| {
        let page = contents.page(id).unwrap();
        format!("{}:{}", contents.file(&page.file).unwrap().delivered.path.display, page.number)
    };
    contents.documents.iter().map(|document| document.pages.iter().map(name).collect()).collect()
}

pub(super) async fn documents_are_split_and_joined(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-4.pdf", "x"), file("y-1.pdf", "y")]).await;
    run_until_idle(catalog, &[&batch]).await;
    let word = DecisionKind::CorrectWord { page: 3, word: 1, read: "sai".to_owned(), text: "đúng".to_owned() };
    decide_and_run(catalog, &batch, 1, &[word], &[]).await;

    // The pages from the split on, and the decisions about them, go to a new document.
    let after = decide_and_run(catalog, &batch, 1, &[DecisionKind::Split { page: 3 }], &[]).await;
    assert_eq!(pages_by_document(&after), [vec!["x-4.pdf:1", "x-4.pdf:2"], vec!["y-1.pdf:1"], vec!["x-4.pdf:3", "x-4.pdf:4"]]);
    assert!(after.documents.iter().all(|document| document.stored && document.description.is_some()));
    let moved = &after.documents[2].decisions;
    assert!(
        matches!(moved[0].kind, DecisionKind::CorrectWord { page: 1, .. }) && moved[1].kind == DecisionKind::Split { page: 3 },
        "{moved:?}"
    );

    // Joined again: the number of the second document is not reused.
    let after = decide_and_run(catalog, &batch, 1, &[DecisionKind::Join { document: 3 }], &[]).await;
    assert_eq!(pages_by_document(&after)[0], ["x-4.pdf:1", "x-4.pdf:2", "x-4.pdf:3", "x-4.pdf:4"]);
    assert!(
        after.documents[2].pages.is_empty()
            && after.documents[0].decisions.iter().any(|one| matches!(one.kind, DecisionKind::CorrectWord { page: 3, .. }))
    );
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages, PageBalance { received: 5, stored: 5, ..PageBalance::default() });

    // Impossible decisions change nothing.
    let plan = plan();
    for act in [
        DecisionKind::Split { page: 1 },
        DecisionKind::Split { page: 5 },
        DecisionKind::Join { document: 3 },
        DecisionKind::Join { document: 1 },
        DecisionKind::Join { document: 9 },
        DecisionKind::Rotate { page: 5, turn: 90 },
    ] {
        let acts = [act.clone()];
        let new = NewDecision { author: "lan", acts: &acts, note: None, pipeline: "", plan: &plan, replacement_files: &[] };
        let refused = catalog.save_decisions(&after.documents[0], &new).await;
        assert!(refused.is_err(), "{act:?}");
    }
    assert_eq!(pages_by_document(&dossier(catalog, "A").await), pages_by_document(&after));
}

pub(super) async fn pages_are_rotated_and_replaced(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-3.pdf", "x")]).await;
    run_until_idle(catalog, &[&batch]).await;

    // Only the rotated page is read again.
    let document = dossier(catalog, "A").await.documents[0].clone();
    let plan = plan();
    let acts = [DecisionKind::Rotate { page: 2, turn: 270 }];
    let new = NewDecision { author: "lan", acts: &acts, note: None, pipeline: "", plan: &plan, replacement_files: &[] };
    let turned = catalog.save_decisions(&document, &new).await.unwrap();
    run_until_idle(catalog, &[&batch]).await;
    let costs = catalog.costs(&turned.batch).await.unwrap();
    assert_eq!((costs["read"].executions, costs["describe"].executions), (1, 1));
    let after = dossier(catalog, "A").await;
    assert_eq!(after.pages.iter().map(|page| page.turn).collect::<Vec<_>>(), [None, Some(270), None]);
    assert_eq!((after.dossier.version, after.documents[0].stored), (2, true));

    // A file of two pages replaces page 2, which stays in its original and counts as stored.
    let scan = file("anew-2.pdf", "n");
    let replace = [DecisionKind::ReplaceScan { page: 2, sha256: "n".to_owned() }];
    let after = decide_and_run(catalog, &batch, 1, &replace, std::slice::from_ref(&scan)).await;
    assert_eq!(pages_by_document(&after), [["x-3.pdf:1", "anew-2.pdf:1", "anew-2.pdf:2", "x-3.pdf:3"]]);
    assert_eq!((after.pages.len(), after.dossier.version), (5, 3));
    assert!(after.pages.iter().all(|page| page.state == PageState::Stored), "{:?}", after.pages);
    assert_eq!(catalog.balance(&batch.id).await.unwrap().pages, PageBalance { received: 3, stored: 3, ..PageBalance::default() });
    let acts = [DecisionKind::ReplaceScan { page: 1, sha256: "n".to_owned() }];
    let new = NewDecision { acts: &acts, replacement_files: std::slice::from_ref(&scan), ..new };
    assert_eq!(catalog.save_decisions(&after.documents[0], &new).await.unwrap_err().kind(), ErrorKind::Conflict, "the same scan twice");
}

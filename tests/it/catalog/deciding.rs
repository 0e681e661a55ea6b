//! What people decide about documents.

use super::*;
use sohoa::catalog::NewDecision;
use sohoa::model::decision::Act;

pub(super) async fn keeps_decisions_and_queues_the_document(home: Home) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("doubt-2.pdf", "y"), file("x-1.pdf", "x")]).await;
    let plan = plan();
    let acts = [Act::CorrectField { field: "subject".to_owned(), value: "một".to_owned() }, Act::Accept];
    let new = NewDecision { author: "lan", acts: &acts, note: Some("đã xem"), pipeline: "", plan: &plan };

    // Not while the dossier is being worked on.
    let claims = catalog.claim("w", LEASE, 1, None).await.unwrap();
    catalog.commit(&claims[0], &decide(&claims[0]), &[]).await.unwrap();
    work(catalog, &[&batch]).await;
    let before = dossier(catalog, "A").await;
    let document = before.documents[0].clone();
    assert!(document.stored && document.decisions.is_empty());
    let decided = catalog.decide(&document, &new).await.unwrap();
    assert_eq!(decided.decisions.len(), 2);
    let own = catalog.batch(&decided.batch).await.unwrap();
    assert_ne!(own.id, batch.id, "a decision waits for no delivery");
    assert_eq!(catalog.decide(&document, &new).await.unwrap_err().kind(), Kind::Conflict);

    // The document passes its group again, then its dossier; no page is read.
    assert_eq!((state(catalog, &batch).await, state(catalog, &own).await), (BatchState::Finished, BatchState::Running));
    let now = dossier(catalog, "A").await.documents[0].clone();
    assert!(!now.stored, "its parts in the store are out of date");
    let kept: Vec<(&str, &Act, Option<&str>)> =
        now.decisions.iter().map(|one| (one.author.as_str(), &one.act, one.note.as_deref())).collect();
    assert_eq!(kept, [("lan", &acts[0], Some("đã xem")), ("lan", &acts[1], Some("đã xem"))]);
    let open = catalog.open_tasks(&own.id).await.unwrap();
    assert_eq!(open.len(), 1);
    let levels = plan.groups.iter().map(|group| group.level).collect::<Vec<_>>();
    assert_eq!(levels.get(open[0].group), Some(&sohoa::model::plan::Level::Document));
    catalog.pause(&batch.id).await.unwrap();
    work(catalog, &[&batch]).await;
    assert_eq!(state(catalog, &own).await, BatchState::Finished);
    assert_eq!(dossier(catalog, "A").await.dossier.version, before.dossier.version + 1);
    assert!(dossier(catalog, "A").await.documents[0].stored);
}

//! Review queues and their order.

use super::*;
use sohoa_base::model::decision::DecisionKind;
use sohoa_base::model::review_queue::ReviewQueue;
use sohoa_catalog::{NewDecision, WaitingDocument, WaitingFilter};

fn names(waiting: &[WaitingDocument]) -> Vec<String> {
    waiting.iter().map(|one| format!("{}#{}", one.dossier.name.code, one.number)).collect()
}

pub(super) async fn review_queue_is_ordered_by_arrival_and_filterable(home: TestCatalog) {
    let catalog = &home.catalog;
    for (key, code) in [("1", "B"), ("2", "A"), ("3", "C")] {
        let files =
            [file("doubt-1.pdf", &format!("{code}1")), file("x-1.pdf", &format!("{code}2")), file("doubt-3.pdf", &format!("{code}3"))];
        let batch = deliver(catalog, key, code, &files).await;
        run_until_idle(catalog, &[&batch]).await;
    }
    let units = UnitScope::All;
    let all = WaitingFilter { units: &units, queue: None, reason: None };
    let came = catalog.waiting_documents(&all, None, 100).await.unwrap();
    assert_eq!(names(&came).len(), 6);
    assert_eq!(came.iter().map(|one| one.dossier.name.code.as_str()).collect::<Vec<_>>(), ["B", "B", "A", "A", "C", "C"]);
    assert!(came.iter().all(|one| one.queue == ReviewQueue::Flags && one.reasons == ["low confidence"]));

    // By pages, and the position of a document.
    let first = catalog.waiting_documents(&all, None, 4).await.unwrap();
    let rest = catalog.waiting_documents(&all, first.last().map(|last| last.id.as_str()), 4).await.unwrap();
    assert_eq!([names(&first), names(&rest)].concat(), names(&came));
    assert_eq!(catalog.count_waiting_before(&all, &came[4].id).await.unwrap(), 4);
    assert_eq!(catalog.document_id("F1", "A", came[2].number).await.unwrap().as_deref(), Some(came[2].id.as_str()));
    assert_eq!(catalog.document_id("F1", "A", 99).await.unwrap(), None);

    // By unit, queue and reason; wildcards of LIKE match literally.
    let count = async |wanted: WaitingFilter<'_>| {
        let listed = catalog.waiting_documents(&wanted, None, 100).await.unwrap().len() as u64;
        assert_eq!(catalog.count_waiting_by_queue(&wanted).await.unwrap().values().sum::<u64>(), listed);
        listed
    };
    let [none, other, own] =
        [&[][..], &["F2"], &["F1", "F2"]].map(|units| UnitScope::Only(units.iter().map(|unit| (*unit).to_owned()).collect()));
    assert_eq!(
        (
            count(WaitingFilter { units: &none, ..all }).await,
            count(WaitingFilter { units: &other, ..all }).await,
            count(WaitingFilter { units: &own, ..all }).await
        ),
        (0, 0, 6)
    );
    assert_eq!(
        (
            count(WaitingFilter { queue: Some(ReviewQueue::Flags), ..all }).await,
            count(WaitingFilter { queue: Some(ReviewQueue::Sample), ..all }).await
        ),
        (6, 0)
    );
    for (reason, found) in [("low confidence", 6), ("low", 0), ("%", 0), ("low_confidence", 0)] {
        assert_eq!(count(WaitingFilter { reason: Some(reason), ..all }).await, found, "{reason}");
    }

    // A document joined to another one does not wait any more.
    let document = dossier(catalog, "B").await.documents.into_iter().find(|document| document.id == came[0].id).unwrap();
    let plan = plan();
    let new = NewDecision {
        author: "lan",
        acts: &[DecisionKind::Join { document: came[1].number }],
        note: None,
        pipeline: "",
        plan: &plan,
        replacement_files: &[],
    };
    catalog.save_decisions(&document, &new).await.unwrap();
    assert!(!names(&catalog.waiting_documents(&all, None, 100).await.unwrap()).contains(&names(&came)[1]));
}

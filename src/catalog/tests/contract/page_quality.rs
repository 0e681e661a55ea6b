//! Quality of the pages of a batch.

use super::*;
use sohoa_base::model::page::reading::{ScanQuality, Sides};

pub(super) async fn page_quality_is_listed_per_batch_and_after_rebuild(home: TestCatalog) {
    let catalog = &home.catalog;
    let cut = Sides { right: true, ..Sides::default() };
    let scan =
        ScanQuality { dpi: 150, skew_centidegrees: -40, noise: 5, bleed_permille: 17, clipped_sides: cut, expected_error_permille: 210 };
    let batch = deliver(catalog, "k", "A", &[file("b-2.pdf", "x"), file("a-1.pdf", "y")]).await;
    while let [claim, ..] = catalog.claim("w", LEASE, 1, None).await.unwrap().as_slice() {
        let mut changes = fake_stage_changes(claim);
        for change in &mut changes {
            if let Change::PageRead { quality, .. } = change {
                quality.scan = Some(scan);
            }
        }
        catalog.commit(claim, &changes, &[]).await.unwrap();
    }
    let pages = async |catalog: &Catalog, batch: &Batch| -> Vec<(String, u32, Quality)> {
        let pages = catalog.pages_of_batch(&batch.id).await.unwrap();
        pages.into_iter().map(|(name, page)| (name.display, page.number, page.quality)).collect()
    };
    let quality = Quality { confidence: 91, scan: Some(scan), ..Quality::default() };
    let page = |name: &str, number| (name.to_owned(), number, quality);
    assert_eq!(pages(catalog, &batch).await, [page("a-1.pdf", 1), page("b-2.pdf", 1), page("b-2.pdf", 2)]);
    assert_eq!(catalog.pages_of_batch("nowhere").await.unwrap_err().kind(), ErrorKind::NotFound);

    // A duplicate has the pages of its original.
    let again = deliver(catalog, "l", "A", &[file("b-2.pdf", "x")]).await;
    run_until_idle(catalog, &[&again]).await;
    assert_eq!(pages(catalog, &again).await, [page("b-2.pdf", 1), page("b-2.pdf", 2)]);

    // The same after a rebuild.
    let ledger = catalog.batch_ledger(&batch.id).await.unwrap();
    let record = serde_json::to_string(&record_of(&dossier(catalog, "A").await)).unwrap();
    for table in ["batches", "dossiers", "deliveries", "files", "pages", "documents", "costs"] {
        home.run_sql(&format!("DELETE FROM {table}")).await;
    }
    let catalog = &home.reopen().await;
    catalog.rebuild_dossier(&serde_json::from_str(&record).unwrap(), 1, "ab").await.unwrap();
    catalog.rebuild_batch(&ledger).await.unwrap();
    assert_eq!(pages(catalog, &batch).await, [page("a-1.pdf", 1), page("b-2.pdf", 1), page("b-2.pdf", 2)]);
}

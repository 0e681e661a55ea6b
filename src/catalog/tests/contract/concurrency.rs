//! Concurrent workers and receivers, and large files.

use super::*;
use std::time::Instant;

pub(super) async fn concurrent_workers_run_each_task_once(home: TestCatalog) {
    let batch = open(&home.catalog, "k").await;
    for code in 0..10 {
        let files: Vec<DeliveredFile> =
            (0..50).map(|number| file(&format!("{code}/{number}-0.pdf"), &format!("{code}-{number}"))).collect();
        home.catalog.receive_files(&batch.id, &name(&format!("D{code}")), &files, &plan()).await.unwrap();
    }
    home.catalog.finish_receiving(&batch.id).await.unwrap();
    // Every second worker has its own connections, like another process.
    let other = home.reopen().await;
    let began = Instant::now();
    let mut workers = Vec::new();
    for worker in 0..8 {
        let catalog = if worker % 2 == 0 { home.catalog.clone() } else { other.clone() };
        workers.push(tokio::spawn(async move {
            let mut done = Vec::new();
            loop {
                let claims = catalog.claim(&format!("w{worker}"), LEASE, 4, None).await.unwrap();
                if claims.is_empty() {
                    return done;
                }
                for claim in claims {
                    catalog.commit(&claim, &fake_stage_changes(&claim), &[(stage(&claim).to_owned(), 1)]).await.unwrap();
                    done.push(claim.task);
                }
            }
        }));
    }
    let mut all = Vec::new();
    for worker in workers {
        all.extend(worker.await.unwrap());
    }
    // A worker may stop while others still hold the tasks that lead to the last groups.
    let rest = run_until_idle(&home.catalog, &[]).await;
    let rate = all.len() as f64 / began.elapsed().as_secs_f64();
    println!("{} tasks by 8 workers: {rate:.0} jobs/s on {}", all.len(), home.url.split(':').next().unwrap());
    assert_eq!(all.len() + rest, 500 + 20);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "a task was done twice");
    assert_eq!(state(&home.catalog, &batch).await, BatchState::Finished);
    assert_eq!(home.catalog.costs(&batch.id).await.unwrap()["intake"].executions, 500);
    home.catalog.verify_events().await.unwrap();
}

pub(super) async fn receivers_and_workers_do_not_block_each_other(home: TestCatalog) {
    let mut receivers = Vec::new();
    for number in 0..4 {
        let catalog = home.reopen().await;
        receivers.push(tokio::spawn(async move {
            let batch = open(&catalog, &format!("k{number}")).await;
            for round in 0..8 {
                let code = format!("D{}", (round + number) % 3);
                let zip = file(&format!("{number}/{round}.zip"), &format!("zip-{number}-{round}"));
                let files = [zip, file(&format!("{number}/{round}-2.pdf"), &format!("f-{number}-{round}"))];
                catalog.receive_files(&batch.id, &name(&code), &files, &plan()).await.unwrap();
                for claim in catalog.claim("w", LEASE, 4, None).await.unwrap() {
                    catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
                }
            }
            catalog.finish_receiving(&batch.id).await.unwrap();
            run_until_idle(&catalog, &[]).await;
            batch
        }));
    }
    let mut batches = Vec::new();
    for receiver in receivers {
        batches.push(receiver.await.unwrap());
    }
    run_until_idle(&home.catalog, &[]).await;
    for batch in &batches {
        assert_eq!(state(&home.catalog, batch).await, BatchState::Finished);
        let balance = home.catalog.balance(&batch.id).await.unwrap();
        assert!(balance.pages.is_balanced(), "{balance:?}");
        // Two pages of each file; of each archive two pages and one.
        assert_eq!(balance.pages.received, 8 * (2 + 3));
    }
    home.catalog.verify_events().await.unwrap();
}

pub(super) async fn file_of_5000_pages_keeps_page_order(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-5000.pdf", "x")]).await;
    let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
    let began = Instant::now();
    catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    let identified = began.elapsed();
    assert_eq!(catalog.open_tasks(&batch.id).await.unwrap()[0].ready, 5000);
    home.run_sql("UPDATE pages SET state = 'read'; DELETE FROM tasks; UPDATE dossiers SET open_tasks = 1").await;
    home.run_sql(&format!(
        "INSERT INTO tasks (id, batch, dossier, stage_group, level, item, priority, ready_at)
         SELECT 'separate', '{}', id, 2, 'dossier', id, 0, 0 FROM dossiers",
        batch.id
    ))
    .await;
    let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
    let began = Instant::now();
    catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    println!("5,000 pages: identified in {identified:?}, placed in {:?}", began.elapsed());
    let contents = dossier(catalog, "A").await;
    assert_eq!(contents.documents[0].pages.len(), 5000);
    let order: Vec<u32> = contents.documents[0].pages.iter().map(|id| contents.page(id).unwrap().number).collect();
    assert!(order.is_sorted());
}

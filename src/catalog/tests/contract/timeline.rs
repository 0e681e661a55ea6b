//! Timeline and failures of a run.

use super::*;
use sohoa_catalog::{MAX_TIMELINE_POINTS, Timeline, TimelinePoint};
use std::time::Instant;

/// Runs task by task, ten seconds for each.
async fn run_slowly(home: &TestCatalog) {
    loop {
        let claims = home.catalog.claim("w", LEASE, 1, None).await.unwrap();
        let Some(claim) = claims.first() else { return };
        home.advance_clock(Duration::from_secs(10));
        home.catalog.commit(claim, &fake_stage_changes(claim), &[]).await.unwrap();
    }
}

fn counts(point: &TimelinePoint) -> [u64; 6] {
    [point.received, point.read, point.stored, point.review, point.refused, point.held]
}

/// Time of the first point at which the number at index `count` of [`counts`] is at least `pages`.
fn first(timeline: &Timeline, count: usize, pages: u64) -> &str {
    &timeline.points.iter().find(|point| counts(point)[count] >= pages).unwrap().at
}

pub(super) async fn timeline_reports_page_counts_over_time(home: TestCatalog) {
    let catalog = &home.catalog;
    let files = [file("x-3.pdf", "x"), file("doubt-2.pdf", "d"), file("torn-2.pdf", "t"), file("y.bad", "y")];
    let batch = deliver(catalog, "k", "A", &files).await;
    let empty = catalog.timeline(&batch.id).await.unwrap();
    assert_eq!((empty.ended, empty.points.len()), (false, 2));
    assert!(empty.points.iter().all(|point| counts(point) == [0; 6]));
    run_slowly(&home).await;
    // Read long after the end of the run.
    home.advance_clock(Duration::from_secs(86_400));
    let timeline = catalog.timeline(&batch.id).await.unwrap();
    assert!(timeline.ended && timeline.points.len() > 10 && timeline.points.len() <= MAX_TIMELINE_POINTS, "{}", timeline.points.len());
    assert_eq!((timeline.points[0].at.as_str(), counts(&timeline.points[0])), (timeline.from.as_str(), [0; 6]));
    let last = timeline.points.last().unwrap();
    assert_eq!((last.at.as_str(), counts(last)), (timeline.to.as_str(), [7, 6, 4, 2, 1, 0]));
    assert_eq!(timeline.now, catalog.page_balance(&batch.id).await.unwrap());
    for pair in timeline.points.windows(2) {
        assert!(
            pair[0].at < pair[1].at && counts(&pair[0]).iter().zip(counts(&pair[1])).all(|(before, after)| *before <= after),
            "{pair:?}"
        );
    }
    // Pages are received, read, and stored with those for review when the dossier is deposited.
    assert!(first(&timeline, 0, 1) < first(&timeline, 1, 1) && first(&timeline, 1, 1) < first(&timeline, 1, 6), "{timeline:?}");
    assert!(
        first(&timeline, 1, 6) < first(&timeline, 2, 1)
            && first(&timeline, 2, 1) == first(&timeline, 2, 4)
            && first(&timeline, 2, 4) == first(&timeline, 3, 2)
    );
    assert!(first(&timeline, 4, 1) < first(&timeline, 2, 1));
    assert_eq!(catalog.timeline("none").await.unwrap_err().kind(), ErrorKind::NotFound);

    // A page that was refused and read later counts by its final state.
    catalog.retry_refused(&batch.id, None, None).await.unwrap();
    home.run_sql("UPDATE pages SET warnings = '[{\"code\":\"mended\",\"detail\":\"\"}]' WHERE state = 'waiting'").await;
    run_slowly(&home).await;
    let timeline = catalog.timeline(&batch.id).await.unwrap();
    assert_eq!(counts(timeline.points.last().unwrap()), [7, 7, 5, 2, 0, 0]);
    assert!(first(&timeline, 2, 4) < first(&timeline, 2, 5), "the mended page was stored later");
}

pub(super) async fn timeline_includes_duplicate_held_and_cancelled_pages(home: TestCatalog) {
    let catalog = &home.catalog;
    let before = deliver(catalog, "k", "A", &[file("x-3.pdf", "x")]).await;
    run_slowly(&home).await;
    let batch = deliver(catalog, "l", "A", &[file("again/x-3.pdf", "x"), file("secret-2.pdf", "s")]).await;
    run_slowly(&home).await;
    let timeline = catalog.timeline(&batch.id).await.unwrap();
    assert_eq!(counts(timeline.points.last().unwrap()), [5, 4, 3, 0, 0, 2], "{timeline:?}");
    assert_eq!(counts(catalog.timeline(&before.id).await.unwrap().points.last().unwrap()), [3, 3, 3, 0, 0, 0]);
    let cancelled = deliver(catalog, "m", "B", &[file("z-4.pdf", "z")]).await;
    let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
    catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    home.advance_clock(Duration::from_secs(30));
    catalog.cancel(&cancelled.id).await.unwrap();
    run_slowly(&home).await;
    let timeline = catalog.timeline(&cancelled.id).await.unwrap();
    assert_eq!(counts(timeline.points.last().unwrap()), [4, 0, 0, 0, 4, 0]);
    assert!(first(&timeline, 0, 4) < first(&timeline, 4, 4), "they were refused when the run was cancelled");
}

pub(super) async fn failures_are_filtered_and_secret_originals_stay_hidden(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("torn-3.pdf", "x"), file("y.bad", "y"), file("z.bad", "z")]).await;
    let find = async |level, reason| {
        let wanted = FailureFilter { batch: Some(&batch.id), level, reason, ..FailureFilter::default() };
        let found = catalog.failures(&UnitScope::All, &wanted, 10).await.unwrap();
        let groups = catalog.failure_groups(&UnitScope::All, &wanted, 10).await.unwrap();
        assert_eq!(groups.iter().map(|group| group.count).sum::<u64>(), found.len() as u64);
        found
    };
    // While the dossier has open tasks a secrecy stamp may still be found.
    let claim = catalog.claim("w", LEASE, 1, None).await.unwrap().remove(0);
    let Item::File { file: first, .. } = &claim.item else { panic!("no file") };
    let refused = Change::FileRefused { file: first.id.clone(), media_type: String::new(), refusal: refusal(RefusalClass::Input) };
    catalog.commit(&claim, &[refused], &[]).await.unwrap();
    assert!(!find(None, None).await[0].may_be_seen);
    assert_eq!(catalog.viewable_failed_file(&first.id, 1).await.unwrap_err().kind(), ErrorKind::NotFound);
    catalog.retry_refused(&batch.id, Some(RefusalClass::Input), None).await.unwrap();
    run_until_idle(catalog, &[&batch]).await;

    let paths = |found: &[sohoa_catalog::Failure]| found.iter().map(|one| (one.item.file.clone(), one.item.page)).collect::<Vec<_>>();
    let files = find(Some(StageLevel::File), None).await;
    assert_eq!(paths(&files), [("y.bad".to_owned(), None), ("z.bad".to_owned(), None)]);
    let pages = find(Some(StageLevel::Page), None).await;
    // What an outage kept unread may bear a stamp; of what is damaged, nothing more can be found out.
    assert_eq!((paths(&pages), pages[0].readable_page, pages[0].may_be_seen), (vec![("torn-3.pdf".to_owned(), Some(2))], Some(1), false));
    home.run_sql("UPDATE pages SET class = 'input' WHERE class = 'outage'").await;
    assert!(find(Some(StageLevel::Page), None).await[0].may_be_seen);
    assert_eq!((find(Some(StageLevel::Dossier), None).await.len(), find(None, None).await.len()), (0, 3));
    assert_eq!((find(None, Some("outage it is")).await.len(), find(None, Some("outage")).await.len()), (1, 0));
    let counted = catalog.level_counts(&batch.id).await.unwrap();
    assert_eq!((counted[&StageLevel::File].done, counted[&StageLevel::File].failed), (1, 2));
    assert_eq!((counted[&StageLevel::Page].all, counted[&StageLevel::Page].done, counted[&StageLevel::Page].failed), (3, 2, 1));
    assert_eq!(catalog.dossiers_by_group(&batch.id).await.unwrap(), BTreeMap::from([(4, 1)]));

    // The original of a refused file may be viewed by page; that of a file without refusals may not.
    let torn = &pages[0].file_id;
    assert_eq!(catalog.viewable_failed_file(torn, 2).await.unwrap().1.delivered.sha256, "x");
    assert_eq!(catalog.viewable_failed_file(torn, 4).await.unwrap_err().kind(), ErrorKind::NotFound);
    let whole = deliver(catalog, "l", "B", &[file("w-1.pdf", "w")]).await;
    run_until_idle(catalog, &[&whole]).await;
    let id = dossier(catalog, "B").await.files[0].id.clone();
    assert_eq!(catalog.viewable_failed_file(&id, 1).await.unwrap_err().kind(), ErrorKind::NotFound);

    // First the same bytes are held in another dossier; then a page of the dossier itself is held.
    let elsewhere = deliver(catalog, "m", "C", &[file("secret-1.pdf", "y")]).await;
    run_until_idle(catalog, &[&elsewhere]).await;
    assert_eq!(find(Some(StageLevel::File), None).await.iter().map(|one| one.may_be_seen).collect::<Vec<_>>(), [false, true]);
    assert_eq!(catalog.viewable_failed_file(&files[0].file_id, 1).await.unwrap_err().kind(), ErrorKind::NotFound);
    assert!(catalog.viewable_failed_file(&files[1].file_id, 1).await.is_ok());
    let later = deliver(catalog, "n", "A", &[file("secret-2.pdf", "s")]).await;
    run_until_idle(catalog, &[&later]).await;
    assert!(find(None, None).await.iter().all(|one| !one.may_be_seen));
    for file in [torn, &files[1].file_id] {
        assert_eq!(catalog.viewable_failed_file(file, 1).await.unwrap_err().kind(), ErrorKind::NotFound);
    }
    let held = dossier(catalog, "A").await.dossier.id;
    catalog.remove_dossier(&held, sohoa_catalog::QuarantineDecision { by: "lan", note: None, operator: "root" }).await.unwrap();
    assert!(catalog.viewable_failed_file(torn, 1).await.is_err(), "what was with a secret that was taken out stays hidden");
}

pub(super) async fn timeline_of_ten_thousand_pages_is_fast(home: TestCatalog) {
    let catalog = &home.catalog;
    let batch = deliver(catalog, "k", "A", &[file("x-5000.pdf", "x"), file("y-5000.pdf", "y")]).await;
    for claim in catalog.claim("w", LEASE, 2, None).await.unwrap() {
        catalog.commit(&claim, &fake_stage_changes(&claim), &[]).await.unwrap();
    }
    let filler = "\"quality\":".to_owned() + &"\"x\",\"q\":".repeat(40) + "1";
    // Ten thousand pages are read in ten thousand seconds, each with an event of 500 bytes.
    home.run_sql(&format!(
        "UPDATE pages SET state = 'read'; DELETE FROM tasks;
         INSERT INTO events (seq, at, batch, dossier, kind, body, hash)
         SELECT 1000 + row_number() OVER (ORDER BY id), 1800000000000 + 1000 * row_number() OVER (ORDER BY id), '{}', dossier, 'page-read',
                '{{\"page\":\"' || id || '\",{filler}}}', '' FROM pages",
        batch.id
    ))
    .await;
    home.advance_clock(Duration::from_secs(10_000));
    let began = Instant::now();
    let timeline = catalog.timeline(&batch.id).await.unwrap();
    let took = began.elapsed();
    println!("10,000 pages: told in {took:?}");
    assert_eq!(counts(timeline.points.last().unwrap())[..2], [10_000, 10_000]);
    assert!(
        timeline.points.len() <= MAX_TIMELINE_POINTS && timeline.points[100].read > 4_500 && timeline.points[100].read < 5_500,
        "{}",
        timeline.points[100].read
    );
    assert!(took < Duration::from_secs(3), "{took:?}");
}

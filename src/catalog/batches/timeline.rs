//! Timeline of a run: times come from its events, final states from the pages.

use crate::batches::lifecycle::unknown_batch;
use crate::sql::{self, get, get_enum, get_u64};
use crate::{Catalog, Engine, rfc3339};
use schemars::JsonSchema;
use serde::Serialize;
use sohoa_base::error::Result;
use sohoa_base::model::batch::PageBalance;
use sohoa_base::model::dossier::PageState;
use sqlx::any::AnyRow;

/// Maximum number of points of a timeline, for a run of any length.
pub const MAX_TIMELINE_POINTS: usize = 200;

/// Minimum interval between two points, milliseconds.
const MIN_STEP_MS: i64 = 1000;

/// Progress of a run over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Timeline {
    /// Time of the start, RFC 3339.
    pub from: String,
    /// Time of the end, or now, RFC 3339.
    pub to: String,
    /// Whether it has ended.
    pub ended: bool,
    /// Cumulative counts at up to 200 moments, in order; the first point is zero. A page counts by its final state in this run: a
    /// page that was refused and read later does not count as refused.
    pub points: Vec<TimelinePoint>,
    /// Current page balance; it differs from the last point if people have decided since the end.
    pub now: PageBalance,
}

/// Page counts of one step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct PageCounts {
    received: u64,
    read: u64,
    stored: u64,
    review: u64,
    refused: u64,
    held: u64,
}

/// Cumulative page counts at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct TimelinePoint {
    /// Time, RFC 3339.
    pub at: String,
    /// Received.
    #[serde(rename = "in")]
    pub received: u64,
    /// Read.
    pub read: u64,
    /// Stored without review.
    pub stored: u64,
    /// Stored and put in review.
    pub review: u64,
    /// Refused.
    pub refused: u64,
    /// In quarantine.
    pub held: u64,
}

/// Numbers of pages by the steps of their events. `{…}` are fields of an event's body.
const TIMELINE_SQL: &str = "WITH identified AS MATERIALIZED (
        SELECT {file} AS file, min(at) AS at FROM events WHERE batch = $1 AND kind = 'file-identified' GROUP BY 1
    ), seen AS MATERIALIZED (
        SELECT {page} AS page, min(CASE WHEN kind = 'page-read' THEN at END) AS read_at, max(CASE WHEN kind <> 'page-read' THEN at END) AS gone_at
        FROM events WHERE batch = $1 AND kind IN ('page-read', 'page-refused', 'page-held') GROUP BY 1
    ), deposited AS MATERIALIZED (
        SELECT dossier, min(at) AS first_at, max(at) AS last_at FROM events WHERE batch = $1 AND kind = 'dossier-deposited' GROUP BY dossier
    ), judged AS MATERIALIZED (
        SELECT {document} AS document, max(seq * 2 + CASE WHEN {reasons} = '[]' THEN 0 ELSE 1 END) AS last
        FROM events WHERE batch = $1 AND kind = 'document-reviewed' GROUP BY 1
    )
    SELECT (i.at - $2) / $3 AS came, CASE WHEN i.at IS NULL THEN substr(f.id, 1, 11) END AS arrived, (s.read_at - $2) / $3 AS read,
           (s.gone_at - $2) / $3 AS gone, p.state AS state, j.last % 2 AS doubt,
           (CASE WHEN s.read_at IS NULL OR d.first_at >= s.read_at THEN d.first_at ELSE d.last_at END - $2) / $3 AS deposited, count(*) AS n
    FROM files f JOIN pages p ON p.file = COALESCE(f.duplicate_of, f.id)
    LEFT JOIN identified i ON i.file = p.file LEFT JOIN seen s ON s.page = p.id
    LEFT JOIN deposited d ON d.dossier = p.dossier LEFT JOIN judged j ON j.document = p.document
    WHERE f.batch = $1 GROUP BY 1, 2, 3, 4, 5, 6, 7";

/// An interval divided into equal steps, epoch milliseconds.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: i64,
    to: i64,
    step: i64,
}

impl Span {
    fn new(from: i64, to: i64) -> Self {
        let to = to.max(from);
        let steps = sql::to_i64(MAX_TIMELINE_POINTS - 1);
        Self { from, to, step: MIN_STEP_MS.max((to - from + steps - 1) / steps) }
    }

    fn steps(self) -> usize {
        usize::try_from((self.to - self.from + self.step - 1) / self.step).unwrap_or(0).max(1)
    }

    /// Index of the step that contains a moment (epoch milliseconds), clamped to the span.
    fn index_of(self, moment: i64) -> usize {
        self.clamp_index((moment - self.from).max(0) / self.step)
    }

    fn clamp_index(self, step: i64) -> usize {
        usize::try_from(step).unwrap_or(0).min(self.steps() - 1)
    }
}

impl Catalog {
    /// Timeline of a batch, from its start to its end or now.
    ///
    /// # Errors
    /// `NotFound` for an unknown batch, `Unavailable` where the catalogue does not answer.
    pub async fn timeline(&self, batch: &str) -> Result<Timeline> {
        let mut connection = self.read_sealed().await?;
        let statement = sqlx::query(
            "SELECT created, ended, (SELECT max(at) FROM events WHERE batch = $1 AND kind = 'batch-cancelled') AS cancelled
             FROM batches WHERE id = $1",
        )
        .bind(batch.to_owned());
        let row = sql::fetch_optional(&mut connection, statement, "cannot read a batch").await?.ok_or_else(|| unknown_batch(batch))?;
        let ended: Option<i64> = get(&row, "ended")?;
        let span = Span::new(get(&row, "created")?, ended.unwrap_or_else(|| self.clock.now()));
        let cancelled = get::<Option<i64>>(&row, "cancelled")?.map(|at| span.index_of(at));
        let statement = sql::dynamic_query(timeline_sql(self.engine)).bind(batch.to_owned()).bind(span.from).bind(span.step);
        let mut done = vec![PageCounts::default(); span.steps()];
        for row in &sql::fetch_all(&mut connection, statement, "cannot read how a batch went").await? {
            add_to_steps(&mut done, span, cancelled, row)?;
        }
        drop(connection);
        let now = self.page_balance(batch).await?;
        Ok(Timeline { from: rfc3339(span.from), to: rfc3339(span.to), ended: ended.is_some(), points: cumulative_points(&done, span), now })
    }
}

/// The timeline query with the JSON access of the engine.
fn timeline_sql(engine: Engine) -> String {
    let part = |name: &str| match engine {
        // Without the cast SQLite builds no automatic index for the join.
        Engine::Sqlite => format!("CAST(json_extract(body, '$.{name}') AS TEXT)"),
        Engine::Postgres => format!("CAST(body AS JSON) ->> '{name}'"),
    };
    ["file", "page", "document", "reasons"]
        .iter()
        .fold(TIMELINE_SQL.to_owned(), |text, name| text.replace(&format!("{{{name}}}"), &part(name)))
}

/// Creation time of an identifier (UUIDv7) from its first eleven characters, epoch milliseconds; accurate to 256 ms.
fn uuid_prefix_ms(beginning: &str) -> i64 {
    i64::from_str_radix(&beginning.replace('-', ""), 16).unwrap_or(0) << 8
}

/// Adds the pages of a row to the steps of their events.
fn add_to_steps(done: &mut [PageCounts], span: Span, cancelled: Option<usize>, row: &AnyRow) -> Result<()> {
    let step = |column: &str| Ok(get::<Option<i64>>(row, column)?.map(|step| span.clamp_index(step)));
    let pages = get_u64(row, "n")?;
    // A file identified in another run has no event here; it arrived when the duplicate's row was created.
    let arrived = get::<Option<String>>(row, "arrived")?.map_or(0, |id| span.index_of(uuid_prefix_ms(&id)));
    let came = step("came")?.unwrap_or(arrived);
    let (read, gone, deposited): (Option<usize>, Option<usize>, Option<usize>) = (step("read")?, step("gone")?, step("deposited")?);
    let in_doubt = get::<Option<i64>>(row, "doubt")?.map(|doubt| doubt == 1);
    let mut add = |at: usize, part: fn(&mut PageCounts) -> &mut u64| {
        if let Some(step) = done.get_mut(at) {
            *part(step) += pages;
        }
    };
    add(came, |pages| &mut pages.received);
    let state = get_enum::<PageState>(row, "state")?;
    if let Some(read) = read.or_else(|| matches!(state, PageState::Read | PageState::Stored | PageState::Review).then_some(came)) {
        add(read, |pages| &mut pages.read);
    }
    match state {
        PageState::Waiting | PageState::Read => {}
        PageState::Refused => add(gone.or(cancelled).unwrap_or(came), |pages| &mut pages.refused),
        PageState::Held => add(gone.or(read).unwrap_or(came), |pages| &mut pages.held),
        PageState::Stored | PageState::Review => {
            let at = deposited.or(read).unwrap_or(came);
            if in_doubt.unwrap_or(state == PageState::Review) {
                add(at, |pages| &mut pages.review)
            } else {
                add(at, |pages| &mut pages.stored)
            }
        }
    }
    Ok(())
}

fn cumulative_points(done: &[PageCounts], span: Span) -> Vec<TimelinePoint> {
    let mut sum = PageCounts::default();
    let point = |moment: i64, sum: PageCounts| TimelinePoint {
        at: rfc3339(moment.min(span.to)),
        received: sum.received,
        read: sum.read,
        stored: sum.stored,
        review: sum.review,
        refused: sum.refused,
        held: sum.held,
    };
    let mut points = vec![point(span.from, sum)];
    for (number, step) in (1..).zip(done) {
        sum = PageCounts {
            received: sum.received + step.received,
            read: sum.read + step.read,
            stored: sum.stored + step.stored,
            review: sum.review + step.review,
            refused: sum.refused + step.refused,
            held: sum.held + step.held,
        };
        points.push(point(span.from + span.step * number, sum));
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeline_points_are_bounded_and_end_at_span_end() {
        for (length, most) in [(0, 2), (900, 2), (5_500, 7), (199_000, 200), (86_400_000 * 400, 200)] {
            let span = Span::new(1_000, 1_000 + length);
            let points = cumulative_points(&vec![PageCounts { received: 1, ..PageCounts::default() }; span.steps()], span);
            assert!(points.len() <= most && points.len() >= 2, "{length}: {}", points.len());
            assert_eq!(points.last().map(|point| (point.at.clone(), point.received)), Some((rfc3339(1_000 + length), span.steps() as u64)));
            assert_eq!((span.index_of(0), span.index_of(i64::MAX / 2)), (0, span.steps() - 1), "{length}");
        }
    }

    #[test]
    fn uuid_prefix_yields_timestamp() {
        let moment = uuid_prefix_ms("017f22e2-79");
        assert!((0..256).contains(&(1_645_557_742_000 - moment)), "{moment}");
    }
}

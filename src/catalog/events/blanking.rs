//! Blanking: the details of events about papers that were removed from the archive go too; the chain stays whole, since it holds
//! only their digests.

use crate::sql::{self, MAX_IN_LIST, Statement, WriteTx, bind_all, dynamic_query, get, placeholders};
use serde::Deserialize;
use sohoa_base::error::Result;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

/// Kind of the event that lists blanked events.
pub(crate) const BLANKED_KIND: &str = "events-blanked";

/// Kinds whose details say something of a paper's content: names of files and signers, titles, fields.
const KINDS_WITH_CONTENT: [&str; 6] =
    ["file-expanded", "file-identified", "file-refused", "dossier-listed", "document-described", "document-decided"];

#[derive(Deserialize)]
struct BlankedEvents {
    events: Vec<u64>,
}

/// The events that an event of [`BLANKED_KIND`] lists.
pub(super) fn blanked_events(row: &AnyRow) -> Result<Vec<u64>> {
    Ok(sql::get_json::<BlankedEvents>(row, "body")?.events)
}

impl WriteTx {
    /// Blanks the details of the sealed events of a dossier that say something of the content of these files, or of any for `None`;
    /// always those of its list, which names other papers too.
    pub(crate) async fn blank_events(&mut self, batch: &str, dossier: &str, files: Option<&[String]>) -> Result<()> {
        let statement = events_with_content("SELECT seq, kind, body", "salt <> ''", dossier);
        let mut blanked = Vec::new();
        for row in &sql::fetch_all(self.connection(), statement, "cannot read the events of a dossier").await? {
            let body: String = get(row, "body")?;
            let is_list = get::<String>(row, "kind")? == "dossier-listed";
            if is_list || files.is_none_or(|files| files.iter().any(|file| body.contains(file))) {
                blanked.push(get::<i64>(row, "seq")?);
            }
        }
        for chunk in blanked.chunks(MAX_IN_LIST) {
            let text = format!("UPDATE events SET body = 'null', salt = '' WHERE seq IN ({})", placeholders(1, chunk.len()));
            let statement = chunk.iter().fold(dynamic_query(text), |statement, seq| statement.bind(*seq));
            sql::execute(self.connection(), statement, "cannot blank events").await?;
        }
        if !blanked.is_empty() {
            self.append_events(batch, &[(dossier, BLANKED_KIND, serde_json::json!({ "events": blanked }))]).await?;
        }
        Ok(())
    }
}

/// Number of events of a dossier whose details cannot be blanked: the chain of earlier versions of the program holds the details
/// themselves.
pub(crate) async fn count_unblankable_events(connection: &mut AnyConnection, dossier: &str) -> Result<u64> {
    let statement = events_with_content("SELECT count(*) AS n", "body_hash = ''", dossier);
    sql::get_u64(&sql::fetch_one(connection, statement, "count of events").await?, "n")
}

fn events_with_content<'q>(select: &str, condition: &str, dossier: &str) -> Statement<'q> {
    let kinds = KINDS_WITH_CONTENT.map(str::to_owned);
    let text = format!("{select} FROM events WHERE dossier = $1 AND {condition} AND kind IN ({})", placeholders(2, kinds.len()));
    bind_all(dynamic_query(text).bind(dossier.to_owned()), &kinds)
}

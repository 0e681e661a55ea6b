//! Which bytes must stay in intake: loads the facts for [`ContentFacts::obstacle`], the one rule for all ways out.

use crate::Catalog;
use crate::sql::{self, MAX_IN_LIST, WriteTx, bind_all, dynamic_query, get, get_enum, placeholders};
use sohoa_base::error::Result;
use sohoa_base::model::dossier::FileState;
use sohoa_base::model::withholding::{ContentFacts, Destination, DossierFacts, FileFacts, Obstacle};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;

/// Selects facts of files; `{of}` is the condition. A stamp is on a page that is held for a reason of its own; of a removed file it is
/// on the pages that keep their class.
const FILE_FACTS_SQL: &str = "SELECT f.id, f.dossier, f.sha256, f.container_sha256, f.state, f.deposited,
    CASE WHEN EXISTS (SELECT 1 FROM pages p WHERE p.file = f.id AND ((p.state = 'held' AND p.reason IS NOT NULL)
        OR (f.state = 'removed' AND p.class = 'secret'))) THEN 1 ELSE 0 END AS stamped,
    CASE WHEN f.released IS NOT NULL
        OR EXISTS (SELECT 1 FROM pages p WHERE p.file = f.id AND p.released IS NOT NULL) THEN 1 ELSE 0 END AS released,
    CASE WHEN f.state = 'received' OR (f.state = 'refused' AND f.class IN ('limit', 'outage', 'bug') AND f.released IS NULL)
        OR (f.state <> 'removed' AND EXISTS (SELECT 1 FROM pages p WHERE p.file = f.id AND (p.state = 'waiting'
            OR (p.state = 'refused' AND p.released IS NULL AND p.class IN ('limit', 'outage', 'bug', 'secret')))))
        THEN 1 ELSE 0 END AS unread,
    CASE WHEN EXISTS (SELECT 1 FROM pages p WHERE p.file = f.id AND p.state = 'refused' AND p.released IS NULL AND p.class = 'input')
        AND EXISTS (SELECT 1 FROM pages p WHERE p.file = f.id AND p.state IN ('read', 'stored', 'review')) THEN 1 ELSE 0 END AS damaged
    FROM files f WHERE {of}";

/// Files whose bytes are asked about.
#[derive(Clone, Copy)]
pub(crate) enum FactsOf<'a> {
    /// Those of a dossier.
    Dossier(&'a str),
    /// Those with one of these SHA-256 sums.
    Digests(&'a [String]),
}

/// Facts about the files, about all files with the same bytes, about the archives that contain them, and about their members.
pub(crate) async fn load_content_facts(connection: &mut AnyConnection, of: FactsOf<'_>) -> Result<ContentFacts> {
    let mut files: BTreeMap<String, FileFacts> = BTreeMap::new();
    let rows = match of {
        FactsOf::Dossier(dossier) => {
            let text = FILE_FACTS_SQL.replace("{of}", "f.sha256 <> '' AND f.sha256 IN (SELECT sha256 FROM files WHERE dossier = $1)");
            sql::fetch_all(connection, dynamic_query(text).bind(dossier.to_owned()), "cannot read facts about files").await?
        }
        FactsOf::Digests(sums) => fetch_facts(connection, "f.sha256", &sums.iter().cloned().collect()).await?,
    };
    add_rows(&mut files, &rows)?;
    let mut digests: BTreeSet<String> = files.values().map(|file| file.sha256.clone()).collect();
    let mut known = digests.clone();
    let mut containers: BTreeSet<String> = files.values().filter_map(|file| file.container.clone()).collect();
    let mut seen = BTreeSet::new();
    while !containers.is_empty() {
        seen.append(&mut containers.clone());
        let rows = fetch_facts(connection, "f.sha256", &containers).await?;
        containers =
            add_rows(&mut files, &rows)?.into_iter().filter_map(|file| file.container).filter(|sha256| !seen.contains(sha256)).collect();
    }
    while !digests.is_empty() {
        let rows = fetch_facts(connection, "f.container_sha256", &digests).await?;
        digests = add_rows(&mut files, &rows)?.into_iter().map(|file| file.sha256).filter(|sha256| known.insert(sha256.clone())).collect();
    }
    let dossiers: BTreeSet<String> = files.values().map(|file| file.dossier.clone()).collect();
    let dossiers = load_dossier_facts(connection, &dossiers).await?;
    Ok(ContentFacts::new(files.into_values().collect(), dossiers))
}

async fn fetch_facts(connection: &mut AnyConnection, column: &'static str, values: &BTreeSet<String>) -> Result<Vec<AnyRow>> {
    let values: Vec<String> = values.iter().filter(|value| !value.is_empty()).cloned().collect();
    let mut rows = Vec::new();
    for chunk in values.chunks(MAX_IN_LIST) {
        let text = FILE_FACTS_SQL.replace("{of}", &format!("{column} IN ({})", placeholders(1, chunk.len())));
        rows.extend(sql::fetch_all(connection, bind_all(dynamic_query(text), chunk), "cannot read facts about files").await?);
    }
    Ok(rows)
}

/// Adds the files of `rows`; returns those that were not known.
fn add_rows(files: &mut BTreeMap<String, FileFacts>, rows: &[AnyRow]) -> Result<Vec<FileFacts>> {
    let mut added = Vec::new();
    for row in rows {
        let is = |column: &str| Ok::<bool, sohoa_base::error::Error>(get::<i64>(row, column)? != 0);
        let file = FileFacts {
            id: get(row, "id")?,
            dossier: get(row, "dossier")?,
            sha256: get(row, "sha256")?,
            container: get(row, "container_sha256")?,
            state: get_enum(row, "state")?,
            deposited: is("deposited")?,
            stamped: is("stamped")?,
            released: is("released")?,
            unread: is("unread")?,
            damaged: is("damaged")?,
        };
        if files.insert(file.id.clone(), file.clone()).is_none() {
            added.push(file);
        }
    }
    Ok(added)
}

async fn load_dossier_facts(connection: &mut AnyConnection, ids: &BTreeSet<String>) -> Result<BTreeMap<String, DossierFacts>> {
    let ids: Vec<String> = ids.iter().cloned().collect();
    let mut dossiers = BTreeMap::new();
    for chunk in ids.chunks(MAX_IN_LIST) {
        let text = format!(
            "SELECT d.id, CASE WHEN d.open_tasks > 0 THEN 1 ELSE 0 END AS open,
                    CASE WHEN EXISTS (SELECT 1 FROM pages p WHERE p.dossier = d.id AND p.state = 'held') THEN 1 ELSE 0 END AS held,
                    CASE WHEN EXISTS (SELECT 1 FROM files f WHERE f.dossier = d.id AND f.state = 'removed') THEN 1 ELSE 0 END AS removed
             FROM dossiers d WHERE d.id IN ({})",
            placeholders(1, chunk.len())
        );
        for row in &sql::fetch_all(connection, bind_all(dynamic_query(text), chunk), "cannot read facts about dossiers").await? {
            let is = |column: &str| Ok::<bool, sohoa_base::error::Error>(get::<i64>(row, column)? != 0);
            dossiers.insert(get(row, "id")?, DossierFacts { held: is("held")?, removed: is("removed")?, open: is("open")? });
        }
    }
    Ok(dossiers)
}

/// SHA-256 of files of a dossier whose bytes must not enter its object, each with the reason; and whether files of it come out of an
/// archive in a dossier in quarantine.
pub(crate) async fn withheld_originals(connection: &mut AnyConnection, dossier: &str) -> Result<(BTreeMap<String, Obstacle>, bool)> {
    let facts = load_content_facts(connection, FactsOf::Dossier(dossier)).await?;
    let own: BTreeSet<&str> = facts
        .files()
        .iter()
        .filter(|file| file.dossier == dossier && file.state != FileState::Removed)
        .map(|file| file.sha256.as_str())
        .collect();
    let held = own.iter().any(|sha256| facts.is_container_held(sha256));
    let obstacle = |sha256: &&str| Some(((*sha256).to_owned(), facts.obstacle(sha256, dossier, Destination::Object)?));
    Ok((own.iter().filter_map(obstacle).collect(), held))
}

impl Catalog {
    /// Why bytes with this SHA-256, which the object of the dossier has, must not be handed out; `None`: they may.
    ///
    /// # Errors
    /// `Unavailable` where the catalogue does not answer.
    pub async fn obstacle_to_export(&self, fonds: &str, code: &str, sha256: &str) -> Result<Option<Obstacle>> {
        let Some(dossier) = self.dossier_by_name(fonds, code).await? else { return Ok(None) };
        let facts = load_content_facts(&mut *self.read().await?, FactsOf::Digests(&[sha256.to_owned()])).await?;
        Ok(facts.obstacle(sha256, &dossier.id, Destination::Export))
    }

    /// After a dossier has become idle: deposits dossiers again whose originals had to wait and may enter their objects now. These
    /// have the same bytes as files of the dossier, contain them, or are contained in them.
    pub(crate) fn deposit_freed_originals<'a>(
        &'a self,
        write: &'a mut WriteTx,
        dossier: &'a str,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(async move {
            let statement = sqlx::query("SELECT 1 AS one FROM files WHERE withheld = 1 LIMIT 1");
            if sql::fetch_optional(write.connection(), statement, "cannot look for originals that wait").await?.is_none() {
                return Ok(());
            }
            let facts = load_content_facts(write.connection(), FactsOf::Dossier(dossier)).await?;
            let dossiers: BTreeSet<String> = facts.files().iter().map(|file| file.dossier.clone()).collect();
            for candidate in write.lock_dossiers_by_id(dossiers.into_iter().collect()).await? {
                if write.has_freed_originals(&candidate).await? {
                    let text = "UPDATE files SET withheld = 0 WHERE dossier = $1";
                    sql::execute(write.connection(), sqlx::query(text).bind(candidate.clone()), "cannot restart a dossier").await?;
                    let text = "UPDATE dossiers SET last_group = -1 WHERE id = $1";
                    sql::execute(write.connection(), sqlx::query(text).bind(candidate.clone()), "cannot restart a dossier").await?;
                    self.continue_idle_dossier(write, &candidate).await?;
                }
            }
            Ok(())
        })
    }
}

impl WriteTx {
    /// Whether an idle dossier has an original that the newest deposit left in intake and that may leave it now.
    async fn has_freed_originals(&mut self, dossier: &str) -> Result<bool> {
        let statement = sqlx::query(
            "SELECT DISTINCT f.sha256 FROM files f JOIN dossiers d ON d.id = f.dossier
             WHERE f.dossier = $1 AND f.withheld = 1 AND d.open_tasks = 0",
        )
        .bind(dossier.to_owned());
        let rows = sql::fetch_all(self.connection(), statement, "cannot read originals that wait").await?;
        let waiting = rows.iter().map(|row| get(row, "sha256")).collect::<Result<Vec<String>>>()?;
        if waiting.is_empty() || self.has_failed_tasks(dossier).await? {
            return Ok(false);
        }
        let facts = load_content_facts(self.connection(), FactsOf::Digests(&waiting)).await?;
        Ok(waiting.iter().any(|sha256| facts.obstacle(sha256, dossier, Destination::Object).is_none()))
    }

    /// Writes which files of a dossier its newest deposit left in intake; these are not deposited.
    pub(crate) async fn set_withheld(&mut self, dossier: &str, withheld: &[String]) -> Result<()> {
        let text = "UPDATE files SET withheld = 0 WHERE dossier = $1 AND withheld = 1";
        sql::execute(self.connection(), sqlx::query(text).bind(dossier.to_owned()), "cannot write a deposit").await?;
        for chunk in withheld.chunks(MAX_IN_LIST) {
            let text =
                format!("UPDATE files SET deposited = 0, withheld = 1 WHERE dossier = $1 AND sha256 IN ({})", placeholders(2, chunk.len()));
            let statement = bind_all(dynamic_query(text).bind(dossier.to_owned()), chunk);
            sql::execute(self.connection(), statement, "cannot write a deposit").await?;
        }
        Ok(())
    }
}

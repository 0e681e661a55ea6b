//! Where bytes were deposited, by the catalogue.

use async_trait::async_trait;
use sohoa_base::error::Result;
use sohoa_base::model::dossier::DossierName;
use sohoa_catalog::Catalog;
use sohoa_stages::stage::Deposits;

/// Most dossiers in which the same bytes are looked for.
const MAX_DOSSIERS: usize = 20;

/// Answers from the catalogue.
#[derive(Debug, Clone)]
pub struct CatalogDeposits(pub Catalog);

#[async_trait]
impl Deposits for CatalogDeposits {
    async fn dossiers_with(&self, sha256: &str) -> Result<Vec<DossierName>> {
        self.0.dossiers_with_deposit(sha256, MAX_DOSSIERS).await
    }
}

-- How often the batch has ended since its ledger was written to the store: set in the transaction that ends it.
ALTER TABLE batches ADD COLUMN ledger_due BIGINT NOT NULL DEFAULT 0;
UPDATE batches SET ledger_due = 1 WHERE state = 'finished';
CREATE INDEX batches_ledger_due ON batches (id) WHERE ledger_due > 0;

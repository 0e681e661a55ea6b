-- Facts that the store must get: written in the transaction of the fact, deleted once the store has its newest state.
CREATE TABLE store_outbox (
    kind TEXT NOT NULL,                        -- batch, lot, roadmap, cases
    id TEXT NOT NULL,                          -- of a roadmap: version and decision
    version BIGINT NOT NULL,                   -- grows with every change of the fact
    content TEXT,                              -- JSON of a fact that never changes; NULL: made from the tables
    writer TEXT NOT NULL DEFAULT '',           -- who puts it into the store now; '': nobody
    claimed_until BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, id)
);
INSERT INTO store_outbox (kind, id, version) SELECT 'batch', id, 1 FROM batches WHERE ledger_due > 0;

-- The outbox takes the place of this mark.
DROP INDEX batches_ledger_due;
ALTER TABLE batches DROP COLUMN ledger_due;

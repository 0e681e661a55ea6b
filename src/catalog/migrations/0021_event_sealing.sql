-- Events that are committed, but not yet numbered and chained. Commits only insert here, so that none waits for another one;
-- a sealer moves the rows to `events`.
CREATE TABLE pending_events (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    batch TEXT NOT NULL,
    dossier TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL
);

-- From here on the chain holds a digest of body and salt, so that a body can be blanked without breaking the chain.
ALTER TABLE events ADD COLUMN salt TEXT NOT NULL DEFAULT '';
ALTER TABLE events ADD COLUMN body_hash TEXT NOT NULL DEFAULT '';

CREATE INDEX events_dossier ON events (dossier, seq);

-- CPU time not yet added to `costs`.
CREATE TABLE pending_costs (
    id TEXT PRIMARY KEY,
    batch TEXT NOT NULL,
    stage TEXT NOT NULL,
    executions BIGINT NOT NULL,
    cpu_ms BIGINT NOT NULL
);

CREATE INDEX pending_costs_batch ON pending_costs (batch);

-- Turns not yet added to the pass values of `queues`.
CREATE TABLE pending_turns (
    id TEXT PRIMARY KEY,
    target TEXT NOT NULL,
    pass_value BIGINT NOT NULL
);

-- Spool files of audited reads whose lines are in the log.
CREATE TABLE imported_spools (
    name TEXT PRIMARY KEY
);

-- Changed by nobody but the check that the catalogue can be written.
INSERT INTO identities (name, value) VALUES ('write-check', '');

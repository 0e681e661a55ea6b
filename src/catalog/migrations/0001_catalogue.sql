-- One text for SQLite and PostgreSQL: TEXT and BIGINT only, JSON as TEXT, times in epoch milliseconds.

CREATE TABLE batches (
    id TEXT NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    unit TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    plan TEXT NOT NULL,
    state TEXT NOT NULL,                       -- receiving, running, finished
    control TEXT NOT NULL,                     -- run, paused
    priority BIGINT NOT NULL DEFAULT 0,
    open_dossiers BIGINT NOT NULL DEFAULT 0,   -- dossiers it touched that have an open task
    created BIGINT NOT NULL,
    ended BIGINT
);
-- Two processes that open the same delivery at once get one batch.
CREATE UNIQUE INDEX batches_unfinished ON batches (key) WHERE state <> 'finished';

CREATE TABLE dossiers (
    id TEXT NOT NULL PRIMARY KEY,
    fonds TEXT NOT NULL,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 0,
    record_sha512 TEXT NOT NULL DEFAULT '',
    driver TEXT NOT NULL,                      -- the batch whose plan gives the dossier-level tasks
    last_group BIGINT NOT NULL DEFAULT -1,     -- the last dossier-level group of this round; -1: none yet
    open_tasks BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX dossiers_name ON dossiers (fonds, code);

-- Which batch touched which dossier.
CREATE TABLE deliveries (
    batch TEXT NOT NULL,
    dossier TEXT NOT NULL,
    PRIMARY KEY (batch, dossier)
);
CREATE INDEX deliveries_dossier ON deliveries (dossier);

CREATE TABLE files (
    id TEXT NOT NULL PRIMARY KEY,
    batch TEXT NOT NULL,
    dossier TEXT NOT NULL,
    path TEXT NOT NULL,                        -- JSON of the delivered name
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    container TEXT,                            -- JSON
    state TEXT NOT NULL,
    media_type TEXT NOT NULL DEFAULT '',
    duplicate_of TEXT,                         -- also of a refused file whose bytes were refused before
    class TEXT,
    reason TEXT,
    warnings TEXT NOT NULL DEFAULT '[]',
    signatures TEXT NOT NULL DEFAULT '[]'
);
-- Files restored from records wait in one batch of that name for their ledger; paths may meet there.
CREATE UNIQUE INDEX files_path ON files (batch, path) WHERE batch <> 'restored';
CREATE INDEX files_batch ON files (batch);
CREATE INDEX files_dossier ON files (dossier, sha256);
CREATE INDEX files_bytes ON files (sha256);
CREATE INDEX files_repeats ON files (duplicate_of);

CREATE TABLE pages (
    id TEXT NOT NULL PRIMARY KEY,
    file TEXT NOT NULL,
    dossier TEXT NOT NULL,
    number BIGINT NOT NULL,
    state TEXT NOT NULL,
    reading TEXT,
    quality TEXT NOT NULL DEFAULT '{}',
    blank BIGINT NOT NULL DEFAULT 0,
    class TEXT,
    reason TEXT,
    warnings TEXT NOT NULL DEFAULT '[]',
    document TEXT,
    place BIGINT                               -- place in the document, from 1
);
CREATE UNIQUE INDEX pages_number ON pages (file, number);
CREATE INDEX pages_dossier ON pages (dossier);

CREATE TABLE documents (
    id TEXT NOT NULL PRIMARY KEY,
    dossier TEXT NOT NULL,
    number BIGINT NOT NULL,
    description TEXT,
    review TEXT NOT NULL DEFAULT '[]',
    stored BIGINT NOT NULL DEFAULT 0,
    stale BIGINT NOT NULL DEFAULT 0            -- a page of it is read again: it gets its tasks once more
);
CREATE UNIQUE INDEX documents_number ON documents (dossier, number);

-- Open tasks only: a finished one is deleted by its commit.
CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    batch TEXT NOT NULL,
    dossier TEXT NOT NULL,
    grp BIGINT NOT NULL,
    level TEXT NOT NULL,
    item TEXT NOT NULL,
    priority BIGINT NOT NULL,
    ready_at BIGINT NOT NULL,                  -- not claimable before: end of the lease, or of the backoff
    worker TEXT,                               -- who holds the lease
    attempts BIGINT NOT NULL DEFAULT 0,        -- claims so far: the fence
    failures BIGINT NOT NULL DEFAULT 0,        -- claims that ended in a passing error or in a lost worker
    error TEXT
);
CREATE INDEX tasks_ready ON tasks (grp DESC, priority DESC, id);
CREATE INDEX tasks_batch ON tasks (batch);
CREATE INDEX tasks_item ON tasks (item);

CREATE TABLE costs (
    batch TEXT NOT NULL,
    stage TEXT NOT NULL,
    items BIGINT NOT NULL,
    cpu_ms BIGINT NOT NULL,
    PRIMARY KEY (batch, stage)
);

-- Append-only; each row's hash covers its content and the hash of the row before.
CREATE TABLE events (
    seq BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    batch TEXT NOT NULL,
    dossier TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    hash TEXT NOT NULL
);

CREATE TABLE chain (
    name TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    head TEXT NOT NULL
);
INSERT INTO chain (name, seq, head) VALUES ('events', 0, '');

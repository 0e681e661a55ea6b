-- Roadmaps in force: JSON. Their lines, with what the queue and the rules need, and what was done for each: JSON.
CREATE TABLE roadmaps (
    decision TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    body TEXT NOT NULL
);
CREATE TABLE roadmap_lines (
    code TEXT NOT NULL PRIMARY KEY,
    decision TEXT NOT NULL,
    unit TEXT NOT NULL,
    place BIGINT NOT NULL,                     -- in its roadmap
    dossiers TEXT NOT NULL DEFAULT '[]',       -- codes of dossiers that are attached by rule begin so: JSON
    weight BIGINT NOT NULL DEFAULT 10,         -- share of the workers beside other lines
    work TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX roadmap_lines_decision ON roadmap_lines (decision, place);
CREATE INDEX roadmap_lines_unit ON roadmap_lines (unit);

-- The line to which a batch belongs; NULL: outside the plan. `attached`: by rule, by person.
ALTER TABLE batches ADD COLUMN line TEXT;
ALTER TABLE batches ADD COLUMN attached TEXT;
CREATE INDEX batches_line ON batches (line);

-- What was done, by batch and day (counted from 1970-01-01 in Vietnam): added to in the transaction that does it.
CREATE TABLE progress (
    batch TEXT NOT NULL,
    day BIGINT NOT NULL,
    step TEXT NOT NULL,                        -- received, read, stored, accepted, returned
    pages BIGINT NOT NULL,
    documents BIGINT NOT NULL,
    dossiers BIGINT NOT NULL,
    PRIMARY KEY (batch, day, step)
);
-- What of a dossier is counted as stored, by batch: JSON.
ALTER TABLE dossiers ADD COLUMN counted TEXT NOT NULL DEFAULT '{}';

-- Lines that have open tasks; '': outside the plan. Who was served least for its weight (`pass`) is next.
ALTER TABLE tasks ADD COLUMN line TEXT NOT NULL DEFAULT '';
CREATE INDEX tasks_line ON tasks (line, grp DESC, priority DESC, id);
CREATE INDEX tasks_urgent ON tasks (priority DESC, grp DESC, id) WHERE priority > 0;
CREATE TABLE queues (
    line TEXT NOT NULL PRIMARY KEY,
    pass BIGINT NOT NULL
);
INSERT INTO queues (line, pass) VALUES ('', 0);

-- Lots for acceptance: JSON. The lot in which a document is, or was last.
CREATE TABLE lots (
    id TEXT NOT NULL PRIMARY KEY,
    line TEXT NOT NULL,
    state TEXT NOT NULL,                       -- open, accepted, returned, reworked
    body TEXT NOT NULL
);
CREATE INDEX lots_line ON lots (line, id);
ALTER TABLE documents ADD COLUMN lot TEXT;
CREATE INDEX documents_lot ON documents (lot);

-- Tasks that cannot be done, each with class and reason, until they are retried or cancelled. Their dossiers wait.
CREATE TABLE failed_tasks (
    id TEXT NOT NULL PRIMARY KEY,              -- of the task
    batch TEXT NOT NULL,
    dossier TEXT NOT NULL,
    stage_group BIGINT NOT NULL,
    level TEXT NOT NULL,
    item TEXT NOT NULL,
    attempts BIGINT NOT NULL,                  -- claims so far: the fence goes on from here after a retry
    class TEXT NOT NULL,
    reason TEXT NOT NULL,
    failed_at BIGINT NOT NULL
);
CREATE INDEX failed_tasks_dossier ON failed_tasks (dossier);
CREATE INDEX failed_tasks_batch ON failed_tasks (batch);

-- Whether the bytes of the file are in the dossier's object: only then may the copy on arrival be deleted.
ALTER TABLE files ADD COLUMN deposited BIGINT NOT NULL DEFAULT 0;
UPDATE files SET deposited = 1 WHERE dossier IN (SELECT id FROM dossiers WHERE version > 0 AND open_tasks = 0);

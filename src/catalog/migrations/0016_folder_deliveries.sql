-- Deliveries of hot folders and buckets. Each has an identity of its own, also where a later one has the same name.
CREATE TABLE folder_deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,                      -- the hot folder: server and folder, or address of the bucket
    name TEXT NOT NULL,                        -- of the file or folder in it
    signature TEXT NOT NULL,                   -- changes whenever one of its files is written or replaced
    follows TEXT NOT NULL DEFAULT '',          -- delivery whose files changed after they were taken; '': none
    batch TEXT NOT NULL DEFAULT '',            -- '': not opened yet
    state TEXT NOT NULL,                       -- taking, stored, moved, taken
    moved_to TEXT NOT NULL DEFAULT '',         -- where it lies, or is about to be moved; '': in the hot folder
    began BIGINT NOT NULL
);
-- Two processes that find the same delivery at once get one row.
CREATE UNIQUE INDEX folder_deliveries_begun ON folder_deliveries (source, name, signature) WHERE state IN ('taking', 'stored');
CREATE INDEX folder_deliveries_open ON folder_deliveries (source) WHERE state <> 'taken';

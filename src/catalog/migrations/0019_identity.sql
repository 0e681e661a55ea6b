-- Identity of this catalogue, and of the archive that it belongs to: the store carries the second one too.
CREATE TABLE identities (
    name TEXT NOT NULL PRIMARY KEY,            -- catalogue, archive
    value TEXT NOT NULL
);

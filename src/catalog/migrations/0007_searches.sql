-- Searches that people keep.
CREATE TABLE searches (
    id TEXT NOT NULL PRIMARY KEY,
    user_name TEXT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    unit TEXT NOT NULL DEFAULT '',
    created BIGINT NOT NULL
);
CREATE INDEX searches_by_user ON searches (user_name, id);

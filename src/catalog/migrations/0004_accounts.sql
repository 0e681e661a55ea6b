-- People who may sign in. `grants`: JSON, roles with the unit in which each holds. `password`: PHC string of Argon2id, none
-- for who signs in elsewhere. Times in epoch milliseconds.
CREATE TABLE users (
    name TEXT PRIMARY KEY,
    shown TEXT NOT NULL,
    grants TEXT NOT NULL,
    password TEXT,
    failures BIGINT NOT NULL DEFAULT 0,
    locked_until BIGINT NOT NULL DEFAULT 0,
    disabled BIGINT NOT NULL DEFAULT 0,
    created BIGINT NOT NULL
);
-- Keys of who is signed in and of programs, by the SHA-256 of the key alone. `use`: session, token or setup. `rights`: JSON,
-- what a token may at most; NULL: all that its user may.
CREATE TABLE keys (
    id TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL UNIQUE,
    used_for TEXT NOT NULL,
    user_name TEXT NOT NULL,
    label TEXT NOT NULL DEFAULT '',
    rights TEXT,
    created BIGINT NOT NULL,
    seen BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX keys_by_user ON keys (user_name, used_for);

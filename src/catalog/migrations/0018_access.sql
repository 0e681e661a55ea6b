-- Units in use. `folded`: the code without case, marks and spaces, so that no two units look alike; NULL: the unit was in use already
-- beside one that looks like it.
CREATE TABLE units (
    code TEXT NOT NULL PRIMARY KEY,
    folded TEXT UNIQUE
);

-- Wrong passwords and codes by user name and network; a pair is locked until `locked_until`. The columns `failures` and
-- `locked_until` of `users` are not used any more.
CREATE TABLE sign_in_failures (
    user_name TEXT NOT NULL,
    network TEXT NOT NULL,
    failures BIGINT NOT NULL,
    locked_until BIGINT NOT NULL DEFAULT 0,
    last_failure BIGINT NOT NULL,
    PRIMARY KEY (user_name, network)
);
CREATE INDEX sign_in_failures_age ON sign_in_failures (last_failure);

-- The last time that the OpenID provider confirmed the groups of the user. Earlier sign-ins were not noted: the last event stands in.
ALTER TABLE users ADD COLUMN groups_confirmed BIGINT NOT NULL DEFAULT 0;
UPDATE users SET groups_confirmed = COALESCE((SELECT MAX(at) FROM events), created) WHERE origin = 'oidc';

-- Dossiers are found by their code alone too.
CREATE INDEX dossiers_code ON dossiers (code);

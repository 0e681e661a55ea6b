-- When the user of a session last proved who they are, by password and code or at the OpenID provider; 0: not known.
ALTER TABLE keys ADD COLUMN authenticated BIGINT NOT NULL DEFAULT 0;

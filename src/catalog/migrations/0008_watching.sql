-- What is counted by time, and who has which document in hand.
CREATE INDEX events_at ON events (at);
CREATE TABLE holds (
    document TEXT NOT NULL PRIMARY KEY,        -- OBJECT#NUMBER
    user_name TEXT NOT NULL,
    until BIGINT NOT NULL
);
CREATE INDEX events_batch ON events (batch, seq);
CREATE INDEX uploads_batch ON uploads (batch);

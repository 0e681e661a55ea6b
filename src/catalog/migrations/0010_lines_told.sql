-- The line of a roadmap that somebody chose for an upload, and who; the lines that a list names: JSON, by row. A batch that lists
-- have attached (`attached` of batches: list) has none where they cannot be followed.
ALTER TABLE uploads ADD COLUMN line TEXT;
ALTER TABLE uploads ADD COLUMN line_by TEXT;
ALTER TABLE upload_lists ADD COLUMN lines TEXT NOT NULL DEFAULT '[]';

-- What is wrong with the lines that were told for a batch: JSON. `dossier`: code of the dossier beside whose files the list lies.
CREATE TABLE line_findings (
    batch TEXT NOT NULL,
    place BIGINT NOT NULL,
    dossier TEXT NOT NULL,
    finding TEXT NOT NULL,
    PRIMARY KEY (batch, place)
);
CREATE INDEX line_findings_dossier ON line_findings (batch, dossier);

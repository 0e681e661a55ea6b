-- An officer released the page from quarantine: JSON with name, time and note.
ALTER TABLE pages ADD COLUMN released TEXT;
-- The turn that a person says makes the page upright, degrees.
ALTER TABLE pages ADD COLUMN turn BIGINT;
-- The page that a file was delivered to replace.
ALTER TABLE files ADD COLUMN replaces TEXT;
-- What the list that came with the scans says of a document, and where list and delivery disagree: JSON.
ALTER TABLE documents ADD COLUMN listed TEXT;
ALTER TABLE dossiers ADD COLUMN list_findings TEXT NOT NULL DEFAULT '[]';

-- What people decided about a document: JSON, in the order of time.
ALTER TABLE documents ADD COLUMN decisions TEXT NOT NULL DEFAULT '[]';

-- SHA-256 of the archive that the file was extracted from: members and archives are followed in both directions.
ALTER TABLE files ADD COLUMN container_sha256 TEXT;
UPDATE files SET container_sha256 = substr(container, length(container) - 65, 64) WHERE container IS NOT NULL;
CREATE INDEX files_container ON files (container_sha256);

-- Release of a refused file by an officer, as of a page: JSON. Its bytes may be stored although nobody could look for a stamp.
ALTER TABLE files ADD COLUMN released TEXT;

CREATE INDEX pages_held ON pages (dossier) WHERE state = 'held';
CREATE INDEX files_removed ON files (dossier) WHERE state = 'removed';

-- Whether the newest deposit left the file in intake, so that the dossier is deposited again once it may leave.
ALTER TABLE files ADD COLUMN withheld BIGINT NOT NULL DEFAULT 0;
CREATE INDEX files_withheld ON files (dossier) WHERE withheld = 1;
CREATE INDEX pages_refused ON pages (dossier) WHERE state = 'refused';

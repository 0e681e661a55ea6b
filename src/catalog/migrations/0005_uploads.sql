-- Deliveries that are being sent through the browser. `pipeline`: its name, `text`: the pipeline itself. `expected_*`: what the
-- sender says will come in all, NULL where nothing was said. `batch`: what it became.
CREATE TABLE uploads (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    user_name TEXT NOT NULL,
    pipeline TEXT NOT NULL,
    text TEXT NOT NULL,
    priority BIGINT NOT NULL,
    starts TEXT NOT NULL,                      -- by-person, when-complete
    state TEXT NOT NULL,                       -- open, starting, started, withdrawn
    batch TEXT,
    expected_files BIGINT,
    expected_bytes BIGINT,
    created BIGINT NOT NULL
);
CREATE INDEX uploads_unit ON uploads (unit, id);
CREATE INDEX uploads_state ON uploads (state, id);

-- Their files. `dossier`: its code. `plain` and `last`: path and last part of it, as paths and lists are compared. `absent`: the
-- bytes were not taken. `twin`: the file of this upload with the same bytes. `covered`: a list that names files lies in a folder
-- above. `named`: such a list names it.
CREATE TABLE upload_files (
    id TEXT NOT NULL PRIMARY KEY,
    upload TEXT NOT NULL,
    path TEXT NOT NULL,
    dossier TEXT NOT NULL,
    plain TEXT NOT NULL,
    last TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    kind TEXT NOT NULL,                        -- by its name: scan, list, ignored
    state TEXT NOT NULL,                       -- sending, received, duplicate, refused, list, ignored
    absent BIGINT NOT NULL DEFAULT 0,
    class TEXT,
    reason TEXT,
    twin TEXT,
    repeats TEXT,
    covered BIGINT NOT NULL DEFAULT 0,
    named BIGINT NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX upload_files_path ON upload_files (upload, path);
CREATE INDEX upload_files_order ON upload_files (upload, id);
CREATE INDEX upload_files_state ON upload_files (upload, state, id);
-- Holds all that is counted.
CREATE INDEX upload_files_count ON upload_files (upload, state, absent, bytes);
CREATE INDEX upload_files_sha256 ON upload_files (upload, sha256);
CREATE INDEX upload_files_last ON upload_files (upload, last);
CREATE INDEX upload_files_dossier ON upload_files (upload, dossier);
CREATE INDEX upload_files_extra ON upload_files (upload, covered, named);
CREATE INDEX upload_files_twin ON upload_files (twin);

-- Lists that came with an upload. `folder`: as `plain`, with a closing slash; empty: the whole upload.
CREATE TABLE upload_lists (
    file TEXT NOT NULL PRIMARY KEY,
    upload TEXT NOT NULL,
    folder TEXT NOT NULL,
    entries BIGINT NOT NULL,
    names_files BIGINT NOT NULL,
    problem TEXT
);
CREATE INDEX upload_lists_upload ON upload_lists (upload);

-- Files that lists name. `came`: a file of the upload is meant.
CREATE TABLE upload_entries (
    list TEXT NOT NULL,
    line BIGINT NOT NULL,
    upload TEXT NOT NULL,
    file TEXT NOT NULL,
    plain TEXT NOT NULL,
    last TEXT NOT NULL,
    came BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (list, line)
);
CREATE INDEX upload_entries_last ON upload_entries (upload, last);
CREATE INDEX upload_entries_list ON upload_entries (list, last);
CREATE INDEX upload_entries_came ON upload_entries (upload, came, list, line);

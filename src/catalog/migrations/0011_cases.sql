-- What offices said of one-stop dossiers, the newest word about each: JSON. `handed`: the table in which it came.
CREATE TABLE cases (
    code TEXT NOT NULL PRIMARY KEY,
    unit TEXT NOT NULL,
    handed TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX cases_unit ON cases (unit);

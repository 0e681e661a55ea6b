-- The queue in which a document waits for a person: secret, flags, confidence, sample; '': in none.
ALTER TABLE documents ADD COLUMN queue TEXT NOT NULL DEFAULT '';
UPDATE documents SET queue = CASE
    WHEN review LIKE '%"secrecy-stamp"%' THEN 'secret'
    WHEN review LIKE '%-invalid"%' OR review LIKE '%"no-text"%' OR review LIKE '%"page-refused"%' OR review LIKE '%"page-rescan"%'
        OR review LIKE '%"page-warning"%' OR review LIKE '%"list-differs"%' OR review LIKE '%"rejected"%' THEN 'flags'
    WHEN review = '["sample"]' THEN 'sample'
    ELSE 'confidence' END
WHERE review <> '[]';
CREATE INDEX documents_waiting ON documents (id) WHERE queue <> '';
CREATE INDEX documents_queue ON documents (queue, id) WHERE queue <> '';

-- Deliveries, without the batches of decisions about documents, which have no unit.
CREATE INDEX batches_delivered ON batches (id) WHERE unit <> '';

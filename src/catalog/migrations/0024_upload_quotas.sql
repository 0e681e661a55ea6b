-- Announced files of an upload and their bytes, without the bytes that were not taken: kept with every announcement and removal, so
-- that a quota is checked without counting the files.
ALTER TABLE uploads ADD COLUMN announced_files BIGINT NOT NULL DEFAULT 0;
ALTER TABLE uploads ADD COLUMN announced_bytes BIGINT NOT NULL DEFAULT 0;
UPDATE uploads SET
    announced_files = (SELECT COUNT(*) FROM upload_files WHERE upload_files.upload = uploads.id),
    announced_bytes = COALESCE(
        (SELECT CAST(SUM(upload_files.bytes) AS BIGINT) FROM upload_files WHERE upload_files.upload = uploads.id AND upload_files.oversized = 0), 0
    )
    WHERE state = 'open';
CREATE INDEX uploads_user ON uploads (user_name, state);

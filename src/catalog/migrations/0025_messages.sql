-- Code and values of the reason (JSON), for a text in the language of the reader; none in what was refused before.
ALTER TABLE files ADD COLUMN message TEXT;
ALTER TABLE pages ADD COLUMN message TEXT;
ALTER TABLE failed_tasks ADD COLUMN message TEXT;
ALTER TABLE upload_files ADD COLUMN message TEXT;
ALTER TABLE upload_lists ADD COLUMN message TEXT;

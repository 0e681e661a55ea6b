-- How often what was done for a line was changed: who has read it before reads it again only where this has grown.
ALTER TABLE roadmap_lines ADD COLUMN work_version BIGINT NOT NULL DEFAULT 0;
UPDATE roadmap_lines SET work_version = 1 WHERE work <> '{}';
DROP INDEX roadmap_lines_decision;
CREATE INDEX roadmap_lines_decision ON roadmap_lines (decision, place, code, work_version);

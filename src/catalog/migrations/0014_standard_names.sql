-- Tables and columns get the names that the program uses. Values stay as they are.

ALTER TABLE chain RENAME TO event_log_head;
ALTER TABLE holds RENAME TO review_locks;
ALTER TABLE roadmap_lines RENAME TO targets;
ALTER TABLE line_findings RENAME TO target_findings;
ALTER TABLE cases RENAME TO one_stop_cases;

-- The target of a roadmap to which a batch belongs; NULL: none. The source of the attachment: rule, person, list.
ALTER TABLE batches RENAME COLUMN line TO target;
ALTER TABLE batches RENAME COLUMN attached TO attachment_source;

-- The batch whose plan gives the dossier-level tasks. Stored pages and documents by batch that progress has counted: JSON.
ALTER TABLE dossiers RENAME COLUMN driver TO active_batch;
ALTER TABLE dossiers RENAME COLUMN counted TO stored_counts;

-- Position from 1. Clockwise rotation set by a person, degrees.
ALTER TABLE pages RENAME COLUMN place TO position_in_document;
ALTER TABLE pages RENAME COLUMN turn TO rotation;

-- Codes of the reasons for a review; the entry in the document list that came with the scans: JSON.
ALTER TABLE documents RENAME COLUMN review TO review_reasons;
ALTER TABLE documents RENAME COLUMN listed TO list_entry;

-- Index of the group of stages in the plan. Target of the batch; '': none.
ALTER TABLE tasks RENAME COLUMN grp TO stage_group;
ALTER TABLE tasks RENAME COLUMN line TO target;

-- Executions of the stage.
ALTER TABLE costs RENAME COLUMN items TO executions;

-- Targets that have open tasks; '': batches without a target. The queue with the lowest pass value (stride scheduling) is next.
ALTER TABLE queues RENAME COLUMN line TO target;
ALTER TABLE queues RENAME COLUMN pass TO pass_value;

-- Dossiers whose code has one of these prefixes are attached by rule: JSON. Work done: JSON, and a counter of its changes.
ALTER TABLE targets RENAME COLUMN place TO position_in_roadmap;
ALTER TABLE targets RENAME COLUMN dossiers TO dossier_prefixes;
ALTER TABLE targets RENAME COLUMN work TO ledger;
ALTER TABLE targets RENAME COLUMN work_version TO ledger_version;

ALTER TABLE target_findings RENAME COLUMN place TO finding_number;
ALTER TABLE lots RENAME COLUMN line TO target;

-- The submission that holds the newest word about the case.
ALTER TABLE one_stop_cases RENAME COLUMN handed TO submission;

ALTER TABLE users RENAME COLUMN shown TO display_name;
ALTER TABLE users RENAME COLUMN totp_wanted TO pending_totp;
ALTER TABLE keys RENAME COLUMN seen TO last_used;
ALTER TABLE sign_in_flows RENAME COLUMN verifier TO pkce_verifier;
ALTER TABLE sign_in_flows RENAME COLUMN goes_to TO return_to;

ALTER TABLE uploads RENAME COLUMN text TO pipeline_text;
ALTER TABLE uploads RENAME COLUMN starts TO start_rule;
ALTER TABLE uploads RENAME COLUMN line TO target;
ALTER TABLE uploads RENAME COLUMN line_by TO target_by;

-- Path and its last component, normalised for the comparison with lists. `oversized`: the bytes are not accepted.
-- `duplicate_file`: identifier of the file of this upload with the same bytes; `duplicate_of`: path of the file with the same bytes,
-- in this upload or in the archive. `covered_by_list`: a list that names files lies in a folder above; `named_in_list`: it names it.
ALTER TABLE upload_files RENAME COLUMN plain TO normalized_path;
ALTER TABLE upload_files RENAME COLUMN last TO file_name;
ALTER TABLE upload_files RENAME COLUMN absent TO oversized;
ALTER TABLE upload_files RENAME COLUMN twin TO duplicate_file;
ALTER TABLE upload_files RENAME COLUMN repeats TO duplicate_of;
ALTER TABLE upload_files RENAME COLUMN covered TO covered_by_list;
ALTER TABLE upload_files RENAME COLUMN named TO named_in_list;

-- Targets that a list names, each with its first row: JSON.
ALTER TABLE upload_lists RENAME COLUMN lines TO targets;

-- `matched`: a file of the upload is the one that the row names.
ALTER TABLE upload_entries RENAME COLUMN line TO list_row;
ALTER TABLE upload_entries RENAME COLUMN plain TO normalized_path;
ALTER TABLE upload_entries RENAME COLUMN last TO file_name;
ALTER TABLE upload_entries RENAME COLUMN came TO matched;

-- Indexes with an old word in their names are built again, since the databases rename them in different ways.
DROP INDEX batches_line;
CREATE INDEX batches_target ON batches (target);
DROP INDEX files_repeats;
CREATE INDEX files_duplicate_of ON files (duplicate_of);
DROP INDEX tasks_line;
CREATE INDEX tasks_target ON tasks (target, stage_group DESC, priority DESC, id);
DROP INDEX roadmap_lines_decision;
CREATE INDEX targets_decision ON targets (decision, position_in_roadmap, code, ledger_version);
DROP INDEX roadmap_lines_unit;
CREATE INDEX targets_unit ON targets (unit);
DROP INDEX line_findings_dossier;
CREATE INDEX target_findings_dossier ON target_findings (batch, dossier);
DROP INDEX lots_line;
CREATE INDEX lots_target ON lots (target, id);
DROP INDEX cases_unit;
CREATE INDEX one_stop_cases_unit ON one_stop_cases (unit);
DROP INDEX upload_files_last;
CREATE INDEX upload_files_name ON upload_files (upload, file_name);
DROP INDEX upload_files_extra;
CREATE INDEX upload_files_unlisted ON upload_files (upload, covered_by_list, named_in_list);
DROP INDEX upload_files_twin;
CREATE INDEX upload_files_duplicate_file ON upload_files (duplicate_file);
DROP INDEX upload_entries_last;
CREATE INDEX upload_entries_name ON upload_entries (upload, file_name);
DROP INDEX upload_entries_came;
CREATE INDEX upload_entries_matched ON upload_entries (upload, matched, list, list_row);

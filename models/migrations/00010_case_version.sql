-- A decision answers the notices that had reached the case before it, and one that opens the case again during the undo
-- window is not among them. Instants cannot tell: a notice that waited for the case's lock carries an earlier one than the
-- decision it waited for. The case's version, which only moves under that lock, can.

-- +goose Up
ALTER TABLE notice_items ADD COLUMN case_version bigint NOT NULL DEFAULT 0;
ALTER TABLE decisions ADD COLUMN case_version bigint NOT NULL DEFAULT 0;

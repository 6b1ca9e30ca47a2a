-- Personal values beside the audit chain end some day, and their entries may be found only by walking the log: each value
-- carries the instant of its entry.

-- +goose Up
ALTER TABLE audit_values ADD COLUMN at timestamptz;
UPDATE audit_values v SET at = l.at FROM audit_log l WHERE l.id = v.audit_id;
ALTER TABLE audit_values ALTER COLUMN at SET NOT NULL;
CREATE INDEX audit_values_at ON audit_values (at);

-- Every commit asks require_audit for the audit entries of its own transaction. Planned before the database has statistics,
-- the question was answered from an index that begins with the entity: each commit read every entry of the entity, and an
-- upload cost more with each upload before it. Materialized, the entries can only be found by their transaction.

-- +goose Up
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION require_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE row_id text;
BEGIN
  IF TG_OP = 'DELETE' THEN row_id := to_jsonb(OLD) ->> TG_ARGV[1]; ELSE row_id := to_jsonb(NEW) ->> TG_ARGV[1]; END IF;
  IF NOT EXISTS (
    WITH own AS MATERIALIZED (SELECT entity, entity_id, action FROM audit_log WHERE txid = pg_current_xact_id())
    SELECT FROM own
    WHERE entity = TG_ARGV[0] AND (entity_id = row_id OR (entity_id = '*' AND action LIKE 'retention.%'))
  ) THEN
    RAISE EXCEPTION 'write to % without an audit entry for % %', TG_TABLE_NAME, TG_ARGV[0], row_id USING ERRCODE = 'IL001';
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd

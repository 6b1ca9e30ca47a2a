-- Every commit asks for the audit entries of its own transaction (require_audit). With an index on the transaction alone
-- next to one that begins with the entity, a planner without statistics took the latter and read every entry of the
-- entity: the cost of a commit grew with the log. An index on both leaves it no choice.

-- +goose Up
CREATE INDEX audit_log_txid_entity ON audit_log (txid, entity);
DROP INDEX audit_log_txid;

-- The foundation: roles, the audit log with its backstop, staff, sessions and the small shared stores that let any number
-- of replicas act as one.

-- +goose Up
-- +goose StatementBegin
-- Roles are global to a cluster and may exist already; two migrations may also race on one cluster.
DO $$
DECLARE r text;
BEGIN
  FOREACH r IN ARRAY ARRAY['imglink_app', 'imglink_report'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', r);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    BEGIN
      EXECUTE format('GRANT %I TO %I', r, current_user);
    EXCEPTION WHEN OTHERS THEN
      -- "tuple concurrently updated": the other migration granted it.
      IF NOT pg_has_role(current_user, r, 'MEMBER') THEN RAISE; END IF;
    END;
  END LOOP;
END $$;
-- +goose StatementEnd

-- Append-only. Rows never hold an e-mail address, an IP address or a file name; personal values are commitments whose
-- openings live in audit_values, so that erasing them leaves the chain verifiable.
CREATE TABLE audit_log (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  txid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
  at          timestamptz NOT NULL,
  actor_kind  text NOT NULL CHECK (actor_kind IN ('guest', 'staff', 'system')),
  actor_id    text NOT NULL,
  action      text NOT NULL CHECK (action ~ '^[a-z_]+\.[a-z_.]+$'),
  entity      text NOT NULL,
  entity_id   text NOT NULL,
  reason      text NOT NULL DEFAULT '',
  request_id  text NOT NULL DEFAULT '',
  notes       jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_log_txid ON audit_log (txid);
CREATE INDEX audit_log_entity ON audit_log (entity, entity_id, id DESC);
CREATE INDEX audit_log_actor ON audit_log (actor_id, id DESC);
CREATE INDEX audit_log_action ON audit_log (action, id DESC);

-- The chain is made by one sealer after commit, so that writers never queue behind each other for the last hash.
CREATE TABLE audit_chain (
  seq        bigint PRIMARY KEY,
  audit_id   bigint NOT NULL UNIQUE REFERENCES audit_log (id),
  prev_hash  bytea NOT NULL,
  hash       bytea NOT NULL,
  sealed_at  timestamptz NOT NULL
);

CREATE TABLE audit_values (
  audit_id  bigint NOT NULL REFERENCES audit_log (id),
  field     text NOT NULL,
  salt      bytea NOT NULL,
  value     text NOT NULL,
  PRIMARY KEY (audit_id, field)
);

-- +goose StatementBegin
CREATE FUNCTION forbid_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log EXECUTE FUNCTION forbid_change();
CREATE TRIGGER audit_chain_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain EXECUTE FUNCTION forbid_change();

-- The backstop of the write door: at commit, every changed row of an audited table must have an audit entry for its entity
-- in the same transaction. Arguments: the entity's name, the column that holds its id. '*' stands for bulk retention only.
-- +goose StatementBegin
CREATE FUNCTION require_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE row_id text;
BEGIN
  IF TG_OP = 'DELETE' THEN row_id := to_jsonb(OLD) ->> TG_ARGV[1]; ELSE row_id := to_jsonb(NEW) ->> TG_ARGV[1]; END IF;
  IF NOT EXISTS (
    SELECT FROM audit_log
    WHERE txid = pg_current_xact_id() AND entity = TG_ARGV[0]
      AND (entity_id = row_id OR (entity_id = '*' AND action LIKE 'retention.%'))
  ) THEN
    RAISE EXCEPTION 'write to % without an audit entry for % %', TG_TABLE_NAME, TG_ARGV[0], row_id USING ERRCODE = 'IL001';
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd

CREATE TABLE staff (
  id                text PRIMARY KEY,
  email             text NOT NULL,
  name              text NOT NULL,
  role              text NOT NULL CHECK (role IN ('triage', 'moderator', 'lead', 'privacy', 'auditor', 'analyst', 'admin')),
  state             text NOT NULL CHECK (state IN ('invited', 'active', 'disabled')),
  password_hash     text NOT NULL DEFAULT '',
  totp_secret       bytea,
  totp_confirmed_at timestamptz,
  totp_last_step    bigint NOT NULL DEFAULT 0,
  webauthn_handle   bytea NOT NULL,
  preferences       jsonb NOT NULL DEFAULT '{}',
  created_at        timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL
);
CREATE UNIQUE INDEX staff_email ON staff (lower(email));
CREATE CONSTRAINT TRIGGER staff_audited AFTER INSERT OR UPDATE OR DELETE ON staff
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('staff', 'id');

CREATE TABLE staff_recovery_codes (
  staff_id  text NOT NULL REFERENCES staff (id),
  code_hash bytea NOT NULL,
  used_at   timestamptz,
  PRIMARY KEY (staff_id, code_hash)
);
CREATE CONSTRAINT TRIGGER staff_recovery_codes_audited AFTER INSERT OR UPDATE OR DELETE ON staff_recovery_codes
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('staff', 'staff_id');

CREATE TABLE staff_passkeys (
  id            text PRIMARY KEY,
  staff_id      text NOT NULL REFERENCES staff (id),
  credential_id bytea NOT NULL UNIQUE,
  credential    jsonb NOT NULL,
  name          text NOT NULL,
  created_at    timestamptz NOT NULL,
  last_used_at  timestamptz
);
CREATE CONSTRAINT TRIGGER staff_passkeys_audited AFTER INSERT OR UPDATE OR DELETE ON staff_passkeys
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('staff', 'staff_id');

CREATE TABLE staff_invites (
  token_hash bytea PRIMARY KEY,
  staff_id   text NOT NULL REFERENCES staff (id),
  purpose    text NOT NULL CHECK (purpose IN ('setup', 'reset')),
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE CONSTRAINT TRIGGER staff_invites_audited AFTER INSERT OR UPDATE OR DELETE ON staff_invites
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('staff', 'staff_id');

-- Sessions hold the hash of the cookie. id is for listing and revoking; stage 'password' may only finish the second factor.
CREATE TABLE sessions (
  id           text PRIMARY KEY,
  token_hash   bytea NOT NULL UNIQUE,
  staff_id     text NOT NULL REFERENCES staff (id),
  stage        text NOT NULL CHECK (stage IN ('password', 'enrol', 'full')),
  method       text NOT NULL DEFAULT '',
  user_agent   text NOT NULL DEFAULT '',
  challenge    jsonb,
  created_at   timestamptz NOT NULL,
  seen_at      timestamptz NOT NULL,
  verified_at  timestamptz,
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz
);
CREATE INDEX sessions_staff ON sessions (staff_id, seen_at DESC);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- Fixed windows shared by all replicas. The key is a keyed hash: no address is stored.
CREATE UNLOGGED TABLE rate_limits (
  key     bytea PRIMARY KEY,
  until   timestamptz NOT NULL,
  hits    int NOT NULL
);
CREATE INDEX rate_limits_until ON rate_limits (until);

-- Things that may be used once: proofs of work, Turnstile tokens.
CREATE TABLE once_keys (
  key   bytea PRIMARY KEY,
  until timestamptz NOT NULL
);
CREATE INDEX once_keys_until ON once_keys (until);

CREATE TABLE idempotency_keys (
  key          bytea PRIMARY KEY,
  request_hash bytea NOT NULL,
  response     bytea,
  created_at   timestamptz NOT NULL
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- Outgoing mail: written in the transaction that causes it, sent by a worker.
CREATE TABLE mails (
  id          text PRIMARY KEY,
  kind        text NOT NULL,
  entity      text NOT NULL,
  entity_id   text NOT NULL,
  recipient   text NOT NULL,
  subject     text NOT NULL,
  body_text   text NOT NULL,
  body_html   text NOT NULL DEFAULT '',
  state       text NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'void')),
  attempts    int NOT NULL DEFAULT 0,
  last_error  text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  sent_at     timestamptz
);
CREATE INDEX mails_entity ON mails (entity, entity_id);
CREATE INDEX mails_open ON mails (created_at) WHERE state IN ('queued', 'failed');

-- Images, the notices about them, the cases that bundle notices by content, decisions with their statements of reasons,
-- and the effects that carry decisions out.

-- +goose Up
CREATE TABLE images (
  id              text PRIMARY KEY,
  n               bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  state           text NOT NULL CHECK (state IN ('pending', 'live', 'restricted', 'disabled', 'removed', 'deleted')),
  uploader        text NOT NULL,
  file_name       text NOT NULL,
  mime            text NOT NULL,
  ext             text NOT NULL,
  bytes           bigint NOT NULL,
  width           int NOT NULL,
  height          int NOT NULL,
  orientation     smallint NOT NULL DEFAULT 1,
  frames          int NOT NULL DEFAULT 1,
  received_sha256 bytea NOT NULL,
  sha256          bytea NOT NULL,
  pdq             bytea CHECK (length(pdq) = 32),
  pdq_quality     smallint,
  thumb_ext       text NOT NULL DEFAULT '',
  thumb_width     int NOT NULL DEFAULT 0,
  thumb_height    int NOT NULL DEFAULT 0,
  derived_at      timestamptz,
  derive_error    text NOT NULL DEFAULT '',
  delete_hash     bytea NOT NULL UNIQUE,
  decision_id     text,
  created_at      timestamptz NOT NULL,
  live_at         timestamptz,
  ended_at        timestamptz,
  objects_gone_at timestamptz
);
CREATE INDEX images_sha256 ON images (sha256);
CREATE INDEX images_received ON images (received_sha256);
CREATE INDEX images_uploader ON images (uploader, n DESC);
CREATE INDEX images_pending ON images (created_at) WHERE state = 'pending';
CREATE INDEX images_underived ON images (n) WHERE state <> 'pending' AND derived_at IS NULL AND derive_error = '';
CREATE INDEX images_derived ON images (derived_at) WHERE pdq IS NOT NULL;
CREATE INDEX images_to_erase ON images (ended_at) WHERE state = 'deleted' AND objects_gone_at IS NULL;
CREATE CONSTRAINT TRIGGER images_audited AFTER INSERT OR UPDATE OR DELETE ON images
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('image', 'id');

-- Where an upload came from: kept 90 days for abuse prevention, apart from the image so that it can go on time.
CREATE TABLE upload_origins (
  image_id text PRIMARY KEY REFERENCES images (id) ON DELETE CASCADE,
  ip       inet NOT NULL,
  at       timestamptz NOT NULL
);
CREATE INDEX upload_origins_ip ON upload_origins (ip, at DESC);
CREATE INDEX upload_origins_at ON upload_origins (at);

-- What a notifier or a moderator may name as the reason. Versioned: a decision keeps the text in force when it was made.
CREATE TABLE reason_codes (
  code          text NOT NULL,
  version       int NOT NULL,
  label         text NOT NULL,
  description   text NOT NULL,
  ground        text NOT NULL CHECK (ground IN ('law', 'terms')),
  reference     text NOT NULL,
  clause        text NOT NULL DEFAULT '',
  explanation   text NOT NULL,
  severity      smallint NOT NULL CHECK (severity BETWEEN 1 AND 5),
  contact_optional boolean NOT NULL DEFAULT false,
  tdb_category  text NOT NULL,
  tdb_keywords  text[] NOT NULL DEFAULT '{}',
  position      int NOT NULL,
  valid_from    timestamptz NOT NULL,
  valid_until   timestamptz,
  PRIMARY KEY (code, version)
);
CREATE UNIQUE INDEX reason_codes_current ON reason_codes (code) WHERE valid_until IS NULL;
CREATE CONSTRAINT TRIGGER reason_codes_audited AFTER INSERT OR UPDATE OR DELETE ON reason_codes
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('reason', 'code');

-- One case per content. rank orders the queue: the opening time in seconds less an hour for every priority point, so
-- that waiting counts and nothing starves, while the order of any two cases never changes by itself and can be indexed.
CREATE TABLE cases (
  id              text PRIMARY KEY,
  n               bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  reference       text NOT NULL UNIQUE,
  sha256          bytea NOT NULL UNIQUE,
  image_id        text NOT NULL REFERENCES images (id),
  state           text NOT NULL CHECK (state IN ('open', 'escalated', 'decided')),
  reason_code     text NOT NULL,
  severity        smallint NOT NULL,
  points          int NOT NULL,
  rank            bigint NOT NULL,
  notices         int NOT NULL DEFAULT 0,
  notifiers       int NOT NULL DEFAULT 0,
  images          int NOT NULL DEFAULT 1,
  version         bigint NOT NULL DEFAULT 1,
  fence           bigint NOT NULL DEFAULT 0,
  opened_at       timestamptz NOT NULL,
  first_action_at timestamptz,
  decided_at      timestamptz,
  reopened_at     timestamptz
);
CREATE INDEX cases_queue ON cases (rank, id) WHERE state <> 'decided';
CREATE INDEX cases_queue_state ON cases (state, rank, id);
CREATE INDEX cases_queue_reason ON cases (reason_code, rank, id) WHERE state <> 'decided';
CREATE INDEX cases_queue_severity ON cases (severity, rank, id) WHERE state <> 'decided';
CREATE INDEX cases_oldest ON cases ((coalesce(reopened_at, opened_at)), id) WHERE state <> 'decided';
CREATE INDEX cases_decided ON cases (decided_at DESC, id DESC) WHERE state = 'decided';
CREATE CONSTRAINT TRIGGER cases_audited AFTER INSERT OR UPDATE OR DELETE ON cases
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('case', 'id');

-- A lease lets one moderator work on a case. The fence is its token: a decision carries it, and a stale one is refused.
CREATE TABLE case_leases (
  case_id   text PRIMARY KEY REFERENCES cases (id),
  holder    text NOT NULL REFERENCES staff (id),
  fence     bigint NOT NULL,
  taken_at  timestamptz NOT NULL,
  until     timestamptz NOT NULL
);
CREATE INDEX case_leases_holder ON case_leases (holder, until);

CREATE TABLE notices (
  id              text PRIMARY KEY,
  n               bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  reference       text NOT NULL UNIQUE,
  status_hash     bytea NOT NULL UNIQUE,
  intake          text NOT NULL CHECK (intake IN ('user', 'art16', 'own_initiative')),
  state           text NOT NULL CHECK (state IN ('screening', 'received', 'decided')),
  reason_code     text NOT NULL,
  explanation     text NOT NULL,
  contact_name    text NOT NULL DEFAULT '',
  contact_email   text NOT NULL DEFAULT '',
  good_faith      boolean NOT NULL,
  complete        boolean NOT NULL,
  locale          text NOT NULL DEFAULT 'en',
  reporter_key    bytea NOT NULL,
  text_hash       bytea NOT NULL,
  created_at      timestamptz NOT NULL,
  acknowledged_at timestamptz NOT NULL,
  admitted_at     timestamptz,
  decided_at      timestamptz
);
CREATE INDEX notices_screening ON notices (created_at) WHERE state = 'screening';
-- Independent notifiers are counted by their keyed network hash; a repeated text (folded, SHA-256) brings no new facts.
CREATE INDEX notices_reporter ON notices (reporter_key, created_at DESC);
CREATE INDEX notices_text ON notices (text_hash);
CREATE CONSTRAINT TRIGGER notices_audited AFTER INSERT OR UPDATE OR DELETE ON notices
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('notice', 'id');

-- One notice may name several images; each belongs to the case of its content once the notice is admitted.
CREATE TABLE notice_items (
  notice_id text NOT NULL REFERENCES notices (id),
  position  smallint NOT NULL,
  n         bigint GENERATED ALWAYS AS IDENTITY,
  url       text NOT NULL,
  image_id  text REFERENCES images (id),
  case_id   text REFERENCES cases (id),
  outcome   text NOT NULL DEFAULT '' CHECK (outcome IN ('', 'keep', 'restrict', 'disable', 'remove', 'gone')),
  decision_id text,
  PRIMARY KEY (notice_id, position)
);
CREATE INDEX notice_items_case ON notice_items (case_id, n DESC);
CREATE INDEX notice_items_decision ON notice_items (decision_id) WHERE decision_id IS NOT NULL;
CREATE INDEX notice_items_image ON notice_items (image_id);
CREATE CONSTRAINT TRIGGER notice_items_audited AFTER INSERT OR UPDATE OR DELETE ON notice_items
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('notice', 'notice_id');

CREATE TABLE decisions (
  id                  text PRIMARY KEY,
  n                   bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  case_id             text NOT NULL REFERENCES cases (id),
  action              text NOT NULL CHECK (action IN ('keep', 'restrict', 'disable', 'remove')),
  ground              text NOT NULL CHECK (ground IN ('', 'law', 'terms')),
  reason_code         text NOT NULL DEFAULT '',
  reason_version      int NOT NULL DEFAULT 0,
  reference           text NOT NULL DEFAULT '',
  facts               text NOT NULL DEFAULT '',
  explanation         text NOT NULL,
  note                text NOT NULL DEFAULT '',
  territory           text[] NOT NULL DEFAULT '{}',
  ends_at             timestamptz,
  source              text NOT NULL CHECK (source IN ('notice', 'own_initiative', 'other')),
  automated_detection boolean NOT NULL DEFAULT false,
  automated_decision  text NOT NULL DEFAULT 'none' CHECK (automated_decision IN ('none', 'partial', 'full')),
  block_hash          boolean NOT NULL DEFAULT false,
  decided_by          text NOT NULL REFERENCES staff (id),
  decided_at          timestamptz NOT NULL,
  final_at            timestamptz NOT NULL,
  state               text NOT NULL CHECK (state IN ('pending', 'effective', 'voided', 'superseded', 'expired')),
  supersedes          text REFERENCES decisions (id),
  before              jsonb NOT NULL DEFAULT '{}', -- the case's state, decided_at and first_action_at, for undo
  batch_id            text NOT NULL DEFAULT '',
  CHECK (action = 'keep' OR (ground <> '' AND reason_code <> '' AND reference <> '' AND facts <> '' AND explanation <> ''))
);
CREATE INDEX decisions_case ON decisions (case_id, n DESC);
CREATE INDEX decisions_pending ON decisions (final_at) WHERE state = 'pending';
CREATE INDEX decisions_by ON decisions (decided_by, n DESC);
CREATE INDEX decisions_ending ON decisions (ends_at) WHERE state = 'effective' AND ends_at IS NOT NULL;
CREATE INDEX decisions_batch ON decisions (batch_id) WHERE batch_id <> '';
CREATE UNIQUE INDEX decisions_standing ON decisions (case_id) WHERE state IN ('pending', 'effective');
CREATE CONSTRAINT TRIGGER decisions_audited AFTER INSERT OR UPDATE OR DELETE ON decisions
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('case', 'case_id');

-- What each image was before a decision changed it: undo puts back exactly this.
CREATE TABLE decision_images (
  decision_id text NOT NULL REFERENCES decisions (id),
  image_id    text NOT NULL REFERENCES images (id),
  case_id     text NOT NULL REFERENCES cases (id),
  was_state   text NOT NULL,
  was_decision text,
  was_ended_at timestamptz,
  PRIMARY KEY (decision_id, image_id)
);
CREATE CONSTRAINT TRIGGER decision_images_audited AFTER INSERT OR UPDATE OR DELETE ON decision_images
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('case', 'case_id');

-- The statement of reasons (Regulation (EU) 2022/2065, Art. 17): one for each affected image, in the words issued.
CREATE TABLE statements (
  id          text PRIMARY KEY,
  decision_id text NOT NULL REFERENCES decisions (id),
  image_id    text NOT NULL REFERENCES images (id),
  case_id     text NOT NULL REFERENCES cases (id),
  language    text NOT NULL DEFAULT 'en',
  content     json NOT NULL, -- not jsonb: sha256 is of exactly these bytes
  sha256      bytea NOT NULL,
  issued_at   timestamptz NOT NULL,
  UNIQUE (decision_id, image_id)
);
CREATE INDEX statements_image ON statements (image_id, issued_at DESC);
CREATE CONSTRAINT TRIGGER statements_audited AFTER INSERT OR UPDATE OR DELETE ON statements
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('case', 'case_id');

-- What still has to happen outside the database because of a decision. A worker does it; staff see what failed and why.
CREATE TABLE effects (
  id          text PRIMARY KEY,
  decision_id text NOT NULL REFERENCES decisions (id),
  case_id     text NOT NULL REFERENCES cases (id),
  kind        text NOT NULL CHECK (kind IN ('purge', 'verify_gone', 'finalise', 'mail_uploader', 'mail_notifier')),
  target      text NOT NULL,
  state       text NOT NULL CHECK (state IN ('queued', 'done', 'failed', 'void')),
  attempts    int NOT NULL DEFAULT 0,
  last_error  text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  next_at     timestamptz NOT NULL,
  done_at     timestamptz,
  UNIQUE (decision_id, kind, target)
);
CREATE INDEX effects_due ON effects (next_at) WHERE state = 'queued';
CREATE INDEX effects_failed ON effects (created_at DESC, id) WHERE state = 'failed';
CREATE INDEX effects_case ON effects (case_id, created_at DESC);

-- Exact files that may not come back.
CREATE TABLE blocked_hashes (
  sha256      bytea PRIMARY KEY,
  id          text NOT NULL UNIQUE,
  decision_id text REFERENCES decisions (id),
  reason_code text NOT NULL,
  created_by  text NOT NULL,
  created_at  timestamptz NOT NULL,
  hits        bigint NOT NULL DEFAULT 0,
  last_hit_at timestamptz
);
CREATE INDEX blocked_hashes_created ON blocked_hashes (created_at DESC, id DESC);
CREATE CONSTRAINT TRIGGER blocked_hashes_audited AFTER INSERT OR DELETE ON blocked_hashes
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('block', 'id');

-- +goose StatementBegin
-- Every replica keeps the perceptual hashes in memory and hears of new ones here.
CREATE FUNCTION announce_hash() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.pdq IS NOT NULL AND (OLD.pdq IS NULL OR OLD.pdq <> NEW.pdq) THEN
    PERFORM pg_notify('imglink_hash', NEW.n::text);
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER images_announce_hash AFTER UPDATE OF pdq ON images FOR EACH ROW EXECUTE FUNCTION announce_hash();

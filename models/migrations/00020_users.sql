-- People who hold an account, what signs them in, and what they own: albums, tokens for programs, uploads in parts.
-- Staff are other people in other tables: nobody is both by one row.

-- +goose Up
ALTER TABLE audit_log DROP CONSTRAINT audit_log_actor_kind_check;
ALTER TABLE audit_log ADD CONSTRAINT audit_log_actor_kind_check CHECK (actor_kind IN ('guest', 'user', 'staff', 'system'));

CREATE TABLE users (
  id                    text PRIMARY KEY,
  username              text NOT NULL,
  email                 text NOT NULL, -- the confirmed address, or the one given at registration until it is
  email_verified_at     timestamptz,
  password_hash         text NOT NULL DEFAULT '',
  state                 text NOT NULL CHECK (state IN ('active', 'suspended', 'closed')),
  totp_secret           bytea,
  totp_confirmed_at     timestamptz,
  totp_last_step        bigint NOT NULL DEFAULT 0,
  webauthn_handle       bytea NOT NULL,
  display_name          text NOT NULL DEFAULT '',
  locale                text NOT NULL DEFAULT '',
  age_confirmed_at      timestamptz NOT NULL,
  policy_version        text NOT NULL, -- of the terms and the privacy policy, as accepted last
  analytics_objected_at timestamptz,
  quota_bytes           bigint CHECK (quota_bytes >= 0), -- NULL: what the operator gives everybody
  preferences           jsonb NOT NULL DEFAULT '{}',
  created_at            timestamptz NOT NULL,
  updated_at            timestamptz NOT NULL,
  closed_at             timestamptz
);
CREATE UNIQUE INDEX users_username ON users (lower(username));
CREATE UNIQUE INDEX users_email ON users (lower(email)) WHERE state <> 'closed';
CREATE CONSTRAINT TRIGGER users_audited AFTER INSERT OR UPDATE OR DELETE ON users
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('user', 'id');

CREATE TABLE user_recovery_codes (
  user_id   text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  used_at   timestamptz,
  PRIMARY KEY (user_id, code_hash)
);
CREATE CONSTRAINT TRIGGER user_recovery_codes_audited AFTER INSERT OR UPDATE OR DELETE ON user_recovery_codes
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('user', 'user_id');

CREATE TABLE user_passkeys (
  id            text PRIMARY KEY,
  user_id       text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  credential_id bytea NOT NULL UNIQUE,
  credential    jsonb NOT NULL,
  name          text NOT NULL,
  created_at    timestamptz NOT NULL,
  last_used_at  timestamptz
);
CREATE INDEX user_passkeys_user ON user_passkeys (user_id, created_at);
CREATE CONSTRAINT TRIGGER user_passkeys_audited AFTER INSERT OR UPDATE OR DELETE ON user_passkeys
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('user', 'user_id');

-- Links sent by mail: confirming an address, choosing a new password, moving to another address.
CREATE TABLE user_links (
  token_hash bytea PRIMARY KEY,
  user_id    text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose    text NOT NULL CHECK (purpose IN ('verify', 'reset', 'email')),
  email      text NOT NULL, -- the address it was sent to
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at    timestamptz
);
CREATE INDEX user_links_user ON user_links (user_id, purpose);
CREATE INDEX user_links_expiry ON user_links (expires_at);
CREATE CONSTRAINT TRIGGER user_links_audited AFTER INSERT OR UPDATE OR DELETE ON user_links
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('user', 'user_id');

CREATE TABLE user_sessions (
  id           text PRIMARY KEY,
  token_hash   bytea NOT NULL UNIQUE,
  user_id      text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  stage        text NOT NULL CHECK (stage IN ('password', 'full')),
  method       text NOT NULL DEFAULT '',
  user_agent   text NOT NULL DEFAULT '',
  challenge    jsonb,
  created_at   timestamptz NOT NULL,
  seen_at      timestamptz NOT NULL,
  verified_at  timestamptz,
  expires_at   timestamptz NOT NULL,
  revoked_at   timestamptz
);
CREATE INDEX user_sessions_user ON user_sessions (user_id, seen_at DESC);
CREATE INDEX user_sessions_expiry ON user_sessions (expires_at);

-- What the holder of an account sees of sign-ins to it: the device family, never an address.
CREATE TABLE user_signins (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  at      timestamptz NOT NULL,
  method  text NOT NULL,
  outcome text NOT NULL CHECK (outcome IN ('ok', 'refused')),
  device  text NOT NULL
);
CREATE INDEX user_signins_user ON user_signins (user_id, id DESC);
CREATE INDEX user_signins_at ON user_signins (at);

-- Every consent given and withdrawn (GDPR Art. 7(1), 7(3)). Append-only: the newest row of a purpose counts.
CREATE TABLE user_consents (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose text NOT NULL,
  version text NOT NULL,
  given   boolean NOT NULL,
  at      timestamptz NOT NULL
);
CREATE INDEX user_consents_user ON user_consents (user_id, id DESC);
CREATE CONSTRAINT TRIGGER user_consents_audited AFTER INSERT OR UPDATE OR DELETE ON user_consents
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('user', 'user_id');

-- Tokens for programs. hint is what tells them apart in a list: the first characters.
CREATE TABLE api_tokens (
  id           text PRIMARY KEY,
  user_id      text NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name         text NOT NULL,
  scopes       text[] NOT NULL,
  token_hash   bytea NOT NULL UNIQUE,
  hint         text NOT NULL,
  created_at   timestamptz NOT NULL,
  expires_at   timestamptz,
  last_used_at timestamptz,
  revoked_at   timestamptz
);
CREATE INDEX api_tokens_user ON api_tokens (user_id, created_at DESC);
CREATE CONSTRAINT TRIGGER api_tokens_audited AFTER INSERT OR UPDATE OF name, scopes, expires_at, revoked_at OR DELETE ON api_tokens
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('user', 'user_id');

-- What people open from their settings until the privacy office answers it: a copy of their data, the end of the account.
CREATE TABLE data_requests (
  id          text PRIMARY KEY,
  n           bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  reference   text NOT NULL UNIQUE,
  user_id     text NOT NULL REFERENCES users (id),
  kind        text NOT NULL CHECK (kind IN ('access', 'erasure')),
  state       text NOT NULL CHECK (state IN ('open', 'withdrawn')),
  note        text NOT NULL DEFAULT '',
  created_at  timestamptz NOT NULL,
  ended_at    timestamptz
);
CREATE UNIQUE INDEX data_requests_open ON data_requests (user_id, kind) WHERE state = 'open';
CREATE INDEX data_requests_queue ON data_requests (state, n);
CREATE CONSTRAINT TRIGGER data_requests_audited AFTER INSERT OR UPDATE OR DELETE ON data_requests
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('data_request', 'id');

-- Whose a picture is, who may see it, and until when. undo_until: deleted by its owner, its bytes wait for a change of mind.
ALTER TABLE images
  ADD COLUMN user_id     text REFERENCES users (id),
  ADD COLUMN visibility  text NOT NULL DEFAULT 'unlisted' CHECK (visibility IN ('unlisted', 'private')),
  ADD COLUMN description text NOT NULL DEFAULT '',
  ADD COLUMN expires_at  timestamptz,
  ADD COLUMN undo_until  timestamptz;
CREATE INDEX images_user ON images (user_id, n DESC) WHERE user_id IS NOT NULL AND state <> 'deleted';
CREATE INDEX images_expiring ON images (expires_at) WHERE expires_at IS NOT NULL AND state <> 'deleted';

CREATE TABLE albums (
  id          text PRIMARY KEY,
  n           bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
  user_id     text NOT NULL REFERENCES users (id),
  title       text NOT NULL,
  description text NOT NULL DEFAULT '',
  visibility  text NOT NULL CHECK (visibility IN ('private', 'unlisted', 'public')),
  cover_id    text REFERENCES images (id),
  images      int NOT NULL DEFAULT 0,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL
);
CREATE INDEX albums_user ON albums (user_id, n DESC);
CREATE INDEX albums_public ON albums (n DESC) WHERE visibility = 'public';
CREATE CONSTRAINT TRIGGER albums_audited AFTER INSERT OR UPDATE OF user_id, title, description, visibility, cover_id OR DELETE ON albums
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('album', 'id');

-- A picture may stand in several albums. place orders it there: between any two places there is room for another.
CREATE TABLE album_images (
  album_id text NOT NULL REFERENCES albums (id) ON DELETE CASCADE,
  image_id text NOT NULL REFERENCES images (id) ON DELETE CASCADE,
  place    text COLLATE "C" NOT NULL,
  added_at timestamptz NOT NULL,
  PRIMARY KEY (album_id, image_id)
);
CREATE INDEX album_images_order ON album_images (album_id, place, image_id);
CREATE INDEX album_images_image ON album_images (image_id);
CREATE CONSTRAINT TRIGGER album_images_audited AFTER INSERT OR UPDATE OR DELETE ON album_images
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION require_audit('album', 'album_id');

-- What an account stores, kept by the database itself so that no way of adding, claiming or deleting can forget it. The
-- row is locked by each change: a quota checked after the insert, in its transaction, holds across replicas.
CREATE TABLE user_storage (
  user_id text PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
  bytes   bigint NOT NULL DEFAULT 0,
  images  bigint NOT NULL DEFAULT 0
);
-- +goose StatementBegin
CREATE FUNCTION count_storage() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.user_id IS NOT NULL AND OLD.state <> 'deleted' THEN
    UPDATE user_storage SET bytes = bytes - OLD.bytes, images = images - 1 WHERE user_id = OLD.user_id;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.user_id IS NOT NULL AND NEW.state <> 'deleted' THEN
    INSERT INTO user_storage AS s (user_id, bytes, images) VALUES (NEW.user_id, NEW.bytes, 1)
      ON CONFLICT (user_id) DO UPDATE SET bytes = s.bytes + NEW.bytes, images = s.images + 1;
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER images_storage_new AFTER INSERT OR DELETE ON images FOR EACH ROW EXECUTE FUNCTION count_storage();
CREATE TRIGGER images_storage_changed AFTER UPDATE OF user_id, state, bytes ON images FOR EACH ROW
  WHEN (OLD.user_id IS DISTINCT FROM NEW.user_id OR (OLD.state = 'deleted') <> (NEW.state = 'deleted') OR OLD.bytes <> NEW.bytes)
  EXECUTE FUNCTION count_storage();
-- +goose StatementBegin
CREATE FUNCTION count_album() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    UPDATE albums SET images = images + 1 WHERE id = NEW.album_id;
  ELSE
    UPDATE albums SET images = images - 1 WHERE id = OLD.album_id;
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER album_images_counted AFTER INSERT OR DELETE ON album_images FOR EACH ROW EXECUTE FUNCTION count_album();

-- Resumable uploads (tus 1.0.0): what has arrived so far. The bytes are objects, one for each piece, so that any replica
-- goes on where another stopped.
CREATE TABLE partial_uploads (
  id          text PRIMARY KEY,
  user_id     text REFERENCES users (id) ON DELETE CASCADE,
  uploader    text NOT NULL,
  file_name   text NOT NULL,
  metadata    text NOT NULL DEFAULT '', -- as sent (Upload-Metadata)
  length      bigint NOT NULL CHECK (length > 0),
  received    bigint NOT NULL DEFAULT 0 CHECK (received BETWEEN 0 AND length),
  state       text NOT NULL CHECK (state IN ('open', 'finishing', 'done', 'refused')),
  image_id    text REFERENCES images (id) ON DELETE SET NULL,
  result      bytea, -- sealed: the answer with its delete link, repeated to a client that missed it
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL
);
CREATE INDEX partial_uploads_expiry ON partial_uploads (expires_at);
CREATE TABLE partial_pieces (
  upload_id text NOT NULL REFERENCES partial_uploads (id) ON DELETE CASCADE,
  start     bigint NOT NULL,
  bytes     bigint NOT NULL CHECK (bytes > 0),
  PRIMARY KEY (upload_id, start)
);

-- Registrations that wait for their address to be confirmed. An account begins when it is: until then the name is
-- reserved here, whether or not somebody holds an account with the address, so that nobody learns which (the token of a
-- registration with a taken address is mailed to no one). These rows are no accounts: nothing signs in with them.

-- +goose Up
CREATE TABLE user_signups (
  id             text PRIMARY KEY, -- of the account to be: the password's hash is bound to it
  token_hash     bytea NOT NULL UNIQUE,
  username       text NOT NULL,
  email          text NOT NULL,
  password_hash  text NOT NULL,
  locale         text NOT NULL DEFAULT '',
  policy_version text NOT NULL,
  created_at     timestamptz NOT NULL, -- also of the age confirmation and of accepting the policy
  expires_at     timestamptz NOT NULL
);
CREATE UNIQUE INDEX user_signups_username ON user_signups (lower(username));
CREATE INDEX user_signups_email ON user_signups (lower(email));
CREATE INDEX user_signups_expiry ON user_signups (expires_at);

-- A link back: to the address an account is moving away from. Registrations have links of their own now.
ALTER TABLE user_links DROP CONSTRAINT user_links_purpose_check;
ALTER TABLE user_links ADD CONSTRAINT user_links_purpose_check CHECK (purpose IN ('reset', 'email', 'restore'));

-- Whether the holder asked to stay signed in: such a session lasts longer.
ALTER TABLE user_sessions ADD COLUMN remember boolean NOT NULL DEFAULT false;

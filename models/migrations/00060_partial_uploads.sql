-- Who works on a resumable upload right now: one request, or one attempt to finish it, on any replica. The hold ends by
-- itself when its process dies. Uploads in the making are counted by client, a keyed hash of the network or the account,
-- and the address is kept for the picture's origin, because a sweep may be what finishes it.

-- +goose Up
ALTER TABLE partial_uploads
  ADD COLUMN client     bytea NOT NULL,
  ADD COLUMN ip         inet,
  ADD COLUMN holder     text NOT NULL DEFAULT '',
  ADD COLUMN held_until timestamptz;
CREATE INDEX partial_uploads_client ON partial_uploads (client) WHERE state IN ('open', 'finishing');
CREATE INDEX partial_uploads_unfinished ON partial_uploads (created_at) WHERE state = 'finishing' OR state = 'open' AND received = length;

-- Every attempt stores its bytes under a name of its own: one that lost its hold cannot overwrite what another stored.
ALTER TABLE partial_pieces ADD COLUMN object text NOT NULL;

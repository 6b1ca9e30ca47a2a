-- Galleries: lists of one's own pictures whose pages cost the same whatever they hold, and deletions that can be undone.

-- +goose Up
-- IMG_2 before IMG_10, whatever the case and the language.
CREATE COLLATION people (provider = icu, locale = 'und-u-kn-true');

-- What a picture was before its owner deleted it, to make it so again.
ALTER TABLE images ADD COLUMN undo_state text NOT NULL DEFAULT '' CHECK (undo_state IN ('', 'live', 'restricted'));
CREATE INDEX images_undo ON images (user_id, undo_until) WHERE undo_until IS NOT NULL;

-- One index for each order a gallery can be read in, alone and within one visibility (images_user has the newest first).
CREATE INDEX images_user_name ON images (user_id, file_name COLLATE people, n) WHERE user_id IS NOT NULL AND state <> 'deleted';
CREATE INDEX images_user_size ON images (user_id, bytes, n) WHERE user_id IS NOT NULL AND state <> 'deleted';
CREATE INDEX images_visibility ON images (user_id, visibility, n) WHERE user_id IS NOT NULL AND state <> 'deleted';
CREATE INDEX images_visibility_name ON images (user_id, visibility, file_name COLLATE people, n) WHERE user_id IS NOT NULL AND state <> 'deleted';
CREATE INDEX images_visibility_size ON images (user_id, visibility, bytes, n) WHERE user_id IS NOT NULL AND state <> 'deleted';
CREATE INDEX images_user_expiring ON images (user_id, n) WHERE user_id IS NOT NULL AND expires_at IS NOT NULL AND state <> 'deleted';

-- Finds one's own pictures by the beginnings of the words in their names and descriptions. key is a hash of owner and
-- beginning, so that the pictures with one beginning are one range of the index, in their order.
CREATE TABLE image_words (
  key bigint NOT NULL,
  n   bigint NOT NULL, -- of the picture
  PRIMARY KEY (key, n)
);

-- An album read in the order of its pictures' numbers, for the filter of a gallery. Nothing has been stored here yet.
ALTER TABLE album_images ADD COLUMN n bigint NOT NULL;
CREATE INDEX album_images_n ON album_images (album_id, n);

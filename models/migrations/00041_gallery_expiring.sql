-- The pictures that delete themselves, in every order of a gallery.

-- +goose Up
CREATE INDEX images_expiring_name ON images (user_id, file_name COLLATE people, n) WHERE user_id IS NOT NULL AND expires_at IS NOT NULL AND state <> 'deleted';
CREATE INDEX images_expiring_size ON images (user_id, bytes, n) WHERE user_id IS NOT NULL AND expires_at IS NOT NULL AND state <> 'deleted';

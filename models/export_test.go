package models

import "github.com/jackc/pgx/v5/pgxpool"

// Stat gives the pool's figures.
func (s *Store) Stat() *pgxpool.Stat { return s.pool.Stat() }

// WordKeys is every key of a picture in the index of words.
var WordKeys = wordKeys

package models

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
)

// This file holds the shared operational stores: counters, once-keys, idempotent answers. They are single statements
// that change nothing anybody decided, so they need no audit entry.

// Hit counts one use of key within a window and reports the uses so far and when the window ends. It is exact across replicas.
func (s *Store) Hit(ctx context.Context, key []byte, window time.Duration, weight int) (hits int, until time.Time, err error) {
	now := s.clock.Now()
	err = s.pool.QueryRow(ctx, `
		INSERT INTO rate_limits AS r (key, until, hits) VALUES ($1, $2, $3)
		ON CONFLICT (key) DO UPDATE SET
			hits  = CASE WHEN r.until <= $4 THEN $3 ELSE r.hits + $3 END,
			until = CASE WHEN r.until <= $4 THEN $2 ELSE r.until END
		RETURNING hits, until`, key, now.Add(window), weight, now).Scan(&hits, &until)
	return hits, until, dbError(err)
}

// ForgetHits clears a counter, as a success does for failed attempts.
func (s *Store) ForgetHits(ctx context.Context, key []byte) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM rate_limits WHERE key = $1`, key)
	return dbError(err)
}

// Use spends a key that works once, and reports whether it was fresh.
func (s *Store) Use(ctx context.Context, key [32]byte, until time.Time) (fresh bool, err error) {
	tag, err := s.pool.Exec(ctx, `INSERT INTO once_keys (key, until) VALUES ($1, $2) ON CONFLICT DO NOTHING`, key[:], until)
	return tag.RowsAffected() == 1, dbError(err)
}

// ErrIdempotencyBusy is an idempotency key whose first request has not been answered yet.
var ErrIdempotencyBusy = errors.New("models: the first request with this idempotency key is still running")

// IdempotencyWindow is how long an answer is repeated.
const IdempotencyWindow = 24 * time.Hour

// ClaimTime is how long a request may work on its answer: longer than the slowest upload is allowed to take, or a second
// request with the same key would store everything again beside the first.
const ClaimTime = 20 * time.Minute

// BeginIdempotent claims key for a request. A nil answer means: proceed, then FinishIdempotent or AbandonIdempotent.
// Otherwise answer is what the first request was told, and requestHash says what it had sent. A claim whose process died
// is free again after ClaimTime.
func (s *Store) BeginIdempotent(ctx context.Context, key []byte) (answer, requestHash []byte, err error) {
	now := s.clock.Now()
	tag, err := s.pool.Exec(ctx, `
		INSERT INTO idempotency_keys AS k (key, request_hash, created_at) VALUES ($1, '', $2)
		ON CONFLICT (key) DO UPDATE SET request_hash = '', response = NULL, created_at = $2
		WHERE k.created_at < $3 OR (k.response IS NULL AND k.created_at < $4)`,
		key, now, now.Add(-IdempotencyWindow), now.Add(-ClaimTime))
	if err != nil || tag.RowsAffected() == 1 {
		return nil, nil, dbError(err)
	}
	err = s.pool.QueryRow(ctx, `SELECT response, request_hash FROM idempotency_keys WHERE key = $1`, key).Scan(&answer, &requestHash)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && answer == nil {
		return nil, nil, ErrIdempotencyBusy
	}
	return answer, requestHash, dbError(err)
}

// FinishIdempotent stores the answer to repeat, and the hash of the request it answers.
func (s *Store) FinishIdempotent(ctx context.Context, key, requestHash, answer []byte) error {
	_, err := s.pool.Exec(ctx, `UPDATE idempotency_keys SET response = $3, request_hash = $2 WHERE key = $1`, key, requestHash, answer)
	return dbError(err)
}

// AbandonIdempotent frees a claim whose request failed, so that it can be tried again.
func (s *Store) AbandonIdempotent(ctx context.Context, key []byte) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM idempotency_keys WHERE key = $1 AND response IS NULL`, key)
	return dbError(err)
}

// BlockedHash is an exact file that may not come back. The SHA-256 is of the received or of the stored bytes.
type BlockedHash struct {
	SHA256     []byte `gorm:"column:sha256;primaryKey"`
	ID         string
	DecisionID *string
	ReasonCode string
	CreatedBy  string
	CreatedAt  time.Time
	Hits       int64
	LastHitAt  *time.Time
}

// HitBlocked counts an attempt to upload a file with one of the hashes, and reports whether any is on the block list.
func (s *Store) HitBlocked(ctx context.Context, hashes ...[]byte) (bool, error) {
	tag, err := s.pool.Exec(ctx, `UPDATE blocked_hashes SET hits = hits + 1, last_hit_at = $2 WHERE sha256 = ANY($1)`, hashes, s.clock.Now())
	return tag.RowsAffected() > 0, dbError(err)
}

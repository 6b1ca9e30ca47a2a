package models

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"imglink/app/fault"
)

// PartialState is how far a resumable upload is.
type PartialState string

// The states. A finishing upload has all its bytes and is becoming a picture; refused ones hold why.
const (
	PartialOpen      PartialState = "open"
	PartialFinishing PartialState = "finishing"
	PartialDone      PartialState = "done"
	PartialRefused   PartialState = "refused"
)

// PartialUpload is a row of partial_uploads: a resumable upload (tus 1.0.0). Length and Received are bytes. These rows are
// the memory of a transfer: what is decided about a picture is written, with its audit entry, when the picture is received.
type PartialUpload struct {
	ID        string `gorm:"primaryKey"`
	UserID    *string
	Uploader  string
	FileName  string
	Metadata  string
	Length    int64
	Received  int64
	State     PartialState
	ImageID   *string
	Result    []byte
	CreatedAt time.Time
	ExpiresAt time.Time
	Client    []byte  // keyed hash of the network or the account: what is counted by
	IP        *string `gorm:"column:ip"`
	Holder    string  // who works on it; see HoldPartial
	HeldUntil *time.Time
}

// PartialPiece is a row of partial_pieces: bytes that arrived in one request, stored as one object.
type PartialPiece struct {
	UploadID string `gorm:"primaryKey"`
	Start    int64  `gorm:"primaryKey"`
	Bytes    int64
	Object   string
}

// PartialBound is how much one client may have in the making.
type PartialBound struct {
	Uploads int
	Bytes   int64 // announced
}

// ErrPartialBound is a client with too much in the making.
var ErrPartialBound = fault.New(fault.TooMany, "uploads_unfinished", "You have many unfinished uploads. Finish or cancel some of them; what is left alone goes within a day.").After(time.Hour)

// ErrPartialHeld is an upload that another request is working on.
var ErrPartialHeld = fault.New(fault.Locked, "upload_busy", "Another request is sending to this upload. Wait a moment, ask how much has arrived, and go on from there.").After(2 * time.Second)

// BeginPartial adds an upload unless its client has too much in the making.
func (s *Store) BeginPartial(ctx context.Context, p PartialUpload, bound PartialBound) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// One client's beginnings happen one after another: two at once would both fit.
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1, hashtext(encode($2::bytea, 'hex')))`, lockPartial, p.Client); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `
			INSERT INTO partial_uploads (id, user_id, uploader, file_name, metadata, length, state, created_at, expires_at, client, ip)
			SELECT $1, $2, $3, $4, $5, $6::bigint, 'open', $7, $8, $9::bytea, $10::inet
			FROM (SELECT count(*) AS n, coalesce(sum(length), 0) AS bytes FROM partial_uploads WHERE client = $9::bytea AND state IN ('open', 'finishing')) u
			WHERE u.n < $11::bigint AND u.bytes + $6::bigint <= $12::bigint`,
			p.ID, p.UserID, p.Uploader, p.FileName, p.Metadata, p.Length, p.CreatedAt, p.ExpiresAt, p.Client, p.IP, bound.Uploads, bound.Bytes)
		if err == nil && tag.RowsAffected() == 0 {
			return ErrPartialBound
		}
		return err
	})
	return dbError(err)
}

// Partial finds a resumable upload.
func (q Queries) Partial(ctx context.Context, id string) (PartialUpload, error) {
	p, err := gorm.G[PartialUpload](q.db).Where("id = ?", id).Take(ctx)
	return p, dbError(err)
}

// HoldPartial makes holder the only one who may change the upload until the instant, and reads it. ErrPartialHeld while
// somebody else is.
func (s *Store) HoldPartial(ctx context.Context, id, holder string, until time.Time) (PartialUpload, error) {
	tag, err := s.pool.Exec(ctx, `UPDATE partial_uploads SET holder = $2, held_until = $3 WHERE id = $1 AND (held_until IS NULL OR held_until <= $4)`,
		id, holder, until, s.clock.Now())
	if err != nil {
		return PartialUpload{}, dbError(err)
	}
	p, err := s.Partial(ctx, id)
	if err == nil && (tag.RowsAffected() == 0 || p.Holder != holder) {
		err = ErrPartialHeld
	}
	return p, err
}

// KeepPartial prolongs a hold. ErrStale when it is lost.
func (s *Store) KeepPartial(ctx context.Context, id, holder string, until time.Time) error {
	return s.heldPartial(ctx, `UPDATE partial_uploads SET held_until = $3 WHERE id = $1 AND holder = $2`, id, holder, until)
}

// ReleasePartial ends a hold.
func (s *Store) ReleasePartial(ctx context.Context, id, holder string) error {
	err := s.heldPartial(ctx, `UPDATE partial_uploads SET holder = '', held_until = NULL WHERE id = $1 AND holder = $2`, id, holder)
	if errors.Is(err, ErrStale) {
		return nil // gone, or taken over
	}
	return err
}

// AddPiece counts bytes that are stored: they begin where those before them end. ErrStale when the hold is lost.
func (s *Store) AddPiece(ctx context.Context, holder string, p PartialPiece, expires time.Time) error {
	return s.heldPartial(ctx, `
		WITH u AS (
			UPDATE partial_uploads SET received = received + $4::bigint, expires_at = $6
			WHERE id = $1 AND holder = $2 AND received = $3::bigint AND state = 'open' RETURNING id)
		INSERT INTO partial_pieces (upload_id, start, bytes, object) SELECT id, $3::bigint, $4::bigint, $5 FROM u`,
		p.UploadID, holder, p.Start, p.Bytes, p.Object, expires)
}

// Pieces lists what arrived, in order.
func (q Queries) Pieces(ctx context.Context, id string) ([]PartialPiece, error) {
	list, err := gorm.G[PartialPiece](q.db).Where("upload_id = ?", id).Order("start").Find(ctx)
	return list, dbError(err)
}

// BeginFinish says that all bytes are there and what the picture will be called, sealed.
func (s *Store) BeginFinish(ctx context.Context, id, holder string, plan []byte) error {
	return s.heldPartial(ctx, `UPDATE partial_uploads SET state = 'finishing', result = $3 WHERE id = $1 AND holder = $2 AND state = 'open' AND received = length`,
		id, holder, plan)
}

// EndPartial says what became of an upload. imageID is empty for one that was refused.
func (s *Store) EndPartial(ctx context.Context, id, holder string, state PartialState, imageID string, result []byte) error {
	return s.heldPartial(ctx, `UPDATE partial_uploads SET state = $3, image_id = nullif($4, ''), result = $5 WHERE id = $1 AND holder = $2 AND state = 'finishing'`,
		id, holder, state, imageID, result)
}

// DropPieces forgets what arrived, once its objects are gone.
func (s *Store) DropPieces(ctx context.Context, id string) error {
	_, err := s.pool.Exec(ctx, `DELETE FROM partial_pieces WHERE upload_id = $1`, id)
	return dbError(err)
}

// DropPartial forgets an upload, once its objects are gone.
func (s *Store) DropPartial(ctx context.Context, id, holder string) error {
	return s.heldPartial(ctx, `DELETE FROM partial_uploads WHERE id = $1 AND holder = $2`, id, holder)
}

func (s *Store) heldPartial(ctx context.Context, sql string, args ...any) error {
	tag, err := s.pool.Exec(ctx, sql, args...)
	return affected(int(tag.RowsAffected()), err)
}

// PartialsToFinish lists uploads that have all their bytes and nobody working on them, oldest first.
func (q Queries) PartialsToFinish(ctx context.Context, now time.Time, limit int) (ids []string, err error) {
	err = q.with(ctx).Raw(`SELECT id FROM partial_uploads WHERE (state = 'finishing' OR state = 'open' AND received = length)
		AND (held_until IS NULL OR held_until <= ?) AND expires_at > ? ORDER BY created_at LIMIT ?`, now, now, limit).Scan(&ids).Error
	return ids, dbError(err)
}

// PartialsExpired lists uploads whose time is over, oldest first.
func (q Queries) PartialsExpired(ctx context.Context, now time.Time, limit int) (ids []string, err error) {
	err = q.with(ctx).Raw(`SELECT id FROM partial_uploads WHERE expires_at <= ? AND (held_until IS NULL OR held_until <= ?) ORDER BY expires_at LIMIT ?`, now, now, limit).Scan(&ids).Error
	return ids, dbError(err)
}

// PartialsToTidy lists uploads that ended and whose pieces are still stored.
func (q Queries) PartialsToTidy(ctx context.Context, limit int) (ids []string, err error) {
	err = q.with(ctx).Raw(`SELECT DISTINCT u.id FROM partial_pieces p JOIN partial_uploads u ON u.id = p.upload_id WHERE u.state IN ('done', 'refused') LIMIT ?`, limit).Scan(&ids).Error
	return ids, dbError(err)
}

// PartialsKnown lists those of the ids that are uploads, in whatever state.
func (q Queries) PartialsKnown(ctx context.Context, ids []string) (known []string, err error) {
	err = q.with(ctx).Raw(`SELECT id FROM partial_uploads WHERE id IN ?`, ids).Scan(&known).Error
	return known, dbError(err)
}

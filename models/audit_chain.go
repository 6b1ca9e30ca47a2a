package models

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"
)

// The order of the chain is that of (txid, id). Ids alone would not do: a transaction may take a small id and commit after
// a larger one is sealed. Only entries below the oldest running transaction are sealed, so whatever commits later sorts
// behind them. After a restore into another cluster the counter of transactions may begin lower than it was; then the head
// lies in this cluster's future, and what was restored is due before what was written since.
const (
	auditHead = `SELECT c.seq, c.audit_id, c.prev_hash, c.hash, c.sealed_at, coalesce(l.txid::text, '0') AS txid,
			l.txid IS NULL OR l.txid >= pg_snapshot_xmax(pg_current_snapshot()) AS restored
		FROM audit_chain c LEFT JOIN audit_log l ON l.id = c.audit_id ORDER BY c.seq DESC LIMIT 1`
	auditUnlinked = ` FROM audit_log l WHERE NOT EXISTS (SELECT FROM audit_chain c WHERE c.audit_id = l.id)`
	auditAfter    = auditUnlinked + ` AND l.txid >= $1::text::xid8`
	auditDue      = `SELECT ` + auditColumns + auditAfter + ` AND l.txid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY l.txid, l.id LIMIT $2`
	auditDueAll   = `SELECT ` + auditColumns + auditUnlinked + ` AND $1 = $1::text AND (l.txid < pg_snapshot_xmin(pg_current_snapshot())
		OR l.txid >= pg_snapshot_xmax(pg_current_snapshot())) ORDER BY l.txid >= pg_snapshot_xmax(pg_current_snapshot()) DESC, l.txid, l.id LIMIT $2`
)

// head is the last link. Restored is set when the counter of transactions began anew after it was made.
type head struct {
	link     AuditLink
	txid     string
	restored bool
}

func scanHead(row pgx.Row) (head, error) {
	h := head{txid: "0", restored: true} // without any link everything is due, restored or not
	err := row.Scan(&h.link.Seq, &h.link.AuditID, &h.link.PrevHash, &h.link.Hash, &h.link.SealedAt, &h.txid, &h.restored)
	if errors.Is(err, pgx.ErrNoRows) {
		return h, nil
	}
	return h, err
}

// SealAudit hands link the last link (Seq 0 when there is none) and at most limit entries that are due, in the order of
// the chain, and appends the links it makes, one for each. It reports how many; 0 also when another replica is sealing.
func (s *Store) SealAudit(ctx context.Context, limit int, link func(last AuditLink, due []AuditRow, now time.Time) ([]AuditLink, error)) (n int, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		var mine bool
		if err := tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock($1)`, lockSeal).Scan(&mine); err != nil || !mine {
			return err
		}
		h, err := scanHead(tx.QueryRow(ctx, auditHead))
		if err != nil {
			return err
		}
		query := auditDue
		if h.restored {
			query = auditDueAll
		}
		rows, _ := tx.Query(ctx, query, h.txid, limit)
		due, err := pgx.CollectRows(rows, scanAuditRow)
		if err != nil || len(due) == 0 {
			return err
		}
		links, err := link(h.link, due, s.clock.Now())
		if err != nil {
			return err
		}
		n = len(links)
		return appendLinks(ctx, tx, links)
	})
	if err != nil {
		return 0, dbError(err)
	}
	return n, nil
}

func scanAuditRow(r pgx.CollectableRow) (a AuditRow, err error) {
	err = r.Scan(&a.ID, &a.TxID, &a.At, &a.ActorKind, &a.ActorID, &a.Action, &a.Entity, &a.EntityID, &a.Reason, &a.RequestID, &a.Notes)
	return a, err
}

func appendLinks(ctx context.Context, tx pgx.Tx, links []AuditLink) error {
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"audit_chain"}, []string{"seq", "audit_id", "prev_hash", "hash", "sealed_at"},
		pgx.CopyFromSlice(len(links), func(i int) ([]any, error) {
			l := links[i]
			return []any{l.Seq, l.AuditID, l.PrevHash, l.Hash, l.SealedAt}, nil
		}))
	return err
}

// AuditState is how far the chain reaches. Unsealed entries wait for the sealer; those behind the seal were never written
// by the write door, for an entry that commits later sorts later.
type AuditState struct {
	Head           AuditLink // Seq 0 when there is none
	Unsealed       int64
	OldestUnsealed time.Time // zero when there is none
}

// AuditState tells how far the chain reaches, in time that does not grow with the log.
func (s *Store) AuditState(ctx context.Context) (st AuditState, err error) {
	h, err := scanHead(s.pool.QueryRow(ctx, auditHead))
	if err != nil {
		return st, dbError(err)
	}
	query := auditAfter
	if h.restored {
		query = auditUnlinked + ` AND $1 = $1::text`
	}
	var oldest sql.NullTime
	err = s.pool.QueryRow(ctx, `SELECT count(*), min(l.at)`+query, h.txid).Scan(&st.Unsealed, &oldest)
	st.Head, st.OldestUnsealed = h.link, oldest.Time
	return st, dbError(err)
}

// ReadWhole runs fn over one unchanging snapshot with time enough to read everything.
func (s *Store) ReadWhole(ctx context.Context, fn func(Queries) error) error {
	return s.Read(ctx, func(q Queries) error {
		if err := q.with(ctx).Exec(`SET LOCAL statement_timeout = '15min'`).Error; err != nil {
			return err
		}
		return fn(q)
	})
}

// AuditSealed is a link with its entry; Row.ID is 0 when the entry is gone.
type AuditSealed struct {
	Link AuditLink
	Row  AuditRow
}

// AuditSealedAfter lists at most limit links above seq with their entries, in order.
func (q Queries) AuditSealedAfter(ctx context.Context, seq int64, limit int) (out []AuditSealed, err error) {
	rows, err := q.with(ctx).Raw(`SELECT c.seq, c.audit_id, c.prev_hash, c.hash, c.sealed_at, coalesce(l.id, 0), coalesce(l.txid::text, ''),
			coalesce(l.at, 'epoch'), coalesce(l.actor_kind, ''), coalesce(l.actor_id, ''), coalesce(l.action, ''), coalesce(l.entity, ''),
			coalesce(l.entity_id, ''), coalesce(l.reason, ''), coalesce(l.request_id, ''), coalesce(l.notes, '{}')::text
		FROM (SELECT * FROM audit_chain WHERE seq > ? ORDER BY seq LIMIT ?) c LEFT JOIN audit_log l ON l.id = c.audit_id ORDER BY c.seq`, seq, limit).Rows()
	if err != nil {
		return nil, dbError(err)
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	out = make([]AuditSealed, 0, limit)
	for rows.Next() {
		var x AuditSealed
		var notes string
		l, r := &x.Link, &x.Row
		if err := rows.Scan(&l.Seq, &l.AuditID, &l.PrevHash, &l.Hash, &l.SealedAt, &r.ID, &r.TxID, &r.At, &r.ActorKind, &r.ActorID, &r.Action,
			&r.Entity, &r.EntityID, &r.Reason, &r.RequestID, &notes); err != nil {
			return nil, dbError(err)
		}
		r.Notes = []byte(notes)
		out = append(out, x)
	}
	return out, dbError(rows.Err())
}

// AuditOpened is an opened commitment with the commitment its entry holds, empty when it holds none.
type AuditOpened struct {
	AuditValue `gorm:"embedded"`
	Commitment string // hexadecimal
}

// AuditValuesAfter lists at most limit opened values behind the given key.
func (q Queries) AuditValuesAfter(ctx context.Context, auditID int64, field string, limit int) ([]AuditOpened, error) {
	var out []AuditOpened
	err := q.with(ctx).Raw(`SELECT v.audit_id, v.field, v.salt, v.value, coalesce(l.notes ->> (v.field || '_commitment'), '') AS commitment
		FROM audit_values v LEFT JOIN audit_log l ON l.id = v.audit_id WHERE (v.audit_id, v.field) > (?, ?) ORDER BY v.audit_id, v.field LIMIT ?`,
		auditID, field, limit).Scan(&out).Error
	return out, dbError(err)
}

// AuditUnlinked counts the entries without a link and finds the first that lies behind the seal, nil when none does.
func (q Queries) AuditUnlinked(ctx context.Context) (entries, unsealed int64, oldest time.Time, behind *int64, err error) {
	var row struct {
		Entries, Unsealed int64
		Behind            *int64
		Oldest            sql.NullTime
	}
	err = q.with(ctx).Raw(`WITH head AS (` + auditHead + `)
		SELECT (SELECT count(*) FROM audit_log) AS entries, count(*) AS unsealed, min(l.at) AS oldest,
			min(l.id) FILTER (WHERE l.txid < (SELECT txid::xid8 FROM head WHERE NOT restored)) AS behind` + auditUnlinked).Scan(&row).Error
	return row.Entries, row.Unsealed, row.Oldest.Time, row.Behind, dbError(err)
}

// EraseAuditValues forgets the openings of an entity's commitments: the entries stay, and the chain stays verifiable.
func (tx *Tx) EraseAuditValues(entity, id string) (int64, error) {
	r := tx.db.Where("audit_id IN (?)", tx.db.Session(&gorm.Session{NewDB: true}).Raw(`SELECT id FROM audit_log WHERE entity = ? AND entity_id = ?`, entity, id)).Delete(&AuditValue{})
	return r.RowsAffected, dbError(r.Error)
}

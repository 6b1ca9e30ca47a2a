package models

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"

	"imglink/app/actor"
	"imglink/app/fault"
)

// Change says who changes what and why: it becomes the audit entry of the transaction.
type Change struct {
	Actor  actor.Actor
	Needs  actor.Permission // checked before the transaction begins
	Action string           // "image.remove": entity, dot, verb
	Entity string
	ID     string // "*" only for retention actions
	Reason string // a reason code, never free text about a person
}

// Tx is an open read-write transaction. Now is the one instant of everything written in it.
type Tx struct {
	Queries
	Now    time.Time
	change Change
	pgx    pgx.Tx
	jobs   JobInserter
	ctx    context.Context
	notes  map[string]any
	more   []entry
	opened map[string]string
}

type entry struct {
	change Change
	notes  map[string]any
}

// Write is the only way to get a Tx: permission check, begin, fn, audit entry, commit. When fn fails or panics nothing
// is kept. The database refuses the commit of an audited row that has no entry.
func (s *Store) Write(ctx context.Context, c Change, fn func(*Tx) error) (err error) {
	if !c.Actor.Can(c.Needs) {
		return fault.New(fault.Forbidden, "forbidden", "Your role does not allow this.")
	}
	if c.Action == "" || c.Entity == "" || c.Needs == "" {
		return errors.New("models: a change needs an action, an entity and a permission")
	}
	conn, err := s.sqlDB.Conn(ctx)
	if err != nil {
		return dbError(err)
	}
	defer conn.Close() //nolint:errcheck // returns the connection to the pool
	ptx, err := begin(ctx, conn)
	if err != nil {
		return dbError(err)
	}
	defer rollback(ctx, ptx)
	db := s.db.Session(&gorm.Session{NewDB: true, Context: ctx, SkipDefaultTransaction: true})
	db.Statement.ConnPool = conn
	tx := &Tx{Queries: Queries{db}, Now: s.clock.Now(), change: c, pgx: ptx, jobs: s.jobs, ctx: ctx, notes: map[string]any{}}
	if err := fn(tx); err != nil {
		return dbError(err)
	}
	if err := tx.commit(); err != nil {
		return dbError(fmt.Errorf("models: commit %s: %w", c.Action, err))
	}
	return nil
}

// begin opens the transaction on the pgx connection below the database/sql one, so that GORM's statements and River's
// inserts share it.
func begin(ctx context.Context, conn *sql.Conn) (tx pgx.Tx, err error) {
	err = conn.Raw(func(driver any) error {
		tx, err = driver.(*stdlib.Conn).Conn().Begin(ctx)
		return err
	})
	return tx, err
}

// rollback after a commit does nothing. It gets its own deadline because ctx may be the reason for rolling back.
func rollback(ctx context.Context, tx pgx.Tx) {
	if tx.Conn().PgConn().TxStatus() == 'I' { // idle: the transaction has ended
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = tx.Rollback(ctx)
}

// SetID names the entity when the id is made inside the transaction.
func (tx *Tx) SetID(id string) { tx.change.ID = id }

// Context is the context of the transaction, for queries inside it.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Actor is who makes the change.
func (tx *Tx) Actor() actor.Actor { return tx.change.Actor }

// Detail adds a fact to the audit entry: a state, a count, a code. Never an e-mail, an address or a file name.
func (tx *Tx) Detail(key string, value any) { tx.notes[key] = value }

// Commit adds a personal value as a salted commitment; the value itself is stored beside the chain, where it can be erased.
func (tx *Tx) Commit(field, value string) {
	if tx.opened == nil {
		tx.opened = map[string]string{}
	}
	tx.opened[field] = value
}

// Note adds an audit entry for another entity that the same transaction changes.
func (tx *Tx) Note(action, entity, id string, details map[string]any) {
	c := tx.change
	c.Action, c.Entity, c.ID = action, entity, id
	tx.more = append(tx.more, entry{change: c, notes: details})
}

// Enqueue puts a job into the queue with this transaction.
func (tx *Tx) Enqueue(job Job) error {
	if tx.jobs == nil {
		return errors.New("models: no job queue is wired")
	}
	return tx.jobs.InsertTx(tx.ctx, tx.pgx, job)
}

// commit writes the audit entries and ends the transaction, in one journey to the database.
func (tx *Tx) commit() error {
	commitments, opened := commitments(tx.opened)
	first := maps.Clone(tx.notes)
	maps.Copy(first, commitments)
	var b pgx.Batch
	for i, e := range append([]entry{{tx.change, first}}, tx.more...) {
		args, err := tx.auditArgs(e)
		switch {
		case err != nil:
			return err
		case i == 0 && len(opened.fields) > 0:
			b.Queue(insertOpened, append(args, opened.fields, opened.salts, opened.values)...)
		default:
			b.Queue(insertAudit, args...)
		}
	}
	b.Queue(`COMMIT`)
	return tx.pgx.SendBatch(tx.ctx, &b).Close()
}

const (
	insertAudit = `INSERT INTO audit_log (at, actor_kind, actor_id, action, entity, entity_id, reason, request_id, notes)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	insertOpened = `WITH entry AS (` + insertAudit + ` RETURNING id)
		INSERT INTO audit_values (audit_id, field, salt, value, at)
		SELECT entry.id, v.*, $1 FROM entry, unnest($10::text[], $11::bytea[], $12::text[]) v`
)

func (tx *Tx) auditArgs(e entry) ([]any, error) {
	if e.notes == nil {
		e.notes = map[string]any{}
	}
	notes, err := json.Marshal(e.notes)
	c := e.change
	return []any{tx.Now, string(c.Actor.Kind), c.Actor.ID, c.Action, c.Entity, c.ID, c.Reason, requestID(tx.ctx), string(notes)}, err
}

// openings are what commitments hide, column by column.
type openings struct {
	fields, values []string
	salts          [][]byte
}

// commitments hides each value behind SHA-256(salt || value).
func commitments(opened map[string]string) (map[string]any, openings) {
	out := map[string]any{}
	var o openings
	for field, value := range opened {
		salt := make([]byte, 16)
		_, _ = rand.Read(salt)
		sum := sha256.Sum256(append(append([]byte(nil), salt...), value...))
		out[field+"_commitment"] = hex.EncodeToString(sum[:])
		o.fields, o.salts, o.values = append(o.fields, field), append(o.salts, salt), append(o.values, value)
	}
	return out, o
}

type requestKey struct{}

// WithRequestID puts the request's id on the context; audit entries carry it.
func WithRequestID(ctx context.Context, id string) context.Context {
	return context.WithValue(ctx, requestKey{}, id)
}

func requestID(ctx context.Context) string { id, _ := ctx.Value(requestKey{}).(string); return id }

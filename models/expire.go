package models

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Expiry says which rows have outlived their purpose and what happens to them. It is written in code, never taken from input.
type Expiry struct {
	Table string
	Since string   // the timestamptz column the period runs from; rows without it are kept
	Where string   // a further SQL condition, or empty
	Blank []string // text and bytea columns to empty; none deletes the row
	Final bool     // rows are never updated, nor may the program: they cannot be locked, and need not be
}

// Statement is the SQL that expires at most $2 rows from before $1.
func (e Expiry) statement() string {
	id := func(name string) string { return pgx.Identifier{name}.Sanitize() }
	where := id(e.Since) + ` < $1`
	if e.Where != "" {
		where += ` AND (` + e.Where + `)`
	}
	do := `DELETE FROM ` + id(e.Table)
	if len(e.Blank) > 0 {
		var set, filled []string
		for _, c := range e.Blank {
			set, filled = append(set, id(c)+` = ''`), append(filled, id(c)+` <> ''`)
		}
		do = `UPDATE ` + id(e.Table) + ` SET ` + strings.Join(set, ", ")
		where += ` AND (` + strings.Join(filled, " OR ") + `)`
	}
	lock := ` FOR UPDATE SKIP LOCKED`
	if e.Final {
		lock = ``
	}
	return do + ` WHERE ctid = ANY (ARRAY(SELECT ctid FROM ` + id(e.Table) + ` WHERE ` + where + ` LIMIT $2` + lock + `))`
}

type execer interface {
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
}

func (e Expiry) run(ctx context.Context, db execer, before time.Time, limit int) (int64, error) {
	tag, err := db.Exec(ctx, e.statement(), before, limit)
	if err != nil {
		return 0, fmt.Errorf("models: expire %s: %w", e.Table, dbError(err))
	}
	return tag.RowsAffected(), nil
}

// Expire expires at most limit rows of a table that holds nothing about anybody, and reports how many went.
func (s *Store) Expire(ctx context.Context, e Expiry, before time.Time, limit int) (int64, error) {
	return e.run(ctx, s.pool, before, limit)
}

// Expire expires at most limit rows and reports how many went. The change must be a retention action on '*'.
func (tx *Tx) Expire(e Expiry, before time.Time, limit int) (int64, error) {
	return e.run(tx.ctx, tx.pgx, before, limit)
}

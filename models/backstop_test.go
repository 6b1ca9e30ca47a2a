package models_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"imglink/app/testdb"
)

// The backstop asks at every commit for the entries of its own transaction. What it reads must not grow with the log, not
// even when its plan was made while the log was empty.
func TestBackstopReadsItsOwnTransactionOnly(t *testing.T) {
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, testdb.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx) //nolint:errcheck // test
	reads := func(tx pgx.Tx) (n int) {
		if err := tx.QueryRow(ctx, `SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'audit_log'`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	change := func(n int) (read int) {
		if err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
			before := reads(tx)
			for _, sql := range []string{
				`INSERT INTO blocked_hashes (id, sha256, reason_code, created_by, created_at) SELECT $1, sha256($1::text::bytea), 'r', 's', now()`,
				`INSERT INTO audit_log (at, actor_kind, actor_id, action, entity, entity_id) SELECT now(), 'staff', 's', 'block.add', 'block', $1`,
			} {
				if _, err := tx.Exec(ctx, sql, string(rune('a'+n))); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, `SET CONSTRAINTS ALL IMMEDIATE`)
			read = reads(tx) - before
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return read
	}
	for n := range 8 { // PostgreSQL keeps the plan of a function's query after the fifth run
		change(n)
	}
	// Entries of transactions far from this one's: a young cluster counts its own among the first few thousand.
	if _, err := conn.Exec(ctx, `INSERT INTO audit_log (txid, at, actor_kind, actor_id, action, entity, entity_id)
		SELECT (n + 4000000000)::text::xid8, now(), 'staff', 's', 'block.add', 'block', n::text FROM generate_series(1, 3000) n`); err != nil {
		t.Fatal(err)
	}
	if read := change(8); read != 1 {
		t.Errorf("one change read %d audit entries", read)
	}
}

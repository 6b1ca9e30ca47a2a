package models_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"imglink/app/testdb"
)

// The backstop asks at every commit for the entries of its own transaction. What it reads must not grow with the log, not
// even before the database has gathered any statistics.
func TestBackstopReadsItsOwnTransactionOnly(t *testing.T) {
	dsn := testdb.Database(t)
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx) //nolint:errcheck // test
	for _, sql := range []string{
		`INSERT INTO audit_log (txid, at, actor_kind, actor_id, action, entity, entity_id)
			SELECT n::text::xid8, now(), 'guest', 'g', 'image.begin', 'image', n::text FROM generate_series(1, 3000) n`,
		`SET plan_cache_mode = force_generic_plan`, // what the trigger function runs after its first few calls
		`PREPARE backstop (text, text) AS SELECT FROM audit_log WHERE txid = pg_current_xact_id() AND entity = $1
			AND (entity_id = $2 OR (entity_id = '*' AND action LIKE 'retention.%'))`,
	} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	rows, _ := conn.Query(ctx, `EXPLAIN EXECUTE backstop ('image', '7')`, pgx.QueryExecModeSimpleProtocol)
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || !strings.Contains(strings.Join(plan, "\n"), "audit_log_txid_entity") {
		t.Errorf("%v\n%s", err, strings.Join(plan, "\n"))
	}
}

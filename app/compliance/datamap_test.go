package compliance_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"imglink/app/compliance"
	"imglink/app/retention"
	"imglink/app/testdb"
)

func TestMain(m *testing.M) { testdb.Main(m) }

// columns reads every column of the migrated database, as "table.column".
func columns(t *testing.T) map[string]bool {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), testdb.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // test
	rows, _ := conn.Query(t.Context(), `SELECT c.table_name || '.' || c.column_name FROM information_schema.columns c
		JOIN information_schema.tables t USING (table_schema, table_name) WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'`)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, n := range names {
		out[n] = true
	}
	return out
}

// The gate: the map is the database, no more and no less.
func TestDataMapIsTheDatabase(t *testing.T) {
	real := columns(t)
	whole, declared := map[string]bool{}, map[string]bool{}
	for _, table := range compliance.Map {
		if table.Whole {
			whole[table.Name] = true
			continue
		}
		for _, c := range table.Columns {
			name := table.Name + "." + c.Name
			if declared[name] {
				t.Errorf("%s is declared twice", name)
			}
			declared[name] = true
			if !real[name] {
				t.Errorf("%s is declared and does not exist: take it out of the data map", name)
			}
		}
	}
	seen := map[string]bool{}
	for name := range real {
		table, _, _ := strings.Cut(name, ".")
		seen[table] = true
		if !declared[name] && !whole[table] {
			t.Errorf("%s is not declared: say in the data map what it is for, whom it is about, how long it stays and how it is exported and erased", name)
		}
	}
	for table := range whole {
		if !seen[table] {
			t.Errorf("table %s is declared and does not exist", table)
		}
	}
}

// Nothing is left open: every column says all that the map promises.
func TestDataMapIsComplete(t *testing.T) {
	for _, table := range compliance.Map {
		if table.Name == "" || table.Purpose == "" || table.Keep.Text() == "" || table.Whole == (len(table.Columns) > 0) {
			t.Errorf("table %q lacks its purpose, its retention or its columns", table.Name)
		}
		for _, raw := range table.Columns {
			c := table.Resolved(raw)
			name := table.Name + "." + c.Name
			if c.Purpose == "" || c.Keep.Text() == "" || c.Export == "" || c.Erase == "" {
				t.Errorf("%s lacks a purpose, retention, export or erasure: %+v", name, c)
			}
			if personal := c.Of != compliance.Nobody; personal != (c.Basis != compliance.NotPersonal) {
				t.Errorf("%s: about %q on basis %q", name, c.Of, c.Basis)
			}
			if c.Keep.Policy != "" && c.Keep.Until != "" {
				t.Errorf("%s: kept by a policy and for a reason at once", name)
			}
		}
	}
}

// A policy named in the map works on that very table and column, and every policy is named in the map.
func TestDataMapAgreesWithTheRetentionSweep(t *testing.T) {
	used := map[string]bool{retention.Outbox: true} // files, not a table
	for _, table := range compliance.Map {
		for _, raw := range table.Columns {
			c := table.Resolved(raw)
			for _, policy := range []string{c.Keep.Policy, c.Keep.Also} {
				if policy == "" {
					continue
				}
				p, ok := retention.Find(policy)
				if !ok || p.Expiry.Table != table.Name {
					t.Errorf("%s.%s: policy %q does not work on this table", table.Name, c.Name, policy)
					continue
				}
				used[p.Name] = true
				if blanks := strings.Join(p.Expiry.Blank, " "); blanks != "" && !strings.Contains(" "+blanks+" ", " "+c.Name+" ") {
					t.Errorf("%s.%s: policy %q empties only %s", table.Name, c.Name, p.Name, blanks)
				}
			}
		}
	}
	for _, p := range retention.Policies {
		if !used[p.Name] {
			t.Errorf("policy %q is not in the data map", p.Name)
		}
		for _, column := range p.Expiry.Blank {
			if k := keepOf(p.Expiry.Table, column); k.Policy != p.Name && k.Also != p.Name {
				t.Errorf("policy %q empties %s.%s, the data map says: %s", p.Name, p.Expiry.Table, column, k.Text())
			}
		}
	}
}

func keepOf(table, column string) compliance.Keep {
	for _, t := range compliance.Map {
		for _, c := range t.Columns {
			if t.Name == table && c.Name == column {
				return t.Resolved(c).Keep
			}
		}
	}
	return compliance.Keep{}
}

func TestKeepReadsAsASentence(t *testing.T) {
	if got := keepOf("notices", "contact_email").Text(); got != "7 months after the decision, or 12 months after the notice, where nobody decided it" {
		t.Error(got)
	}
	if got := (compliance.Keep{Policy: "upload_origins"}).Text(); got != "90 days after the upload" {
		t.Error(got)
	}
}

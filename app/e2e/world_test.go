package e2e

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"imglink/app/apptest"
	"imglink/app/ident"
	"imglink/app/objects"
	"imglink/app/testdb"
)

// world is everything an upload can leave behind.
type world struct {
	rows    map[string]string // image id -> state
	tables  map[string]int    // rows of other tables
	objects []string
	spool   []string
}

func (w world) String() string {
	return fmt.Sprintf("images %v, %v, objects %v, spool %v", w.rows, w.tables, w.objects, w.spool)
}

func (w world) equal(o world) bool {
	return maps.Equal(w.rows, o.rows) && maps.Equal(w.tables, o.tables) && slices.Equal(w.objects, o.objects) && slices.Equal(w.spool, o.spool)
}

// counted are the tables whose rows an upload adds, beside images.
var counted = []string{"upload_origins", "audit_log WHERE entity = 'image'", "idempotency_keys"}

// look reads the world of an instance with this database, bucket and data directory.
func look(t testing.TB, dsn, bucket, dir string) world {
	t.Helper()
	ctx := context.Background()
	w := world{rows: map[string]string{}, tables: map[string]int{}}
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx) //nolint:errcheck // read only
	rows, err := conn.Query(ctx, "SELECT id, state FROM images")
	if err != nil {
		t.Fatal(err)
	}
	var id, state string
	if _, err := pgx.ForEachRow(rows, []any{&id, &state}, func() error { w.rows[id] = state; return nil }); err != nil {
		t.Fatal(err)
	}
	for _, name := range counted {
		var n int
		if err := conn.QueryRow(ctx, "SELECT count(*) FROM "+name).Scan(&n); err != nil {
			t.Fatal(err)
		}
		w.tables[name] = n
	}
	for e, err := range bucketOf(t, bucket).List(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		w.objects = append(w.objects, e.Key)
	}
	if dir != "" {
		if w.spool, err = filepath.Glob(filepath.Join(dir, "tmp", "*")); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

// bucketOf opens a bucket of the shared server, making it first.
func bucketOf(t testing.TB, bucket string) *objects.S3 {
	t.Helper()
	s3 := testdb.Servers(t).S3
	o, err := objects.Open(context.Background(), objects.Config{
		Endpoint: s3.Endpoint, Region: s3.Region, Bucket: bucket, AccessKeyID: s3.AccessKeyID, SecretAccessKey: s3.SecretAccessKey,
	})
	if err == nil {
		err = o.EnsureBucket(context.Background())
	}
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// newBucket names a bucket that is emptied after the test: the store is in memory.
func newBucket(t testing.TB) string {
	t.Helper()
	name := "e2e-" + strings.ToLower(ident.Public())
	o := bucketOf(t, name)
	t.Cleanup(func() {
		var keys []string
		for e, err := range o.List(context.Background(), "") {
			if err == nil {
				keys = append(keys, e.Key)
			}
		}
		_ = o.DeleteAll(context.Background(), keys)
	})
	return name
}

// eventually polls until ok or fails with what explain says.
func eventually(t testing.TB, within time.Duration, ok func() bool, explain func() string) {
	t.Helper()
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(25 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("not within %v: %s", within, explain())
}

// openFiles lists what a process has open below a directory, deleted files included.
func openFiles(pid int, dir string) []string {
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid))
	var out []string
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil && len(to) > len(dir) && to[:len(dir)] == dir {
			out = append(out, to)
		}
	}
	return out
}

// settled is the world once n images have everything that is derived of them.
func settled(t testing.TB, in *apptest.Instance, n int) (w world) {
	t.Helper()
	eventually(t, 20*time.Second, func() bool {
		w = look(t, in.DSN, in.Config.S3Bucket, in.Dir)
		return len(w.objects) == 3*n && w.tables[counted[1]] == 3*n // begin, publish, derive
	}, func() string { return w.String() })
	return w
}

package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestReplicasActAsOne: two servers and a worker over one database and one bucket share limits, pictures and deletions at
// once, and lose nothing when one of them is killed under load.
func TestReplicasActAsOne(t *testing.T) {
	b := newBackend(t)
	limit := "IMGLINK_UPLOADS_PER_MINUTE=10"
	one := b.serve(t, limit)
	two := b.launch(t, t.TempDir(), []string{"serve", "--no-work"}, limit)
	b.launch(t, t.TempDir(), []string{"work"}, limit)

	t.Run("limits hold across both", func(t *testing.T) {
		body, kind := formOf(noise(t, 1, 20, 20))
		accepted := 0
		for i := range 16 {
			p := []*process{one, two}[i%2]
			a := ask(t, "POST", p.url+"/api/v1/images", bytes.NewReader(body), "Content-Type", kind, "CF-Connecting-IP", "198.51.100.1")
			if a.status == 201 {
				accepted++
			} else if a.status != 429 || a.problem(t).Code != "rate_limited" || a.header.Get("Retry-After") == "" {
				t.Errorf("upload %d: %d %s", i, a.status, a.body)
			}
		}
		if accepted != 10 {
			t.Errorf("%d of 16 uploads were accepted, the limit is 10", accepted)
		}
	})

	t.Run("uploads and deletions are seen at once", func(t *testing.T) {
		for i := range 5 {
			png := noise(t, uint64(10+i), 40, 40)
			body, kind := formOf(png)
			from, to := one, two
			if i%2 == 1 {
				from, to = two, one
			}
			imgs, err := ask(t, "POST", from.url+"/api/v1/images", bytes.NewReader(body), "Content-Type", kind, "CF-Connecting-IP", client(i)).images()
			if err != nil {
				t.Fatal(err)
			}
			path := strings.TrimPrefix(imgs[0].ImageURL, from.url)
			for range 2 { // the second answer comes from memory
				if a := ask(t, "GET", to.url+path, nil); a.status != 200 || !bytes.Equal(a.body, stored(t, png)) {
					t.Errorf("uploaded on one, on the other: %d", a.status)
				}
			}
			br := newBrowser(t, from.url)
			del := br.ask("POST", strings.TrimPrefix(imgs[0].DeleteURL, from.url), strings.NewReader("_csrf="+br.token), "Content-Type", "application/x-www-form-urlencoded")
			if a := ask(t, "GET", to.url+path, nil); del.status != 200 || a.status != 410 {
				t.Errorf("deleted on one (%d), on the other: %d", del.status, a.status)
			}
		}
	})

	t.Run("one is killed under load", func(t *testing.T) { killOne(t, b, one, two) })
}

// killOne uploads to both, kills the first half way and demands every acknowledged picture from the second.
func killOne(t *testing.T, b *backend, one, two *process) {
	l := &ledger{promised: map[string][32]byte{}}
	files, stop := filesOf(t, 24), make(chan struct{})
	var wg sync.WaitGroup
	for u := range 6 {
		wg.Go(func() {
			c := &http.Client{Timeout: 20 * time.Second}
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				p, f := []*process{one, two}[(u+i)%2], files[(u*7+i)%len(files)]
				a, err := send(c, "POST", p.url+"/api/v1/images", strings.NewReader(f.body), "Content-Type", f.kind, "CF-Connecting-IP", fmt.Sprintf("192.0.%d.%d", u, i))
				if err != nil {
					continue // the client turns to the other one
				}
				if imgs, err := a.images(); err == nil {
					l.mu.Lock()
					l.promised[strings.TrimPrefix(imgs[0].ImageURL, p.url)] = f.want
					l.mu.Unlock()
				} else if p == two {
					t.Errorf("the survivor refused an upload: %v", err)
				}
			}
		})
	}
	time.Sleep(600 * time.Millisecond)
	one.kill()
	time.Sleep(600 * time.Millisecond)
	close(stop)
	wg.Wait()
	l.verify(t, two.url, l.promised)
	t.Logf("%d acknowledged uploads survived the kill", len(l.promised))
	eventually(t, 90*time.Second, func() bool {
		b.deriveLost(t, two.dir)
		return len(missing(t, b, l)) == 0
	}, func() string { return fmt.Sprintf("without a thumbnail: %v", missing(t, b, l)) })
}

// missing lists promised pictures of which not everything is derived.
func missing(t *testing.T, b *backend, l *ledger) (ids []string) {
	t.Helper()
	have := map[string]bool{}
	for _, key := range look(t, b.dsn, b.bucket, "").objects {
		have[key] = true
	}
	for path := range l.promised {
		if id := strings.TrimSuffix(strings.TrimPrefix(path, "/i/"), ".png"); !have["safe/"+id+".jpg"] {
			ids = append(ids, id)
		}
	}
	return ids
}

package e2e

import (
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"imglink/app/testdb"
)

// cable is a TCP connection to a server that can be pulled and plugged in again.
type cable struct {
	addr   string
	target func() (net.Conn, error)
	mu     sync.Mutex
	ln     net.Listener
	conns  map[net.Conn]bool
	mute   chan struct{} // not nil: nothing gets through, nothing ends
}

// newCable listens on a port of its own and forwards to the target.
func newCable(t testing.TB, network, target string) *cable {
	t.Helper()
	c := &cable{addr: freeAddress(t), conns: map[net.Conn]bool{}, target: func() (net.Conn, error) { return net.Dial(network, target) }}
	c.plug(t)
	t.Cleanup(c.pull)
	return c
}

// plug makes the server reachable.
func (c *cable) plug(t testing.TB) {
	t.Helper()
	ln, err := net.Listen("tcp", c.addr)
	if err != nil {
		t.Fatal(err)
	}
	c.mu.Lock()
	c.ln = ln
	c.mu.Unlock()
	go func() {
		for {
			in, err := ln.Accept()
			if err != nil {
				return
			}
			go c.forward(in)
		}
	}()
}

func (c *cable) forward(in net.Conn) {
	out, err := c.target()
	if err != nil {
		_ = in.Close()
		return
	}
	c.mu.Lock()
	if c.ln == nil {
		_, _ = in.Close(), out.Close()
	}
	c.conns[in], c.conns[out] = true, true
	c.mu.Unlock()
	var wg sync.WaitGroup
	for _, pair := range [][2]net.Conn{{in, out}, {out, in}} {
		wg.Go(func() {
			_, _ = io.Copy(gated{pair[0], c}, pair[1])
			_, _ = pair[0].Close(), pair[1].Close()
		})
	}
	wg.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, in)
	delete(c.conns, out)
}

// gated writes once nothing holds the bytes back.
type gated struct {
	net.Conn
	c *cable
}

func (g gated) Write(p []byte) (int, error) {
	g.c.mu.Lock()
	mute := g.c.mute
	g.c.mu.Unlock()
	if mute != nil {
		<-mute
	}
	return g.Conn.Write(p)
}

// silence holds every byte back until the returned function is called: the server is there and does not answer.
func (c *cable) silence() (end func()) {
	mute := make(chan struct{})
	c.mu.Lock()
	defer c.mu.Unlock()
	c.mute = mute
	return sync.OnceFunc(func() {
		c.mu.Lock()
		c.mute = nil
		c.mu.Unlock()
		close(mute)
	})
}

// pull cuts every connection and refuses new ones.
func (c *cable) pull() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ln != nil {
		_ = c.ln.Close()
	}
	c.ln = nil
	for conn := range c.conns {
		_ = conn.Close()
	}
}

// wired is a backend whose database and store are reached through cables.
func wired(t testing.TB) (b *backend, db, store *cable) {
	t.Helper()
	dsn, s3 := testdb.Database(t), testdb.Servers(t).S3
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	network, target := "tcp", u.Host
	if dir := q.Get("host"); strings.HasPrefix(dir, "/") {
		network, target = "unix", filepath.Join(dir, ".s.PGSQL."+q.Get("port"))
	}
	db = newCable(t, network, target)
	q.Del("host")
	q.Del("port")
	u.Host, u.RawQuery = db.addr, q.Encode()
	store = newCable(t, "tcp", strings.TrimPrefix(s3.Endpoint, "http://"))
	b = backendAt(u.String(), "http://"+store.addr, newBucket(t), t)
	return b, db, store
}

// TestCableCarriesAndCuts is the control: a pulled cable refuses, a plugged one carries.
func TestCableCarriesAndCuts(t *testing.T) {
	_, _, store := wired(t)
	for range 2 {
		if a := ask(t, "GET", "http://"+store.addr+"/", nil); a.status == 0 {
			t.Error("no answer through the cable")
		}
		store.pull()
		if _, err := net.DialTimeout("tcp", store.addr, time.Second); err == nil {
			t.Error("a pulled cable accepts connections")
		}
		store.plug(t)
	}
}

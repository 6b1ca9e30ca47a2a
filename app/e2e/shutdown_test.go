package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"
)

func dial(t testing.TB, url string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// slowUpload sends the head and half of the body; finish sends the rest and reads the answer.
func slowUpload(t testing.TB, url string, body []byte, kind string) (finish func() (answer, error)) {
	t.Helper()
	conn := dial(t, url)
	_, _ = fmt.Fprintf(conn, "POST /api/v1/images HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", kind, len(body))
	if _, err := conn.Write(body[:len(body)/2]); err != nil {
		t.Fatal(err)
	}
	return func() (answer, error) {
		rest := body[len(body)/2:]
		for len(rest) > 0 {
			n := min(len(rest), 16<<10)
			if _, err := conn.Write(rest[:n]); err != nil {
				return answer{}, err
			}
			rest = rest[n:]
			time.Sleep(10 * time.Millisecond)
		}
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return answer{}, err
		}
		defer res.Body.Close() //nolint:errcheck // test
		b, err := io.ReadAll(res.Body)
		return answer{res.StatusCode, res.Header, b}, err
	}
}

// TestShutdownFinishesUploads: SIGTERM lets an upload in flight finish and be acknowledged, takes no new work, and ends
// with code 0 although idle connections are open.
func TestShutdownFinishesUploads(t *testing.T) {
	b := newBackend(t)
	p := b.serve(t)
	png := noise(t, 1, 400, 400)
	body, kind := formOf(png)
	idle := dial(t, p.url)
	_, _ = idle.Write([]byte("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"))
	if _, err := http.ReadResponse(bufio.NewReader(idle), nil); err != nil {
		t.Fatal(err)
	}
	finish := slowUpload(t, p.url, body, kind)
	time.Sleep(100 * time.Millisecond) // the handler is inside the body
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	eventually(t, 3*time.Second, func() bool {
		c, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
		closeIf(c)
		return err != nil
	},
		func() string { return "new connections are still accepted" })
	a, err := finish()
	if err != nil {
		t.Fatalf("the upload in flight was cut: %v\n%s", err, p.stderr)
	}
	imgs, err := a.images()
	if err != nil {
		t.Fatalf("the upload in flight was refused: %v", err)
	}
	if code := p.term(t, 20*time.Second); code != 0 {
		t.Errorf("exit code %d\n%s", code, p.stderr)
	}
	q := b.serve(t)
	if got := ask(t, "GET", q.url+strings.TrimPrefix(imgs[0].ImageURL, p.url), nil); got.status != 200 || !bytes.Equal(got.body, stored(t, png)) {
		t.Errorf("the acknowledged upload: status %d", got.status)
	}
}

func closeIf(c net.Conn) {
	if c != nil {
		_ = c.Close()
	}
}

// TestSlowClientsAreCut: silence in the headers and silence in a body end within their bounds, a body with a sentence.
func TestSlowClientsAreCut(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	p := b.serve(t)
	head := dial(t, p.url)
	_, _ = head.Write([]byte("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "))
	body, kind := formOf(noise(t, 1, 200, 200))
	inBody := dial(t, p.url)
	_, _ = fmt.Fprintf(inBody, "POST /api/v1/images HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", kind, len(body))
	_, _ = inBody.Write(body[:5000])
	start := time.Now()
	for _, conn := range []net.Conn{head, inBody} {
		_ = conn.SetReadDeadline(start.Add(40 * time.Second))
		got, err := io.ReadAll(conn)
		if err != nil {
			t.Errorf("the connection is still open after %v: %v", time.Since(start), err)
		}
		if !bytes.HasPrefix(got, []byte("HTTP/1.1 408")) {
			t.Errorf("the slow client was told %.200q", got)
		}
	}
	if took := time.Since(start); took < 15*time.Second || took > 30*time.Second {
		t.Errorf("cut after %v", took)
	}
	if files := openFiles(p.cmd.Process.Pid, p.dir); len(files) > 0 {
		t.Errorf("spooled files are still open: %v", files)
	}
	if w := look(t, b.dsn, b.bucket, p.dir); len(w.rows)+len(w.objects) > 0 {
		t.Errorf("left behind: %v", w)
	}
}

package fetch_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"imglink/app/fault"
	"imglink/app/fetch"
)

// site serves handler and gives a fetcher that may reach it.
func site(t *testing.T, o fetch.Options, h http.HandlerFunc) (*fetch.Fetcher, string) {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	o.DangerouslyAllowPrivateAddresses = true
	o.Ports = append(o.Ports, portOf(t, srv.URL))
	return fetch.New(o), srv.URL
}

func portOf(t *testing.T, raw string) int {
	t.Helper()
	u, err := url.Parse(raw)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(u.Port())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// code fetches, reads all and gives the refusal's code, checking that it names the field and leaks nothing.
func code(t *testing.T, f *fetch.Fetcher, raw string) string {
	t.Helper()
	r, err := f.Fetch(t.Context(), raw)
	if err == nil {
		_, err = io.Copy(io.Discard, r.Body)
		_ = r.Body.Close()
	}
	if err == nil {
		return ""
	}
	e := fault.Of(err)
	if len(e.Fields) != 1 || e.Fields[0].Name != "url" || e.Fields[0].Message == "" {
		t.Errorf("%s: fields %+v of %v", raw, e.Fields, err)
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("the log line repeats the address: %v", err)
	}
	return e.Code
}

func TestFetch(t *testing.T) {
	f, base := site(t, fetch.Options{UserAgent: "ImgLink/1"}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/go" {
			http.SetCookie(w, &http.Cookie{Name: "id", Value: "1"})
			http.Redirect(w, r, "/pics/caf%C3%A9.png?v=1#frag", http.StatusFound)
			return
		}
		for name, want := range map[string]string{"User-Agent": "ImgLink/1", "Accept-Encoding": "identity", "Cookie": "", "Referer": "", "Authorization": ""} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s: %q", name, got)
			}
		}
		w.Header().Set("Content-Type", "image/png")
		_, _ = io.WriteString(w, "bytes")
	})
	r, err := f.Fetch(t.Context(), "  "+base+"/go \n")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil || string(b) != "bytes" || r.Size != 5 || r.ContentType != "image/png" || r.FileName != "café.png" || !strings.HasPrefix(r.FinalURL, base+"/pics/") {
		t.Errorf("%q %+v %v", b, r, err)
	}
}

func TestRefusedAddresses(t *testing.T) {
	f := fetch.New(fetch.Options{Timeout: 2 * time.Second})
	for raw, want := range map[string]string{
		"": "url_malformed", "   ": "url_malformed", "http://": "url_malformed", "https:image.png": "url_malformed", "http://a b/": "url_malformed",
		"http://a.example:/x": "url_malformed", "http://[fe80::1%25eth0]/": "url_malformed", "http://a.example/\x00": "url_malformed",
		"https://a.example/" + strings.Repeat("a", 2048): "url_malformed",
		"image.png": "url_scheme", "//a.example/x": "url_scheme", "ftp://a.example/": "url_scheme", "file:///etc/passwd": "url_scheme",
		"gopher://a.example": "url_scheme", "data:image/png;base64,AA": "url_scheme", "javascript:alert(1)": "url_scheme",
		"http://user:secret@a.example/": "url_userinfo", "http://127.0.0.1@a.example/": "url_userinfo",
		"http://a.example:22/": "url_port", "https://a.example:80800/": "url_port", "http://a.example:8080/": "url_port",
		"http://127.0.0.1/": "url_private", "http://[::1]/": "url_private", "http://[::ffff:7f00:1]/": "url_private", "http://169.254.169.254/latest/meta-data/": "url_private",
		"http://10.0.0.5:443/": "url_private", "http://[64:ff9b::a00:1]/": "url_private", "http://0/": "url_private", "http://localhost/": "url_private",
	} {
		if got := code(t, f, raw); got != want && (raw != "http://0/" || got == "") { // what "0" resolves to depends on the resolver; it must never work
			t.Errorf("%.60q: %q, want %q", raw, got, want)
		}
	}
	for _, raw := range []string{"http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/"} {
		if got := code(t, f, raw); got == "" || got == "url_unreachable" {
			t.Errorf("%s: %q", raw, got)
		}
	}
}

func TestRedirects(t *testing.T) {
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the inner server was reached") }))
	defer inner.Close()
	f, base := site(t, fetch.Options{}, func(w http.ResponseWriter, r *http.Request) {
		n, err := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
		switch {
		case err != nil:
			http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
		case n > 0:
			http.Redirect(w, r, fmt.Sprintf("/%d", n-1), http.StatusTemporaryRedirect)
		default:
			_, _ = io.WriteString(w, "x")
		}
	})
	for path, want := range map[string]string{
		"/3": "", "/4": "url_redirects", "/x?to=ftp://a.example/": "url_scheme", "/x?to=http://u:secret@a.example/": "url_userinfo",
		"/x?to=" + inner.URL: "url_port", "/x?to=file:///etc/passwd": "url_scheme",
	} {
		if got := code(t, f, base+path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

func TestAnswers(t *testing.T) {
	f, base := site(t, fetch.Options{MaxBytes: 1000}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/gzip":
			w.Header().Set("Content-Encoding", "gzip")
		case "/announced":
			w.Header().Set("Content-Length", "1001")
		case "/exact":
			_, _ = w.Write(make([]byte, 1000))
		case "/chunked":
			_, _ = w.Write(make([]byte, 600))
			w.(http.Flusher).Flush()
			_, _ = w.Write(make([]byte, 600))
		case "/short":
			w.Header().Set("Content-Length", "900")
			_, _ = w.Write(make([]byte, 100))
		case "/header":
			w.Header().Set("X-Long", strings.Repeat("x", 100<<10))
		default:
			n, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/"))
			w.WriteHeader(n)
		}
	})
	for path, want := range map[string]string{
		"/exact": "", "/gzip": "url_encoding", "/announced": "url_too_large", "/chunked": "url_too_large", "/short": "url_unreachable", "/header": "url_unreachable",
		"/404": "url_missing", "/410": "url_missing", "/401": "url_forbidden", "/403": "url_forbidden", "/500": "url_status", "/204": "url_status", "/206": "url_status", "/429": "url_status", "/304": "url_status",
	} {
		if got := code(t, f, base+path+"?secret"); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// TestLimitIsExact: exactly MaxBytes arrive before the refusal, and the refusal stays.
func TestLimitIsExact(t *testing.T) {
	f, base := site(t, fetch.Options{MaxBytes: 10}, func(w http.ResponseWriter, _ *http.Request) {
		for range 20 {
			_, _ = w.Write([]byte("x"))
			w.(http.Flusher).Flush()
		}
	})
	r, err := f.Fetch(t.Context(), base)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	for range 2 {
		b, err := io.ReadAll(r.Body)
		if !fault.Is(err, fault.TooLarge) || len(b) > 10 {
			t.Errorf("%d bytes, %v", len(b), err)
		}
	}
}

func TestSlowServers(t *testing.T) {
	stop := make(chan struct{})
	drip := func(w http.ResponseWriter, every time.Duration) {
		for range 1000 {
			if _, err := w.Write([]byte("x")); err != nil {
				return
			}
			w.(http.Flusher).Flush()
			select {
			case <-stop:
				return
			case <-time.After(every):
			}
		}
	}
	f, base := site(t, fetch.Options{Timeout: 700 * time.Millisecond, Stall: 200 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/silent":
			<-stop
		case "/stall":
			drip(w, time.Hour)
		case "/drip":
			drip(w, 20*time.Millisecond)
		}
	})
	t.Cleanup(func() { close(stop) }) // before the server's own clean-up, which waits for the handlers
	for path, limit := range map[string]time.Duration{"/silent": 1500, "/stall": 600, "/drip": 1500} {
		begin := time.Now()
		if got := code(t, f, base+path); got != "url_slow" {
			t.Errorf("%s: %q", path, got)
		}
		if took := time.Since(begin); took > limit*time.Millisecond {
			t.Errorf("%s took %v", path, took)
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0") // accepts and never answers, not even TLS
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	port := l.Addr().(*net.TCPAddr).Port
	mute := fetch.New(fetch.Options{Timeout: 300 * time.Millisecond, Ports: []int{port}, DangerouslyAllowPrivateAddresses: true})
	if got := code(t, mute, fmt.Sprintf("https://127.0.0.1:%d/", port)); got != "url_slow" {
		t.Errorf("mute TLS server: %q", got)
	}
}

func TestFileNames(t *testing.T) {
	f, base := site(t, fetch.Options{}, func(w http.ResponseWriter, r *http.Request) {
		if d := r.URL.Query().Get("d"); d != "" {
			w.Header().Set("Content-Disposition", d)
		}
	})
	for query, want := range map[string]string{
		"/a/b.png": "b.png", "/": "", "/..%2f..%2fetc%2fpasswd": "passwd", "/a%00b.png": "ab.png", "/x%5cy.png": "y.png", "/photo%E2%80%AEgnp.exe": "photognp.exe",
		"/x?d=" + url.QueryEscape(`attachment; filename="cat.gif"`): "cat.gif", "/x?d=" + url.QueryEscape(`attachment; filename="../../cat.gif"`): "cat.gif",
		"/x.jpg?d=" + url.QueryEscape(`attachment; filename="/"`): "x.jpg", "/x.jpg?d=" + url.QueryEscape(`;;;`): "x.jpg",
		"/x?d=" + url.QueryEscape(`inline; filename*=UTF-8''na%C3%AFve.png`): "naïve.png", "/" + strings.Repeat("a", 300) + ".png": strings.Repeat("a", 196) + ".png",
	} {
		r, err := f.Fetch(t.Context(), base+query)
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.FileName != want {
			t.Errorf("%.50s: %q, want %q", query, r.FileName, want)
		}
	}
}

// TestProxyOfTheEnvironmentIsIgnored: a proxy would connect in our place, past the check.
func TestProxyOfTheEnvironmentIsIgnored(t *testing.T) {
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the proxy was used") }))
	defer proxy.Close()
	t.Setenv("HTTP_PROXY", proxy.URL)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	f := fetch.New(fetch.Options{Timeout: time.Second})
	if got := code(t, f, "http://nothing.invalid/"); got != "url_unknown_host" && got != "url_slow" {
		t.Errorf("%q", got)
	}
}

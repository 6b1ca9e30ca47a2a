package fetch_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"imglink/app/fetch"
)

// nameServer answers every A question with the next of the addresses, the last one for ever, and AAAA with nothing.
func nameServer(t *testing.T, answers ...string) (*net.Resolver, *atomic.Int32) {
	t.Helper()
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pc.Close() })
	asked := new(atomic.Int32)
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := pc.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			q := m.Questions[0]
			m.Response, m.RecursionAvailable, m.Additionals = true, true, nil
			if q.Type == dnsmessage.TypeA {
				i := min(int(asked.Add(1))-1, len(answers)-1)
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 0},
					Body:   &dnsmessage.AResource{A: netip.MustParseAddr(answers[i]).As4()},
				}}
			}
			if out, err := m.Pack(); err == nil {
				_, _ = pc.WriteTo(out, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", pc.LocalAddr().String())
	}}, asked
}

// inside is a server on this machine that must not be reached.
func inside(t *testing.T) (port int) {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the inner server was reached") }))
	t.Cleanup(srv.Close)
	return portOf(t, srv.URL)
}

func TestNamesOfPrivateAddressesAreRefused(t *testing.T) {
	port := inside(t)
	for _, ip := range []string{"127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "192.168.1.1", "100.100.100.200", "255.255.255.255"} {
		dns, asked := nameServer(t, ip)
		f := fetch.New(fetch.Options{Ports: []int{port}, Resolver: dns, Timeout: 3 * time.Second})
		if got := code(t, f, "http://pictures.attacker.example:"+strconv.Itoa(port)+"/"); got != "url_private" {
			t.Errorf("%s: %q", ip, got)
		}
		if asked.Load() == 0 {
			t.Error("the name server was not asked: the test proves nothing")
		}
	}
}

// TestRebinding: the name leads to a public address when first asked, as a check before connecting would, and to this
// machine afterwards. Whichever answer the connection uses is the one that is judged.
func TestRebinding(t *testing.T) {
	port := inside(t)
	dns, asked := nameServer(t, "203.0.114.1", "127.0.0.1")
	ips, err := dns.LookupNetIP(t.Context(), "ip4", "rebind.attacker.example")
	if err != nil || len(ips) != 1 || ips[0].String() != "203.0.114.1" {
		t.Fatalf("first answer %v, %v", ips, err)
	}
	f := fetch.New(fetch.Options{Ports: []int{port}, Resolver: dns, Timeout: 3 * time.Second})
	if got := code(t, f, "http://rebind.attacker.example:"+strconv.Itoa(port)+"/"); got != "url_private" {
		t.Errorf("%q", got)
	}
	if asked.Load() < 2 {
		t.Error("the second answer was never used: the test proves nothing")
	}
}

// Package fetch downloads a file from an address a stranger typed. It assumes that the address, the name server behind
// it and the server it names are hostile: server-side request forgery is refused at the moment of connecting, and time,
// size, redirects and headers are bounded.
package fetch

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
	"unicode"

	"imglink/app/fault"
)

// Options bound a fetch. Zero values take the defaults named beside them.
type Options struct {
	MaxBytes     int64         // of the body; 20 MiB
	Timeout      time.Duration // of everything from the first name lookup to the last byte; 30 s
	Stall        time.Duration // of silence within the body; 5 s
	MaxRedirects int           // 3
	UserAgent    string        // "ImgLink"
	Ports        []int         // 80 and 443
	Resolver     *net.Resolver // nil: the system's

	// DangerouslyAllowPrivateAddresses switches the protection off so that a test can fetch from itself.
	DangerouslyAllowPrivateAddresses bool
}

// Fetcher is safe for concurrent use.
type Fetcher struct {
	opts   Options
	client *http.Client
}

// Result is an open download. Body fails with fault.TooLarge beyond MaxBytes, and with fault.Invalid when the server
// stalls or breaks off; it must be closed. Nothing the server claimed about the content has been verified.
type Result struct {
	Body        io.ReadCloser
	Size        int64  // as announced, -1 when not
	ContentType string // as announced
	FinalURL    string // after redirects
	FileName    string // as announced or from the address; cleaned, possibly empty
}

// New makes a fetcher.
func New(o Options) *Fetcher {
	if o.MaxBytes <= 0 {
		o.MaxBytes = 20 << 20
	}
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Stall <= 0 {
		o.Stall = 5 * time.Second
	}
	if o.MaxRedirects <= 0 {
		o.MaxRedirects = 3
	}
	if o.UserAgent == "" {
		o.UserAgent = "ImgLink"
	}
	if len(o.Ports) == 0 {
		o.Ports = []int{80, 443}
	}
	f := &Fetcher{opts: o}
	dialer := &net.Dialer{Timeout: 10 * time.Second, Resolver: o.Resolver, Control: f.control}
	f.client = &http.Client{
		CheckRedirect: f.redirect,
		Transport: &http.Transport{ // no Proxy: the environment's would connect for us, unchecked
			DialContext:            dialer.DialContext,
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  10 * time.Second,
			MaxResponseHeaderBytes: 64 << 10,
			DisableCompression:     true, // a bomb must not unpack before it is counted
			DisableKeepAlives:      true, // a kept connection would skip the check
		},
	}
	return f
}

// control runs after the name is resolved and before the socket connects, so that no later answer of the name server
// (DNS rebinding) can replace the address that was checked.
func (f *Fetcher) control(_, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return errPrivate
	}
	if !f.opts.DangerouslyAllowPrivateAddresses && !public(ap.Addr()) {
		return errPrivate
	}
	return nil
}

func (f *Fetcher) redirect(r *http.Request, via []*http.Request) error {
	if len(via) > f.opts.MaxRedirects {
		return errRedirects
	}
	r.Header.Del("Referer") // the address a visitor typed is nobody else's business
	return f.check(r.URL)
}

// Fetch opens rawURL. Every error names the field url and says what to do instead.
func (f *Fetcher) Fetch(ctx context.Context, rawURL string) (_ *Result, err error) {
	defer fault.Wrap(&err, "fetch.Fetch")
	u, err := f.parse(rawURL)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, f.opts.Timeout)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		cancel()
		return nil, errAddress.Because(err)
	}
	req.Header.Set("User-Agent", f.opts.UserAgent)
	req.Header.Set("Accept", "image/jpeg, image/png, image/gif, image/webp")
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := f.client.Do(req)
	if err != nil {
		cancel()
		return nil, translate(err)
	}
	if err := f.acceptable(resp); err != nil {
		_ = resp.Body.Close()
		cancel()
		return nil, err
	}
	return &Result{
		Body: newBody(resp.Body, cancel, f.opts.MaxBytes, f.opts.Stall),
		Size: resp.ContentLength, ContentType: resp.Header.Get("Content-Type"),
		FinalURL: resp.Request.URL.Redacted(), FileName: fileName(resp),
	}, nil
}

// parse reads the address as typed; surrounding spaces come from copying and are forgiven.
func (f *Fetcher) parse(rawURL string) (*url.URL, error) {
	rawURL = strings.TrimSpace(rawURL)
	if rawURL == "" || len(rawURL) > 2048 || strings.ContainsFunc(rawURL, unicode.IsControl) {
		return nil, errAddress
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errAddress
	}
	u.Fragment, u.RawFragment = "", ""
	return u, f.check(u)
}

// check decides on an address before anything is looked up; the resolved one is checked in control.
func (f *Fetcher) check(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return errScheme
	case u.Hostname() == "" || u.Opaque != "" || strings.Contains(u.Hostname(), "%"):
		return errAddress
	case u.User != nil:
		return errUserinfo
	}
	port := map[string]int{"http": 80, "https": 443}[u.Scheme]
	if p := u.Port(); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil {
			return errPort
		}
		port = n
	} else if strings.HasSuffix(u.Host, ":") {
		return errAddress
	}
	if !slices.Contains(f.opts.Ports, port) {
		return errPort
	}
	if ip, err := netip.ParseAddr(u.Hostname()); err == nil && !f.opts.DangerouslyAllowPrivateAddresses && !public(ip) {
		return errPrivate
	}
	return nil
}

func (f *Fetcher) acceptable(r *http.Response) error {
	switch {
	case r.StatusCode == http.StatusNotFound || r.StatusCode == http.StatusGone:
		return errMissing
	case r.StatusCode == http.StatusUnauthorized || r.StatusCode == http.StatusForbidden:
		return errClosed
	case r.StatusCode != http.StatusOK:
		return errStatus.Because(errors.New("status " + strconv.Itoa(r.StatusCode)))
	case r.ContentLength > f.opts.MaxBytes:
		return tooLarge(f.opts.MaxBytes)
	}
	if e := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); e != "" && e != "identity" {
		return errEncoding
	}
	return nil
}

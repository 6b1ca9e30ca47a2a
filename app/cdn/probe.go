package cdn

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"imglink/app/fault"
)

// Prober looks at an address from outside, through the edge. The zero value is ready.
type Prober struct {
	HTTP *http.Client // nil: 15 s, no redirects
}

// Sighting is what the edge answered.
type Sighting struct {
	Gone   bool   // 404, 410 or 451
	Status int    // HTTP status
	Cache  string // "HIT", "MISS", "EXPIRED", "DYNAMIC", ... as the edge says it; "" when there is no edge
	Age    string // seconds the copy has been cached, "" when not said
}

// Probe reports whether the object is gone at the edge. An answer that decides neither way (an error of the origin, a
// firewall, a redirect, silence) is an error, never "gone".
func (p Prober) Probe(ctx context.Context, url string) (gone bool, err error) {
	s, err := p.Look(ctx, url)
	return s.Gone, err
}

// Look is Probe with its evidence. A copy that is still served has Gone false and no error; with the cache status HIT the
// edge keeps it, else the origin serves it.
func (p Prober) Look(ctx context.Context, url string) (s Sighting, err error) {
	defer fault.Wrap(&err, "cdn.Look")
	s, err = p.ask(ctx, http.MethodHead, url)
	if err == nil && (s.Status == http.StatusMethodNotAllowed || s.Status == http.StatusNotImplemented) {
		s, err = p.ask(ctx, http.MethodGet, url)
	}
	if err != nil {
		return Sighting{}, err
	}
	switch s.Status {
	case http.StatusNotFound, http.StatusGone, http.StatusUnavailableForLegalReasons:
		s.Gone = true
	case http.StatusOK, http.StatusPartialContent, http.StatusNotModified:
	default:
		return s, unavailable.Because(fmt.Errorf("undecided: status %d, cache %q", s.Status, s.Cache))
	}
	return s, nil
}

func (p Prober) ask(ctx context.Context, method, url string) (Sighting, error) {
	req, err := http.NewRequestWithContext(ctx, method, url, nil)
	if err != nil || req.URL.Host == "" {
		return Sighting{}, badURL
	}
	req.Header.Set("User-Agent", "ImgLink removal check")
	resp, err := client(p.HTTP).Do(req)
	if err != nil {
		if errors.Is(ctx.Err(), context.Canceled) {
			return Sighting{}, ctx.Err()
		}
		return Sighting{}, unavailable.Because(fmt.Errorf("%s: %T", method, errors.Unwrap(err)))
	}
	_, _ = io.CopyN(io.Discard, resp.Body, 512) // the rest is not needed; closing ends the transfer
	_ = resp.Body.Close()
	cache := resp.Header.Get("Cf-Cache-Status")
	if cache == "" {
		cache, _, _ = strings.Cut(resp.Header.Get("X-Cache"), " ")
	}
	return Sighting{Status: resp.StatusCode, Cache: strings.ToUpper(cache), Age: resp.Header.Get("Age")}, nil
}

package cdn

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"imglink/app/clock"
	"imglink/app/fault"
)

const (
	// CloudflareAPI is the production base URL.
	CloudflareAPI = "https://api.cloudflare.com"
	perCall       = 30 // the most addresses one purge_cache takes (Cloudflare API, "Purge cached content by URL")
	maxWait       = time.Hour
)

// Cloudflare purges by address. The token needs the permission Zone > Cache Purge and nothing else.
type Cloudflare struct {
	ZoneID  string // 32 hexadecimal digits
	Token   string
	BaseURL string       // "" is CloudflareAPI
	HTTP    *http.Client // nil: a client with a timeout of 15 s that follows no redirect, lest the token travel
	Clock   clock.Clock  // reads Retry-After dates
}

var zoneID = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Check says what is wrong with the configuration, all at once and without the token.
func (c *Cloudflare) Check() error {
	var errs []error
	if !zoneID.MatchString(c.ZoneID) {
		errs = append(errs, errors.New("zone id: want the 32 hexadecimal digits shown on the zone's overview page"))
	}
	if c.Token == "" || strings.ContainsFunc(c.Token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		errs = append(errs, errors.New("token: want an API token without spaces"))
	}
	if u, err := url.Parse(c.base()); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		errs = append(errs, errors.New("base URL: want https://host"))
	}
	return errors.Join(errs...)
}

func (c *Cloudflare) base() string {
	if c.BaseURL == "" {
		return CloudflareAPI
	}
	return strings.TrimRight(c.BaseURL, "/")
}

// Purge sends the addresses in calls of at most 30 and stops at the first failure.
func (c *Cloudflare) Purge(ctx context.Context, urls []string) (err error) {
	defer fault.Wrap(&err, "cdn.Cloudflare.Purge(%d addresses)", len(urls))
	urls = slices.Compact(slices.Sorted(slices.Values(urls)))
	for _, raw := range urls {
		if u, err := url.Parse(raw); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return badURL
		}
	}
	for part := range slices.Chunk(urls, perCall) {
		if err := c.call(ctx, part); err != nil {
			return err
		}
	}
	return nil
}

func (c *Cloudflare) call(ctx context.Context, urls []string) error {
	body, err := json.Marshal(map[string][]string{"files": urls})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base()+"/client/v4/zones/"+url.PathEscape(c.ZoneID)+"/purge_cache", bytes.NewReader(body))
	if err != nil {
		return refused.Because(errors.New("base URL or zone id cannot be used"))
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := client(c.HTTP).Do(req)
	if err != nil {
		if ctx.Err() != nil && errors.Is(err, context.Canceled) {
			return ctx.Err()
		}
		return unavailable.Because(c.scrub(err.Error()))
	}
	defer resp.Body.Close()
	return c.judge(resp)
}

// reply is Cloudflare's envelope.
type reply struct {
	Success bool `json:"success"`
	Errors  []struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"errors"`
}

func (c *Cloudflare) judge(resp *http.Response) error {
	var r reply
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	if err == nil && resp.StatusCode == http.StatusOK && r.Success {
		return nil
	}
	said := []string{"status " + strconv.Itoa(resp.StatusCode)}
	for _, e := range r.Errors {
		said = append(said, fmt.Sprintf("%d %s", e.Code, e.Message))
	}
	cause := c.scrub(strings.Join(said, "; "))
	switch s := resp.StatusCode; {
	case s == http.StatusTooManyRequests || s == http.StatusServiceUnavailable:
		return unavailable.After(c.wait(resp.Header.Get("Retry-After"))).Because(cause)
	case s >= 500 || err != nil && s == http.StatusOK:
		return unavailable.Because(cause)
	}
	return refused.Because(cause)
}

// wait reads Retry-After (RFC 9110 section 10.2.3): seconds or a date. Something unreadable is half a minute, and nothing
// is longer than an hour: a removal must not be forgotten.
func (c *Cloudflare) wait(header string) time.Duration {
	if n, err := strconv.ParseInt(strings.TrimSpace(header), 10, 32); err == nil && n >= 0 {
		return min(max(time.Duration(n)*time.Second, time.Second), maxWait)
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(c.Clock.Now()), time.Second), maxWait)
	}
	return unavailable.RetryAfter
}

// scrub makes a foreign text fit for the log: without our secrets, on one line, bounded.
func (c *Cloudflare) scrub(s string) error {
	for _, secret := range []string{c.Token, c.ZoneID} {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "[secret]")
		}
	}
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "?")), " ")
	if r := []rune(s); len(r) > 300 {
		s = string(r[:300]) + "…"
	}
	return errors.New(s)
}

var plain = &http.Client{
	Timeout:       15 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

func client(c *http.Client) *http.Client {
	if c == nil {
		return plain
	}
	return c
}

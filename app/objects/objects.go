// Package objects is the port to the S3-compatible store that holds the bytes. There is one code path: the embedded
// server of a laptop and the production store are reached through the same client.
package objects

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// The server-side encryption modes of Config.SSE.
const (
	SSENone     = ""         // nothing is asked of the store: development only
	SSEAES256   = "AES256"   // SSE-S3: the store manages the keys
	SSEKMS      = "aws:kms"  // SSE-KMS with the bucket's default key
	SSEProvider = "provider" // the store always encrypts (Cloudflare R2); no header is sent
)

// Config describes the store. Zero durations and sizes take the defaults named beside them.
type Config struct {
	Endpoint        string // http://host:port or https://host; path style is always used
	Region          string // "auto" for R2 and the embedded server
	Bucket          string
	AccessKeyID     string
	SecretAccessKey string
	SSE             string // one of the SSE constants

	Timeout   time.Duration // of a request without a body, and of the silence inside one with a body; 15 s
	FloorRate int64         // bytes a second below which a transfer counts as hung; 64 KiB
	Attempts  int           // tries of one call, the first included; 3
	Conns     int           // connections kept open to the store; 64

	Transport http.RoundTripper // replaces the pooled transport; tests inject failures here
}

// Meta travels with an object into the store.
type Meta struct {
	ContentType  string
	Size         int64 // exact number of bytes; a body of another length fails the Put
	CacheControl string
	Disposition  string
	SHA256       []byte // 32 bytes when already known: the store then refuses bytes that differ, and we do not hash twice
}

// Range selects bytes. Start < 0 means the last -Start bytes; otherwise Length bytes from Start, or all of the rest when
// Length is 0.
type Range struct{ Start, Length int64 }

// Info describes a stored object. Size is the number of bytes in this answer, TotalSize that of the whole object; they
// differ only for a ranged Get.
type Info struct {
	Key          string
	Size         int64
	TotalSize    int64
	ETag         string // quoted, as HTTP wants it
	LastModified time.Time
	ContentType  string
}

// Object is an open object. Body streams and must be closed.
type Object struct {
	Info
	Body io.ReadCloser
}

// Entry is one line of a listing.
type Entry struct {
	Key          string
	Size         int64
	LastModified time.Time
}

func (c Config) withDefaults() Config {
	if c.Timeout <= 0 {
		c.Timeout = 15 * time.Second
	}
	if c.FloorRate <= 0 {
		c.FloorRate = 64 << 10
	}
	if c.Attempts <= 0 {
		c.Attempts = 3
	}
	if c.Conns <= 0 {
		c.Conns = 64
	}
	return c
}

// check reports every wrong part of the configuration at once and never repeats a secret.
func (c Config) check() error {
	var errs []error
	u, err := url.Parse(c.Endpoint)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		errs = append(errs, errors.New("endpoint: want http://host:port or https://host without credentials"))
	}
	for name, v := range map[string]string{"region": c.Region, "bucket": c.Bucket, "access key id": c.AccessKeyID, "secret access key": c.SecretAccessKey} {
		if strings.TrimSpace(v) == "" {
			errs = append(errs, fmt.Errorf("%s: missing", name))
		}
	}
	switch c.SSE {
	case SSENone, SSEAES256, SSEKMS, SSEProvider:
	default:
		errs = append(errs, fmt.Errorf("sse %q: want AES256, aws:kms, provider or nothing", c.SSE))
	}
	return errors.Join(errs...)
}

// checkKey refuses keys that a store mapping keys to files could resolve outside its root, or that S3 forbids (over 1024
// bytes). Keys are made by us, so a refusal is a defect, not an input error.
func checkKey(key string) error {
	if key == "" || len(key) > 1024 || strings.ContainsAny(key, "\x00\\\r\n") {
		return fmt.Errorf("objects: key of %d bytes is not allowed", len(key))
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("objects: key has the segment %q", part)
		}
	}
	return nil
}

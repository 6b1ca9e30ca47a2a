package config

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	_ "time/tzdata" // legal clocks must not depend on what the host has installed

	"github.com/jackc/pgx/v5/pgconn"

	"imglink/app/botcheck"
)

// defaultSecret is what documentation and examples use; production refuses it.
const defaultSecret = "change-me"

func (c *Config) validate() Problems {
	var p Problems
	for _, check := range []func() []string{c.validateBasics, c.validateNetwork, c.validateStore, c.validateCloudflare, c.validateMail, c.validateProduction} {
		p = append(p, check()...)
	}
	return p
}

func (c *Config) validateBasics() (p []string) {
	if c.Env != "development" && c.Env != "production" {
		p = append(p, `IMGLINK_ENV must be "development" or "production"`)
	}
	if abs, err := filepath.Abs(c.DataDir); err != nil || c.DataDir == "" {
		p = append(p, "IMGLINK_DATA_DIR must name a directory")
	} else {
		c.DataDir = abs
	}
	loc, err := time.LoadLocation(c.LegalTZ)
	if err != nil || c.LegalTZ == "" || c.LegalTZ == "Local" {
		p = append(p, `IMGLINK_LEGAL_TZ must be an IANA time zone such as "Europe/Berlin"`)
	}
	c.location = loc
	if k := c.SecretKey.Reveal(); k != "" && len(k) < 32 && k != defaultSecret {
		p = append(p, "IMGLINK_SECRET_KEY must have at least 32 characters: generate one with `openssl rand -hex 32`")
	}
	for _, l := range []struct {
		name string
		n    int64
	}{
		{"IMGLINK_MAX_FILE_MIB", c.MaxFileMiB},
		{"IMGLINK_MAX_REQUEST_MIB", c.MaxRequestMiB},
		{"IMGLINK_MAX_PIXELS_MP", c.MaxPixelsMP},
		{"IMGLINK_UPLOADS_PER_MINUTE", int64(c.UploadsPerMin)},
		{"IMGLINK_REPORTS_PER_HOUR", int64(c.ReportsPerHr)},
	} {
		if l.n <= 0 || l.n > 1<<20 {
			p = append(p, l.name+" must be a number from 1 to 1048576")
		}
	}
	if c.MaxRequestMiB < c.MaxFileMiB {
		p = append(p, "IMGLINK_MAX_REQUEST_MIB must not be smaller than IMGLINK_MAX_FILE_MIB")
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.LogLevel) {
		p = append(p, "IMGLINK_LOG_LEVEL must be debug, info, warn or error")
	}
	return p
}

func (c *Config) validateNetwork() (p []string) {
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil || !isPort(port) {
		p = append(p, `IMGLINK_ADDR must be host:port with a port from 0 to 65535, for example "127.0.0.1:8080"`)
	}
	if c.MetricsAddr == "off" {
		c.MetricsAddr = ""
	} else if _, port, err := net.SplitHostPort(c.MetricsAddr); err != nil || !isPort(port) {
		p = append(p, `IMGLINK_METRICS_ADDR must be host:port with a port from 0 to 65535, or "off"`)
	}
	if c.BaseURL == "" {
		if host == "" || host == "0.0.0.0" || host == "::" {
			host = "localhost"
		}
		c.BaseURL = "http://" + net.JoinHostPort(host, port)
	}
	u, err := url.Parse(c.BaseURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		p = append(p, `IMGLINK_BASE_URL must be like "https://imglink.example": scheme and host, no path`)
		u = &url.URL{Scheme: "http", Host: "localhost"}
	}
	c.base = u
	c.proxies = nil
	for _, s := range c.TrustedProxies {
		prefix, err := parsePrefix(strings.TrimSpace(s))
		if err != nil {
			p = append(p, fmt.Sprintf("TRUSTED_PROXIES: %q is neither an address nor a network such as 173.245.48.0/20", s))
			continue
		}
		c.proxies = append(c.proxies, prefix)
	}
	return p
}

// isPort reports whether a server can listen there; 0 lets the system choose.
func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

func parsePrefix(s string) (netip.Prefix, error) {
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), nil
	}
	return netip.ParsePrefix(s)
}

func (c *Config) validateStore() (p []string) {
	if c.EmbeddedStore() {
		if c.S3Bucket != "" || c.S3AccessKeyID != "" || c.S3SecretAccessKey != "" {
			p = append(p, "S3_ENDPOINT is empty while other S3_ variables are set: set it, or unset them all to use the embedded store")
		}
	} else {
		if u, err := url.Parse(c.S3Endpoint); err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" {
			p = append(p, "S3_ENDPOINT must be an http or https URL")
		}
		for name, v := range map[string]string{"S3_BUCKET": c.S3Bucket, "S3_ACCESS_KEY_ID": c.S3AccessKeyID, "S3_SECRET_ACCESS_KEY": c.S3SecretAccessKey.Reveal()} {
			if v == "" {
				p = append(p, name+" must be set when S3_ENDPOINT is")
			}
		}
		slices.Sort(p)
		if c.S3Region == "" {
			c.S3Region = "auto"
		}
	}
	if !slices.Contains([]string{"", "AES256", "aws:kms", "provider"}, c.S3SSE) {
		p = append(p, `S3_SSE must be "AES256", "aws:kms" or "provider" (stores that always encrypt, such as R2)`)
	}
	return p
}

func (c *Config) validateCloudflare() (p []string) {
	if (c.TurnstileSiteKey == "") != (c.TurnstileSecretKey == "") {
		p = append(p, "TURNSTILE_SITE_KEY and TURNSTILE_SECRET_KEY must be set together, or neither to use the built-in proof of work")
	}
	if (c.CloudflareZone == "") != (c.CloudflareToken == "") {
		p = append(p, "CLOUDFLARE_ZONE_ID and CLOUDFLARE_API_TOKEN must be set together, or neither when no Cloudflare cache stands in front")
	}
	if u, err := url.Parse(c.TurnstileVerifyURL); err != nil || u.Host == "" {
		p = append(p, "TURNSTILE_VERIFY_URL must be a URL")
	}
	return p
}

func (c *Config) validateMail() (p []string) {
	if _, err := mail.ParseAddress(c.MailFrom); err != nil {
		p = append(p, `MAIL_FROM must be an address such as "ImgLink <no-reply@imglink.example>"`)
	}
	if c.SMTPURL != "" {
		if u, err := url.Parse(c.SMTPURL.Reveal()); err != nil || (u.Scheme != "smtp" && u.Scheme != "smtps") || u.Host == "" {
			p = append(p, `SMTP_URL must be like "smtp://user:password@mail.example:587"`)
		}
	}
	return p
}

// validateProduction holds the promises of the policy that are configuration: encryption in transit and at rest, and
// secrets that are secret.
func (c *Config) validateProduction() (p []string) {
	if !c.Production() {
		return nil
	}
	if k := c.SecretKey.Reveal(); k == "" || k == defaultSecret || distinct(k) < 8 {
		p = append(p, "IMGLINK_SECRET_KEY must be set to a secret of your own in production: generate one with `openssl rand -hex 32`")
	}
	if c.EmbeddedDatabase() && !c.AllowEmbedded {
		p = append(p, "DATABASE_URL must be set in production (or IMGLINK_ALLOW_EMBEDDED=1 for a small single-machine install)")
	}
	if !c.EmbeddedDatabase() && !verifiesTLS(c.DatabaseURL.Reveal()) {
		p = append(p, "DATABASE_URL must use sslmode=verify-full in production, with sslrootcert where the authority is private")
	}
	if c.EmbeddedStore() && !c.AllowEmbedded {
		p = append(p, "S3_ENDPOINT must be set in production (or IMGLINK_ALLOW_EMBEDDED=1 for a small single-machine install)")
	}
	if !c.EmbeddedStore() {
		if c.S3SSE == "" {
			p = append(p, "S3_SSE must be AES256, aws:kms, or provider (for stores that always encrypt, such as R2) in production")
		}
		if u, err := url.Parse(c.S3Endpoint); err != nil || u.Scheme != "https" {
			p = append(p, "S3_ENDPOINT must be https in production")
		}
		if isDummy(c.S3SecretAccessKey.Reveal()) {
			p = append(p, "S3_SECRET_ACCESS_KEY is a well-known default: set a secret of your own")
		}
	}
	if c.TurnstileSecretKey != "" && botcheck.IsTestKey(c.TurnstileSiteKey, c.TurnstileSecretKey.Reveal()) {
		p = append(p, "TURNSTILE_SITE_KEY or TURNSTILE_SECRET_KEY is one of Turnstile's test keys, which accept anybody: set real keys")
	}
	if u, err := url.Parse(c.TurnstileVerifyURL); err != nil || u.Scheme != "https" {
		p = append(p, "TURNSTILE_VERIFY_URL must be https in production: the secret travels there")
	}
	for _, n := range c.proxies {
		if n.Bits() == 0 {
			p = append(p, "TRUSTED_PROXIES must not be everybody: name the networks of your proxies")
		}
	}
	if c.BaseURL == "" || c.base.Scheme != "https" {
		p = append(p, "IMGLINK_BASE_URL must be the https address of this instance in production")
	}
	return p
}

// distinct counts the different characters of a secret: a repeated one is no secret.
func distinct(s string) int {
	seen := map[rune]bool{}
	for _, r := range s {
		seen[r] = true
	}
	return len(seen)
}

// verifiesTLS judges a connection string with the driver's own parser: the certificate and the host name are checked, and
// no fallback goes without.
func verifiesTLS(dsn string) bool {
	c, err := pgconn.ParseConfig(dsn)
	if err != nil || !strict(c.TLSConfig) {
		return false
	}
	for _, f := range c.Fallbacks {
		if !strict(f.TLSConfig) {
			return false
		}
	}
	return true
}

func strict(c *tls.Config) bool { return c != nil && !c.InsecureSkipVerify && c.ServerName != "" }

func isDummy(s string) bool {
	return slices.Contains([]string{"minioadmin", "minio123", "password", "secret", "changeme", defaultSecret, "test"}, s)
}

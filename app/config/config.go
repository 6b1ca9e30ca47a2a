// Package config reads the environment once into one typed value. Every missing or wrong key is reported at once, each
// with what to set.
package config

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/caarlos0/env/v11"
)

// Config is everything an operator can set. Zero values of DatabaseURL, S3 and SMTP mean the embedded defaults.
type Config struct {
	Addr          string `env:"IMGLINK_ADDR" envDefault:"127.0.0.1:8080"`
	BaseURL       string `env:"IMGLINK_BASE_URL"`
	DataDir       string `env:"IMGLINK_DATA_DIR" envDefault:"./data"`
	Env           string `env:"IMGLINK_ENV" envDefault:"development"`
	SecretKey     Secret `env:"IMGLINK_SECRET_KEY"`
	LegalTZ       string `env:"IMGLINK_LEGAL_TZ" envDefault:"Europe/Berlin"`
	AllowEmbedded bool   `env:"IMGLINK_ALLOW_EMBEDDED"`
	MetricsAddr   string `env:"IMGLINK_METRICS_ADDR" envDefault:"127.0.0.1:9464"`
	LogLevel      string `env:"IMGLINK_LOG_LEVEL" envDefault:"info"`

	MaxFileMiB    int64 `env:"IMGLINK_MAX_FILE_MIB" envDefault:"20"`
	MaxRequestMiB int64 `env:"IMGLINK_MAX_REQUEST_MIB" envDefault:"100"`
	MaxPixelsMP   int64 `env:"IMGLINK_MAX_PIXELS_MP" envDefault:"50"`
	UploadsPerMin int   `env:"IMGLINK_UPLOADS_PER_MINUTE" envDefault:"60"`
	GuestClients  bool  `env:"IMGLINK_GUEST_CLIENTS" envDefault:"true"`
	ReportsPerHr  int   `env:"IMGLINK_REPORTS_PER_HOUR" envDefault:"20"`
	Workers       int   `env:"IMGLINK_WORKERS" envDefault:"0"`
	UserQuota     Size  `env:"IMGLINK_USER_QUOTA" envDefault:"5GiB"` // what an account may hold; 0 is without limit

	DatabaseURL Secret `env:"DATABASE_URL"`

	S3Endpoint        string `env:"S3_ENDPOINT"`
	S3Region          string `env:"S3_REGION"`
	S3Bucket          string `env:"S3_BUCKET"`
	S3AccessKeyID     string `env:"S3_ACCESS_KEY_ID"`
	S3SecretAccessKey Secret `env:"S3_SECRET_ACCESS_KEY"`
	S3SSE             string `env:"S3_SSE"`

	TurnstileSiteKey   string `env:"TURNSTILE_SITE_KEY"`
	TurnstileSecretKey Secret `env:"TURNSTILE_SECRET_KEY"`
	TurnstileVerifyURL string `env:"TURNSTILE_VERIFY_URL" envDefault:"https://challenges.cloudflare.com/turnstile/v0/siteverify"`

	SMTPURL  Secret `env:"SMTP_URL"`
	MailFrom string `env:"MAIL_FROM" envDefault:"ImgLink <no-reply@localhost>"`

	CloudflareZone  string `env:"CLOUDFLARE_ZONE_ID"`
	CloudflareToken Secret `env:"CLOUDFLARE_API_TOKEN"`

	TrustedProxies []string `env:"TRUSTED_PROXIES" envSeparator:","`

	proxies  []netip.Prefix
	location *time.Location
	base     *url.URL
}

// Secret is a string that never prints itself.
type Secret string

// String hides the value; an empty secret prints empty so that "unset" stays visible.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "[redacted]"
}

// MarshalText keeps secrets out of structured logs and JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal is the value itself. The name is what a reviewer greps for.
func (s Secret) Reveal() string { return string(s) }

// Load parses and validates the variables. environ is os.Environ() in the program and a literal in tests.
func Load(environ []string) (Config, error) {
	var c Config
	p, unread := unreadable(env.ParseWithOptions(&c, env.Options{Environment: env.ToMap(environ)}))
	for _, problem := range c.validate() {
		if key, _, _ := strings.Cut(problem, " "); !slices.Contains(unread, key) {
			p = append(p, problem) // what could not be read is not judged as well
		}
	}
	if len(p) > 0 {
		return c, p
	}
	return c, nil
}

// unreadable says what each variable must be that is no number or truth value, and lists their names. Parsing goes on
// after one, so that the rest is checked too.
func unreadable(err error) (p Problems, names []string) {
	var agg env.AggregateError
	if err == nil {
		return nil, nil
	} else if !errors.As(err, &agg) {
		return Problems{err.Error()}, nil
	}
	for _, e := range agg.Errors {
		var wrong env.ParseError
		field, ok := reflect.StructField{}, false
		if errors.As(e, &wrong) {
			field, ok = reflect.TypeFor[Config]().FieldByName(wrong.Name)
		}
		if !ok {
			p = append(p, e.Error())
			continue
		}
		kind := "a whole number"
		if field.Type.Kind() == reflect.Bool {
			kind = "true or false, 1 or 0"
		}
		names = append(names, field.Tag.Get("env"))
		p = append(p, field.Tag.Get("env")+" must be "+kind)
	}
	return p, names
}

// Problems is every configuration error found, one sentence each.
type Problems []string

// Error lists them, one a line.
func (p Problems) Error() string {
	return fmt.Sprintf("%d configuration problem(s):\n  - %s", len(p), strings.Join(p, "\n  - "))
}

// Production reports whether the strict rules apply.
func (c Config) Production() bool { return c.Env == "production" }

// Location is the legal time zone: civil dates of legal clocks are counted in it.
func (c Config) Location() *time.Location { return c.location }

// URL is the public address of the instance without a trailing slash.
func (c Config) URL() string { return strings.TrimSuffix(c.base.String(), "/") }

// Host is the public host name.
func (c Config) Host() string { return c.base.Hostname() }

// Secure reports whether the public address is https, which decides the cookies' Secure attribute.
func (c Config) Secure() bool { return c.base.Scheme == "https" }

// Proxies are the networks whose forwarding headers are believed.
func (c Config) Proxies() []netip.Prefix { return c.proxies }

// EmbeddedDatabase reports whether the program runs its own PostgreSQL.
func (c Config) EmbeddedDatabase() bool { return c.DatabaseURL == "" }

// EmbeddedStore reports whether the program runs its own S3 server.
func (c Config) EmbeddedStore() bool { return c.S3Endpoint == "" }

// Dir is a directory below the data directory.
func (c Config) Dir(name string) string { return filepath.Join(c.DataDir, name) }

// MaxFile and MaxRequest are the body limits in bytes.
func (c Config) MaxFile() int64 { return c.MaxFileMiB << 20 }

// MaxRequest is the largest upload request in bytes.
func (c Config) MaxRequest() int64 { return c.MaxRequestMiB << 20 }

package config_test

import (
	"fmt"
	"strings"
	"testing"

	"imglink/app/config"
)

func load(t *testing.T, kv ...string) (config.Config, string) {
	t.Helper()
	c, err := config.Load(kv)
	if err != nil {
		return c, err.Error()
	}
	return c, ""
}

const ownSecret = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a6978"

var production = []string{
	"IMGLINK_ENV=production", "IMGLINK_BASE_URL=https://img.example", "IMGLINK_SECRET_KEY=" + ownSecret,
	"DATABASE_URL=postgres://u:p@db.example/imglink?sslmode=verify-full", "S3_ENDPOINT=https://s3.example", "S3_BUCKET=b",
	"S3_ACCESS_KEY_ID=a", "S3_SECRET_ACCESS_KEY=long-and-own", "S3_SSE=AES256",
}

func with(extra ...string) []string { return append(append([]string(nil), production...), extra...) }

func TestDefaults(t *testing.T) {
	c, problems := load(t)
	if problems != "" {
		t.Fatal(problems)
	}
	if c.Addr != "127.0.0.1:8080" || c.URL() != "http://127.0.0.1:8080" || c.Location().String() != "Europe/Berlin" || !c.EmbeddedDatabase() || !c.EmbeddedStore() {
		t.Fatalf("unexpected defaults: %v", c)
	}
}

func TestProductionRefusals(t *testing.T) {
	if _, problems := load(t, production...); problems != "" {
		t.Fatalf("a complete production set-up must start: %s", problems)
	}
	for name, tc := range map[string]struct {
		set  []string
		says string
	}{
		"embedded":           {[]string{"IMGLINK_ENV=production", "IMGLINK_BASE_URL=https://i.example", "IMGLINK_SECRET_KEY=" + ownSecret}, "IMGLINK_ALLOW_EMBEDDED=1"},
		"plain database":     {with("DATABASE_URL=postgres://u:p@db/imglink?sslmode=require"), "sslmode=verify-full"},
		"keyword database":   {with("DATABASE_URL=host=db sslmode=prefer"), "sslmode=verify-full"},
		"keyword that wins":  {with("DATABASE_URL=host=db sslmode=verify-full sslmode=disable"), "sslmode=verify-full"},
		"upper case scheme":  {with("S3_ENDPOINT=HTTP://s3.example"), "S3_ENDPOINT must be https"},
		"repeated secret":    {with("IMGLINK_SECRET_KEY=" + strings.Repeat("k", 64)), "IMGLINK_SECRET_KEY must be set"},
		"everybody a proxy":  {with("TRUSTED_PROXIES=0.0.0.0/0"), "TRUSTED_PROXIES must not be everybody"},
		"plain verification": {with("TURNSTILE_VERIFY_URL=http://challenges.example/verify"), "TURNSTILE_VERIFY_URL must be https"},
		"no encryption":      {with("S3_SSE="), "S3_SSE must be"},
		"plain store":        {with("S3_ENDPOINT=http://s3.example"), "S3_ENDPOINT must be https"},
		"no secret":          {with("IMGLINK_SECRET_KEY="), "IMGLINK_SECRET_KEY must be set"},
		"example secret":     {with("IMGLINK_SECRET_KEY=change-me"), "IMGLINK_SECRET_KEY must be set"},
		"default store key":  {with("S3_SECRET_ACCESS_KEY=minioadmin"), "well-known default"},
		"turnstile dummy":    {with("TURNSTILE_SITE_KEY=1x00000000000000000000AA", "TURNSTILE_SECRET_KEY=1x0000000000000000000000000000000AA"), "test keys"},
		"plain base":         {with("IMGLINK_BASE_URL=http://img.example"), "IMGLINK_BASE_URL must be the https"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, problems := load(t, tc.set...); !strings.Contains(problems, tc.says) {
				t.Fatalf("want a refusal saying %q, got %q", tc.says, problems)
			}
		})
	}
	if _, problems := load(t, "IMGLINK_ENV=production", "IMGLINK_ALLOW_EMBEDDED=1", "IMGLINK_BASE_URL=https://i.example", "IMGLINK_SECRET_KEY="+ownSecret); problems != "" {
		t.Fatalf("the embedded defaults must be allowed when asked for: %s", problems)
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	_, problems := load(t, "IMGLINK_ADDR=nowhere", "IMGLINK_LEGAL_TZ=Mars/Olympus", "S3_SSE=rot13", "TRUSTED_PROXIES=10.0.0.0/8,elsewhere", "MAIL_FROM=nobody", "TURNSTILE_SITE_KEY=x", "SMTP_URL=ftp://x", "IMGLINK_ENV=staging")
	for _, key := range []string{"IMGLINK_ADDR", "IMGLINK_LEGAL_TZ", "S3_SSE", "TRUSTED_PROXIES", "MAIL_FROM", "TURNSTILE_SECRET_KEY", "SMTP_URL", "IMGLINK_ENV"} {
		if !strings.Contains(problems, key) {
			t.Errorf("the report does not mention %s:\n%s", key, problems)
		}
	}
	if _, problems := load(t, "IMGLINK_MAX_FILE_MIB=many", "IMGLINK_WORKERS=few"); !strings.Contains(problems, "IMGLINK_MAX_FILE_MIB") || !strings.Contains(problems, "IMGLINK_WORKERS") {
		t.Errorf("parse errors must all be reported: %s", problems)
	}
}

func TestMetricsCanBeOff(t *testing.T) {
	if c, problems := load(t, "IMGLINK_METRICS_ADDR=off"); problems != "" || c.MetricsAddr != "" {
		t.Fatalf("off must switch metrics off: %q, %s", c.MetricsAddr, problems)
	}
}

func TestSecretsNeverPrint(t *testing.T) {
	c, _ := load(t, with("SMTP_URL=smtp://u:hunter2@mail.example")...)
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), c.SMTPURL.String()} {
		if strings.Contains(s, "hunter2") || strings.Contains(s, "0f1e2d3c") || strings.Contains(s, "long-and-own") {
			t.Fatalf("a secret leaked: %s", s)
		}
	}
}

// What cannot be read hides no other problem, is told by the name of its variable, and once.
func TestUnreadableVariablesHideNothing(t *testing.T) {
	_, problems := load(t, "IMGLINK_ALLOW_EMBEDDED=perhaps", "IMGLINK_MAX_FILE_MIB=large", "IMGLINK_UPLOADS_PER_MINUTE=1.5", "IMGLINK_LEGAL_TZ=Mars/Olympus", "S3_SSE=rot13")
	for _, want := range []string{
		"5 configuration problem(s)", "IMGLINK_ALLOW_EMBEDDED must be true or false", "IMGLINK_MAX_FILE_MIB must be a whole number",
		"IMGLINK_UPLOADS_PER_MINUTE must be a whole number", "IMGLINK_LEGAL_TZ must be", "S3_SSE must be",
	} {
		if !strings.Contains(problems, want) {
			t.Errorf("the report lacks %q:\n%s", want, problems)
		}
	}
}

func TestAddressesNeedAPort(t *testing.T) {
	for addr, ok := range map[string]bool{
		"127.0.0.1:8080": true, ":0": true, "[::1]:65535": true,
		"127.0.0.1:": false, "127.0.0.1:65536": false, "127.0.0.1:-1": false, "127.0.0.1:http": false, "127.0.0.1": false,
	} {
		for _, key := range []string{"IMGLINK_ADDR", "IMGLINK_METRICS_ADDR"} {
			if _, problems := load(t, key+"="+addr); (problems == "") != ok || !ok && !strings.Contains(problems, key) {
				t.Errorf("%s=%s: %q", key, addr, problems)
			}
		}
	}
}

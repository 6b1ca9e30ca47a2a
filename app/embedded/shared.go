package embedded

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
)

// The variables that hand running throwaway servers to test processes; the package documentation shows their shapes.
const (
	EnvTestPG = "IMGLINK_TEST_PG"
	EnvTestS3 = "IMGLINK_TEST_S3"
)

// Servers are the two throwaway servers of a test run. Each test makes a database and a bucket (or key prefix) of its own.
type Servers struct {
	PostgresDSN string // superuser, database "postgres"
	S3          S3Access
}

// Environ gives the variables that let another process use these servers.
func (s Servers) Environ() []string {
	return []string{EnvTestPG + "=" + s.PostgresDSN, EnvTestS3 + "=" + s.S3.URL()}
}

// URL packs the access into one string, the form of IMGLINK_TEST_S3.
func (a S3Access) URL() string {
	u, err := url.Parse(a.Endpoint)
	if err != nil {
		return ""
	}
	u.User = url.UserPassword(a.AccessKeyID, a.SecretAccessKey)
	u.Path, u.RawQuery = "/", url.Values{"region": {a.Region}, "bucket": {a.Bucket}}.Encode()
	return u.String()
}

// ParseS3Access reads the form URL writes. A missing region is "auto", a missing bucket "imglink".
func ParseS3Access(raw string) (S3Access, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return S3Access{}, fmt.Errorf("%s is not of the form http://KEY:SECRET@HOST:PORT/?region=auto&bucket=imglink", EnvTestS3)
	}
	secret, ok := u.User.Password()
	if !ok || u.User.Username() == "" {
		return S3Access{}, fmt.Errorf("%s holds no credentials: write http://KEY:SECRET@HOST:PORT/", EnvTestS3)
	}
	a := S3Access{
		Endpoint: u.Scheme + "://" + u.Host, Region: u.Query().Get("region"), Bucket: u.Query().Get("bucket"),
		AccessKeyID: u.User.Username(), SecretAccessKey: secret,
	}
	if a.Region == "" {
		a.Region = "auto"
	}
	if a.Bucket == "" {
		a.Bucket = "imglink"
	}
	return a, nil
}

// Throwaway is a pair of servers started by StartThrowaway.
type Throwaway struct {
	Servers
	pg *Postgres
	s3 *S3
}

// Stop ends both and removes their data.
func (t *Throwaway) Stop(ctx context.Context) error {
	var err error
	if t.s3 != nil {
		err = t.s3.Stop(ctx)
	}
	if t.pg != nil {
		err = errors.Join(err, t.pg.Stop(ctx))
	}
	return err
}

// StartThrowaway starts one PostgreSQL and one S3 server in memory.
func StartThrowaway(ctx context.Context) (*Throwaway, error) {
	t := &Throwaway{}
	var err error
	if t.pg, err = StartPostgres(ctx, PostgresConfig{Throwaway: true}); err != nil {
		return nil, err
	}
	if t.s3, err = StartS3(ctx, S3Config{Throwaway: true}); err != nil {
		return nil, errors.Join(err, t.Stop(ctx))
	}
	if t.PostgresDSN, err = withDatabase(t.pg.DSN(), "postgres"); err != nil {
		return nil, errors.Join(err, t.Stop(ctx))
	}
	t.S3 = t.s3.S3Access
	return t, nil
}

// withDatabase is the same connection to another database.
func withDatabase(dsn, database string) (string, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return "", fmt.Errorf("the connection string is not a URL: %w", errors.Unwrap(err))
	}
	u.Path = "/" + database
	return u.String(), nil
}

var shared struct {
	sync.Mutex
	own     *Throwaway
	servers Servers
	known   bool
}

// Shared gives this process's throwaway servers: those named by IMGLINK_TEST_PG and IMGLINK_TEST_S3 when set, else a pair
// started on the first call. A TestMain that ends with StopShared leaves nothing behind.
func Shared(ctx context.Context) (Servers, error) {
	shared.Lock()
	defer shared.Unlock()
	if shared.known {
		return shared.servers, nil
	}
	pg, s3 := os.Getenv(EnvTestPG), os.Getenv(EnvTestS3)
	switch {
	case pg != "" && s3 != "":
		access, err := ParseS3Access(s3)
		if err != nil {
			return Servers{}, err
		}
		shared.servers = Servers{PostgresDSN: pg, S3: access}
	case pg == "" && s3 == "":
		own, err := StartThrowaway(context.WithoutCancel(ctx)) // it outlives the test that came first
		if err != nil {
			return Servers{}, err
		}
		shared.own, shared.servers = own, own.Servers
	default:
		return Servers{}, fmt.Errorf("set both %s and %s, or neither", EnvTestPG, EnvTestS3)
	}
	shared.known = true
	return shared.servers, nil
}

// StopShared ends the servers that Shared started, if any.
func StopShared(ctx context.Context) error {
	shared.Lock()
	defer shared.Unlock()
	own := shared.own
	shared.own, shared.known = nil, false
	if own == nil {
		return nil
	}
	return own.Stop(ctx)
}

package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"imglink/app/fault"
)

var errSize = errors.New("the length of the body is not what was announced")

// S3 is the store. It is safe for concurrent use.
type S3 struct {
	client *s3.Client
	cfg    Config
}

// Open checks the configuration and makes a client. It sends nothing: Ping says whether the store answers.
func Open(_ context.Context, cfg Config) (*S3, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("objects.Open: %w", err)
	}
	rt := cfg.Transport
	if rt == nil {
		rt = transport(cfg)
	}
	base, err := url.Parse(strings.TrimRight(cfg.Endpoint, "/"))
	if err != nil {
		return nil, fmt.Errorf("objects.Open: %w", err)
	}
	client := s3.New(s3.Options{
		Region:             cfg.Region,
		BaseEndpoint:       aws.String(base.String()),
		EndpointResolverV2: pathStyle{*base, cfg.Region},
		UsePathStyle:       true,
		Credentials:        credentials.NewStaticCredentialsProvider(cfg.AccessKeyID, cfg.SecretAccessKey, ""),
		HTTPClient: &http.Client{
			Transport:     rt,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		// Since January 2025 the SDK adds CRC32 to everything by default, which R2 answered with 501.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
		Retryer: retry.NewStandard(func(o *retry.StandardOptions) {
			o.MaxAttempts = cfg.Attempts
			o.MaxBackoff = 500 * time.Millisecond
			o.RateLimiter = ratelimit.None // the attempts are the bound; a shared budget would let one outage fail later calls untried
		}),
	})
	return &S3{client: client, cfg: cfg}, nil
}

// transport keeps as many idle connections as may be in use: Go's default of two per host makes every burst dial again.
// No proxy is read from the environment, and nothing is decompressed behind our back.
func transport(cfg Config) *http.Transport {
	return &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		MaxIdleConns:          cfg.Conns,
		MaxIdleConnsPerHost:   cfg.Conns,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: cfg.Timeout,
		ExpectContinueTimeout: time.Second,
		DisableCompression:    true,
		ForceAttemptHTTP2:     false,
		ReadBufferSize:        32 << 10,
		WriteBufferSize:       32 << 10,
	}
}

// Put stores body under key, replacing what was there. When it returns nil the store has acknowledged all bytes; on any
// error the object may or may not exist, and repeating the Put is safe. body is read from its start on every attempt.
func (s *S3) Put(ctx context.Context, key string, body io.ReadSeeker, m Meta) (err error) {
	defer fault.Wrap(&err, "objects.Put(%s)", key)
	if err := checkKey(key); err != nil {
		return err
	}
	if n, err := body.Seek(0, io.SeekEnd); err != nil || n != m.Size {
		return fmt.Errorf("body of %d bytes announced as %d: %w", n, m.Size, errors.Join(errSize, err))
	}
	if _, err := body.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if n := len(m.SHA256); n != 0 && n != 32 {
		return fmt.Errorf("SHA-256 of %d bytes", n)
	}
	in := &s3.PutObjectInput{
		Bucket: &s.cfg.Bucket, Key: &key, Body: body,
		ContentLength: aws.Int64(m.Size), ContentType: optional(m.ContentType),
		CacheControl: optional(m.CacheControl), ContentDisposition: optional(m.Disposition),
	}
	switch s.cfg.SSE {
	case SSEAES256:
		in.ServerSideEncryption = types.ServerSideEncryptionAes256
	case SSEKMS:
		in.ServerSideEncryption = types.ServerSideEncryptionAwsKms
	}
	ctx, cancel := context.WithTimeout(ctx, s.transferTime(m.Size))
	defer cancel()
	_, err = s.client.PutObject(ctx, in, payloadHash(m.SHA256))
	return translate(err)
}

// Get opens an object, or the part r selects when r is not nil. The context governs the body too. A missing object is
// fault.NotFound, a range outside of it fault.Invalid with the code range_not_satisfiable.
func (s *S3) Get(ctx context.Context, key string, r *Range) (_ *Object, err error) {
	defer fault.Wrap(&err, "objects.Get(%s)", key)
	if err := checkKey(key); err != nil {
		return nil, err
	}
	in := &s3.GetObjectInput{Bucket: &s.cfg.Bucket, Key: &key}
	if r != nil {
		in.Range = aws.String(r.header())
	}
	ctx, cancel := context.WithCancel(ctx)
	hung := time.AfterFunc(s.transferTime(0), cancel)
	out, err := s.client.GetObject(ctx, in)
	if expired := !hung.Stop(); err != nil || expired {
		cancel()
		if expired {
			return nil, unavailable.Because(errors.Join(context.DeadlineExceeded, err))
		}
		return nil, translate(err)
	}
	o := &Object{Info: Info{
		Key: key, Size: aws.ToInt64(out.ContentLength), TotalSize: aws.ToInt64(out.ContentLength),
		ETag: aws.ToString(out.ETag), LastModified: aws.ToTime(out.LastModified).UTC(), ContentType: aws.ToString(out.ContentType),
	}}
	if total, ok := totalOf(aws.ToString(out.ContentRange)); ok {
		o.TotalSize = total
	}
	o.Body = watch(out.Body, cancel, s.cfg.Timeout)
	return o, nil
}

// Head describes an object without its bytes; a missing one is fault.NotFound.
func (s *S3) Head(ctx context.Context, key string) (_ Info, err error) {
	defer fault.Wrap(&err, "objects.Head(%s)", key)
	if err := checkKey(key); err != nil {
		return Info{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	out, err := s.client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &s.cfg.Bucket, Key: &key})
	if err != nil {
		return Info{}, translate(err)
	}
	return Info{
		Key: key, Size: aws.ToInt64(out.ContentLength), TotalSize: aws.ToInt64(out.ContentLength), ETag: aws.ToString(out.ETag),
		LastModified: aws.ToTime(out.LastModified).UTC(), ContentType: aws.ToString(out.ContentType),
	}, nil
}

// Ping asks whether the bucket can be reached with these credentials.
func (s *S3) Ping(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "objects.Ping")
	ctx, cancel := context.WithTimeout(ctx, min(s.cfg.Timeout, 5*time.Second))
	defer cancel()
	_, err = s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &s.cfg.Bucket})
	return translateBucket(err)
}

// transferTime is the longest a body of n bytes may take, retries included.
func (s *S3) transferTime(n int64) time.Duration {
	return time.Duration(s.cfg.Attempts) * (s.cfg.Timeout + time.Duration(n/s.cfg.FloorRate)*time.Second)
}

func (r Range) header() string {
	switch {
	case r.Start < 0:
		return "bytes=" + strconv.FormatInt(r.Start, 10)
	case r.Length > 0:
		return fmt.Sprintf("bytes=%d-%d", r.Start, r.Start+r.Length-1)
	}
	return fmt.Sprintf("bytes=%d-", r.Start)
}

// totalOf reads the complete length of a Content-Range (RFC 9110 section 14.4), "bytes 0-9/120".
func totalOf(header string) (int64, bool) {
	_, after, found := strings.Cut(header, "/")
	if !found {
		return 0, false
	}
	n, err := strconv.ParseInt(after, 10, 64)
	return n, err == nil
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

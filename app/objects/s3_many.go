package objects

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"imglink/app/fault"
)

// batch is the most keys one DeleteObjects takes (S3 API reference).
const batch = 1000

// Delete removes an object for good. One that is already gone is success, so repeating it is safe.
func (s *S3) Delete(ctx context.Context, key string) (err error) {
	defer fault.Wrap(&err, "objects.Delete(%s)", key)
	if err := checkKey(key); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	_, err = s.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &s.cfg.Bucket, Key: &key})
	if err = translate(err); fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

// DeleteAll removes many objects. It goes on past keys that fail and returns one error that names them; what it
// returned nil for is gone. Already gone is success.
func (s *S3) DeleteAll(ctx context.Context, keys []string) (err error) {
	defer fault.Wrap(&err, "objects.DeleteAll(%d keys)", len(keys))
	for _, key := range keys {
		if err := checkKey(key); err != nil {
			return err
		}
	}
	var errs []error
	for part := range slices.Chunk(keys, batch) {
		if err := s.deleteBatch(ctx, part); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

func (s *S3) deleteBatch(ctx context.Context, keys []string) error {
	ids := make([]types.ObjectIdentifier, len(keys))
	for i := range keys {
		ids[i].Key = &keys[i]
	}
	ctx, cancel := context.WithTimeout(ctx, 2*s.cfg.Timeout)
	defer cancel()
	out, err := s.client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
		Bucket: &s.cfg.Bucket, Delete: &types.Delete{Objects: ids, Quiet: aws.Bool(true)},
	})
	if err != nil {
		return translate(err)
	}
	var left []error
	for _, e := range out.Errors {
		if code := aws.ToString(e.Code); code != "NoSuchKey" {
			left = append(left, fmt.Errorf("%s: %s", aws.ToString(e.Key), code))
		}
	}
	if len(left) > 0 {
		return unavailable.Because(errors.Join(left...))
	}
	return nil
}

// List yields every object whose key starts with prefix, in key order, page by page. After an error it stops.
func (s *S3) List(ctx context.Context, prefix string) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		pages := s3.NewListObjectsV2Paginator(s.client, &s3.ListObjectsV2Input{Bucket: &s.cfg.Bucket, Prefix: optional(prefix)})
		for pages.HasMorePages() {
			page, err := s.page(ctx, pages)
			if err != nil {
				yield(Entry{}, fmt.Errorf("objects.List(%s): %w", prefix, translate(err)))
				return
			}
			for _, o := range page.Contents {
				e := Entry{Key: aws.ToString(o.Key), Size: aws.ToInt64(o.Size), LastModified: aws.ToTime(o.LastModified).UTC()}
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

func (s *S3) page(ctx context.Context, p *s3.ListObjectsV2Paginator) (*s3.ListObjectsV2Output, error) {
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	return p.NextPage(ctx)
}

// EnsureBucket creates the bucket when it is missing. Development and tests only: in production the bucket, with its
// encryption, lifecycle and access rules, is made by the operator.
func (s *S3) EnsureBucket(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "objects.EnsureBucket")
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	_, err = s.client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &s.cfg.Bucket})
	if err == nil {
		return nil
	}
	if !fault.Is(translate(err), fault.NotFound) {
		return translateBucket(err)
	}
	_, err = s.client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: &s.cfg.Bucket})
	if _, mine := errors.AsType[*types.BucketAlreadyOwnedByYou](err); mine {
		return nil
	}
	return translateBucket(err)
}

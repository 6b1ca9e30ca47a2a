package embedded

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// client talks to the store for the one thing done here: making the bucket.
func (a S3Access) client() *s3.Client {
	return s3.New(s3.Options{
		BaseEndpoint: aws.String(a.Endpoint), Region: a.Region, UsePathStyle: true,
		Credentials:                credentials.NewStaticCredentialsProvider(a.AccessKeyID, a.SecretAccessKey, ""),
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenRequired,
	})
}

func createBucket(ctx context.Context, a S3Access) error {
	_, err := a.client().CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(a.Bucket)})
	var ours *types.BucketAlreadyOwnedByYou
	if err != nil && !errors.As(err, &ours) {
		return fmt.Errorf("creating the bucket %s in the embedded S3 store: %w", a.Bucket, err)
	}
	return nil
}

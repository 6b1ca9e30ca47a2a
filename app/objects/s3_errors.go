package objects

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"imglink/app/fault"
)

var (
	missing     = fault.New(fault.NotFound, "object_missing", "This file does not exist.")
	badRange    = fault.New(fault.Invalid, "range_not_satisfiable", "The requested part lies outside of the file.")
	unavailable = fault.New(fault.Unavailable, "storage_unavailable",
		"The image storage does not answer right now. Please try again in a few seconds.").After(5 * time.Second)
)

// translate gives an SDK error its kind. A cancelled caller stays context.Canceled; everything that is neither a missing
// key nor a wrong range is the store's trouble, credentials included: the visitor can only wait, the log says why.
func translate(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		switch api.ErrorCode() {
		case "NoSuchKey":
			return missing.Because(err)
		case "NoSuchBucket":
			return unavailable.Because(err)
		case "InvalidRange":
			return badRange.Because(err)
		}
	}
	if re, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		switch re.HTTPStatusCode() {
		case http.StatusNotFound: // HEAD has no body and so no code
			return missing.Because(err)
		case http.StatusRequestedRangeNotSatisfiable:
			return badRange.Because(err)
		}
	}
	return unavailable.Because(err)
}

// translateBucket is translate for calls about the bucket, whose absence is the operator's trouble.
func translateBucket(err error) error {
	if err = translate(err); fault.Is(err, fault.NotFound) {
		return unavailable.Because(err)
	}
	return err
}

// payloadHash signs the known hash of the body, so that the store itself refuses other bytes, over http and https alike.
func payloadHash(sum []byte) func(*s3.Options) {
	if len(sum) == 0 {
		return func(*s3.Options) {}
	}
	set := middleware.InitializeMiddlewareFunc("KnownPayloadHash",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return next.HandleInitialize(v4.SetPayloadHash(ctx, hex.EncodeToString(sum)), in)
		})
	return s3.WithAPIOptions(func(stack *middleware.Stack) error { return stack.Initialize.Add(set, middleware.After) })
}

// watched cuts a body off when the store sends nothing for a while, and gives its failures their kind.
type watched struct {
	body   io.ReadCloser
	cancel context.CancelFunc
	idle   time.Duration
	timer  *time.Timer
	once   sync.Once
}

func watch(body io.ReadCloser, cancel context.CancelFunc, idle time.Duration) *watched {
	w := &watched{body: body, cancel: cancel, idle: idle}
	w.timer = time.AfterFunc(idle, cancel)
	w.timer.Stop()
	return w
}

// Read runs the timer only while it waits for the store: a slow visitor must not look like a hung store.
func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(w.idle)
	n, err := w.body.Read(p)
	expired := !w.timer.Stop()
	if err == nil || errors.Is(err, io.EOF) {
		return n, err
	}
	if errors.Is(err, context.Canceled) && !expired {
		return n, err
	}
	return n, unavailable.Because(err)
}

// Close releases the connection; a body that was not read to its end costs it.
func (w *watched) Close() (err error) {
	w.once.Do(func() {
		w.timer.Stop()
		err = w.body.Close()
		w.cancel()
	})
	return err
}

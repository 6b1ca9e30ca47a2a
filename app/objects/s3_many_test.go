package objects_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"imglink/app/fault"
	"imglink/app/objects"
)

// TestDeleteAllNamesWhatIsLeft: the store answers 200 and refuses single keys inside; one batch failing must not keep the
// next from being sent.
func TestDeleteAllNamesWhatIsLeft(t *testing.T) {
	var calls atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if n := strings.Count(string(body), "<Key>"); n > 1000 {
			t.Errorf("%d keys in one call", n)
		}
		w.Header().Set("Content-Type", "application/xml")
		if calls.Add(1) == 1 {
			_, _ = io.WriteString(w, `<DeleteResult><Error><Key>k/0001</Key><Code>AccessDenied</Code><Message>no</Message></Error>`+
				`<Error><Key>k/0002</Key><Code>NoSuchKey</Code><Message>gone</Message></Error></DeleteResult>`)
			return
		}
		_, _ = io.WriteString(w, `<DeleteResult></DeleteResult>`)
	}))
	defer srv.Close()
	s, err := objects.Open(t.Context(), objects.Config{Endpoint: srv.URL, Region: "auto", Bucket: "b", AccessKeyID: "a", SecretAccessKey: "s"})
	if err != nil {
		t.Fatal(err)
	}
	keys := make([]string, 1500)
	for i := range keys {
		keys[i] = fmt.Sprintf("k/%04d", i)
	}
	err = s.DeleteAll(t.Context(), keys)
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "k/0001: AccessDenied") || strings.Contains(err.Error(), "k/0002") {
		t.Errorf("first time: %v", err)
	}
	if calls.Load() != 2 {
		t.Errorf("%d calls, want both batches", calls.Load())
	}
	if err := s.DeleteAll(t.Context(), keys); err != nil {
		t.Errorf("repeated: %v", err)
	}
	if err := s.DeleteAll(t.Context(), nil); err != nil {
		t.Errorf("no keys: %v", err)
	}
	if err := s.DeleteAll(t.Context(), []string{"ok", "../bad"}); err == nil {
		t.Error("a key outside of the bucket was accepted")
	}
}

// BenchmarkGet is the serving path without us around it: 64 readers of a 200 kB object.
func BenchmarkGet(b *testing.B) {
	s, err := objects.Open(b.Context(), objects.Config{
		Endpoint: server.Endpoint, Region: server.Region, Bucket: server.Bucket,
		AccessKeyID: server.AccessKeyID, SecretAccessKey: server.SecretAccessKey,
	})
	if err != nil {
		b.Fatal(err)
	}
	const size = 200_000
	if err := s.Put(b.Context(), "bench/get", strings.NewReader(strings.Repeat("x", size)), objects.Meta{Size: size}); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(size)
	b.SetParallelism(32)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			o, err := s.Get(b.Context(), "bench/get", nil)
			if err != nil {
				b.Error(err)
				return
			}
			if n, err := io.Copy(io.Discard, o.Body); n != size || err != nil {
				b.Errorf("%d bytes, %v", n, err)
			}
			_ = o.Body.Close()
		}
	})
}

// BenchmarkPut compares letting the SDK hash the body with handing it the hash known from the upload.
func BenchmarkPut(b *testing.B) {
	s, err := objects.Open(b.Context(), objects.Config{
		Endpoint: server.Endpoint, Region: server.Region, Bucket: server.Bucket,
		AccessKeyID: server.AccessKeyID, SecretAccessKey: server.SecretAccessKey,
	})
	if err != nil {
		b.Fatal(err)
	}
	body := strings.Repeat("x", 2_000_000)
	sum := sha256.Sum256([]byte(body))
	for name, known := range map[string][]byte{"hash unknown": nil, "hash known": sum[:]} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				m := objects.Meta{Size: int64(len(body)), SHA256: known}
				if err := s.Put(b.Context(), "bench/put", strings.NewReader(body), m); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

package resumable_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/keyring"
	"imglink/app/objects"
	"imglink/app/objects/objectstest"
	"imglink/app/resumable"
	"imglink/app/testdb"
	"imglink/app/uploads"
	"imglink/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

// receiver keeps what it is given, and fails or dies where the test says. It writes the rows that uploads.Service would.
type receiver struct {
	store *models.Store
	mu    sync.Mutex
	got   map[string][]byte // image id -> bytes
	names []string
	fail  error // instead of receiving
	die   error // after the picture is published: the process dies before it can say so
}

func (r *receiver) Receive(ctx context.Context, src uploads.Source, name string, body io.Reader) (uploads.Upload, error) {
	b, err := io.ReadAll(body)
	if err != nil {
		return uploads.Upload{}, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return uploads.Upload{}, r.fail
	}
	img := models.Image{
		ID: src.ID, State: models.ImageLive, Uploader: src.Uploader, FileName: name, Mime: "image/png", Ext: "png", Bytes: int64(len(b)), Width: 1, Height: 1,
		ReceivedSHA256: make([]byte, 32), SHA256: make([]byte, 32), DeleteHash: src.DeleteToken.Hash(), Visibility: models.ImageUnlisted,
	}
	err = r.store.Write(ctx, models.Change{Actor: src.Actor, Needs: actor.Public, Action: "image.begin", Entity: "image", ID: src.ID},
		func(tx *models.Tx) error { img.CreatedAt = tx.Now; return tx.InsertImage(img, "") })
	if err != nil {
		return uploads.Upload{}, err
	}
	r.got[src.ID] = b
	r.names = append(r.names, name)
	return uploads.Upload{Image: img, DeleteToken: src.DeleteToken}, r.die
}

func (r *receiver) Abandon(context.Context, models.Image) error {
	return errors.New("nothing is pending")
}

type rig struct {
	*resumable.Service
	clock  *clock.Fake
	rec    *receiver
	store  *objects.S3
	faulty *objectstest.Faulty
}

func newRig(t testing.TB) *rig {
	t.Helper()
	store, fake := testdb.Store(t)
	s3 := testdb.Servers(t).S3
	r := &rig{clock: fake, rec: &receiver{store: store, got: map[string][]byte{}}, faulty: objectstest.NewFaulty(nil)}
	var err error
	r.store, err = objects.Open(t.Context(), objects.Config{
		Endpoint: s3.Endpoint, Region: s3.Region, Bucket: "r-" + strings.ToLower(ident.Public()), AccessKeyID: s3.AccessKeyID, SecretAccessKey: s3.SecretAccessKey,
		Attempts: 1, Transport: r.faulty,
	})
	if err == nil {
		err = r.store.EnsureBucket(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	r.Service = &resumable.Service{
		Store: store, Objects: r.store, Uploads: r.rec, Keys: keyring.New(strings.Repeat("k", 40)), Clock: fake, Log: testdb.Log(t),
		TempDir: t.TempDir(), MaxBytes: 1 << 20, PieceBytes: 64,
	}
	return r
}

func (r *rig) begin(t require, n int64) ident.Token {
	t.Helper()
	token, _, err := r.Begin(context.Background(), resumable.Start{Client: []byte("c"), Name: "a.png", Length: n})
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// require is what a test and a property have in common.
type require interface {
	Helper()
	Fatal(args ...any)
	Errorf(format string, args ...any)
}

// chunk is a body that ends with err, cleanly when it is nil.
func chunk(offset int64, b []byte, err error) resumable.Chunk {
	return resumable.Chunk{Offset: offset, Open: func(int64) io.Reader {
		if err == nil {
			return bytes.NewReader(b)
		}
		return io.MultiReader(bytes.NewReader(b), iotest.ErrReader(err))
	}}
}

func (r *rig) objectsLeft(t require) (keys []string) {
	t.Helper()
	for e, err := range r.store.List(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, e.Key)
	}
	return keys
}

func noise(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	return b
}

// Any order of chunks, breaks, wrong offsets, lost stores and deaths while finishing ends in one picture of exactly the
// bytes that were sent, and leaves no object.
func TestAnySequenceGivesTheSameBytes(t *testing.T) {
	r := newRig(t)
	rapid.Check(t, func(p *rapid.T) {
		want := noise(rapid.IntRange(1, 700).Draw(p, "length"))
		token := r.begin(p, int64(len(want)))
		pictures := len(r.rec.got)
		var st resumable.Status
		for step := 0; st.Upload == nil; step++ {
			if step > 500 {
				p.Fatalf("it does not end: %+v", st)
			}
			rest := want[st.Received:]
			part := rest[:rapid.IntRange(0, len(rest)).Draw(p, "part")]
			c := chunk(st.Received, part, nil)
			r.rec.die, r.rec.fail = nil, nil
			r.faulty.Set(objectstest.Pass, nil)
			switch rapid.SampledFrom([]string{"whole", "whole", "broken", "early", "late", "store down", "store forgets to answer", "store breaks off", "receiver down", "dies", "sum", "wrong sum"}).Draw(p, "how") {
			case "broken":
				c = chunk(st.Received, part, io.ErrUnexpectedEOF)
			case "early":
				c.Offset--
			case "late":
				c.Offset++
			case "store down":
				r.faulty.Set(objectstest.FailBefore, nil)
			case "store forgets to answer":
				r.faulty.Set(objectstest.FailAfter, nil)
			case "store breaks off":
				r.faulty.Set(objectstest.CutBody, nil)
			case "receiver down":
				r.rec.fail = fault.New(fault.Unavailable, "", "Down.")
			case "dies":
				r.rec.die = errors.New("killed")
			case "sum":
				c.Sum, c.Want = summed(part)
			case "wrong sum":
				c.Sum, c.Want = summed(append([]byte("x"), part...))
			}
			if _, err := r.Append(context.Background(), token, c); fault.Is(err, fault.Locked) {
				p.Fatalf("nobody else is at it: %v", err)
			}
			r.faulty.Set(objectstest.Pass, nil)
			next, err := r.Look(context.Background(), token)
			if err != nil {
				r.rec.die, r.rec.fail = nil, nil
				if next, err = r.Look(context.Background(), token); err != nil {
					p.Fatalf("looking: %v", err)
				}
			}
			if next.Received < st.Received {
				p.Fatalf("%d bytes became %d", st.Received, next.Received)
			}
			st = next
		}
		if got := r.rec.got[st.Upload.Image.ID]; !bytes.Equal(got, want) {
			p.Fatalf("%d bytes arrived of %d, or others", len(got), len(want))
		}
		if n := len(r.rec.got) - pictures; n != 1 {
			p.Fatalf("%d pictures of one upload", n)
		}
		if left := r.objectsLeft(p); len(left) > 0 {
			p.Fatalf("left: %v", left)
		}
	})
}

func summed(b []byte) (hash.Hash, []byte) {
	sum := sha256.Sum256(b)
	return sha256.New(), sum[:]
}

// Of two requests that send at once one goes on and the other is told to wait; the hold of a dead process ends.
func TestOneSendsAtATime(t *testing.T) {
	r := newRig(t)
	want := noise(200)
	token := r.begin(t, 200)
	in, out := io.Pipe()
	first := make(chan error, 1)
	go func() {
		_, err := r.Append(context.Background(), token, resumable.Chunk{Open: func(int64) io.Reader { return in }})
		first <- err
	}()
	if _, err := out.Write(want[:100]); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Append(t.Context(), token, chunk(0, want, nil)); !fault.Is(err, fault.Locked) {
		t.Errorf("the second: %v", err)
	}
	if err := r.Cancel(t.Context(), token); !fault.Is(err, fault.Locked) {
		t.Errorf("cancelling: %v", err)
	}
	if st, err := r.Look(t.Context(), token); err != nil || st.Received != 64 {
		t.Errorf("while it is sent: %+v, %v", st, err)
	}
	r.clock.Advance(time.Minute) // the first stalls, or its machine is suspended: its hold is over
	st, err := r.Append(t.Context(), token, chunk(64, want[64:], nil))
	if err != nil || st.Upload == nil {
		t.Fatalf("after the hold: %+v, %v", st, err)
	}
	_ = out.Close()
	if err := <-first; !fault.Is(err, fault.Conflict) {
		t.Errorf("the first, which lost its hold: %v", err)
	}
	if got := r.rec.got[st.Upload.Image.ID]; !bytes.Equal(got, want) {
		t.Error("other bytes")
	}
	if left := r.objectsLeft(t); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// A refused file stays refused, with its own words, and nothing of it is kept.
func TestRefusal(t *testing.T) {
	r := newRig(t)
	token := r.begin(t, 10)
	r.rec.fail = models.ErrBlocked
	_, err := r.Append(t.Context(), token, chunk(0, noise(10), nil))
	r.rec.fail = nil
	for range 3 {
		if !errors.Is(err, models.ErrBlocked) || fault.Of(err).Message != models.ErrBlocked.Message {
			t.Errorf("got %v", err)
		}
		_, err = r.Look(t.Context(), token)
	}
	if left := r.objectsLeft(t); len(left) > 0 || len(r.rec.got) > 0 {
		t.Errorf("left: %v", left)
	}
}

// What a dead process left complete is finished by the sweep, once; what nobody continues goes with its bytes.
func TestSweeps(t *testing.T) {
	r := newRig(t)
	done, open := r.begin(t, 100), r.begin(t, 100)
	r.rec.die = errors.New("killed")
	if _, err := r.Append(t.Context(), done, chunk(0, noise(100), nil)); err == nil {
		t.Fatal("it must fail")
	}
	r.rec.die = nil
	for range 2 {
		if err := r.SweepUnfinished(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if st, err := r.Look(t.Context(), done); err != nil || st.Upload == nil || len(r.rec.got) != 1 {
		t.Errorf("after the sweep: %+v, %v, %d pictures", st, err, len(r.rec.got))
	}
	if _, err := r.Append(t.Context(), open, chunk(0, noise(90), io.ErrUnexpectedEOF)); !fault.Is(err, fault.Malformed) {
		t.Fatal(err)
	}
	if n := len(r.objectsLeft(t)); n != 2 {
		t.Errorf("%d objects of two pieces", n)
	}
	r.clock.Advance(23 * time.Hour)
	if st, err := r.Append(t.Context(), open, chunk(90, noise(1), nil)); err != nil || st.Received != 91 {
		t.Fatalf("going on in time: %+v, %v", st, err)
	}
	r.clock.Advance(23 * time.Hour)
	if err := r.SweepExpired(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st, err := r.Look(t.Context(), open); err != nil || st.Received != 91 {
		t.Errorf("going on moves the end: %+v, %v", st, err)
	}
	r.clock.Advance(2 * time.Hour)
	if _, err := r.Look(t.Context(), open); !fault.Is(err, fault.Gone) {
		t.Errorf("its time is over: %v", err)
	}
	if err := r.SweepExpired(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Look(t.Context(), open); !fault.Is(err, fault.NotFound) {
		t.Errorf("after the sweep: %v", err)
	}
	if left := r.objectsLeft(t); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// Bytes without an upload go with the next sweep, however new: the rows of a closed account are gone at once. Those of an
// upload in the making stay.
func TestOrphansGo(t *testing.T) {
	r := newRig(t)
	open := r.begin(t, 10)
	if _, err := r.Append(t.Context(), open, chunk(0, []byte("abcd"), nil)); err != nil {
		t.Fatal(err)
	}
	counted := r.objectsLeft(t)
	for _, key := range []string{"partial/x/0-y", "partial/x/1-y", "partial/z/0-y"} {
		if err := r.store.Put(t.Context(), key, strings.NewReader("z"), objects.Meta{Size: 1}); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := r.SweepOrphans(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left := r.objectsLeft(t); len(left) != 1 || left[0] != counted[0] {
			t.Errorf("left: %v, want %v", left, counted)
		}
	}
}

// A client has a bound of what it may leave unfinished; what is cancelled or finished counts no more.
func TestTheBound(t *testing.T) {
	r := newRig(t)
	var tokens []ident.Token
	var err error
	for range 70 {
		var token ident.Token
		if token, _, err = r.Begin(t.Context(), resumable.Start{Client: []byte("c"), Length: 1}); err != nil {
			break
		}
		tokens = append(tokens, token)
	}
	if !errors.Is(err, models.ErrPartialBound) || len(tokens) != 64 {
		t.Fatalf("%d uploads, %v", len(tokens), err)
	}
	if _, _, err := r.Begin(t.Context(), resumable.Start{Client: []byte("d"), Length: 1}); err != nil {
		t.Errorf("another client: %v", err)
	}
	if err := r.Cancel(t.Context(), tokens[0]); err != nil {
		t.Fatal(err)
	}
	if _, _, err := r.Begin(t.Context(), resumable.Start{Client: []byte("c"), Length: 1}); err != nil {
		t.Errorf("after cancelling one: %v", err)
	}
	var big int
	for ; err == nil || big == 0; big++ {
		if _, _, err = r.Begin(t.Context(), resumable.Start{Client: []byte("e"), Length: 1 << 20}); err != nil {
			break
		}
	}
	if big != 32 {
		t.Errorf("%d of the largest size", big)
	}
	for n, kind := range map[int64]fault.Kind{0: fault.Invalid, -1: fault.Invalid, 1<<20 + 1: fault.TooLarge} {
		if _, _, err := r.Begin(t.Context(), resumable.Start{Client: []byte("f"), Length: n}); !fault.Is(err, kind) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
}

// The address is the right, and the database does not know it.
func TestTheAddressIsNotStored(t *testing.T) {
	r := newRig(t)
	token := r.begin(t, 10)
	if _, err := r.Append(t.Context(), token, chunk(0, noise(5), nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Look(t.Context(), ident.NewToken()); !fault.Is(err, fault.NotFound) {
		t.Errorf("another token: %v", err)
	}
	if keys := r.objectsLeft(t); slices.ContainsFunc(keys, func(k string) bool { return strings.Contains(k, string(token)) }) {
		t.Errorf("%v", keys)
	}
	if _, err := r.Service.Store.Partial(t.Context(), string(token)); !fault.Is(err, fault.NotFound) {
		t.Errorf("found by its token: %v", err)
	}
}

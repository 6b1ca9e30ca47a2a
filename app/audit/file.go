package audit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"imglink/models"
)

// An exported chain is JSON lines: a header, every link with its entry in order, a footer that tells a whole file from one
// cut short. It can be verified with nothing but this package's documentation.

type header struct {
	Format string `json:"format"`
}

type line struct {
	Seq       int64           `json:"seq"`
	SealedAt  string          `json:"sealed_at"`
	ID        int64           `json:"id"`
	TxID      string          `json:"txid"`
	At        string          `json:"at"`
	ActorKind string          `json:"actor_kind"`
	ActorID   string          `json:"actor_id"`
	Action    string          `json:"action"`
	Entity    string          `json:"entity"`
	EntityID  string          `json:"entity_id"`
	Reason    string          `json:"reason"`
	RequestID string          `json:"request_id"`
	Notes     json.RawMessage `json:"notes"`
	PrevHash  string          `json:"prev_hash"`
	Hash      string          `json:"hash"`
}

type footer struct {
	Links *int64 `json:"links"`
	Head  string `json:"head"`
}

// maxLine bounds a line of a file: notes are small.
const maxLine = 1 << 20

// Export verifies the chain and writes it to w as far as it holds. The footer is written only when it holds to the end.
func (s *Service) Export(ctx context.Context, w io.Writer, o Options) (Report, error) {
	out := bufio.NewWriter(w)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(header{format}); err != nil {
		return Report{}, err
	}
	r, err := s.verify(ctx, o, func(x models.AuditSealed) error { return enc.Encode(lineOf(x)) })
	if err == nil && r.OK() {
		err = enc.Encode(footer{Links: &r.Sealed, Head: hex.EncodeToString(r.Head)})
	}
	return r, errors.Join(err, out.Flush())
}

func lineOf(x models.AuditSealed) line {
	l, r := x.Link, x.Row
	return line{
		Seq: l.Seq, SealedAt: stamp(l.SealedAt), ID: r.ID, TxID: r.TxID, At: stamp(r.At), ActorKind: r.ActorKind, ActorID: r.ActorID, Action: r.Action,
		Entity: r.Entity, EntityID: r.EntityID, Reason: r.Reason, RequestID: r.RequestID, Notes: r.Notes,
		PrevHash: hex.EncodeToString(l.PrevHash), Hash: hex.EncodeToString(l.Hash),
	}
}

// VerifyFile verifies an exported chain, without a database. A file that is not one is an error naming the line; a chain
// that does not hold is in the report.
func VerifyFile(in io.Reader, o Options) (Report, error) {
	sc := bufio.NewScanner(in)
	sc.Buffer(make([]byte, 64<<10), maxLine)
	var h header
	if !sc.Scan() || strict(sc.Bytes(), &h) != nil || h.Format != format {
		return Report{}, fmt.Errorf("line 1: this is not an exported audit chain: want {\"format\":%q}", format)
	}
	w := newWalker(o)
	for n := 2; sc.Scan(); n++ {
		if f := (footer{}); strict(sc.Bytes(), &f) == nil && f.Links != nil {
			return closeFile(sc, w, f)
		}
		x, err := parseLine(sc.Bytes())
		if err != nil {
			return Report{}, fmt.Errorf("line %d: %w", n, err)
		}
		if !w.step(x) {
			return w.report, nil
		}
		w.report.Entries++
	}
	if err := sc.Err(); err != nil {
		return Report{}, fmt.Errorf("after link %d: %w", w.seq, err)
	}
	w.report.bad(w.seq+1, 0, "The file ends after link %d without its closing line: it was cut short.", w.seq)
	return w.report, nil
}

func closeFile(sc *bufio.Scanner, w *walker, f footer) (Report, error) {
	switch {
	case *f.Links != w.seq || f.Head != hex.EncodeToString(w.prev):
		w.report.bad(w.seq, 0, "The closing line speaks of %d links, the file holds %d.", *f.Links, w.seq)
	case sc.Scan():
		w.report.bad(w.seq, 0, "Something follows the closing line.")
	}
	w.end()
	return w.report, nil
}

func strict(raw []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one value")
	}
	return nil
}

// exactly reads an entry in which every name stands once and as it is spelled: other readers must see the same values.
func exactly(raw []byte) (in line, err error) {
	given, err := canonical(raw)
	if err != nil {
		return in, err
	}
	if err := strict(raw, &in); err != nil {
		return in, fmt.Errorf("not an entry: %w", err)
	}
	again, err := json.Marshal(in)
	if err != nil {
		return in, err
	}
	if again, err = canonical(again); err != nil || !bytes.Equal(given, again) {
		return in, errors.New("not an entry: a name is missing or misspelled")
	}
	return in, nil
}

func parseLine(raw []byte) (x models.AuditSealed, err error) {
	in, err := exactly(raw)
	if err != nil {
		return x, err
	}
	l, r := &x.Link, &x.Row
	*r = models.AuditRow{
		ID: in.ID, TxID: in.TxID, ActorKind: in.ActorKind, ActorID: in.ActorID, Action: in.Action, Entity: in.Entity, EntityID: in.EntityID,
		Reason: in.Reason, RequestID: in.RequestID, Notes: in.Notes,
	}
	l.Seq, l.AuditID = in.Seq, in.ID
	if _, err := strconv.ParseUint(in.TxID, 10, 64); err != nil {
		return x, errors.New("txid: want a decimal number")
	}
	for _, f := range []struct {
		name, text string
		at         *time.Time
	}{{"sealed_at", in.SealedAt, &l.SealedAt}, {"at", in.At, &r.At}} {
		if *f.at, err = time.Parse(instant, f.text); err != nil {
			return x, fmt.Errorf("%s: want an instant such as %s", f.name, instant)
		}
	}
	for _, f := range []struct {
		name, text string
		to         *[]byte
	}{{"prev_hash", in.PrevHash, &l.PrevHash}, {"hash", in.Hash, &l.Hash}} {
		if *f.to, err = hex.DecodeString(f.text); err != nil || len(*f.to) != len(zero) {
			return x, fmt.Errorf("%s: want 64 hexadecimal digits", f.name)
		}
	}
	return x, nil
}

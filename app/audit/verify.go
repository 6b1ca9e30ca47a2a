package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"imglink/app/fault"
	"imglink/models"
)

// Bad is the first thing that does not fit. Seq is 0 when it concerns an entry outside the chain.
type Bad struct {
	Seq     int64  `json:"seq"`
	AuditID int64  `json:"audit_id"`
	Problem string `json:"problem"`
}

// Report is the outcome of a verification.
type Report struct {
	Entries        int64     `json:"entries"`
	Sealed         int64     `json:"sealed"` // links verified
	Unsealed       int64     `json:"unsealed"`
	OldestUnsealed time.Time `json:"oldest_unsealed,omitzero"`
	Opened         int64     `json:"opened"` // values that were compared with their commitments
	FirstBad       *Bad      `json:"first_bad,omitempty"`
	Head           []byte    `json:"-"` // hash of the last link, 32 zero bytes when there is none
}

// OK reports whether everything fits.
func (r Report) OK() bool { return r.FirstBad == nil }

func (r *Report) bad(seq, id int64, problem string, args ...any) {
	if r.FirstBad == nil {
		r.FirstBad = &Bad{Seq: seq, AuditID: id, Problem: fmt.Sprintf(problem, args...)}
	}
}

// Options say what else a verification demands.
type Options struct {
	Contains []byte // a head noted earlier, which must still be in the chain; nil demands nothing
}

// walker checks links one after the other.
type walker struct {
	seq    int64
	prev   []byte
	report Report
	wanted []byte // Options.Contains until it was seen
}

func newWalker(o Options) *walker {
	return &walker{prev: zero, report: Report{Head: zero}, wanted: o.Contains}
}

// step checks the next link; false ends the walk.
func (w *walker) step(x models.AuditSealed) bool {
	l := x.Link
	r := &w.report
	switch want := w.seq + 1; {
	case l.Seq != want:
		r.bad(want, 0, "Link %d is missing.", want)
		return false
	case !bytes.Equal(l.PrevHash, w.prev):
		r.bad(l.Seq, l.AuditID, "Link %d does not continue the one before it.", l.Seq)
		return false
	case x.Row.ID == 0:
		r.bad(l.Seq, l.AuditID, "Entry %d was deleted.", l.AuditID)
		return false
	}
	hash, err := hashOf(l.PrevHash, l.Seq, l.SealedAt, x.Row)
	if err != nil || !bytes.Equal(hash, l.Hash) {
		r.bad(l.Seq, l.AuditID, "Entry %d is not what was sealed.", l.AuditID)
		return false
	}
	if bytes.Equal(w.wanted, l.Hash) {
		w.wanted = nil
	}
	w.seq, w.prev = l.Seq, l.Hash
	r.Sealed, r.Head = l.Seq, l.Hash
	return true
}

// end checks what only the whole chain can show: an earlier head that is gone means that the end was cut off or rewritten.
func (w *walker) end() {
	if len(w.wanted) > 0 && !bytes.Equal(w.wanted, zero) {
		w.report.bad(w.seq+1, 0, "The chain does not contain the given head: what followed it was cut off or rewritten.")
	}
}

// verify walks the whole chain over one snapshot, in memory that does not grow with it, up to the first break. each sees
// every good link.
func (s *Service) verify(ctx context.Context, o Options, each func(models.AuditSealed) error) (_ Report, err error) {
	defer fault.Wrap(&err, "audit.Verify")
	w := newWalker(o)
	err = s.Store.ReadWhole(ctx, func(q models.Queries) error {
		entries, unsealed, oldest, behind, err := q.AuditUnlinked(ctx)
		if err != nil {
			return err
		}
		w.report.Entries, w.report.Unsealed, w.report.OldestUnsealed = entries, unsealed, oldest
		if err := s.walk(ctx, q, w, each); err != nil || !w.report.OK() {
			return err
		}
		w.end()
		if behind != nil {
			w.report.bad(0, *behind, "Entry %d was put into the log behind what was sealed.", *behind)
			return nil
		}
		return s.checkValues(ctx, q, &w.report)
	})
	return w.report, err
}

// Check verifies without leaving a trace: for the command line, which may have no permission to write.
func (s *Service) Check(ctx context.Context, o Options) (Report, error) {
	return s.verify(ctx, o, func(models.AuditSealed) error { return nil })
}

func (s *Service) walk(ctx context.Context, q models.Queries, w *walker, each func(models.AuditSealed) error) error {
	for after := int64(-1 << 62); ; {
		page, err := q.AuditSealedAfter(ctx, after, s.batch())
		if err != nil || len(page) == 0 {
			return err
		}
		for _, x := range page {
			if !w.step(x) {
				return nil
			}
			if err := each(x); err != nil {
				return err
			}
		}
		after = page[len(page)-1].Link.Seq
	}
}

// checkValues compares opened values with their commitments. Values that were erased are no defect.
func (s *Service) checkValues(ctx context.Context, q models.Queries, r *Report) error {
	for id, field := int64(-1<<62), ""; ; {
		page, err := q.AuditValuesAfter(ctx, id, field, s.batch())
		if err != nil || len(page) == 0 {
			return err
		}
		for _, v := range page {
			if !opens(v.Salt, v.Value, v.Commitment) {
				r.bad(0, v.AuditID, "The value %q of entry %d does not match its commitment.", v.Field, v.AuditID)
				return nil
			}
			r.Opened++
		}
		id, field = page[len(page)-1].AuditID, page[len(page)-1].Field
	}
}

// opens reports whether salt and value are what commitment hides.
func opens(salt []byte, value, commitment string) bool {
	sum := sha256.Sum256(append(bytes.Clone(salt), value...))
	return hex.EncodeToString(sum[:]) == commitment
}

package audit

import (
	"context"
	"encoding/json"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

// Query chooses entries of the audit log, newest first. Zero values do not filter.
type Query struct {
	Actor    string    // id of an actor
	Action   string    // "case.decide", or "case." for all about cases
	Entity   string    // "case", "image", "staff" and so on
	EntityID string    // or the reference of a case or a notice
	From, To time.Time // half open
	Before   int64     // keyset: ids below this one; 0 is the newest
	Limit    int
}

// Entry is one entry. ActorName is the name of staff, empty for others. Notes hold facts, never personal data.
type Entry struct {
	ID                 int64
	At                 time.Time
	ActorKind, ActorID string
	ActorName          string
	Action             string
	Entity, EntityID   string
	EntityName         string // reference of a case or a notice, name of staff; empty for others
	Reason, RequestID  string
	Notes              map[string]any
	Seq                int64 // place in the chain, 0 while not sealed
	PrevHash, Hash     []byte
	SealedAt           time.Time
}

// maxLimit bounds a page, whatever was asked for.
const maxLimit = 500

var errOther = fault.New(fault.Forbidden, "forbidden", "Your role does not include the audit log.")

// Entries lists what the actor may read: everything, or what they did themselves.
func (s *Service) Entries(ctx context.Context, a actor.Actor, q Query) (_ []Entry, err error) {
	defer fault.Wrap(&err, "audit.Entries")
	if !a.Can(actor.AuditRead) {
		if !a.Can(actor.AuditOwn) {
			return nil, errOther
		}
		if q.Actor != "" && q.Actor != a.ID {
			return nil, nil
		}
		q.Actor = a.ID
	}
	if q.Limit < 1 || q.Limit > maxLimit {
		q.Limit = maxLimit
	}
	rows, err := s.Store.AuditEntries(ctx, models.AuditFilter{
		ActorID: q.Actor, Action: q.Action, Entity: q.Entity, EntityID: q.EntityID, From: q.From, To: q.To, Before: q.Before, Limit: q.Limit,
	})
	out := make([]Entry, 0, len(rows))
	for _, r := range rows {
		e, err := entry(r)
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, err
}

// Entry finds one entry: NotFound for unknown ids and for those of others when the actor reads only their own.
func (s *Service) Entry(ctx context.Context, a actor.Actor, id int64) (_ Entry, err error) {
	defer fault.Wrap(&err, "audit.Entry(%d)", id)
	if !a.Can(actor.AuditOwn) {
		return Entry{}, errOther
	}
	r, err := s.Store.AuditEntry(ctx, id)
	if err != nil {
		return Entry{}, err
	}
	if r.ActorID != a.ID && !a.Can(actor.AuditRead) {
		return Entry{}, models.ErrNotFound
	}
	return entry(r)
}

func entry(r models.AuditListRow) (Entry, error) {
	e := Entry{
		ID: r.ID, At: r.At, ActorKind: r.ActorKind, ActorID: r.ActorID, ActorName: r.ActorName, Action: r.Action, Entity: r.Entity, EntityID: r.EntityID, EntityName: r.EntityName,
		Reason: r.Reason, RequestID: r.RequestID, Seq: r.Seq, PrevHash: r.PrevHash, Hash: r.Hash,
	}
	if r.SealedAt != nil {
		e.SealedAt = *r.SealedAt
	}
	return e, json.Unmarshal(r.Notes, &e.Notes)
}

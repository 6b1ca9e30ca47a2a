package staff

import (
	"context"
	"time"

	"imglink/app/actor"
)

// AuditQuery chooses entries of the audit log, newest first. Zero values do not filter.
type AuditQuery struct {
	Actor    string // id of an actor
	Action   string // "case.decide", or "case." for all about cases
	Entity   string // "case", "image", "staff" and so on
	EntityID string
	From, To time.Time // half open
	Before   int64     // keyset: ids below this one; 0 is the newest
	Limit    int
}

// AuditEntry is one entry. ActorName is the name of staff, empty for others. Notes hold facts, never personal data.
type AuditEntry struct {
	ID                 int64
	At                 time.Time
	ActorKind, ActorID string
	ActorName          string
	Action             string
	Entity, EntityID   string
	Reason, RequestID  string
	Notes              map[string]any
	Seq                int64 // place in the chain, 0 while not sealed
	PrevHash, Hash     []byte
	SealedAt           time.Time
}

// AuditChain is what is known of the hash chain. OK is the outcome of the last verification.
type AuditChain struct {
	Entries, Sealed int64
	Checked         int64     // entries covered by the last verification
	CheckedAt       time.Time // zero when never verified
	OK              bool
	BrokenAt        int64 // seq of the first entry that does not fit, when not OK
	Problem         string
}

// AuditLog reads the audit log and verifies its chain. Entry is NotFound for unknown ids. Verify reads the whole chain, and
// its outcome is what Chain answers afterwards, on every replica.
type AuditLog interface {
	Entries(ctx context.Context, a actor.Actor, q AuditQuery) ([]AuditEntry, error)
	Entry(ctx context.Context, a actor.Actor, id int64) (AuditEntry, error)
	Chain(ctx context.Context) (AuditChain, error)
	Verify(ctx context.Context, a actor.Actor) (AuditChain, error)
}

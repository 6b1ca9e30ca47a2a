package staff

import (
	"context"

	"imglink/app/actor"
	"imglink/app/audit"
)

// AuditQuery chooses entries of the audit log, newest first. Zero values do not filter.
type AuditQuery = audit.Query

// AuditEntry is one entry. ActorName is the name of staff, empty for others. Notes hold facts, never personal data.
type AuditEntry = audit.Entry

// AuditChain is what is known of the hash chain. OK is the outcome of the last verification.
type AuditChain = audit.Chain

// AuditLog reads the audit log and has its chain verified. Entry is NotFound for unknown ids. Ask returns at once; what
// comes of it is what Chain answers later, on every replica. audit.Service is one.
type AuditLog interface {
	Entries(ctx context.Context, a actor.Actor, q AuditQuery) ([]AuditEntry, error)
	Entry(ctx context.Context, a actor.Actor, id int64) (AuditEntry, error)
	Chain(ctx context.Context) (AuditChain, error)
	Ask(ctx context.Context, a actor.Actor) error
}

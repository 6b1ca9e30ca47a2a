package staff

import (
	"context"
	"time"

	"imglink/app/actor"
	"imglink/app/mail"
	"imglink/app/moderation"
	"imglink/app/objects"
	"imglink/models"
)

// Queue lists cases and opens them. Every call checks the actor's permission again; NotFound when there is nothing.
type Queue interface {
	Queue(ctx context.Context, a actor.Actor, f moderation.Filter) (moderation.Queue, error)
	Case(ctx context.Context, a actor.Actor, id string) (moderation.Detail, error)
	Next(ctx context.Context, a actor.Actor, f moderation.Filter) (moderation.Lease, error)
	OpenCase(ctx context.Context, a actor.Actor, image, reason, note string) (caseID string, err error)
	Reasons(ctx context.Context) ([]models.ReasonCode, error)
}

// Leases keeps two people from deciding one case. Locked when somebody else holds it, Conflict when the fence is stale.
type Leases interface {
	Claim(ctx context.Context, a actor.Actor, caseID string) (moderation.Lease, error)
	Heartbeat(ctx context.Context, a actor.Actor, caseID string, fence int64) (moderation.Lease, error)
	Release(ctx context.Context, a actor.Actor, caseID string, fence int64) error
	Skip(ctx context.Context, a actor.Actor, f moderation.Filter, caseID string, fence int64) (moderation.Skipped, error)
	Steal(ctx context.Context, a actor.Actor, caseID string) (moderation.Lease, error)
}

// Pictures hands out pictures: the safe rendition to who may see the queue, the picture itself only with a log entry that
// is durable when Reveal returns.
type Pictures interface {
	SafeImage(ctx context.Context, a actor.Actor, imageID string) (models.Image, error)
	Reveal(ctx context.Context, a actor.Actor, imageID, caseID string) (models.Image, error)
}

// Decisions compiles and makes decisions. Invalid names the fields of the form; Conflict and Locked mean that somebody
// else was faster and nothing was changed.
type Decisions interface {
	Preview(ctx context.Context, a actor.Actor, in moderation.DecisionInput) (moderation.Preview, error)
	Decide(ctx context.Context, a actor.Actor, in moderation.DecisionInput) (models.Decision, error)
	DecideBulk(ctx context.Context, a actor.Actor, in moderation.BulkInput) (moderation.BulkResult, error)
	Escalate(ctx context.Context, a actor.Actor, caseID string, fence int64, note string) error
}

// Corrections takes decisions back while they may be, and runs failed effects again. Repeating any of them is safe.
type Corrections interface {
	Undo(ctx context.Context, a actor.Actor, decisionID string) error
	UndoBatch(ctx context.Context, a actor.Actor, batchID string) (moderation.BulkResult, error)
	Retry(ctx context.Context, a actor.Actor, effectID string) error
	FailedEffects(ctx context.Context, a actor.Actor, limit int) ([]models.Effect, error)
}

// BlockList is the list of exact files that may not come back.
type BlockList interface {
	Blocks(ctx context.Context, a actor.Actor, after string, limit int) (moderation.Blocks, error)
	AddBlock(ctx context.Context, a actor.Actor, sha256Hex, reason string) (models.BlockedHash, error)
	RemoveBlock(ctx context.Context, a actor.Actor, id string) error
}

// Moderation is everything the review pages do; moderation.Service is one.
type Moderation interface {
	Queue
	Leases
	Pictures
	Decisions
	Corrections
	BlockList
}

// Objects opens stored bytes. The context governs the body too.
type Objects interface {
	Get(ctx context.Context, key string, r *objects.Range) (*objects.Object, error)
}

// Outbox reads the mails that an instance without a mail server keeps.
type Outbox interface {
	List(ctx context.Context, limit int, before string) ([]mail.Kept, error)
	Read(ctx context.Context, id string) (mail.Kept, error)
}

// Figures counts: no row names a person. models.Store is one.
type Figures interface {
	Activity(ctx context.Context, since time.Time) (models.Activity, error)
	OldestCase(ctx context.Context) (models.Case, error)
	JobCounts(ctx context.Context) ([]models.JobCount, error)
	MailCounts(ctx context.Context) (map[string]int, error)
}

// Troubles lists what did not work, newest first. models.Store is one.
type Troubles interface {
	TroubledJobs(ctx context.Context, before int64, limit int) ([]models.JobRow, error)
	TroubledMails(ctx context.Context, limit int) ([]models.MailRow, error)
}

// Handlers answer the pages of the review side. Every field is needed except Outbox, which is nil where mails are sent.
type Handlers struct {
	Moderation Moderation
	Objects    Objects
	Outbox     Outbox
	Figures    Figures
	Troubles   Troubles
	Audit      AuditLog
	Requests   DataRequests
	Location   *time.Location // the legal time zone, for dates people type
}

package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// EffectKind is what has to happen outside the database.
type EffectKind string

// The kinds of effects, with what their target names.
const (
	EffectPurge        EffectKind = "purge"         // an image id: its addresses leave the CDN
	EffectVerifyGone   EffectKind = "verify_gone"   // an image id: nobody is served it any more
	EffectFinalise     EffectKind = "finalise"      // a decision id: the undo window ends
	EffectMailUploader EffectKind = "mail_uploader" // an image id
	EffectMailNotifier EffectKind = "mail_notifier" // a notice id
)

// EffectState is where an effect is.
type EffectState string

// The states of effects. A queued effect with an error is tried again at NextAt; a failed one waits for staff.
const (
	EffectQueued EffectState = "queued"
	EffectDone   EffectState = "done"
	EffectFailed EffectState = "failed"
	EffectVoid   EffectState = "void"
)

// Effect is one thing a decision still has to cause.
type Effect struct {
	ID         string `gorm:"primaryKey"`
	DecisionID string
	CaseID     string
	Kind       EffectKind
	Target     string
	State      EffectState
	Attempts   int
	LastError  string
	CreatedAt  time.Time
	NextAt     time.Time
	DoneAt     *time.Time
}

// Effect finds one effect.
func (q Queries) Effect(ctx context.Context, id string) (Effect, error) {
	e, err := gorm.G[Effect](q.db).Where("id = ?", id).Take(ctx)
	return e, dbError(err)
}

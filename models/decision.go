package models

import (
	"context"
	"encoding/json"
	"time"

	"gorm.io/gorm"
)

// Action is what a decision does with the content.
type Action string

// The actions, from mildest to hardest.
const (
	ActionKeep     Action = "keep"
	ActionRestrict Action = "restrict" // behind the age confirmation
	ActionDisable  Action = "disable"  // 451
	ActionRemove   Action = "remove"   // 410
)

// DecisionState is where a decision is in its life.
type DecisionState string

// The states of decisions. Pending and effective ones stand: serving follows them.
const (
	DecisionPending    DecisionState = "pending"   // within the undo window: letters and block list still wait
	DecisionEffective  DecisionState = "effective" // letters are out
	DecisionVoided     DecisionState = "voided"    // undone
	DecisionSuperseded DecisionState = "superseded"
	DecisionExpired    DecisionState = "expired" // its end date has passed
)

// Decision is one decision on a case, in the words given. Supersedes names the one it replaced.
type Decision struct {
	ID                 string `gorm:"primaryKey"`
	N                  int64  `gorm:"->"`
	CaseID             string
	CaseVersion        int64 // of the case as it was decided on
	Action             Action
	Ground             string // "law", "terms", "" for keep
	ReasonCode         string
	ReasonVersion      int
	Reference          string
	Facts              string
	Explanation        string
	Note               string // for staff only
	Territory          Texts  // ISO 3166 codes; empty: everywhere
	EndsAt             *time.Time
	Source             string // "notice", "own_initiative", "other"
	AutomatedDetection bool
	AutomatedDecision  string // "none", "partial", "full"
	BlockHash          bool
	DecidedBy          string
	DecidedAt          time.Time
	FinalAt            time.Time // the undo window ends
	State              DecisionState
	Supersedes         *string
	Before             json.RawMessage `gorm:"type:jsonb"`
	BatchID            string
}

// Decision finds one decision.
func (q Queries) Decision(ctx context.Context, id string) (Decision, error) {
	d, err := gorm.G[Decision](q.db).Where("id = ?", id).Take(ctx)
	return d, dbError(err)
}

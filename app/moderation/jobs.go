package moderation

import (
	"time"

	"imglink/app/ident"
	"imglink/models"
)

// AdmitJob takes a notice out of the slow lane once its time has come.
type AdmitJob struct {
	NoticeID string    `json:"notice_id"`
	At       time.Time `json:"at"`
}

// Kind names the job.
func (AdmitJob) Kind() string { return "notice.admit" }

// RunAt is when the notice is due.
func (j AdmitJob) RunAt() time.Time { return j.At }

// EffectJob carries out one effect of a decision.
type EffectJob struct {
	EffectID string    `json:"effect_id"`
	At       time.Time `json:"at"`
}

// Kind names the job.
func (EffectJob) Kind() string { return "case.effect" }

// RunAt is when the effect is due.
func (j EffectJob) RunAt() time.Time { return j.At }

// queueEffects stores effects and their jobs in the transaction.
func queueEffects(tx *models.Tx, list []models.Effect) error {
	for i := range list {
		list[i].ID = ident.Public()
		if list[i].NextAt.IsZero() {
			list[i].NextAt = tx.Now
		}
	}
	if err := tx.InsertEffects(list); err != nil {
		return err
	}
	for _, e := range list {
		if err := tx.Enqueue(EffectJob{EffectID: e.ID, At: e.NextAt}); err != nil {
			return err
		}
	}
	return nil
}

package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// InsertEffects queues effects. One that exists already for the decision, kind and target is left alone.
func (tx *Tx) InsertEffects(list []Effect) error {
	for _, e := range list {
		err := tx.db.Exec(`INSERT INTO effects (id, decision_id, case_id, kind, target, state, created_at, next_at) VALUES (?, ?, ?, ?, ?, 'queued', ?, ?)
			ON CONFLICT (decision_id, kind, target) DO NOTHING`, e.ID, e.DecisionID, e.CaseID, e.Kind, e.Target, tx.Now, e.NextAt).Error
		if err != nil {
			return dbError(err)
		}
	}
	return nil
}

// LockEffect reads an effect and keeps other workers from it until the transaction ends.
func (tx *Tx) LockEffect(id string) (Effect, error) {
	var e Effect
	err := tx.db.Raw(`SELECT * FROM effects WHERE id = ? FOR UPDATE`, id).Take(&e).Error
	return e, dbError(err)
}

// FinishEffect records that an effect is done, or void.
func (tx *Tx) FinishEffect(id string, state EffectState) error {
	r := tx.db.Model(&Effect{}).Where("id = ?", id).Updates(map[string]any{
		"state": state, "done_at": tx.Now, "last_error": "", "attempts": gorm.Expr("attempts + 1"),
	})
	return affected(int(r.RowsAffected), r.Error)
}

// QueueEffect makes an effect due again.
func (tx *Tx) QueueEffect(id string) error {
	r := tx.db.Model(&Effect{}).Where("id = ?", id).Updates(map[string]any{
		"state": EffectQueued, "next_at": tx.Now, "done_at": nil, "attempts": 0,
	})
	return affected(int(r.RowsAffected), r.Error)
}

// VoidEffects drops what a decision would still have caused.
func (tx *Tx) VoidEffects(decisionID string) error {
	return dbError(tx.db.Exec(`UPDATE effects SET state = 'void', done_at = ? WHERE decision_id = ? AND state IN ('queued', 'failed')`, tx.Now, decisionID).Error)
}

// EffectsOf lists the effects of a decision.
func (q Queries) EffectsOf(ctx context.Context, decisionID string, kind EffectKind) ([]Effect, error) {
	out, err := gorm.G[Effect](q.db).Where("decision_id = ? AND kind = ?", decisionID, kind).Order("id").Find(ctx)
	return out, dbError(err)
}

// EffectsDue lists queued effects that should have run before the instant.
func (q Queries) EffectsDue(ctx context.Context, before time.Time, limit int) ([]Effect, error) {
	out, err := gorm.G[Effect](q.db).Where("state = 'queued' AND next_at < ?", before).Order("next_at").Limit(limit).Find(ctx)
	return out, dbError(err)
}

// EffectsFailed lists effects that wait for staff, newest first.
func (q Queries) EffectsFailed(ctx context.Context, limit int) ([]Effect, error) {
	out, err := gorm.G[Effect](q.db).Where("state = 'failed'").Order("created_at DESC, id").Limit(limit).Find(ctx)
	return out, dbError(err)
}

// RecordEffectError keeps what went wrong and when to try again; after giveUp attempts the effect waits for staff. It is
// bookkeeping about an attempt that changed nothing, so it needs no audit entry.
func (s *Store) RecordEffectError(ctx context.Context, id, message string, next time.Time, giveUp int) (EffectState, error) {
	var state EffectState
	err := s.pool.QueryRow(ctx, `UPDATE effects SET attempts = attempts + 1, last_error = $2, next_at = $3,
		state = CASE WHEN attempts + 1 >= $4 THEN 'failed' ELSE 'queued' END
		WHERE id = $1 AND state IN ('queued', 'failed') RETURNING state`, id, message, next, giveUp).Scan(&state)
	return state, dbError(err)
}

package models

import (
	"context"
	"encoding/json"
	"time"
)

// CaseNotice is a notice as it concerns one case.
type CaseNotice struct {
	Notice  `gorm:"embedded"`
	URL     string `gorm:"column:url"`
	Outcome string
}

// CaseNotices lists the admitted notices of a case, newest first. They hold personal data.
func (q Queries) CaseNotices(ctx context.Context, caseID string, limit int) ([]CaseNotice, error) {
	var out []CaseNotice
	err := q.with(ctx).Raw(`SELECT n.*, i.url, i.outcome FROM notice_items i JOIN notices n ON n.id = i.notice_id
		WHERE i.case_id = ? ORDER BY i.n DESC`+limited(limit), caseID).Scan(&out).Error
	return out, dbError(err)
}

// CaseDecision is a decision with the name of who made it.
type CaseDecision struct {
	Decision `gorm:"embedded"`
	ByName   string
}

// CaseDecisions lists the decisions on a case, newest first.
func (q Queries) CaseDecisions(ctx context.Context, caseID string, limit int) ([]CaseDecision, error) {
	var out []CaseDecision
	err := q.with(ctx).Raw(`SELECT d.*, s.name AS by_name FROM decisions d JOIN staff s ON s.id = d.decided_by
		WHERE d.case_id = ? ORDER BY d.n DESC`+limited(limit), caseID).Scan(&out).Error
	return out, dbError(err)
}

// CaseEffects lists the effects of a case: failed ones first, then the newest.
func (q Queries) CaseEffects(ctx context.Context, caseID string, limit int) ([]Effect, error) {
	var out []Effect
	err := q.with(ctx).Raw(`SELECT * FROM effects WHERE case_id = ? ORDER BY (state = 'failed') DESC, created_at DESC, id`+limited(limit), caseID).Scan(&out).Error
	return out, dbError(err)
}

// CaseEvent is one audit entry about a case. Name is empty for guests and the system.
type CaseEvent struct {
	At        time.Time
	ActorKind string
	ActorID   string
	Name      string
	Action    string
	Reason    string
	Notes     json.RawMessage `gorm:"type:jsonb"`
	Note      string
}

// CaseTimeline lists what happened to a case, newest first.
func (q Queries) CaseTimeline(ctx context.Context, caseID string, limit int) ([]CaseEvent, error) {
	var out []CaseEvent
	err := q.with(ctx).Raw(`SELECT a.at, a.actor_kind, a.actor_id, coalesce(s.name, '') AS name, a.action, a.reason, a.notes,
			coalesce((SELECT v.value FROM audit_values v WHERE v.audit_id = a.id AND v.field = 'note'), '') AS note
		FROM audit_log a LEFT JOIN staff s ON a.actor_kind = 'staff' AND s.id = a.actor_id
		WHERE a.entity = 'case' AND a.entity_id = ? ORDER BY a.id DESC`+limited(limit), caseID).Scan(&out).Error
	return out, dbError(err)
}

// PrecedentRow is an earlier decision on the content of an image.
type PrecedentRow struct {
	ImageID    string
	CaseID     string
	Reference  string
	Action     Action
	ReasonCode string
	DecidedAt  time.Time
}

// Precedents lists the standing and expired decisions on the contents of the given images, newest first, but not on
// exceptCase.
func (q Queries) Precedents(ctx context.Context, imageIDs []string, exceptCase string, limit int) ([]PrecedentRow, error) {
	var out []PrecedentRow
	err := q.with(ctx).Raw(`SELECT i.id AS image_id, c.id AS case_id, c.reference, d.action, d.reason_code, d.decided_at
		FROM images i JOIN cases c ON c.sha256 = i.sha256
		JOIN decisions d ON d.case_id = c.id AND d.state IN ('pending', 'effective', 'expired')
		WHERE i.id = ANY (?::text[]) AND c.id <> ? ORDER BY d.decided_at DESC, i.id`+limited(limit), Texts(imageIDs), exceptCase).Scan(&out).Error
	return out, dbError(err)
}

// NoticeOutcome is an item of a notice with the decision that answered it.
type NoticeOutcome struct {
	NoticeItem  `gorm:"embedded"`
	DecidedAt   *time.Time
	Explanation string
}

// NoticeOutcomes lists the items of a notice in order with what was decided.
func (q Queries) NoticeOutcomes(ctx context.Context, noticeID string) ([]NoticeOutcome, error) {
	var out []NoticeOutcome
	err := q.with(ctx).Raw(`SELECT i.*, d.decided_at, coalesce(d.explanation, '') AS explanation FROM notice_items i
		LEFT JOIN decisions d ON d.id = i.decision_id AND i.outcome <> '' WHERE i.notice_id = ? ORDER BY i.position`, noticeID).Scan(&out).Error
	return out, dbError(err)
}

package models

import (
	"context"
	"encoding/json"
	"strings"
	"time"
)

// AuditRow is one entry of the audit log as the write door wrote it.
type AuditRow struct {
	ID        int64  `gorm:"primaryKey;->"`
	TxID      string `gorm:"column:txid;->"` // decimal; entries of one transaction share it
	At        time.Time
	ActorKind string
	ActorID   string
	Action    string
	Entity    string
	EntityID  string
	Reason    string
	RequestID string
	Notes     json.RawMessage `gorm:"type:jsonb"`
}

// TableName is where entries live.
func (AuditRow) TableName() string { return "audit_log" }

// AuditLink is one link of the hash chain: package audit says how hashes are made.
type AuditLink struct {
	Seq      int64 `gorm:"primaryKey;autoIncrement:false"`
	AuditID  int64
	PrevHash []byte
	Hash     []byte
	SealedAt time.Time
}

// TableName is where links live.
func (AuditLink) TableName() string { return "audit_chain" }

// AuditValue opens a commitment: a personal value that an entry mentions only as SHA-256(salt || value). It may be erased.
type AuditValue struct {
	AuditID int64  `gorm:"primaryKey;autoIncrement:false"`
	Field   string `gorm:"primaryKey"`
	Salt    []byte
	Value   string
	At      time.Time // of the entry
}

// AuditListRow is an entry for people: with the name of staff and its place in the chain. Seq is 0 while it is not sealed.
type AuditListRow struct {
	AuditRow   `gorm:"embedded"`
	ActorName  string
	EntityName string // reference of a case or a notice, name of staff; empty for others
	Seq        int64
	PrevHash   []byte
	Hash       []byte
	SealedAt   *time.Time
}

// AuditFilter chooses entries, newest first. Zero values do not filter.
type AuditFilter struct {
	ActorID  string
	Action   string // "case.decide", or "case." for all that begin so
	Entity   string
	EntityID string    // or the reference of a case or a notice
	From, To time.Time // half open
	Before   int64     // ids below this one
	Limit    int
}

const auditColumns = `l.id, l.txid::text AS txid, l.at, l.actor_kind, l.actor_id, l.action, l.entity, l.entity_id, l.reason, l.request_id, l.notes`

const auditList = `SELECT ` + auditColumns + `, coalesce(s.name, '') AS actor_name, coalesce(ec.reference, en.reference, es.name, '') AS entity_name, coalesce(c.seq, 0) AS seq, c.prev_hash, c.hash, c.sealed_at
	FROM audit_log l LEFT JOIN staff s ON l.actor_kind = 'staff' AND s.id = l.actor_id LEFT JOIN audit_chain c ON c.audit_id = l.id
	LEFT JOIN cases ec ON l.entity = 'case' AND ec.id = l.entity_id LEFT JOIN notices en ON l.entity = 'notice' AND en.id = l.entity_id
	LEFT JOIN staff es ON l.entity = 'staff' AND es.id = l.entity_id WHERE `

// AuditEntries lists entries with names and seals in one query.
func (q Queries) AuditEntries(ctx context.Context, f AuditFilter) ([]AuditListRow, error) {
	where, args := []string{"true"}, []any{}
	add := func(cond string, arg any) { where, args = append(where, cond), append(args, arg) }
	if f.ActorID != "" {
		add("l.actor_id = ?", f.ActorID)
	}
	switch {
	case strings.HasSuffix(f.Action, "."):
		add("starts_with(l.action, ?)", f.Action)
	case f.Action != "":
		add("l.action = ?", f.Action)
	}
	if f.Entity != "" {
		add("l.entity = ?", f.Entity)
	}
	switch ref := strings.ToUpper(f.EntityID); {
	case strings.HasPrefix(ref, "C-"):
		add("l.entity_id = (SELECT id FROM cases WHERE reference = ?)", ref)
	case strings.HasPrefix(ref, "N-"):
		add("l.entity_id = (SELECT id FROM notices WHERE reference = ?)", ref)
	case f.EntityID != "":
		add("l.entity_id = ?", f.EntityID)
	}
	if !f.From.IsZero() {
		add("l.at >= ?", f.From)
	}
	if !f.To.IsZero() {
		add("l.at < ?", f.To)
	}
	if f.Before > 0 {
		add("l.id < ?", f.Before)
	}
	var out []AuditListRow
	err := q.with(ctx).Raw(auditList+strings.Join(where, " AND ")+" ORDER BY l.id DESC LIMIT ?", append(args, f.Limit)...).Scan(&out).Error
	return out, dbError(err)
}

// AuditEntry finds one entry.
func (q Queries) AuditEntry(ctx context.Context, id int64) (AuditListRow, error) {
	var out AuditListRow
	err := q.with(ctx).Raw(auditList+"l.id = ?", id).Take(&out).Error
	return out, dbError(err)
}

// AuditLast finds the newest entry of an action.
func (q Queries) AuditLast(ctx context.Context, action string) (AuditListRow, error) {
	rows, err := q.AuditEntries(ctx, AuditFilter{Action: action, Limit: 1})
	if err == nil && len(rows) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return AuditListRow{}, err
	}
	return rows[0], nil
}

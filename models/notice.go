package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// NoticeState is where a notice is in its life.
type NoticeState string

// The states of notices.
const (
	NoticeScreening NoticeState = "screening" // filed without passing the bot check: admitted after a delay
	NoticeReceived  NoticeState = "received"
	NoticeDecided   NoticeState = "decided" // every item has its outcome
)

// Notice is what somebody told us (Art. 16 DSA). ContactName, ContactEmail and ReporterKey are personal data.
type Notice struct {
	ID             string `gorm:"primaryKey"`
	N              int64  `gorm:"->"`
	Reference      string
	StatusHash     []byte
	Intake         string // "user", "art16", "own_initiative"
	State          NoticeState
	ReasonCode     string
	Explanation    string
	ContactName    string
	ContactEmail   string
	GoodFaith      bool
	Complete       bool // has every element of Art. 16(2)
	Locale         string
	ReporterKey    []byte // keyed hash of the network address
	TextHash       []byte // SHA-256 of the folded explanation
	CreatedAt      time.Time
	AcknowledgedAt time.Time
	AdmittedAt     *time.Time
	DecidedAt      *time.Time
}

// NoticeItem is one image of a notice. Outcome is empty until decided, then an Action or "gone".
type NoticeItem struct {
	NoticeID    string `gorm:"primaryKey"`
	Position    int16  `gorm:"primaryKey"`
	N           int64  `gorm:"->"`
	URL         string `gorm:"column:url"`
	ImageID     *string
	CaseID      *string
	CaseVersion int64 // of the case when the item reached it
	Outcome     string
	DecisionID  *string
}

// Notice finds one notice.
func (q Queries) Notice(ctx context.Context, id string) (Notice, error) {
	n, err := gorm.G[Notice](q.db).Where("id = ?", id).Take(ctx)
	return n, dbError(err)
}

// NoticeByStatusHash finds the notice a status token belongs to.
func (q Queries) NoticeByStatusHash(ctx context.Context, hash []byte) (Notice, error) {
	n, err := gorm.G[Notice](q.db).Where("status_hash = ?", hash).Take(ctx)
	return n, dbError(err)
}

// NoticeItems lists the items of a notice in order.
func (q Queries) NoticeItems(ctx context.Context, noticeID string) ([]NoticeItem, error) {
	items, err := gorm.G[NoticeItem](q.db).Where("notice_id = ?", noticeID).Order("position").Find(ctx)
	return items, dbError(err)
}

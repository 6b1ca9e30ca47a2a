package models

import (
	"encoding/json"
	"time"
)

// StatementRow is a statement of reasons as issued: Content is its JSON, SHA256 the digest of exactly those bytes.
type StatementRow struct {
	ID         string `gorm:"primaryKey"`
	DecisionID string
	ImageID    string
	CaseID     string
	Language   string
	Content    json.RawMessage `gorm:"type:json"`
	SHA256     []byte          `gorm:"column:sha256"`
	IssuedAt   time.Time
}

// TableName is where statements live.
func (StatementRow) TableName() string { return "statements" }

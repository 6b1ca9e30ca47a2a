package models

import "time"

// PartialUpload is a row of partial_uploads: a resumable upload (tus 1.0.0). Length and Received are bytes.
type PartialUpload struct {
	ID        string `gorm:"primaryKey"`
	UserID    *string
	Uploader  string
	FileName  string
	Metadata  string
	Length    int64
	Received  int64
	State     string // open, finishing, done, refused
	ImageID   *string
	Result    []byte
	CreatedAt time.Time
	ExpiresAt time.Time
}

// PartialPiece is a row of partial_pieces: bytes that arrived in one request, stored as one object.
type PartialPiece struct {
	UploadID string `gorm:"primaryKey"`
	Start    int64  `gorm:"primaryKey"`
	Bytes    int64
}

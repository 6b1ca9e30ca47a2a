package models

import "time"

// AlbumVisibility is who may open an album.
type AlbumVisibility string

// The visibilities: the owner alone, whoever has the link, everybody (it may be found and listed).
const (
	AlbumPrivate  AlbumVisibility = "private"
	AlbumUnlisted AlbumVisibility = "unlisted"
	AlbumPublic   AlbumVisibility = "public"
)

// Album is a row of albums. Images is counted by the database.
type Album struct {
	ID          string `gorm:"primaryKey"`
	N           int64  `gorm:"->"`
	UserID      string
	Title       string
	Description string
	Visibility  AlbumVisibility
	CoverID     *string
	Images      int `gorm:"->"`
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// AlbumImage is a row of album_images. Place orders the album; it is compared byte by byte.
type AlbumImage struct {
	AlbumID string `gorm:"primaryKey"`
	ImageID string `gorm:"primaryKey"`
	Place   string
	AddedAt time.Time
	N       int64 // of the image
}

// UserStorage is a row of user_storage: what an account stores, deleted pictures not counted. The database keeps it.
type UserStorage struct {
	UserID string `gorm:"primaryKey"`
	Bytes  int64  `gorm:"->"`
	Images int64  `gorm:"->"`
}

// TableName is not the plural.
func (UserStorage) TableName() string { return "user_storage" }

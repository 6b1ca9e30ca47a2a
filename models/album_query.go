package models

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Album finds an album, whoever's it is.
func (q Queries) Album(ctx context.Context, id string) (Album, error) {
	a, err := gorm.G[Album](q.db).Where("id = ?", id).Take(ctx)
	return a, dbError(err)
}

// OwnAlbum finds an album of an account. ErrNotFound also when it is somebody else's.
func (q Queries) OwnAlbum(ctx context.Context, userID, id string) (Album, error) {
	a, err := gorm.G[Album](q.db).Where("id = ? AND user_id = ?", id, userID).Take(ctx)
	return a, dbError(err)
}

// AlbumRow is an album in a list, with the picture that stands for it: the one chosen, else the first that is live.
type AlbumRow struct {
	Album      `gorm:"embedded"`
	CoverImage *string
	CoverThumb *string // its thumbnail's extension; empty while there is none
}

// Albums lists the albums of an account, newest first, behind the album with the number; 0 begins at the newest.
func (q Queries) Albums(ctx context.Context, userID string, before int64, limit int) ([]AlbumRow, error) {
	where, args := `user_id = ?`, []any{userID}
	if before != 0 {
		where, args = where+` AND n < ?`, append(args, before)
	}
	var out []AlbumRow
	err := q.with(ctx).Raw(`SELECT a.*, c.id AS cover_image, c.thumb_ext AS cover_thumb
		FROM (SELECT * FROM albums WHERE `+where+` ORDER BY n DESC`+limited(limit)+`) a LEFT JOIN LATERAL (
			(SELECT id, thumb_ext FROM images WHERE id = a.cover_id AND state = 'live')
			UNION ALL
			(SELECT i.id, i.thumb_ext FROM album_images x JOIN images i ON i.id = x.image_id WHERE x.album_id = a.id AND i.state = 'live' ORDER BY x.place, x.image_id LIMIT 1)
			LIMIT 1) c ON true
		ORDER BY a.n DESC`, args...).Scan(&out).Error
	return out, dbError(err)
}

// AlbumView says who looks at an album: its owner sees what is in it, others what is shown to everybody who has its link.
type AlbumView struct {
	AlbumID string
	Owner   bool
	Now     time.Time
	Cursor  string // id of the picture the page begins behind
	Back    bool   // the page before Cursor instead, in the album's order all the same
	Limit   int
}

// AlbumPicture is a picture in an album.
type AlbumPicture struct {
	Image `gorm:"embedded"`
	Place string
}

// AlbumPictures lists a page of an album in its order.
func (q Queries) AlbumPictures(ctx context.Context, v AlbumView) ([]AlbumPicture, error) {
	where, args := `x.album_id = ? AND i.state NOT IN ('deleted', 'pending')`, []any{v.AlbumID}
	if !v.Owner {
		where, args = where+` AND i.state IN ('live', 'restricted') AND i.visibility = 'unlisted' AND (i.expires_at IS NULL OR i.expires_at > ?)`, append(args, v.Now)
	}
	sign, by := `>`, `x.place, x.image_id`
	if v.Back {
		sign, by = `<`, `x.place DESC, x.image_id DESC`
	}
	if v.Cursor != "" {
		where += ` AND (x.place, x.image_id) ` + sign + ` (SELECT place, image_id FROM album_images WHERE album_id = ? AND image_id = ?)`
		args = append(args, v.AlbumID, v.Cursor)
	}
	var out []AlbumPicture
	err := q.with(ctx).Raw(`SELECT i.*, x.place FROM album_images x JOIN images i ON i.id = x.image_id WHERE `+where+` ORDER BY `+by+limited(v.Limit), args...).Scan(&out).Error
	return out, dbError(err)
}

// AlbumsOfImage lists the albums of an account that a picture stands in.
func (q Queries) AlbumsOfImage(ctx context.Context, userID, imageID string) ([]Album, error) {
	var out []Album
	err := q.with(ctx).Raw(`SELECT a.* FROM album_images x JOIN albums a ON a.id = x.album_id WHERE x.image_id = ? AND a.user_id = ? ORDER BY a.n DESC LIMIT 100`, imageID, userID).Scan(&out).Error
	return out, dbError(err)
}

// CountAlbums counts the albums of an account up to a bound.
func (q Queries) CountAlbums(ctx context.Context, userID string, bound int) (n int, err error) {
	err = q.with(ctx).Raw(`SELECT count(*) FROM (SELECT 1 FROM albums WHERE user_id = ?`+limited(bound)+`) x`, userID).Scan(&n).Error
	return n, dbError(err)
}

// publicAlbum is an album that anybody may find: there is something in it, and its owner's account is in use.
const publicAlbum = `a.visibility = 'public' AND a.images > 0 AND EXISTS (SELECT FROM users u WHERE u.id = a.user_id AND u.state = 'active')`

// PublicAlbums lists albums that anybody may find, by their numbers, behind the given number.
func (q Queries) PublicAlbums(ctx context.Context, after int64, limit int) ([]Album, error) {
	var out []Album
	err := q.with(ctx).Raw(`SELECT a.* FROM albums a WHERE a.n > ? AND `+publicAlbum+` ORDER BY a.n`+limited(limit), after).Scan(&out).Error
	return out, dbError(err)
}

// PublicAlbumMarks are the numbers of every so-manieth album that anybody may find: where the parts of a long list end.
func (q Queries) PublicAlbumMarks(ctx context.Context, every int) (ns []int64, err error) {
	err = q.with(ctx).Raw(`SELECT n FROM (SELECT a.n, row_number() OVER (ORDER BY a.n) AS place FROM albums a WHERE `+publicAlbum+`) p WHERE place % ? = 0 ORDER BY n`, every).Scan(&ns).Error
	return ns, dbError(err)
}

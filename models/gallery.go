package models

import (
	"context"
	"slices"
	"strings"
)

// GallerySort is an order of a gallery.
type GallerySort string

// The orders. Names sort by people's rules: IMG_2 before IMG_10. Sizes begin with the largest.
const (
	SortNewest GallerySort = "newest"
	SortOldest GallerySort = "oldest"
	SortName   GallerySort = "name"
	SortSize   GallerySort = "size"
)

// GallerySorts is every order.
var GallerySorts = []GallerySort{SortNewest, SortOldest, SortName, SortSize}

// GalleryQuery chooses pictures of one account: those that are shown or that a moderator took away, not the deleted.
type GalleryQuery struct {
	UserID     string
	Sort       GallerySort
	Visibility ImageVisibility // empty: any
	Expiring   bool            // only those that delete themselves
	AlbumID    string          // of the same account; empty: any
	Search     string          // each word finds words that begin with it
	Cursor     string          // id of the picture the page begins behind
	Back       bool            // the page before Cursor instead
	Limit      int
}

// GalleryPage is a page of a gallery. Next and Prev are cursors, empty at the ends. Searching is set when the page ended
// before it was full because enough pictures were looked at: Next goes on.
type GalleryPage struct {
	Images     []Image
	Next, Prev string
	Searching  bool
}

// The bounds of the work for a page, so that its cost does not grow with the gallery: a filter with at most gallerySmall
// pictures is answered whole, of larger ones no more than galleryWindow pictures are looked at.
const (
	gallerySmall  = 150
	galleryWindow = 500
)

// Gallery lists a page. Every order, every single filter and every single word is a range of an index. Of several the
// smallest drives when it is small; else pictures are read in their order, each is looked up in the other filters, and the
// page ends when it is full or the window is.
func (q Queries) Gallery(ctx context.Context, g GalleryQuery) (GalleryPage, error) {
	l := galleryList{q: q, g: g, sets: g.sets()}
	if g.Cursor != "" {
		at, err := q.Image(ctx, g.Cursor)
		if err != nil {
			return GalleryPage{}, err
		}
		if at.UserID == nil || *at.UserID != g.UserID {
			return GalleryPage{}, ErrNotFound
		}
		l.at = &at
	}
	rows, last, err := l.rows(ctx)
	if err != nil {
		return GalleryPage{}, err
	}
	return l.page(ctx, rows, last)
}

// page cuts the surplus row, puts a page that was read backwards right, and finds the cursors. last is the number of the
// last picture that was looked at when there are more to look at, else 0.
func (l galleryList) page(ctx context.Context, rows []Image, last int64) (p GalleryPage, err error) {
	more := len(rows) > l.g.Limit
	if more {
		rows = rows[:l.g.Limit]
	}
	far := ""
	switch {
	case more:
		far = rows[len(rows)-1].ID
	case last != 0:
		p.Searching = true
		if err := l.q.with(ctx).Raw(`SELECT id FROM images WHERE n = ?`, last).Scan(&far).Error; err != nil {
			return p, dbError(err)
		}
	}
	near := l.g.Cursor
	if len(rows) > 0 && near != "" {
		near = rows[0].ID
	}
	p.Images, p.Next, p.Prev = rows, far, near
	if l.g.Back {
		slices.Reverse(p.Images)
		p.Next, p.Prev = near, far
	}
	return p, nil
}

// gallerySet is a filter that an index lists in the order of the pictures' numbers. list has no limit yet and ends inside
// its WHERE; has looks one picture w up, row by row: a join would read the whole set first.
type gallerySet struct {
	list, has string
	arg       any
}

func (g GalleryQuery) sets() []gallerySet {
	var sets []gallerySet
	for _, key := range termKeys(g.UserID, g.Search) {
		sets = append(sets, gallerySet{
			list: `SELECT s.n FROM image_words s WHERE s.key = ?`, arg: key,
			has: `(SELECT true FROM image_words s WHERE s.key = ? AND s.n = w.n)`,
		})
	}
	if g.AlbumID != "" {
		sets = append(sets, gallerySet{
			list: `SELECT s.n FROM album_images s WHERE s.album_id = ?`, arg: g.AlbumID,
			has: `(SELECT true FROM album_images s WHERE s.album_id = ? AND s.n = w.n LIMIT 1)`,
		})
	}
	return sets
}

// order is the sort as SQL over the alias, and the comparison that means "behind the cursor".
func (l galleryList) order(alias string) (columns, by, behind string) {
	descending := l.g.Sort != SortOldest && l.g.Sort != SortName
	if l.g.Back {
		descending = !descending
	}
	keys := []string{alias + ".n"}
	switch l.g.Sort {
	case SortName:
		keys = []string{alias + ".file_name COLLATE people", alias + ".n"}
	case SortSize:
		keys = []string{alias + ".bytes", alias + ".n"}
	}
	columns, direction, sign := strings.Join(keys, ", "), "", ">"
	if descending {
		direction, sign = " DESC", "<"
	}
	return columns, strings.Join(keys, direction+", ") + direction, sign
}

// behind is the condition that a row of the alias comes after the cursor; empty on the first page.
func (l galleryList) behind(alias string) (string, []any) {
	if l.at == nil {
		return "", nil
	}
	columns, _, sign := l.order(alias)
	switch l.g.Sort {
	case SortName:
		return ` AND (` + columns + `) ` + sign + ` (?, ?)`, []any{l.at.FileName, l.at.N}
	case SortSize:
		return ` AND (` + columns + `) ` + sign + ` (?, ?)`, []any{l.at.Bytes, l.at.N}
	default:
		return ` AND ` + columns + ` ` + sign + ` ?`, []any{l.at.N}
	}
}

func (l galleryList) byNumber() bool { return l.g.Sort != SortName && l.g.Sort != SortSize }

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

// Gallery lists a page. Every order, every single filter and every single word is a range of an index. Of several filters
// the one with the fewest pictures drives: each of its pictures is looked up in the others, and the page ends when it is full
// or the window is. Orders that are not those of the filters' indexes are read themselves unless a filter is small.
func (q Queries) Gallery(ctx context.Context, g GalleryQuery) (GalleryPage, error) {
	l := galleryList{q: q, g: g}
	l.filter()
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
	rows, end, err := l.rows(ctx)
	if err != nil {
		return GalleryPage{}, err
	}
	return l.page(rows, end), nil
}

// page cuts the surplus row, puts a page that was read backwards right, and finds the cursors. end is the last picture that
// was looked at when there may be more to look at.
func (l galleryList) page(rows []Image, end string) (p GalleryPage) {
	far := end
	if p.Searching = end != ""; len(rows) > l.g.Limit {
		rows = rows[:l.g.Limit]
		far = rows[len(rows)-1].ID
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
	return p
}

// gallerySet is a filter that an index lists in the order of the pictures' numbers. list has no limit yet and ends inside
// its WHERE; has looks one picture w up, row by row: a join would read the whole set first.
type gallerySet struct {
	list, has string
	args      []any
}

// filter tells the filters apart: words and albums are sets, and so are columns, except that one which stands alone, or is
// asked for in an order that has an index for it, narrows what is read.
func (l *galleryList) filter() {
	l.own, l.args = galleryOwn, []any{l.g.UserID}
	for _, key := range termKeys(l.g.UserID, l.g.Search) {
		l.sets = append(l.sets, gallerySet{
			list: `SELECT s.n FROM image_words s WHERE s.key = ?`, args: []any{key},
			has: ` AND (SELECT true FROM image_words s WHERE s.key = ? AND s.n = w.n)`,
		})
	}
	if l.g.AlbumID != "" {
		l.sets = append(l.sets, gallerySet{
			list: `SELECT s.n FROM album_images s WHERE s.album_id = ?`, args: []any{l.g.AlbumID},
			has: ` AND (SELECT true FROM album_images s WHERE s.album_id = ? AND s.n = w.n LIMIT 1)`,
		})
	}
	free := !l.byNumber() || len(l.sets) == 0 && (l.g.Visibility == "" || !l.g.Expiring)
	column := func(where string, args ...any) {
		if free {
			l.own, l.args, free = l.own+where, append(l.args, args...), false
			return
		}
		set := strings.ReplaceAll(galleryOwn+where, "i.", "s.")
		l.sets = append(l.sets, gallerySet{
			list: `SELECT s.n FROM images s WHERE ` + set, args: append([]any{l.g.UserID}, args...),
			has: ` AND (SELECT true FROM images s WHERE ` + set + ` AND s.n = w.n)`,
		})
	}
	if l.g.Visibility != "" {
		column(` AND i.visibility = ?`, l.g.Visibility)
	}
	if l.g.Expiring {
		column(` AND i.expires_at IS NOT NULL`)
	}
}

// galleryOwn is what every picture i of a gallery meets. Indexes know it; gone is what they do not know.
const (
	galleryOwn  = `i.user_id = ? AND i.state <> 'deleted'`
	galleryGone = ` AND i.state <> 'pending'`
)

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

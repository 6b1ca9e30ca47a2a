package models

import (
	"context"
	"strconv"
	"strings"
)

// galleryList reads one page of a gallery.
type galleryList struct {
	q    Queries
	g    GalleryQuery
	sets []gallerySet
	at   *Image // where the page begins
}

// rows is the page and one row more when there is one. last is the last number looked at when others remain.
func (l galleryList) rows(ctx context.Context) (rows []Image, last int64, err error) {
	switch {
	case len(l.sets) == 0:
		rows, err = l.whole(ctx)
		return rows, 0, err
	case len(l.sets) == 1 && l.byNumber() && l.g.Visibility == "":
		return l.walk(ctx, l.sets[0], l.g.Limit+1+slack)
	}
	small, err := l.smallest(ctx)
	if err != nil {
		return nil, 0, err
	}
	if small >= 0 {
		rows, err = l.small(ctx, l.sets[small])
		return rows, 0, err
	}
	if l.byNumber() {
		return l.walk(ctx, l.sets[0], galleryWindow)
	}
	return l.stroll(ctx)
}

// slack is how many pictures of a filter may be about to be deleted without a page ending early for it.
const slack = 16

// own is what every row must meet, with the filters that are columns.
func (l galleryList) own() (string, []any) {
	where, args := `i.user_id = ? AND i.state <> 'deleted' AND i.state <> 'pending'`, []any{l.g.UserID}
	if l.g.Visibility != "" {
		where, args = where+` AND i.visibility = ?`, append(args, l.g.Visibility)
	}
	return where, args
}

// whole reads the gallery itself, or one visibility of it, along the index of its order.
func (l galleryList) whole(ctx context.Context) ([]Image, error) {
	where, args := l.own()
	behind, more := l.behind("i")
	_, by, _ := l.order("i")
	var rows []Image
	err := l.q.with(ctx).Raw(`SELECT i.* FROM images i WHERE `+where+behind+` ORDER BY `+by+limited(l.g.Limit+1), append(args, more...)...).Scan(&rows).Error
	return rows, dbError(err)
}

// smallest is the filter with the fewest pictures, or -1 when all have more than a page looks at.
func (l galleryList) smallest(ctx context.Context) (int, error) {
	var parts []string
	var args []any
	for i, s := range l.sets {
		parts = append(parts, `SELECT `+strconv.Itoa(i)+` AS k, (SELECT count(*) FROM (`+s.list+limited(galleryWindow+1)+`) c) AS n`)
		args = append(args, s.arg)
	}
	var counts []int
	if err := l.q.with(ctx).Raw(`SELECT n FROM (`+strings.Join(parts, ` UNION ALL `)+`) x ORDER BY k`, args...).Scan(&counts).Error; err != nil {
		return 0, dbError(err)
	}
	best := 0
	for i, n := range counts {
		if n < counts[best] {
			best = i
		}
	}
	if counts[best] > galleryWindow {
		return -1, nil
	}
	return best, nil
}

// small sorts all pictures of a filter that has few.
func (l galleryList) small(ctx context.Context, s gallerySet) ([]Image, error) {
	numbers, err := l.numbers(ctx, s.list+limited(galleryWindow), s.arg)
	if err != nil {
		return nil, err
	}
	return l.among(ctx, numbers)
}

// walk reads a filter in the order of numbers, n of them.
func (l galleryList) walk(ctx context.Context, s gallerySet, n int) (rows []Image, last int64, err error) {
	sql, args := s.list, []any{s.arg}
	if l.at != nil {
		_, _, sign := l.order("s")
		sql, args = sql+` AND s.n `+sign+` ?`, append(args, l.at.N)
	}
	_, by, _ := l.order("s")
	numbers, err := l.numbers(ctx, sql+` ORDER BY `+by+limited(n), args...)
	if err != nil {
		return nil, 0, err
	}
	return l.window(ctx, numbers, n)
}

// stroll reads the gallery in an order that the filters have no index for.
func (l galleryList) stroll(ctx context.Context) (rows []Image, last int64, err error) {
	where, args := l.own()
	behind, more := l.behind("i")
	_, by, _ := l.order("i")
	numbers, err := l.numbers(ctx, `SELECT i.n FROM images i WHERE `+where+behind+` ORDER BY `+by+limited(galleryWindow), append(args, more...)...)
	if err != nil {
		return nil, 0, err
	}
	return l.window(ctx, numbers, galleryWindow)
}

func (l galleryList) window(ctx context.Context, numbers []int64, n int) (rows []Image, last int64, err error) {
	if len(numbers) == n {
		last = numbers[n-1]
	}
	rows, err = l.among(ctx, numbers)
	return rows, last, err
}

func (l galleryList) numbers(ctx context.Context, sql string, args ...any) ([]int64, error) {
	var out []int64
	err := l.q.with(ctx).Raw(sql, args...).Scan(&out).Error
	return out, dbError(err)
}

// among is the page within the pictures of these numbers.
func (l galleryList) among(ctx context.Context, numbers []int64) ([]Image, error) {
	if len(numbers) == 0 {
		return nil, nil
	}
	where, args := l.own()
	for _, s := range l.sets {
		where, args = where+` AND `+s.has, append(args, s.arg)
	}
	behind, more := l.behind("i")
	_, by, _ := l.order("i")
	args = append(append([]any{Numbers(numbers)}, args...), more...)
	var rows []Image
	err := l.q.with(ctx).Raw(`SELECT i.* FROM images i WHERE i.n = ANY (?::bigint[]) AND `+where+behind+` ORDER BY `+by+limited(l.g.Limit+1), args...).Scan(&rows).Error
	return rows, dbError(err)
}

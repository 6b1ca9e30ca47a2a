package models

import (
	"context"
	"slices"
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
	if len(l.sets) == 0 {
		return l.stroll(ctx)
	}
	if len(l.sets) > 1 || !l.byNumber() || l.mixed() {
		small, err := l.smallest(ctx)
		if err != nil {
			return nil, 0, err
		}
		if small >= 0 {
			rows, err = l.small(ctx, l.sets[small])
			return rows, 0, err
		}
	}
	if l.byNumber() {
		return l.walk(ctx)
	}
	return l.stroll(ctx)
}

// mixed reports whether there is a filter beside the sets.
func (l galleryList) mixed() bool { return l.g.Visibility != "" || l.g.Expiring }

// own is what every row of the alias must meet. Its filters are columns, of which rest comes second: no index has both.
func (l galleryList) own(alias string) (where, rest string, args, more []any) {
	where, args = strings.ReplaceAll(`i.user_id = ? AND i.state <> 'deleted' AND i.state <> 'pending'`, "i.", alias+"."), []any{l.g.UserID}
	if l.g.Expiring {
		where += ` AND ` + alias + `.expires_at IS NOT NULL`
	}
	switch {
	case l.g.Visibility != "" && l.g.Expiring:
		rest, more = ` AND visibility = ?`, []any{l.g.Visibility}
	case l.g.Visibility != "":
		where, args = where+` AND `+alias+`.visibility = ?`, append(args, l.g.Visibility)
	}
	return where, rest, args, more
}

// in is the condition that w is in every set.
func (l galleryList) in() (sql string, args []any) {
	for _, s := range l.sets {
		sql, args = sql+` AND `+s.has, append(args, s.arg)
	}
	return sql, args
}

// smallest is the set with the fewest pictures, or -1 when none is small.
func (l galleryList) smallest(ctx context.Context) (int, error) {
	var parts []string
	var args []any
	for i, s := range l.sets {
		parts = append(parts, `SELECT `+strconv.Itoa(i)+` AS k, (SELECT count(*) FROM (`+s.list+limited(gallerySmall+1)+`) c) AS n`)
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
	if counts[best] > gallerySmall {
		return -1, nil
	}
	return best, nil
}

// small sorts all pictures of a small set.
func (l galleryList) small(ctx context.Context, s gallerySet) ([]Image, error) {
	var numbers []int64
	if err := l.q.with(ctx).Raw(s.list+limited(gallerySmall), s.arg).Scan(&numbers).Error; err != nil || len(numbers) == 0 {
		return nil, dbError(err)
	}
	where, rest, args, more := l.own("w")
	in, inArgs := l.in()
	behind, at := l.behind("w")
	_, by, _ := l.order("w")
	args = slices.Concat([]any{Numbers(numbers)}, args, more, inArgs, at)
	var rows []Image
	err := l.q.with(ctx).Raw(`SELECT * FROM images w WHERE w.n = ANY (?::bigint[]) AND `+where+rest+in+behind+` ORDER BY `+by+limited(l.g.Limit+1), args...).Scan(&rows).Error
	return rows, dbError(err)
}

// walk reads the first set in the order of numbers. Each picture is looked up by itself: a join would read them all.
func (l galleryList) walk(ctx context.Context) (rows []Image, last int64, err error) {
	list, args := l.sets[0].list, []any{l.sets[0].arg}
	if l.at != nil {
		_, _, sign := l.order("s")
		list, args = list+` AND s.n `+sign+` ?`, append(args, l.at.N)
	}
	_, by, _ := l.order("s")
	list += ` ORDER BY ` + by + limited(galleryWindow)
	own, rest, ownArgs, more := l.own("i")
	in, inArgs := l.in()
	_, outer, _ := l.order("w")
	err = l.q.with(ctx).Raw(`SELECT i.* FROM (SELECT w.n FROM (`+list+`) w WHERE true`+in+`) w CROSS JOIN LATERAL (
			SELECT * FROM images i WHERE i.n = w.n AND `+own+rest+limited(1)+`) i ORDER BY `+outer+limited(l.g.Limit+1),
		slices.Concat(args, inArgs, ownArgs, more)...).Scan(&rows).Error
	if err != nil || len(rows) > l.g.Limit {
		return rows, 0, dbError(err)
	}
	last, err = l.end(ctx, list, args)
	return rows, last, err
}

// stroll reads the gallery, or what one of its columns selects, along the index of its order.
func (l galleryList) stroll(ctx context.Context) (rows []Image, last int64, err error) {
	own, rest, args, more := l.own("i")
	behind, at := l.behind("i")
	_, by, _ := l.order("i")
	from, args := ` FROM images i WHERE `+own+behind+` ORDER BY `+by, append(args, at...)
	if rest == "" && len(l.sets) == 0 {
		err = l.q.with(ctx).Raw(`SELECT i.*`+from+limited(l.g.Limit+1), args...).Scan(&rows).Error
		return rows, 0, dbError(err)
	}
	in, inArgs := l.in()
	_, outer, _ := l.order("w")
	err = l.q.with(ctx).Raw(`SELECT * FROM (SELECT i.*`+from+limited(galleryWindow)+`) w WHERE true`+rest+in+` ORDER BY `+outer+limited(l.g.Limit+1),
		slices.Concat(args, more, inArgs)...).Scan(&rows).Error
	if err != nil || len(rows) > l.g.Limit {
		return rows, 0, dbError(err)
	}
	last, err = l.end(ctx, `SELECT i.n`+from+limited(galleryWindow), args)
	return rows, last, err
}

// end is the last number of a window, 0 when the window was not full: nothing is left behind it.
func (l galleryList) end(ctx context.Context, list string, args []any) (int64, error) {
	var numbers []int64
	if err := l.q.with(ctx).Raw(list, args...).Scan(&numbers).Error; err != nil || len(numbers) < galleryWindow {
		return 0, dbError(err)
	}
	return numbers[len(numbers)-1], nil
}

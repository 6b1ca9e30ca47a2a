package models

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
)

// galleryList reads one page of a gallery.
type galleryList struct {
	q    Queries
	g    GalleryQuery
	own  string // the condition on a picture i that is read in the order of the page, with args
	args []any
	sets []gallerySet // what else it must be in
	at   *Image       // where the page begins
}

// rows is the page and one row more when there is one. end is the last picture looked at when others may remain.
func (l galleryList) rows(ctx context.Context) (rows []Image, end string, err error) {
	switch {
	case len(l.sets) == 0:
		rows, err = l.whole(ctx)
		return rows, "", err
	case l.byNumber() && len(l.sets) == 1:
		list, args := l.driver(0)
		return l.walk(ctx, list, args, nil)
	}
	best, small, err := l.sparsest(ctx)
	switch {
	case err != nil:
		return nil, "", err
	case l.byNumber():
		list, args := l.driver(best)
		return l.walk(ctx, list, args, slices.Delete(slices.Clone(l.sets), best, best+1))
	case small:
		rows, err = l.small(ctx, l.sets[best])
		return rows, "", err
	}
	behind, at := l.behind("i")
	columns, by, _ := l.order("i")
	return l.walk(ctx, `SELECT `+columns+` FROM images i WHERE `+l.own+behind+` ORDER BY `+by, slices.Concat(l.args, at), l.sets)
}

// whole reads what the index of the order lists.
func (l galleryList) whole(ctx context.Context) (rows []Image, err error) {
	behind, at := l.behind("i")
	_, by, _ := l.order("i")
	err = l.q.with(ctx).Raw(`SELECT i.* FROM images i WHERE `+l.own+galleryGone+behind+` ORDER BY `+by+limited(l.g.Limit+1), slices.Concat(l.args, at)...).Scan(&rows).Error
	return rows, dbError(err)
}

// driver lists a set from the cursor on, in the order of numbers.
func (l galleryList) driver(i int) (list string, args []any) {
	_, by, sign := l.order("s")
	list, args = l.sets[i].list, l.sets[i].args
	if l.at != nil {
		list, args = list+` AND s.n `+sign+` ?`, slices.Concat(args, []any{l.at.N})
	}
	return list + ` ORDER BY ` + by, args
}

// sparsest is the set that lists the fewest pictures: one that ends within the first gallerySmall, else the one whose next
// comes last. Counting them would cost the more the larger they are.
func (l galleryList) sparsest(ctx context.Context) (best int, small bool, err error) {
	if !l.byNumber() { // any order finds whether a set is small
		l.at, l.g.Sort, l.g.Back = nil, SortOldest, false
	}
	_, _, behind := l.order("s")
	sign := map[string]string{">": "", "<": "-"}[behind]
	var parts []string
	var args []any
	for i := range l.sets {
		list, listArgs := l.driver(i)
		parts = append(parts, `SELECT `+strconv.Itoa(i)+` AS k, (`+list+limited(1)+` OFFSET `+strconv.Itoa(gallerySmall)+`) AS n`)
		args = append(args, listArgs...)
	}
	const none = math.MaxInt64
	var next []int64
	if err := l.q.with(ctx).Raw(`SELECT coalesce(`+sign+`n, `+strconv.Itoa(none)+`) FROM (`+strings.Join(parts, ` UNION ALL `)+`) x ORDER BY k`, args...).Scan(&next).Error; err != nil {
		return 0, false, dbError(err)
	}
	best = slices.Index(next, slices.Max(next))
	return best, next[best] == none, nil
}

// small sorts all pictures of a small set.
func (l galleryList) small(ctx context.Context, s gallerySet) (rows []Image, err error) {
	has, hasArgs := in(l.sets)
	behind, at := l.behind("w")
	_, by, _ := l.order("w")
	err = l.q.with(ctx).Raw(`SELECT w.* FROM images w WHERE w.n = ANY (ARRAY (`+s.list+limited(gallerySmall)+`)) AND `+strings.ReplaceAll(l.own+galleryGone, "i.", "w.")+has+behind+
		` ORDER BY `+by+limited(l.g.Limit+1), slices.Concat(s.args, l.args, hasArgs, at)...).Scan(&rows).Error
	return rows, dbError(err)
}

// walk reads what list gives in its order, up to the window, as far as it is in the sets. Only the pictures of the page are
// fetched, each by itself: a join would read them all.
func (l galleryList) walk(ctx context.Context, list string, args []any, sets []gallerySet) (rows []Image, end string, err error) {
	has, hasArgs := in(sets)
	_, by, _ := l.order("w")
	err = l.q.with(ctx).Raw(`SELECT i.* FROM (SELECT * FROM (`+list+limited(galleryWindow)+`) w WHERE true`+has+`) w CROSS JOIN LATERAL (
			SELECT * FROM images i WHERE i.n = w.n AND `+galleryOwn+galleryGone+limited(1)+`) i ORDER BY `+by+limited(l.g.Limit+1),
		slices.Concat(args, hasArgs, []any{l.g.UserID})...).Scan(&rows).Error
	if err != nil || len(rows) > l.g.Limit {
		return rows, "", dbError(err)
	}
	err = l.q.with(ctx).Raw(`SELECT i.id FROM (`+list+limited(1)+` OFFSET `+strconv.Itoa(galleryWindow-1)+`) s JOIN images i ON i.n = s.n`, args...).Scan(&end).Error
	return rows, end, dbError(err)
}

// in is the condition that w is in every set.
func in(sets []gallerySet) (sql string, args []any) {
	for _, s := range sets {
		sql, args = sql+s.has, append(args, s.args...)
	}
	return sql, args
}

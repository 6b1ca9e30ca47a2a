package gallery_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"imglink/app/gallery"
	"imglink/models"
)

// photo is what the g-th picture of a large gallery is called: words that all have, that a tenth and a hundredth have, and
// that as many as a page holds have, and numbers.
func photo(g int) string {
	places := []string{"beach", "harbour", "forest", "city", "lake", "garden", "station", "bridge", "market", "museum"}
	return fmt.Sprintf("img %06d %s%s%s jpg", g, places[g*7%10], map[bool]string{true: " sunset"}[g%100 == 0], map[bool]string{true: " whale"}[g <= 60])
}

// views are the pages whose cost must not grow with the gallery.
func (r *rig) views(pictures int) map[string]func() error {
	r.t.Helper()
	r.bulk(pictures, photo)
	album := r.bulkAlbum(pictures)
	list := func(q gallery.Query) func() error {
		return func() error { _, err := r.List(r.ctx(), r.maya, q); return err }
	}
	out := map[string]func() error{
		"storage": func() error { _, err := r.Storage(r.ctx(), r.maya); return err },
		"albums":  func() error { _, _, err := r.Albums(r.ctx(), r.maya, "", 24); return err },
		"album": func() error {
			_, err := r.OpenAlbum(r.ctx(), "", album, "", false, gallery.PageSize)
			return err
		},
	}
	for _, sort := range models.GallerySorts {
		first, err := r.List(r.ctx(), r.maya, gallery.Query{Sort: sort})
		r.must(err)
		for name, q := range map[string]gallery.Query{
			"all": {}, "page 2": {Cursor: first.Next}, "back": {Cursor: first.Next, Back: true}, "private": {Visibility: models.ImagePrivate}, "expiring": {Expiring: true}, "album": {AlbumID: album},
			"search all": {Search: "jpg"}, "search tenth": {Search: "beach"}, "search rare": {Search: "whale"}, "search prefix": {Search: "be"}, "search number": {Search: "000123"},
			"search words": {Search: "img beach sun"}, "search nothing": {Search: "zebra"}, "search disjoint": {Search: "beach harbour"},
			"search private": {Search: "beach", Visibility: models.ImagePrivate}, "album expiring": {AlbumID: album, Expiring: true},
		} {
			q.Sort = sort
			out[name+" by "+string(sort)] = list(q)
		}
	}
	return out
}

// pair times two pages in turn, call by call, so that both see the same load of the machine, and gives the medians.
func pair(n int, a, z func() error) (x, y time.Duration, err error) {
	times := [2][]time.Duration{}
	for range n {
		for i, f := range []func() error{a, z} {
			start := time.Now()
			if err := f(); err != nil {
				return 0, 0, err
			}
			times[i] = append(times[i], time.Since(start))
		}
	}
	slices.Sort(times[0])
	slices.Sort(times[1])
	return times[0][n/2], times[1][n/2], nil
}

// BenchmarkGalleryAtScale compares the pages of a gallery of 1000 pictures and of 100 000. It reports the medians and their
// ratio for each page; the goal is 1.3. A page of which nothing or little is found looks at 500 pictures of the large gallery
// and at no more than 150 of the small one, in which its filter has no more.
func BenchmarkGalleryAtScale(b *testing.B) {
	a, z := newRig(b).views(1000), newRig(b).views(100_000)
	names := make([]string, 0, len(a))
	for name := range a {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		b.Run(name, func(b *testing.B) {
			_, _, err := pair(10, a[name], z[name]) // warm
			if err != nil {
				b.Fatal(err)
			}
			few, many, err := pair(100, a[name], z[name])
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(few.Microseconds()), "us-at-1k")
			b.ReportMetric(float64(many.Microseconds()), "us-at-100k")
			b.ReportMetric(float64(many)/float64(few), "ratio")
		})
	}
}

package gallery_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/gallery"
	"imglink/models"
)

// Every combination of order, filter and search lists what a plain loop over the rows finds, page by page, there and back.
func TestListsEqualAPlainLoop(t *testing.T) {
	r := newRig(t)
	names := []string{"Beach Party.jpg", "beach.jpg", "IMG_2.jpg", "IMG_10.jpg", "Málaga harbour.jpg", "harbour 2026.jpg", "notes.jpg"}
	var rows []models.Image
	for i := range 60 {
		img := r.put(r.maya, names[i*5%7], func(img *models.Image) {
			img.Bytes = int64(1000 + i*37%11*100)
			if i%4 == 0 {
				img.Visibility = models.ImagePrivate
			}
			if i%3 == 0 {
				img.ExpiresAt = in(time.Hour, r)
			}
			if i%5 == 0 {
				img.Description = "Sunset at the BEACH of Málaga"
			}
		})
		rows = append(rows, img)
		r.put(r.other, names[i%7])
	}
	var inAlbum []string
	for i := 0; i < len(rows); i += 2 {
		inAlbum = append(inAlbum, rows[i].ID)
	}
	album := r.album(r.maya, "Summer", inAlbum...)
	_, err := r.Delete(r.ctx(), r.maya, []string{rows[7].ID, rows[8].ID})
	r.must(err)
	rows = slices.Delete(rows, 7, 9)
	r.decided(rows[3].ID, models.ImageRemoved)
	for _, sort := range models.GallerySorts {
		for _, visibility := range []models.ImageVisibility{"", models.ImagePrivate} {
			for _, expiring := range []bool{false, true} {
				for _, albumID := range []string{"", album.ID} {
					for _, search := range []string{"", "beach", "bea mal", "10", "MALAGA", "img2", "zebra"} {
						q := gallery.Query{Sort: sort, Visibility: visibility, Expiring: expiring, AlbumID: albumID, Search: search, Limit: 7}
						want := loop(rows, q, inAlbum)
						if got := r.all(q); !slices.Equal(got, want) {
							t.Errorf("%+v lists %d, want %d:\n%v\n%v", q, len(got), len(want), got, want)
						}
					}
				}
			}
		}
	}
}

var plainly = strings.NewReplacer("á", "a", "_", " ", ".", " ")

func loop(rows []models.Image, q gallery.Query, inAlbum []string) []string {
	var kept []models.Image
	for _, img := range rows {
		found := true
		for term := range strings.FieldsSeq(strings.Replace(strings.ToLower(q.Search), "img2", "img 2", 1)) {
			found = found && slices.ContainsFunc(strings.Fields(plainly.Replace(strings.ToLower(img.FileName+" "+img.Description))), func(w string) bool { return strings.HasPrefix(w, term) })
		}
		if found && (q.Visibility == "" || img.Visibility == q.Visibility) && (!q.Expiring || img.ExpiresAt != nil) && (q.AlbumID == "" || slices.Contains(inAlbum, img.ID)) {
			kept = append(kept, img)
		}
	}
	order := []string{"Beach Party.jpg", "beach.jpg", "harbour 2026.jpg", "IMG_2.jpg", "IMG_10.jpg", "Málaga harbour.jpg", "notes.jpg"}
	slices.SortFunc(kept, func(a, b models.Image) int {
		switch q.Sort {
		case models.SortName:
			return cmp.Or(slices.Index(order, a.FileName)-slices.Index(order, b.FileName), cmp.Compare(a.N, b.N))
		case models.SortSize:
			return cmp.Or(cmp.Compare(b.Bytes, a.Bytes), cmp.Compare(b.N, a.N))
		case models.SortOldest:
			return cmp.Compare(a.N, b.N)
		}
		return cmp.Compare(b.N, a.N)
	})
	return ids(kept)
}

// Words follow every change of a picture: renamed, described, deleted, brought back, claimed.
func TestSearchFollowsChanges(t *testing.T) {
	r := newRig(t)
	img := r.put(r.maya, "lighthouse.jpg")
	finds := func(search string, want bool) {
		t.Helper()
		if got := r.all(gallery.Query{Search: search, Limit: 5}); (len(got) == 1) != want {
			t.Errorf("%q finds %d pictures", search, len(got))
		}
	}
	finds("light", true)
	finds("LIGHTHOUSE.JPG", true)
	finds("house", false) // the middle of a word
	_, err := r.Edit(r.ctx(), r.maya, img.ID, gallery.Edit{Name: ptr("Zebra"), Description: ptr("crossing")})
	r.must(err)
	finds("light", false)
	finds("cross zeb", true)
	_, err = r.Delete(r.ctx(), r.maya, []string{img.ID})
	r.must(err)
	finds("zebra", false)
	_, err = r.Restore(r.ctx(), r.maya, []string{img.ID})
	r.must(err)
	finds("zebra", true)
	r.must(r.Store.Write(r.ctx(), models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "image.delete", Entity: "image", ID: img.ID}, func(tx *models.Tx) error {
		return tx.SetImageState(img.ID, []models.ImageState{models.ImageLive}, models.ImageDeleted, "")
	}))
	finds("zebra", false)
	long := r.put(r.maya, strings.Repeat("wort", 20)+".jpg")
	if got := r.all(gallery.Query{Search: strings.Repeat("wort", 20), Limit: 5}); !slices.Equal(got, []string{long.ID}) {
		t.Errorf("a long word finds %v", got)
	}
}

// More pictures than a page looks at: the page says where it got to, and the next goes on until everything was found.
func TestBoundedSearchFindsEverything(t *testing.T) {
	r := newRig(t)
	name := func(g int) string {
		return map[bool]string{true: "red", false: "blue"}[g%1000 < 500] + map[bool]string{true: " green"}[g%97 == 0] + map[bool]string{true: " car"}[g > 1500] + " jpg"
	}
	r.bulk(3000, name)
	for _, q := range []gallery.Query{
		{Search: "red car"},
		{Search: "blue jpg", Sort: models.SortName},
		{Search: "red jpg", Sort: models.SortSize},
		{Search: "green red"},
		{Search: "jpg", Visibility: models.ImagePrivate},
		{Search: "jpg", Sort: models.SortName},
		{Search: "red blue"},
	} {
		q.Limit = 50
		want := 0
		for g := 1; g <= 3000; g++ {
			hit := q.Visibility == "" || g%20 == 0
			for term := range strings.FieldsSeq(q.Search) {
				hit = hit && slices.Contains(strings.Fields(name(g)), term)
			}
			if hit {
				want++
			}
		}
		got := r.all(q)
		slices.Sort(got)
		if found := len(slices.Compact(got)); found != want || len(got) != want {
			t.Errorf("%+v finds %d, want %d", q, found, want)
		}
	}
}

func TestQueriesThatMakeNoSense(t *testing.T) {
	r := newRig(t)
	foreign := r.put(r.other, "theirs.jpg")
	album := r.album(r.other, "Theirs", foreign.ID)
	for _, q := range []gallery.Query{{Sort: "views"}, {Visibility: "public"}, {Limit: 101}, {Limit: -1}, {Search: "...!"}, {Search: strings.Repeat("x", 201)}} {
		_, err := r.List(r.ctx(), r.maya, q)
		r.wants(err, fault.Invalid)
	}
	for _, q := range []gallery.Query{{AlbumID: album.ID}, {Cursor: foreign.ID}, {Cursor: "nothing"}} {
		_, err := r.List(r.ctx(), r.maya, q)
		r.wants(err, fault.NotFound)
	}
	for _, who := range []actor.Actor{actor.Guest("guest0000001"), actor.System("x"), actor.Token(r.maya.ID, actor.ImagesWrite)} {
		_, err := r.List(r.ctx(), who, gallery.Query{})
		r.wants(err, fault.Forbidden)
	}
}

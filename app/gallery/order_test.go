package gallery_test

import (
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"imglink/app/gallery"
	"imglink/models"
)

func (r *rig) order(albumID string) []string {
	r.t.Helper()
	p, err := r.OpenAlbum(r.ctx(), r.maya.ID, albumID, "", false, 10_000)
	r.must(err)
	var out []string
	for _, pic := range p.Pictures {
		out = append(out, pic.ID)
	}
	return out
}

// Any sequence of moves, additions and removals gives the order that a plain list would have.
func TestAlbumOrderEqualsAList(t *testing.T) {
	r := newRig(t)
	var all []string
	for i := range 9 {
		all = append(all, r.put(r.maya, unique(i)+".jpg").ID)
	}
	rapid.Check(t, func(t *rapid.T) {
		list := slices.Clone(all[:rapid.IntRange(1, 6).Draw(t, "begin")])
		album := r.album(r.maya, "Order", list...)
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			id := rapid.SampledFrom(all).Draw(t, "picture")
			at := slices.Index(list, id)
			if at < 0 {
				_, err := r.AddToAlbum(r.ctx(), r.maya, album.ID, []string{id})
				r.must(err)
				list = append(list, id)
				continue
			}
			other := rapid.SampledFrom(list).Draw(t, "other")
			rest := slices.Delete(slices.Clone(list), at, at+1)
			to, m := at, gallery.Move{}
			switch rapid.SampledFrom([]string{"before", "after", "earlier", "later", "position", "remove"}).Draw(t, "move") {
			case "before":
				if m.Before = other; other != id {
					to = slices.Index(rest, other)
				}
			case "after":
				if m.After = other; other != id {
					to = slices.Index(rest, other) + 1
				}
			case "earlier":
				m.Earlier, to = true, max(0, at-1)
			case "later":
				m.Later, to = true, min(len(rest), at+1)
			case "position":
				m.Position = rapid.IntRange(1, 10).Draw(t, "position")
				to = min(m.Position-1, len(rest))
			case "remove":
				_, err := r.RemoveFromAlbum(r.ctx(), r.maya, album.ID, []string{id})
				r.must(err)
				list = rest
				continue
			}
			r.must(r.MovePicture(r.ctx(), r.maya, album.ID, id, m))
			list = slices.Insert(rest, to, id)
		}
		if got := r.order(album.ID); !slices.Equal(got, list) {
			t.Fatalf("order %v, want %v", got, list)
		}
	})
}

// Places that keep being halved grow; before they are long the album is numbered anew and keeps its order.
func TestManyMovesToOnePlace(t *testing.T) {
	r := newRig(t)
	var list []string
	for i := range 4 {
		list = append(list, r.put(r.maya, unique(i)+".jpg").ID)
	}
	album := r.album(r.maya, "Order", list...)
	for range 600 { // between the first and the one behind it
		r.must(r.MovePicture(r.ctx(), r.maya, album.ID, list[3], gallery.Move{After: list[0]}))
		list[1], list[2], list[3] = list[3], list[1], list[2]
	}
	if got := r.order(album.ID); !slices.Equal(got, list) {
		t.Errorf("order %v, want %v", got, list)
	}
	p, err := r.OpenAlbum(r.ctx(), r.maya.ID, album.ID, "", false, 10)
	r.must(err)
	for _, pic := range p.Pictures {
		if len(pic.Place) > 40 {
			t.Errorf("a place of %d characters", len(pic.Place))
		}
	}
}

// Moves at the same time lose nobody and leave every picture in one place of its own.
func TestConcurrentMoves(t *testing.T) {
	r := newRig(t)
	var list []string
	for i := range 12 {
		list = append(list, r.put(r.maya, unique(i)+".jpg").ID)
	}
	album := r.album(r.maya, "Order", list...)
	var wg sync.WaitGroup
	for w := range 6 {
		wg.Go(func() {
			for i := range 10 {
				id := list[(w*7+i*5)%12]
				if err := r.MovePicture(r.ctx(), r.maya, album.ID, id, gallery.Move{Position: 1 + (w+i*3)%12}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	got := r.order(album.ID)
	slices.Sort(got)
	slices.Sort(list)
	if !slices.Equal(got, list) {
		t.Errorf("%v, want %v", got, list)
	}
	p, err := r.OpenAlbum(r.ctx(), r.maya.ID, album.ID, "", false, 100)
	r.must(err)
	places := map[string]bool{}
	for _, pic := range p.Pictures {
		places[pic.Place] = true
	}
	if len(places) != len(list) {
		t.Errorf("%d places for %d pictures", len(places), len(list))
	}
}

// An album shows to others what they may see, page by page, there and back.
func TestAlbumPages(t *testing.T) {
	r := newRig(t)
	var list, shown []string
	for i := range 25 {
		img := r.put(r.maya, unique(i)+".jpg", func(img *models.Image) {
			switch i % 5 {
			case 1:
				img.Visibility = models.ImagePrivate
			case 2:
				img.ExpiresAt = in(0, r)
			}
		})
		list = append(list, img.ID)
		if i%5 == 3 {
			r.decided(img.ID, models.ImageRemoved)
		}
		if i%5 == 0 || i%5 == 4 {
			shown = append(shown, img.ID)
		}
	}
	album := r.album(r.maya, "Mixed", list...)
	for _, c := range []struct {
		viewer string
		want   []string
	}{{r.maya.ID, list}, {r.other.ID, shown}, {"", shown}} {
		var got []string
		for cursor := ""; ; {
			p, err := r.OpenAlbum(r.ctx(), c.viewer, album.ID, cursor, false, 4)
			r.must(err)
			for _, pic := range p.Pictures {
				got = append(got, pic.ID)
			}
			if (p.Prev != "") != (cursor != "") {
				t.Errorf("prev is %q behind %q", p.Prev, cursor)
			}
			if p.Prev != "" {
				back, err := r.OpenAlbum(r.ctx(), c.viewer, album.ID, p.Prev, true, 4)
				r.must(err)
				if n := len(got) - len(p.Pictures) - len(back.Pictures); back.Pictures[0].ID != got[n] || back.Next == "" || (back.Prev == "") != (n == 0) {
					t.Errorf("back from %q: %+v", cursor, back)
				}
			}
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%q sees %v, want %v", c.viewer, got, c.want)
		}
	}
	_, err := r.EditAlbum(r.ctx(), r.maya, album.ID, gallery.AlbumEdit{Visibility: ptr(models.AlbumPrivate)})
	r.must(err)
	for _, viewer := range []string{"", r.other.ID} {
		if _, err := r.OpenAlbum(r.ctx(), viewer, album.ID, "", false, 4); err == nil {
			t.Errorf("%q opens a private album", viewer)
		}
	}
}

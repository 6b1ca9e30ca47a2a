package uploads

import "testing"

// Pictures on their way through memory are few, whatever is asked for; a place that was given back serves again.
func TestTheCacheReadsFewAtOnce(t *testing.T) {
	c := NewCache(1 << 20)
	if _, ok := c.Reserve(c.maxItem + 1); ok {
		t.Error("an object that is too large was let in")
	}
	if _, ok := (*Cache)(nil).Reserve(1); ok {
		t.Error("no cache keeps something")
	}
	var releases []func()
	for range maxReading {
		release, ok := c.Reserve(1)
		if !ok {
			t.Fatal("a free place was refused")
		}
		releases = append(releases, release)
	}
	if _, ok := c.Reserve(1); ok {
		t.Error("more were let in than there are places")
	}
	releases[0]()
	releases[0]() // closing twice gives one place back
	if _, ok := c.Reserve(1); !ok {
		t.Error("the place that was given back is lost")
	}
	if _, ok := c.Reserve(1); ok {
		t.Error("one place was given back twice")
	}
}

package pdqindex

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"imglink/app/imaging/pdq"
)

func random(r *rand.Rand) pdq.Hash {
	return pdq.Hash{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}
}

// near flips n different bits.
func near(r *rand.Rand, h pdq.Hash, n int) pdq.Hash {
	for _, b := range r.Perm(256)[:n] {
		h[b/64] ^= 1 << (b % 64)
	}
	return h
}

// oracle is the specification: look at everything.
type oracle map[int64]pdq.Hash

func (o oracle) query(h pdq.Hash, radius int) []Match {
	var found []Match
	for id, g := range o {
		if d := pdq.Distance(h, g); d <= radius {
			found = append(found, Match{ID: id, Distance: d})
		}
	}
	slices.SortFunc(found, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID))
	})
	return found
}

// Whatever is added, removed and merged in whatever order, the index answers as the oracle does.
func TestIndexEqualsOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		centres := []pdq.Hash{random(r), random(r), {}, {^uint64(0), ^uint64(0), ^uint64(0), ^uint64(0)}}
		draw := func() pdq.Hash {
			return near(r, centres[rapid.IntRange(0, 3).Draw(t, "centre")], rapid.IntRange(0, 40).Draw(t, "distance"))
		}
		all := oracle{}
		var ids []int64
		var hashes []pdq.Hash
		for i := range rapid.IntRange(0, 60).Draw(t, "bulk") {
			h := draw()
			ids, hashes, all[int64(i)] = append(ids, int64(i)), append(hashes, h), h
		}
		x := New(ids, hashes)
		t.Repeat(map[string]func(*rapid.T){
			"add": func(t *rapid.T) {
				id := rapid.Int64Range(-5, 100).Draw(t, "id")
				if _, ok := all[id]; !ok {
					all[id] = draw()
					x.Add(id, all[id])
				}
			},
			"remove": func(t *rapid.T) {
				id := rapid.Int64Range(-5, 100).Draw(t, "id")
				x.Remove(id)
				delete(all, id)
			},
			"merge": func(t *rapid.T) { mergeNow(x); x.Settle() },
			"change while merging": func(t *rapid.T) {
				mergeNow(x)
				id := rapid.Int64Range(-5, 100).Draw(t, "id")
				x.Remove(id)
				if rapid.Bool().Draw(t, "again") {
					all[id] = draw()
					x.Add(id, all[id])
				} else {
					delete(all, id)
				}
			},
			"": func(t *rapid.T) {
				h, radius := draw(), rapid.SampledFrom([]int{-1, 0, 1, 7, 15, 16, 30, 31, 32, 60, 256}).Draw(t, "radius")
				if got, want := x.Query(h, radius), all.query(h, radius); !slices.Equal(got, want) {
					t.Fatalf("radius %d: got %v, want %v", radius, got, want)
				}
			},
		})
		x.Settle()
	})
}

// mergeNow starts a merge however short the tail is.
func mergeNow(x *Index) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.merging == nil {
		x.startMerge()
	}
}

// The buckets themselves, at a size where the linear fallback is not used.
func TestBucketsFindEverythingInRadius(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	const n = 200_000
	ids, hashes := make([]int64, n), make([]pdq.Hash, n)
	all := oracle{}
	target := random(r)
	for i := range n {
		ids[i], hashes[i] = int64(i), random(r)
		if i%100 == 0 {
			hashes[i] = near(r, target, i/100%40)
		}
		all[int64(i)] = hashes[i]
	}
	x := New(ids, hashes)
	if c := x.bulk.candidates(target, 1); c > n {
		t.Fatalf("%d candidates of %d: the buckets are not tested", c, n)
	}
	for _, radius := range []int{0, 3, 15, 16, 31} {
		got, want := x.Query(target, radius), all.query(target, radius)
		if !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("radius %d: %d found, want %d", radius, len(got), len(want))
		}
	}
}

func TestQueryDihedral(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var all [pdq.Variants]pdq.Hash
	for v := range all {
		all[v] = random(r)
	}
	x := &Index{}
	x.Add(1, near(r, all[pdq.FlipX], 9))
	x.Add(2, near(r, all[pdq.Original], 31))
	x.Add(3, near(r, all[pdq.Rotate90], 32))
	all[pdq.FlipY] = near(r, all[pdq.FlipX], 20)
	got := x.QueryDihedral(all, pdq.Radius)
	want := []Turned{{Match{1, 9}, pdq.FlipX}, {Match{2, 31}, pdq.Original}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Readers and writers at once, across merges; the race detector watches.
func TestConcurrentUse(t *testing.T) {
	x := &Index{}
	r := rand.New(rand.NewPCG(5, 6))
	fixed := random(r)
	x.Add(-1, fixed)
	stop := make(chan struct{})
	var readers, writers sync.WaitGroup
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if got := x.Query(fixed, 0); len(got) != 1 || got[0].ID != -1 {
					t.Errorf("the fixed entry is not there: %v", got)
					return
				}
			}
		})
	}
	for w := range 2 {
		writers.Go(func() {
			r := rand.New(rand.NewPCG(7, uint64(w)))
			for i := range 3000 {
				id := int64(w*1_000_000 + i)
				x.Add(id, random(r))
				if i%3 == 0 {
					x.Remove(id)
				}
				if i%500 == 0 {
					mergeNow(x)
				}
			}
		})
	}
	writers.Wait()
	x.Settle()
	close(stop)
	readers.Wait()
	mergeNow(x)
	x.Settle()
	if x.Len() != 1+2*2000 || len(x.tail.ids) != 0 || len(x.dead) != 0 {
		t.Errorf("%d entries, %d in the tail, %d removed", x.Len(), len(x.tail.ids), len(x.dead))
	}
}

// A long tail is merged without being asked.
func TestTailIsMerged(t *testing.T) {
	x := &Index{}
	for i := range minMerge {
		x.Add(int64(i), pdq.Hash{uint64(i)})
	}
	x.Settle()
	if len(x.bulk.ids) != minMerge || len(x.tail.ids) != 0 {
		t.Errorf("%d merged, %d in the tail", len(x.bulk.ids), len(x.tail.ids))
	}
	if got := x.Query(pdq.Hash{77}, 0); len(got) != 1 || got[0].ID != 77 {
		t.Errorf("got %v", got)
	}
}

func TestNewPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two ids for one hash were accepted")
		}
	}()
	New([]int64{1, 2}, make([]pdq.Hash, 1))
}

// BenchmarkQuery measures radius 31 in random hashes; run it with -bench=Query/10M for the largest.
func BenchmarkQuery(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000, 10_000_000} {
		name := fmt.Sprintf("%dk", n/1000)
		if n >= 1_000_000 {
			name = fmt.Sprintf("%dM", n/1_000_000)
		}
		b.Run(name, func(b *testing.B) {
			r := rand.New(rand.NewPCG(1, 2))
			ids, hashes := make([]int64, n), make([]pdq.Hash, n)
			for i := range n {
				ids[i], hashes[i] = int64(i), random(r)
			}
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := time.Now()
			x := New(ids, hashes)
			built := time.Since(start)
			runtime.GC()
			runtime.ReadMemStats(&after)
			for b.Loop() {
				x.Query(random(r), pdq.Radius)
			}
			b.ReportMetric(built.Seconds(), "build-s")
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/float64(n)+40, "bytes/hash")
		})
	}
}

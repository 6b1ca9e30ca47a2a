// Package pdqindex finds all hashes within a distance, exactly, in memory. It is a multi-index: a hash has 16 words of 16
// bits, and two hashes at a distance of 31 or less have a word that differs in at most one bit, so it is enough to look
// at the 17 neighbours of each word. Bulk data lies in sorted arrays (104 bytes a hash and 4 MiB: 1 GiB for 10 million),
// new hashes in a short tail that is searched linearly and merged in the background. While a merge runs, both the old
// and the new arrays are in memory.
package pdqindex

import (
	"cmp"
	"slices"
	"sync"

	"imglink/app/imaging/pdq"
)

// Match is a hash found near the one asked for.
type Match struct {
	ID       int64
	Distance int
}

// Turned is a match of one of the eight symmetries of a picture.
type Turned struct {
	Match
	Variant pdq.Variant
}

// minMerge is the shortest tail worth a merge: searching it takes about a tenth of a millisecond.
const minMerge = 1 << 16

// Index is a set of hashes with their ids. The zero value is empty and ready; all methods are safe for concurrent use.
// An id is added once: to change its hash, remove it first. Leave hashes below pdq.MinQuality out, they match anything
// empty.
type Index struct {
	mu      sync.RWMutex
	bulk    segment
	tail    entries
	dead    map[int64]int // removed ids: entries at positions below the value do not exist
	merging chan struct{} // open while a merge runs
}

// entries are parallel: hash i belongs to id i.
type entries struct {
	hashes []pdq.Hash
	ids    []int64
}

func (e *entries) add(id int64, h pdq.Hash) {
	e.ids, e.hashes = append(e.ids, id), append(e.hashes, h)
}

// New builds an index of the given hashes, which it keeps. ids and hashes have the same length, or New panics.
func New(ids []int64, hashes []pdq.Hash) *Index {
	if len(ids) != len(hashes) {
		panic("pdqindex: as many ids as hashes are needed")
	}
	return &Index{bulk: build(entries{hashes: hashes, ids: ids})}
}

// Len is the number of entries; removed ones count until the next merge.
func (x *Index) Len() int {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.size()
}

func (x *Index) size() int { return len(x.bulk.ids) + len(x.tail.ids) }

// Add inserts a hash. It can be found when Add returns.
func (x *Index) Add(id int64, h pdq.Hash) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.tail.add(id, h)
	if x.merging == nil && len(x.tail.ids) >= max(minMerge, len(x.bulk.ids)/16) {
		x.startMerge()
	}
}

// Remove makes an id impossible to find. An unknown id is no error.
func (x *Index) Remove(id int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.dead == nil {
		x.dead = map[int64]int{}
	}
	x.dead[id] = x.size()
}

// Query returns all entries within radius of h, nearest first, equal distances by id. Above a radius of 31 it looks at
// every entry.
func (x *Index) Query(h pdq.Hash, radius int) []Match {
	x.mu.RLock()
	defer x.mu.RUnlock()
	var found []Match
	see := func(pos int, id int64, d int) {
		if removed, ok := x.dead[id]; !ok || pos >= removed {
			found = append(found, Match{ID: id, Distance: d})
		}
	}
	x.bulk.search(h, radius, see)
	x.tail.search(h, radius, len(x.bulk.ids), see)
	slices.SortFunc(found, func(a, b Match) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID))
	})
	return found
}

// QueryDihedral searches all symmetries of a picture (pdq.Dihedral) and returns each entry once, at its nearest.
func (x *Index) QueryDihedral(all [pdq.Variants]pdq.Hash, radius int) []Turned {
	best := map[int64]Turned{}
	for v, h := range all {
		for _, m := range x.Query(h, radius) {
			if old, ok := best[m.ID]; !ok || m.Distance < old.Distance {
				best[m.ID] = Turned{Match: m, Variant: pdq.Variant(v)}
			}
		}
	}
	found := make([]Turned, 0, len(best))
	for _, m := range best {
		found = append(found, m)
	}
	slices.SortFunc(found, func(a, b Turned) int {
		return cmp.Or(cmp.Compare(a.Distance, b.Distance), cmp.Compare(a.ID, b.ID))
	})
	return found
}

// startMerge builds new arrays beside the old ones. The caller holds the lock.
func (x *Index) startMerge() {
	bulk, tail := x.bulk.entries, entries{hashes: slices.Clip(x.tail.hashes), ids: slices.Clip(x.tail.ids)}
	dead := make(map[int64]int, len(x.dead))
	for id, pos := range x.dead {
		dead[id] = pos
	}
	done := make(chan struct{})
	x.merging = done
	go func() {
		defer close(done)
		x.finishMerge(build(living(bulk, tail, dead)), len(bulk.ids)+len(tail.ids), len(tail.ids), dead)
	}()
}

// living copies the entries that were not removed.
func living(bulk, tail entries, dead map[int64]int) entries {
	out := entries{hashes: make([]pdq.Hash, 0, len(bulk.ids)+len(tail.ids)), ids: make([]int64, 0, len(bulk.ids)+len(tail.ids))}
	pos := 0
	for _, e := range []entries{bulk, tail} {
		for i, id := range e.ids {
			if removed, ok := dead[id]; !ok || pos >= removed {
				out.add(id, e.hashes[i])
			}
			pos++
		}
	}
	return out
}

// finishMerge swaps the arrays. Entries added and ids removed while they were built stay as they are, at their new
// positions.
func (x *Index) finishMerge(bulk segment, total, merged int, dead map[int64]int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.bulk = bulk
	x.tail = entries{hashes: slices.Clone(x.tail.hashes[merged:]), ids: slices.Clone(x.tail.ids[merged:])}
	for id, pos := range x.dead {
		if old, ok := dead[id]; ok && old == pos {
			delete(x.dead, id)
			continue
		}
		x.dead[id] = len(bulk.ids) + pos - total
	}
	x.merging = nil
}

// Settle waits for a running merge.
func (x *Index) Settle() {
	x.mu.RLock()
	merging := x.merging
	x.mu.RUnlock()
	if merging != nil {
		<-merging
	}
}

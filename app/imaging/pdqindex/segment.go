package pdqindex

import (
	"runtime"
	"sync"

	"imglink/app/imaging/pdq"
)

const (
	words    = 16      // of a hash
	buckets  = 1 << 16 // values of a word
	minWords = 1 << 13 // below this looking at everything is faster than 272 lookups, and saves 4 MiB
)

// segment is immutable. For each of the 16 words it lists the entries sorted by the word's value (compressed sparse
// rows): those with value v are order[w][start[w][v]:start[w][v+1]].
type segment struct {
	entries
	start [words][]uint32
	order [words][]uint32
}

func word(h *pdq.Hash, w int) uint16 { return uint16(h[w/4] >> (w % 4 * 16)) }

// build sorts the entries once for each word, on all processors.
func build(e entries) segment {
	s := segment{entries: e}
	if len(e.ids) < minWords {
		return s
	}
	var next sync.Mutex
	w := 0
	take := func() int {
		next.Lock()
		defer next.Unlock()
		w++
		return w - 1
	}
	var wg sync.WaitGroup
	for range min(words, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for w := take(); w < words; w = take() {
				s.start[w], s.order[w] = sortByWord(e.hashes, w)
			}
		})
	}
	wg.Wait()
	return s
}

// sortByWord is a counting sort.
func sortByWord(hashes []pdq.Hash, w int) (start, order []uint32) {
	start = make([]uint32, buckets+1)
	for i := range hashes {
		start[int(word(&hashes[i], w))+1]++
	}
	for v := range buckets {
		start[v+1] += start[v]
	}
	order = make([]uint32, len(hashes))
	at := make([]uint32, buckets)
	copy(at, start)
	for i := range hashes {
		v := word(&hashes[i], w)
		order[at[v]] = uint32(i)
		at[v]++
	}
	return start, order
}

// search calls see for each entry within radius, once.
func (s *segment) search(h pdq.Hash, radius int, see func(pos int, id int64, d int)) {
	// Pigeonhole: r differences in 16 words leave a word with at most r/16.
	flips := radius / words
	if radius < 0 || flips > 1 || len(s.ids) < minWords || s.candidates(h, flips) > len(s.ids) {
		s.entries.search(h, radius, 0, see)
		return
	}
	for w := range words {
		v := word(&h, w)
		s.bucket(h, w, v, flips, radius, see)
		for bit := 0; flips == 1 && bit < 16; bit++ {
			s.bucket(h, w, v^1<<bit, flips, radius, see)
		}
	}
}

// candidates counts what the buckets hold. Hashes of real pictures cluster, so it can be more than everything.
func (s *segment) candidates(h pdq.Hash, flips int) (n int) {
	for w := range words {
		v := word(&h, w)
		n += int(s.start[w][int(v)+1] - s.start[w][v])
		for bit := 0; flips == 1 && bit < 16; bit++ {
			u := v ^ 1<<bit
			n += int(s.start[w][int(u)+1] - s.start[w][u])
		}
	}
	return n
}

// bucket checks the entries whose word w is v.
func (s *segment) bucket(h pdq.Hash, w int, v uint16, flips, radius int, see func(pos int, id int64, d int)) {
	for _, i := range s.order[w][s.start[w][v]:s.start[w][int(v)+1]] {
		if d := pdq.Distance(h, s.hashes[i]); d <= radius && firstWord(&h, &s.hashes[i], flips) == w {
			see(int(i), s.ids[i], d)
		}
	}
}

// firstWord is the first word in which the hashes differ by at most flips bits: an entry is found through several
// words and reported through this one.
func firstWord(a, b *pdq.Hash, flips int) int {
	for w := range words {
		if x := word(a, w) ^ word(b, w); x == 0 || flips == 1 && x&(x-1) == 0 {
			return w
		}
	}
	return words
}

// search looks at every entry. base is the position of the first one.
func (e *entries) search(h pdq.Hash, radius, base int, see func(pos int, id int64, d int)) {
	for i := range e.hashes {
		if d := pdq.Distance(h, e.hashes[i]); d <= radius {
			see(base+i, e.ids[i], d)
		}
	}
}

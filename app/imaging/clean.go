package imaging

import (
	"fmt"
	"io"
	"sort"
)

// Cleaned is a sanitised file that was not copied: it reads the kept pieces from the source, which must stay open and
// unchanged, and its own bytes from memory.
type Cleaned struct {
	Facts     Facts
	Unchanged bool // the file is known to be the source, byte for byte
	src       io.ReaderAt
	plan      plan
	starts    []int64 // where each part begins in the cleaned file
}

// Clean is Sanitise without the copy: the same refusals, and a reader of the bytes that Sanitise would write.
func Clean(src io.ReaderAt, size int64, lim Limits) (*Cleaned, error) {
	s, err := scan(src, size, lim, true)
	if err != nil {
		return nil, err
	}
	c := &Cleaned{Facts: s.facts, src: src, plan: s.plan, starts: make([]int64, len(s.plan.parts))}
	var at int64
	for i, q := range s.plan.parts {
		c.starts[i] = at
		at += q.size()
	}
	first := s.plan.parts[0]
	c.Unchanged = len(s.plan.parts) == 1 && first.lit == nil && first.off == 0 && first.n == size
	return c, nil
}

// Reader reads the cleaned file from its start.
func (c *Cleaned) Reader() *io.SectionReader { return io.NewSectionReader(c, 0, c.plan.size) }

// ReadAt implements io.ReaderAt.
func (c *Cleaned) ReadAt(p []byte, off int64) (n int, err error) {
	i := sort.Search(len(c.starts), func(i int) bool { return c.starts[i] > off }) - 1
	for ; n < len(p) && i >= 0 && i < len(c.starts); i++ {
		q, skip := c.plan.parts[i], off+int64(n)-c.starts[i]
		if skip >= q.size() {
			break
		}
		if q.lit != nil {
			n += copy(p[n:], q.lit[skip:])
			continue
		}
		want := min(int64(len(p)-n), q.n-skip)
		got, err := c.src.ReadAt(p[n:n+int(want)], q.off+skip)
		if n += got; int64(got) < want {
			return n, fmt.Errorf("imaging: reading %d bytes at %d: %w", want, q.off+skip, err)
		}
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (q part) size() int64 {
	if q.lit != nil {
		return int64(len(q.lit))
	}
	return q.n
}

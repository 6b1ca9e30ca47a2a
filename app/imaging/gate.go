package imaging

import (
	"context"
	"fmt"
	"io"

	"golang.org/x/sync/semaphore"
)

// pixelWeight is what a decoder allocates for a pixel, in bytes, from above: 16-bit RGBA, or 8-bit planes and their
// conversion. Progressive JPEG and interlaced PNG cost more and are weighed on their own.
const pixelWeight = 8

// GateBytes is the memory that concurrent decodings of one process may use together by default.
const GateBytes = 512 << 20

// Gate lets decodings wait until their memory is free, instead of all starting at once.
type Gate struct {
	sem  *semaphore.Weighted
	size int64
}

// NewGate makes a gate of the given size in bytes; zero means GateBytes.
func NewGate(size int64) *Gate {
	if size <= 0 {
		size = GateBytes
	}
	return &Gate{sem: semaphore.NewWeighted(size), size: size}
}

// Enter waits for weight bytes and returns what gives them back. A single picture heavier than the gate takes all of it.
func (g *Gate) Enter(ctx context.Context, weight int64) (leave func(), err error) {
	weight = min(max(weight, 0), g.size)
	if err := g.sem.Acquire(ctx, weight); err != nil {
		return nil, fmt.Errorf("imaging: waiting for %d bytes of memory: %w", weight, err)
	}
	return func() { g.sem.Release(weight) }, nil
}

var processGate = NewGate(0)

// Weigh walks the container and says how many bytes decoding will allocate at most, for Gate.Enter.
func Weigh(src io.ReaderAt, size int64, lim Limits) (int64, error) {
	s, err := scan(src, size, lim, false)
	if err != nil {
		return 0, err
	}
	return s.weight, nil
}

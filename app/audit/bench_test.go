package audit_test

import (
	"context"
	"sync/atomic"
	"testing"

	"imglink/models"
)

// writeParallel is what every change costs: a transaction with its audit entry, several at a time.
func writeParallel(b *testing.B, w *world) {
	var n atomic.Int64
	b.SetParallelism(2)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := w.Store.Write(context.Background(), change(int(n.Add(1))), func(*models.Tx) error { return nil }); err != nil {
				b.Error(err)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}

// The price of the sealer: the two figures of one run, as a ratio.
func BenchmarkWriteAlone(b *testing.B) { writeParallel(b, newWorld(b, 0)) }

func BenchmarkWriteWhileSealing(b *testing.B) {
	w := newWorld(b, 0)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); w.Follow(ctx) }()
	writeParallel(b, w)
	stop()
	<-done
}

// BenchmarkCheck tells the cost of verifying one entry, and that memory does not grow with the chain.
func BenchmarkCheck(b *testing.B) {
	w := newWorld(b, 0)
	w.tamper(b, `INSERT INTO audit_log (at, actor_kind, actor_id, action, entity, entity_id, notes)
		SELECT now(), 'system', 'x', 'bench.entry', 'x', n::text, '{"a": 1, "b": "text"}' FROM generate_series(1, 20000) n`)
	w.seal(b)
	for b.Loop() {
		if r := w.check(b); !r.OK() || r.Sealed != 20000 {
			b.Fatalf("%+v", r)
		}
	}
	b.ReportMetric(20000*float64(b.N)/b.Elapsed().Seconds(), "entries/s")
}

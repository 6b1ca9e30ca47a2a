package imaging

import "math"

// tap is one output sample of a one-dimensional filter: weights over src[first:], summing to 1<<weightBits.
type tap struct {
	first   int
	weights []int32
}

const weightBits = 14

// taps computes a Catmull-Rom filter (Keys 1981, a = -1/2) from n samples, of which only span (which may be fractional)
// are covered by the picture, to out samples. Weights are integers, so that every machine gives the same bytes.
func taps(n int, span float64, out int) []tap {
	scale := span / float64(out)
	width := max(scale, 1)
	res := make([]tap, out)
	for i := range res {
		centre := (float64(i)+0.5)*scale - 0.5
		first, last := int(math.Ceil(centre-2*width)), int(math.Floor(centre+2*width))
		lo, hi := max(first, 0), min(last, n-1)
		raw := make([]float64, hi-lo+1)
		var sum float64
		for j := first; j <= last; j++ {
			v := catmullRom((float64(j) - centre) / width)
			raw[min(max(j, lo), hi)-lo] += v // the edge samples stand for what lies beyond
			sum += v
		}
		res[i] = tap{first: lo, weights: fixed(raw, sum)}
	}
	return res
}

func catmullRom(x float64) float64 {
	x = math.Abs(x)
	switch {
	case x < 1:
		return (1.5*x-2.5)*x*x + 1
	case x < 2:
		return ((-0.5*x+2.5)*x-4)*x + 2
	}
	return 0
}

// fixed rounds weights and puts the rounding error on the largest one.
func fixed(raw []float64, sum float64) []int32 {
	w := make([]int32, len(raw))
	rest, big := int32(1<<weightBits), 0
	for i, v := range raw {
		w[i] = int32(math.Round(v / sum * (1 << weightBits)))
		rest -= w[i]
		if w[i] > w[big] {
			big = i
		}
	}
	w[big] += rest
	return w
}

// resample filters a plane to tw x th, rows first. spanX and spanY are the size of the picture in samples of p, which
// is less than p's size when the last box was not full.
func resample(p *plane, spanX, spanY float64, tw, th int) *plane {
	if p.w == tw && p.h == th {
		return p
	}
	const keep = 6 // bits of fraction between the passes
	xs, ys := taps(p.w, spanX, tw), taps(p.h, spanY, th)
	mid := make([]int32, tw*p.h)
	for y := range p.h {
		src, dst := p.row(y), mid[y*tw:(y+1)*tw]
		for x, t := range xs {
			var s int32
			row := src[t.first:][:len(t.weights)]
			for i, w := range t.weights {
				s += w * int32(row[i])
			}
			dst[x] = s >> (weightBits - keep)
		}
	}
	out := newPlane(tw, th)
	sums := make([]int32, tw)
	for y, t := range ys {
		clear(sums)
		for i, w := range t.weights {
			src := mid[(t.first+i)*tw:][:tw]
			for x, v := range src {
				sums[x] += w * v
			}
		}
		row := out.row(y)
		for x, s := range sums {
			row[x] = uint8(min(max((s+1<<(weightBits+keep-1))>>(weightBits+keep), 0), 255))
		}
	}
	return out
}

package staff

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestBlurParts(t *testing.T) {
	for _, c := range []struct {
		parts []int
		want  []string
	}{
		{[]int{30, 3, 9, 0}, []string{"30", "under 5", "not shown", "0"}},
		{[]int{30, 3, 2, 0}, []string{"30", "under 5", "under 5", "0"}},
		{[]int{30, 1, 1, 8}, []string{"30", "under 5", "under 5", "not shown"}},
		{[]int{0, 4, 4, 0}, []string{"not shown", "under 5", "under 5", "0"}},
		{[]int{1, 1, 1, 1}, []string{"not shown", "not shown", "not shown", "not shown"}},
		{[]int{30, 12, 9, 0}, []string{"30", "12", "9", "0"}},
		{[]int{0, 3, 0, 0}, []string{"0", "under 5", "0", "0"}},
	} {
		if got := blurParts(c.parts); !slices.Equal(got, c.want) {
			t.Errorf("%v is told as %q, want %q", c.parts, got, c.want)
		}
	}
}

// Whatever the counts, every small one could have been another, as far as somebody can tell who tries all of them.
func TestNoSmallPartFollows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.IntRange(0, 9), 4, 4).Draw(t, "parts")
		shown, total := blurParts(parts), 0
		for _, n := range parts {
			total += n
		}
		possible := make([]map[int]bool, len(parts))
		for i := range possible {
			possible[i] = map[int]bool{}
		}
		guess := make([]int, len(parts))
		var try func(i, sum int)
		try = func(i, sum int) {
			if i == len(parts) {
				if blur(sum) == blur(total) {
					for j, n := range guess {
						possible[j][n] = true
					}
				}
				return
			}
			for n := 0; sum+n < total+small; n++ {
				if shown[i] == withheld || shown[i] == blur(n) {
					guess[i] = n
					try(i+1, sum+n)
				}
			}
		}
		try(0, 0)
		for i, n := range parts {
			if n > 0 && n < small && len(possible[i]) < 2 {
				t.Fatalf("%v is told as %q, which gives %d away", parts, shown, n)
			}
			if shown[i] != withheld && shown[i] != blur(n) || n >= small && shown[i] != withheld && shown[i] != strconv.Itoa(n) {
				t.Fatalf("%d is told as %q", n, shown[i])
			}
		}
	})
}

package models

import "strings"

// Places order an album: strings that are compared byte by byte and between any two of which there is a third. Each is a
// fraction in base 62 without trailing zeros; the album begins near 0 and new pictures are added with whole steps of the
// sixth digit, so that places stay short however many there are.
const (
	placeDigits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	placeStep   = 6  // digits
	placeLong   = 40 // from this length on the album is numbered anew
)

// placeAfter is a place behind the last one; empty stands for an empty album.
func placeAfter(last string) string {
	if last == "" {
		return "1"
	}
	digits := []byte((last + strings.Repeat("0", placeStep))[:placeStep])
	for i := placeStep - 1; i >= 0; i-- {
		if d := strings.IndexByte(placeDigits, digits[i]); d < 61 {
			digits[i] = placeDigits[d+1]
			return strings.TrimRight(string(digits), "0")
		}
		digits[i] = '0'
	}
	return placeBetween(last, "")
}

// placeBetween is a place between two; an empty lo is the beginning, an empty hi the end.
func placeBetween(lo, hi string) string {
	var out []byte
	for i := 0; ; i++ {
		a, b := 0, len(placeDigits)
		if i < len(lo) {
			a = strings.IndexByte(placeDigits, lo[i])
		}
		if i < len(hi) {
			b = strings.IndexByte(placeDigits, hi[i])
		}
		switch {
		case a == b:
			out = append(out, placeDigits[a])
		case b-a > 1:
			return string(append(out, placeDigits[(a+b)/2]))
		case i+1 < len(hi):
			return string(append(out, placeDigits[b]))
		default:
			out = append(out, placeDigits[a])
			hi = "" // whatever follows is below it
		}
	}
}

// placesFor are n places with room between them.
func placesFor(n int) []string {
	out := make([]string, n)
	last := ""
	for i := range out {
		last = placeAfter(last)
		out[i] = last
	}
	return out
}

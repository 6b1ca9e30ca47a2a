package staff

import "strconv"

// small is the count from which figures are told exactly to those who see no cases: fewer could be one person's.
const small = 5

// blur tells a count that stands alone.
func blur(n int) string {
	if n > 0 && n < small {
		return "under " + strconv.Itoa(small)
	}
	return strconv.Itoa(n)
}

// blurParts tells the parts of a total that stands in the same table, where subtraction must give no small part away
// (complementary suppression): the next smallest is withheld too, until every small one could have had another value.
func blurParts(parts []int) []string {
	total := 0
	shown := make([]string, len(parts))
	for i, n := range parts {
		total += n
		shown[i] = blur(n)
	}
	for given(parts, shown, total) {
		next := -1
		for i, n := range parts {
			if shown[i] == strconv.Itoa(n) && (next < 0 || n > 0 && (parts[next] == 0 || n < parts[next])) {
				next = i
			}
		}
		if next < 0 {
			for i := range shown {
				shown[i] = withheld
			}
			break
		}
		shown[next] = withheld
	}
	return shown
}

// withheld stands where a count is large enough but would tell another by subtraction.
const withheld = "not shown"

// given reports whether a small part follows from the total and what is shown.
func given(parts []int, shown []string, total int) bool {
	least, most, low, high := total, total, 0, 0 // of the hidden parts: what the total leaves to them, and what each alone allows
	if total > 0 && total < small {
		least, most = 1, small-1
	}
	for i, n := range parts {
		switch shown[i] {
		case strconv.Itoa(n):
			least, most = least-n, most-n
		case withheld:
			high += total
		default:
			low, high = low+1, high+small-1
		}
	}
	for i, n := range parts {
		if shown[i] == withheld || shown[i] == strconv.Itoa(n) {
			continue
		}
		if max(1, least-(high-small+1)) == min(small-1, most-(low-1)) {
			return true
		}
	}
	return false
}

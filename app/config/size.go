package config

import (
	"errors"
	"strconv"
	"strings"
)

// Size is a number of bytes, written as in "5GiB", "500 MiB" or "0".
type Size int64

var units = []struct {
	name  string
	shift int
}{{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}}

var errSize = errors.New(`a size must be like "5GiB", "500MiB" or "0"`)

// UnmarshalText reads a size.
func (s *Size) UnmarshalText(text []byte) error {
	t, shift := strings.TrimSpace(string(text)), 0
	for _, u := range units {
		if number, ok := strings.CutSuffix(t, u.name); ok {
			t, shift = strings.TrimSpace(number), u.shift
			break
		}
	}
	n, err := strconv.ParseInt(t, 10, 64)
	if err != nil || n < 0 || n > (1<<62)>>shift || shift == 0 && n != 0 {
		return errSize
	}
	*s = Size(n << shift)
	return nil
}

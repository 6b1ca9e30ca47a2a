package config

import "testing"

func TestSizes(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "5GiB": 5 << 30, " 500 MiB ": 500 << 20, "1KiB": 1 << 10, "2TiB": 2 << 40} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err != nil || int64(s) != want {
			t.Errorf("%q is %d, %v; want %d", text, s, err, want)
		}
	}
	for _, text := range []string{"", "5", "-1GiB", "5GB", "GiB", "99999999TiB", "1.5GiB", "5 gib"} {
		var s Size
		if err := s.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is %d, want an error", text, s)
		}
	}
}

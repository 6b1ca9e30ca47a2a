package kit

import "testing"

func TestCodingWeights(t *testing.T) {
	for header, want := range map[string]float64{
		"": 0, "br": 1, "gzip, br": 1, "br;q=0": 0, "BR; Q=0.5": 0.5, "br;q=0, *": 0, "*;q=0.3": 0.3, "*, br;q=0": 0, "abracadabra": 0, "br;q=7": 1, "gzip;q=1": 0,
	} {
		if got := weight(header, "br"); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

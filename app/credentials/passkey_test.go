package credentials

import "testing"

func TestRelyingParty(t *testing.T) {
	for base, want := range map[string]string{
		"https://img.example.org": "img.example.org", "http://127.0.0.1:8080": "localhost", "http://[::1]:80": "localhost", "http://192.0.2.1": "",
	} {
		rp, err := NewPasskeys(base, "ImgLink")
		if err != nil {
			t.Fatal(base, err)
		}
		got := ""
		if rp != nil {
			got = rp.rp.Config.RPID
		}
		if got != want {
			t.Errorf("%s: relying party %q, want %q", base, got, want)
		}
	}
	if _, err := NewPasskeys("img.example.org", "x"); err == nil {
		t.Error("a base URL without a scheme must be refused")
	}
}

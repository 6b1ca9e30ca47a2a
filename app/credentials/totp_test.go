package credentials

import (
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"
)

func TestTOTPDrift(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	secret := []byte("12345678901234567890")
	at := func(d time.Duration) string {
		code, err := totp.GenerateCode(base32Plain.EncodeToString(secret), now.Add(d))
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	for d, want := range map[time.Duration]bool{-60 * time.Second: false, -30 * time.Second: true, 0: true, 30 * time.Second: true, 60 * time.Second: false} {
		if _, ok := MatchTOTP(secret, at(d), now, 0); ok != want {
			t.Errorf("a code %v off: accepted %v, want %v", d, ok, want)
		}
	}
	if step, _ := MatchTOTP(secret, at(0), now, 0); step != now.Unix()/TOTPPeriod {
		t.Errorf("step %d", step)
	}
	if _, ok := MatchTOTP(secret, at(0), now, now.Unix()/TOTPPeriod); ok {
		t.Error("a spent step was accepted")
	}
	c := at(0)
	if _, ok := MatchTOTP(secret, " "+c[:3]+" "+c[3:], now, 0); !ok {
		t.Error("spaces must be forgiven")
	}
	for _, bad := range []string{"", "12345", strings.Repeat("9", 2000)} {
		if _, ok := MatchTOTP(secret, bad, now, 0); ok {
			t.Errorf("%q was accepted", bad)
		}
	}
}

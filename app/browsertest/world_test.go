package browsertest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"image/jpeg"
	"io"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/go-rod/rod/lib/proto"
	"github.com/pquerna/otp/totp"
	"golang.org/x/crypto/bcrypt"

	"imglink/app"
	"imglink/app/accounts"
	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/clock"
	"imglink/app/imaging/imagingtest"
	"imglink/app/moderation"
	"imglink/app/testdb"
	"imglink/app/uploads"
	"imglink/models"
)

// roles are all of them.
var roles = []actor.Role{actor.Triage, actor.Moderator, actor.Lead, actor.PrivacyOfficer, actor.Auditor, actor.Analyst, actor.Admin}

const (
	password = "a long enough demo password"
	secret   = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" // base32
)

// world is an instance whose clock tells the real time until a test moves it on, as the browser knows only real time.
type world struct {
	*apptest.Instance
	t     *testing.T
	staff map[actor.Role]actor.Actor
}

// begin starts an instance with one member of staff for each role.
func begin(t *testing.T, opts ...apptest.Option) *world {
	t.Helper()
	opts = append([]apptest.Option{apptest.With(func(o *app.Options) { o.UnsafelyCheapPasswords = bcrypt.MinCost })}, opts...)
	w := &world{Instance: apptest.New(t, opts...), t: t, staff: map[actor.Role]actor.Actor{}}
	w.Instance.Clock.Advance(clock.System{}.Now().Sub(testdb.Start))
	for _, role := range roles {
		row, err := w.Accounts.Add(t.Context(), accounts.AddInput{Email: address(role), Name: "Robin " + role.Name(), Role: role, Password: password, TOTPSecret: secret})
		if err != nil {
			t.Fatal(err)
		}
		w.staff[role] = actor.Staff(row.ID, role)
	}
	return w
}

func address(role actor.Role) string { return string(role) + "@example.org" }

// code is what an authenticator app shows now.
func (w *world) code() string {
	w.t.Helper()
	code, err := totp.GenerateCode(secret, w.Instance.Clock.Now())
	if err != nil {
		w.t.Fatal(err)
	}
	return code
}

// enter signs a visitor in without the pages: those have tests of their own.
func (w *world) enter(v *visitor, role actor.Role) {
	w.t.Helper()
	ctx := w.t.Context()
	t, err := w.Accounts.SignIn(ctx, accounts.Attempt{Email: address(role), Password: password, Origin: accounts.Origin{Network: "127.0.0.1", Agent: "test"}})
	if err != nil {
		w.t.Fatal(err)
	}
	who, err := w.Accounts.Resolve(ctx, t.Token)
	if err != nil {
		w.t.Fatal(err)
	}
	w.Instance.Clock.Advance(30 * time.Second) // a code works once
	if t, err = w.Accounts.WithTOTP(ctx, who, w.code()); err != nil {
		w.t.Fatal(err)
	}
	v.cookie("imglink_session", string(t.Token))
}

// cookie plants a cookie as the program would set it.
func (v *visitor) cookie(name, value string) {
	v.Helper()
	_, err := proto.NetworkSetCookie{Name: name, Value: value, URL: v.base, HTTPOnly: true, SameSite: proto.NetworkCookieSameSiteLax}.Call(v.page)
	must(v.T, err)
}

func photo(t *testing.T, seed uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, imagingtest.Scene(seed, 640, 420), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// upload is a guest's picture with everything derived from it.
func (w *world) upload(seed uint64) uploads.Upload {
	w.t.Helper()
	src := uploads.Source{Actor: actor.Guest("guest0000001"), Uploader: "guest0000001", IP: netip.MustParseAddr("203.0.113.7")}
	up, err := w.Uploads.Receive(w.t.Context(), src, fmt.Sprintf("harbour-%d.jpg", seed), bytes.NewReader(photo(w.t, seed)))
	if err != nil {
		w.t.Fatal(err)
	}
	if err := w.Uploads.Derive(w.t.Context(), uploads.DeriveJob{ImageID: up.Image.ID}); err != nil {
		w.t.Fatal(err)
	}
	return up
}

// report files a complete notice about pictures.
func (w *world) report(reason string, ups ...uploads.Upload) moderation.Receipt {
	w.t.Helper()
	in := moderation.NoticeInput{
		ReasonCode: reason, Explanation: "I took this photograph and never allowed its use here.", Name: "Ines Carvalho", Email: "ines@example.org",
		GoodFaith: true, Locale: "en", Verified: true,
	}
	for _, up := range ups {
		in.URLs = append(in.URLs, w.Kit.Abs("image", up.Image.ID))
	}
	key := sha256.Sum256([]byte(in.URLs[0]))
	in.ReporterKey = key[:]
	r, err := w.Moderation.FileNotice(w.t.Context(), in)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// decide lets a lead decide the next case.
func (w *world) decide(action models.Action, reason string) moderation.Lease {
	w.t.Helper()
	who := w.staff[actor.Lead]
	lease, err := w.Moderation.Next(w.t.Context(), who, moderation.Filter{})
	if err != nil {
		w.t.Fatal(err)
	}
	_, err = w.Moderation.Decide(w.t.Context(), who, moderation.DecisionInput{
		CaseID: lease.CaseID, Fence: lease.Fence, Action: action, ReasonCode: reason, BlockHash: action == models.ActionRemove,
		Facts:       "The picture is the one the notifier published first.",
		Explanation: "The photograph belongs to somebody else, who did not allow its use here.",
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return lease
}

// settle lets the time for undoing pass and the letters go out.
func (w *world) settle() {
	w.t.Helper()
	w.Instance.Clock.Advance(moderation.UndoWindow + moderation.SlowLane + 2*time.Minute)
	if err := w.Moderation.Sweep(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// status asks for an address without a browser.
func status(t *testing.T, url string) int {
	t.Helper()
	resp, err := http.Get(url) //nolint:gosec // our own instance
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // read only
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

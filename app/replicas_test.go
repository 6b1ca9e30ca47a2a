package app_test

import (
	"net/http"
	"testing"

	"github.com/pquerna/otp/totp"

	"imglink/app/accounts"
	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/moderation"
	"imglink/models"
)

const totpSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

// hire adds a member of staff who can sign in.
func hire(t *testing.T, in *apptest.Instance, email string, role actor.Role) actor.Actor {
	t.Helper()
	row, err := in.Accounts.Add(t.Context(), accounts.AddInput{Email: email, Name: "Somebody", Role: role, Password: "harbour lantern test", TOTPSecret: totpSecret})
	if err != nil {
		t.Fatal(err)
	}
	return actor.Staff(row.ID, role)
}

// Two replicas act as one: a session made on one is good on the other and ends on both, a lease taken on one holds on the
// other, and a decision made on one is undone on the other, where the picture is served again.
func TestReplicasActAsOne(t *testing.T) {
	one := apptest.New(t)
	two := apptest.New(t, apptest.Same(one))
	mia, leo := hire(t, one, "mia@example.org", actor.Moderator), hire(t, one, "leo@example.org", actor.Moderator)

	token, who := signIn(t, one, two, "mia@example.org")
	if err := two.Accounts.SignOut(t.Context(), who); err != nil {
		t.Fatal(err)
	}
	if _, err := one.Accounts.Resolve(t.Context(), token); !fault.Is(err, fault.Unauthenticated) {
		t.Fatalf("signed out on one replica, the session must be over on the other, got %v", err)
	}

	img := post(t, one)
	if _, err := one.Moderation.FileNotice(t.Context(), moderation.NoticeInput{
		URLs: []string{img.PageURL}, ReasonCode: "spam", Explanation: "Advertising.", GoodFaith: true, ReporterKey: []byte("k"), Verified: true,
	}); err != nil {
		t.Fatal(err)
	}
	lease, err := one.Moderation.Next(t.Context(), mia, moderation.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := two.Moderation.Claim(t.Context(), leo, lease.CaseID); !fault.Is(err, fault.Locked) {
		t.Fatalf("the lease must hold on the other replica, got %v", err)
	}
	d, err := one.Moderation.Decide(t.Context(), mia, moderation.DecisionInput{
		CaseID: lease.CaseID, Fence: lease.Fence, Action: models.ActionRemove, ReasonCode: "spam",
		Facts: "The picture is an advertisement, posted in bulk.", Explanation: "Bulk advertising is not allowed here, and this picture serves nothing else.",
	})
	if err != nil {
		t.Fatal(err)
	}
	there := two.URL + "/i/" + img.ID + ".jpg"
	if code, _ := get(t, there); code != http.StatusGone {
		t.Fatalf("removed on one, the picture must be gone on the other at once, got %d", code)
	}
	if err := two.Moderation.Undo(t.Context(), mia, d.ID); err != nil {
		t.Fatal(err)
	}
	if code, _ := get(t, one.URL+"/i/"+img.ID+".jpg"); code != http.StatusOK {
		t.Fatalf("undone on the other, the picture must be served again, got %d", code)
	}
}

// signIn gives the password on one replica and the code on the other.
func signIn(t *testing.T, one, two *apptest.Instance, email string) (ident.Token, accounts.Who) {
	t.Helper()
	ticket, err := one.Accounts.SignIn(t.Context(), accounts.Attempt{Email: email, Password: "harbour lantern test"})
	if err != nil {
		t.Fatal(err)
	}
	half, err := two.Accounts.Resolve(t.Context(), ticket.Token)
	if err != nil {
		t.Fatal(err)
	}
	code, err := totp.GenerateCode(totpSecret, one.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	ticket, err = two.Accounts.WithTOTP(t.Context(), half, code)
	if err != nil {
		t.Fatal(err)
	}
	who, err := one.Accounts.Resolve(t.Context(), ticket.Token)
	if err != nil || who.Stage != models.StageFull {
		t.Fatalf("the session must be complete on the first replica: %+v, %v", who, err)
	}
	return ticket.Token, who
}

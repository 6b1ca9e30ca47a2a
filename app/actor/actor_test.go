package actor_test

import (
	"testing"

	"imglink/app/actor"
)

// The matrix of the moderation design, section 5e, for what this program can do: role by role, permission by permission.
func TestMatrix(t *testing.T) {
	const all = "TMLPUNA" // triage moderator lead privacy aUditor aNalyst admin
	letters := map[actor.Role]string{
		actor.Triage: "T", actor.Moderator: "M", actor.Lead: "L", actor.PrivacyOfficer: "P",
		actor.Auditor: "U", actor.Analyst: "N", actor.Admin: "A",
	}
	want := map[actor.Permission]string{
		actor.StaffSelf: all, actor.CaseView: "TMLU", actor.CaseClaim: "TML", actor.CaseLead: "L", actor.ImageReveal: "MLU", actor.ImageRevealLow: "TMLU",
		actor.ReporterView: "ML", actor.DecideSoft: "TML", actor.DecideHard: "ML", actor.DecideBulk: "ML",
		actor.BlockEdit: "L", actor.EffectRetry: "L", actor.AuditOwn: "TMLPUA", actor.AuditRead: "LUA", actor.MetricsTeam: "LUNA",
		actor.StaffManage: "A", actor.OutboxRead: "A", actor.SystemRead: "A", actor.PrivacyWork: "P", actor.PolicyEdit: "LA",
	}
	for p, holders := range want {
		for _, role := range actor.Roles {
			expected := false
			for _, l := range holders {
				expected = expected || string(l) == letters[role]
			}
			if got := role.Has(p); got != expected {
				t.Errorf("%s has %s: got %v, want %v", role, p, got, expected)
			}
		}
	}
	for _, role := range actor.Roles {
		for _, p := range role.Permissions() {
			if _, ok := want[p]; !ok {
				t.Errorf("%s holds %s, which the matrix does not list", role, p)
			}
		}
	}
}

func TestGuestHoldsOnlyPublic(t *testing.T) {
	if g := actor.Guest("g"); !g.Can(actor.Public) || g.Can(actor.StaffSelf) {
		t.Fatal("a guest may use public routes and nothing else")
	}
	if s := actor.Staff("s", "boss"); s.Can(actor.StaffSelf) {
		t.Fatal("an unknown role must hold nothing")
	}
}

func TestUsersHoldWhatIsTheirs(t *testing.T) {
	person, program, bare := actor.User("u"), actor.Token("u", actor.ImagesRead), actor.Token("u")
	for _, p := range actor.Scopes {
		if !person.Can(p) || program.Can(p) != (p == actor.ImagesRead) || bare.Can(p) {
			t.Errorf("%s: the person holds it, a token only what it was given", p)
		}
	}
	if !person.Can(actor.UserSelf) || actor.Token("u", actor.UserSelf).Can(actor.UserSelf) {
		t.Error("the account itself is for the person, never for a token")
	}
	if person.Can(actor.StaffSelf) || actor.Staff("s", actor.Admin).Can(actor.UserSelf) || actor.Guest("g").Can(actor.ImagesRead) {
		t.Error("users, staff and guests are different people")
	}
}

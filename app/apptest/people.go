package apptest

import (
	"testing"

	"imglink/app/actor"
	"imglink/app/ident"
	"imglink/app/tokens"
	"imglink/models"
)

// Account opens an account, without any way to sign in to it.
func (in *Instance) Account(t testing.TB) (userID string) {
	t.Helper()
	id := ident.Public()
	err := in.Store.Write(t.Context(), models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "user.register", Entity: "user", ID: id},
		func(tx *models.Tx) error {
			return tx.InsertUser(models.User{
				ID: id, Username: "u" + id, Email: id + "@example.org", State: models.UserActive, AgeConfirmedAt: tx.Now, EmailVerifiedAt: &tx.Now, PolicyVersion: "1",
			})
		})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// Token makes a token for an account; without scopes it may do all that tokens may.
func (in *Instance) Token(t testing.TB, userID string, scopes ...actor.Permission) string {
	t.Helper()
	if len(scopes) == 0 {
		scopes = actor.Scopes
	}
	want := tokens.New{Name: "test"}
	for _, s := range scopes {
		want.Scopes = append(want.Scopes, string(s))
	}
	made, err := in.Tokens.Make(t.Context(), actor.User(userID), want)
	if err != nil {
		t.Fatal(err)
	}
	return string(made.Secret)
}

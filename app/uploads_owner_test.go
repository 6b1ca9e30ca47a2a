package app_test

import (
	"bytes"
	"testing"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/fault"
	"imglink/app/uploads"
)

// The write door itself keeps out who may not upload into an account, whatever the handler before it asked.
func TestWhoMayUploadIntoAnAccount(t *testing.T) {
	in := apptest.New(t)
	maya, other := newHolder(t, in), newHolder(t, in)
	send := func(by actor.Actor, seed uint8) error {
		_, err := in.Uploads.Receive(t.Context(), uploads.Source{Actor: by, UserID: maya.id}, "a.png", bytes.NewReader(square(t, seed)))
		return err
	}
	for what, by := range map[string]actor.Actor{
		"a guest": actor.Guest("g"), "a token that only reads": actor.Token(maya.id, actor.ImagesRead), "a token without scopes": actor.Token(maya.id),
		"somebody else": other.actor(),
	} {
		if err := send(by, 1); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := send(actor.Token(maya.id, actor.ImagesWrite), 2); err != nil {
		t.Errorf("a token that uploads: %v", err)
	}
	suspend := func(lift bool) {
		t.Helper()
		u, err := in.Store.UserByID(t.Context(), maya.id)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.Users.Suspend(t.Context(), actor.System("test"), u.Username, lift); err != nil {
			t.Fatal(err)
		}
	}
	suspend(false)
	if err := send(maya.actor(), 3); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a suspended account: %v", err)
	}
	suspend(true)
	if err := send(maya.actor(), 4); err != nil {
		t.Errorf("a reinstated account: %v", err)
	}
}

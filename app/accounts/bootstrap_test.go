package accounts

import (
	"sync"
	"testing"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

func TestBootstrap(t *testing.T) {
	f := setup(t)
	link, created, err := f.Bootstrap(f.ctx)
	if err != nil || !created {
		t.Fatal(link, created, err)
	}
	later, created, err := f.Bootstrap(f.ctx)
	if err != nil || created || later == link || later == "" {
		t.Fatal(later, created, err)
	}
	if got, err := f.LookUp(f.ctx, token(t, link)); err != nil || !got.NeedsIdentity || got.Role != actor.Admin {
		t.Fatal(got, err)
	}
	in := chosen
	if _, err := f.Complete(f.ctx, token(t, later), in); len(fault.Of(err).Fields) != 2 {
		t.Fatalf("an address and a name are asked for, got %v", err)
	}
	in.Email, in.Name = "first@example.org", "First"
	ticket, err := f.Complete(f.ctx, token(t, later), in)
	if err != nil || ticket.Stage != models.StageEnrol {
		t.Fatal(ticket, err)
	}
	_, err = f.Complete(f.ctx, token(t, link), in)
	f.want("the link of the earlier start", err, ErrLink)
	if link, created, err := f.Bootstrap(f.ctx); err != nil || created || link != "" {
		t.Fatal("nothing to do any more:", link, created, err)
	}
}

// Replicas start together: one account, and every printed link works until one is used.
func TestBootstrapRace(t *testing.T) {
	f := setup(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	made := 0
	var links []string
	for range 5 {
		wg.Go(func() {
			link, created, err := f.Bootstrap(f.ctx)
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
			}
			if created {
				made++
			}
			links = append(links, link)
		})
	}
	wg.Wait()
	if n := f.rows(`SELECT id FROM staff`); made != 1 || len(n) != 1 {
		t.Fatalf("%d made, %d accounts", made, len(n))
	}
	for _, l := range links {
		if _, err := f.LookUp(f.ctx, token(t, l)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAddReplacesTheUnclaimedAdmin(t *testing.T) {
	f := setup(t)
	link, _, err := f.Bootstrap(f.ctx)
	if err != nil {
		t.Fatal(err)
	}
	f.add("admin@example.org", actor.Admin)
	_, err = f.LookUp(f.ctx, token(t, link))
	f.want("the printed link", err, ErrLink)
	if n := f.rows(`SELECT email FROM staff`); len(n) != 1 {
		t.Fatal(n)
	}
}

func TestAddReportsEverythingAtOnce(t *testing.T) {
	f := setup(t)
	_, err := f.Add(f.ctx, AddInput{Email: "x", Role: "boss", Password: "short", TOTPSecret: "not base32!"})
	if got := fault.Of(err).Fields; len(got) != 5 {
		t.Fatalf("%v", got)
	}
	f.add("ada@example.org", actor.Triage)
	_, err = f.Add(f.ctx, AddInput{Email: "ADA@example.org", Name: "A", Role: actor.Triage, Password: goodPassword})
	if got := fault.Of(err).Fields; len(got) != 1 || got[0].Name != "email" {
		t.Fatalf("%v", err)
	}
}

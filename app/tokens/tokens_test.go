package tokens_test

import (
	"bytes"
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/testdb"
	"imglink/app/tokens"
	"imglink/models"
)

func TestMain(m *testing.M) { testdb.Main(m) }

type fixture struct {
	*tokens.Service
	clock *clock.Fake
	user  string
	dsn   string
}

func setup(t *testing.T) fixture {
	t.Helper()
	dsn, fake := testdb.Database(t), clock.NewFake(testdb.Start)
	store, err := models.Open(t.Context(), models.Options{DSN: dsn, Clock: fake, Log: testdb.Log(t), MaxConns: 8})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	f := fixture{&tokens.Service{Store: store, Clock: fake}, fake, ident.Public(), dsn}
	f.account(t, f.user)
	return f
}

func (f fixture) account(t *testing.T, id string) {
	t.Helper()
	f.write(t, id, func(tx *models.Tx) error {
		return tx.InsertUser(models.User{ID: id, Username: id, Email: id + "@example.org", State: models.UserActive, AgeConfirmedAt: tx.Now, PolicyVersion: "1", Locale: "de"})
	})
}

func (f fixture) write(t *testing.T, id string, do func(*models.Tx) error) {
	t.Helper()
	if err := f.Store.Write(t.Context(), models.Change{Actor: actor.System("test"), Needs: actor.Public, Action: "user.test", Entity: "user", ID: id}, do); err != nil {
		t.Fatal(err)
	}
}

var reads = []string{string(actor.ImagesRead)}

func (f fixture) make(t *testing.T, days int) tokens.Made {
	t.Helper()
	made, err := f.Make(t.Context(), actor.User(f.user), tokens.New{Name: "ShareX", Scopes: reads, Days: days})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// refusal is the code of the error that Resolve gives.
func (f fixture) refusal(t *testing.T, raw string) string {
	t.Helper()
	_, err := f.Resolve(t.Context(), raw)
	if err == nil {
		return ""
	}
	if !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("%v is not a refusal", err)
	}
	return fault.Of(err).Code
}

func TestATokenWorksUntilItEnds(t *testing.T) {
	f := setup(t)
	made := f.make(t, 30)
	got, err := f.Resolve(t.Context(), string(made.Secret))
	if err != nil || got.UserID != f.user || got.ID != made.Token.ID || got.Locale != "de" || fmt.Sprint(got.Scopes) != fmt.Sprint(reads) {
		t.Fatalf("%+v, %v", got, err)
	}
	f.clock.Advance(30*24*time.Hour - time.Second)
	if code := f.refusal(t, string(made.Secret)); code != "" {
		t.Errorf("refused a second before its end: %s", code)
	}
	f.clock.Advance(time.Second)
	if code := f.refusal(t, string(made.Secret)); code != "token_expired" {
		t.Errorf("at its end: %q", code)
	}
	forever := f.make(t, 0)
	f.clock.Advance(3000 * 24 * time.Hour)
	if code := f.refusal(t, string(forever.Secret)); code != "" {
		t.Errorf("a token without an end: %s", code)
	}
}

func TestARevokedTokenStopsAtOnceAndOnlyItsHolderRevokes(t *testing.T) {
	f := setup(t)
	made, other := f.make(t, 0), ident.Public()
	f.account(t, other)
	for _, by := range []actor.Actor{actor.User(other), actor.Guest(""), actor.Token(f.user, actor.Scopes...), actor.Staff(f.user, actor.Admin)} {
		if err := f.Revoke(t.Context(), by, made.Token.ID); !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v: %v", by, err)
		}
	}
	if code := f.refusal(t, string(made.Secret)); code != "" {
		t.Fatalf("somebody else revoked it: %s", code)
	}
	if err := f.Revoke(t.Context(), actor.User(f.user), made.Token.ID); err != nil {
		t.Fatal(err)
	}
	if code := f.refusal(t, string(made.Secret)); code != "token_revoked" {
		t.Errorf("%q", code)
	}
	if err := f.Revoke(t.Context(), actor.User(f.user), made.Token.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("revoked twice: %v", err)
	}
	if list, err := f.List(t.Context(), f.user); err != nil || len(list) != 0 {
		t.Errorf("%d listed, %v", len(list), err)
	}
}

// Nothing but the holder in person makes tokens.
func TestATokenCannotMakeAnother(t *testing.T) {
	f := setup(t)
	for _, by := range []actor.Actor{actor.Token(f.user, actor.Scopes...), actor.Guest(f.user)} {
		if _, err := f.Make(t.Context(), by, tokens.New{Name: "x", Scopes: reads}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%+v: %v", by, err)
		}
	}
}

func TestForgedTokensAreUnknown(t *testing.T) {
	f := setup(t)
	made := string(f.make(t, 0).Secret)
	flipped := []byte(made)
	flipped[10] ^= 1
	forged := string(tokens.NewSecret()) // the right form, but nobody's
	for _, raw := range []string{
		"", "guest", forged, string(flipped), made[:len(made)-1], made + "A", strings.ToUpper(made), " " + made, "IL_" + made[3:], made[3:], made + "=", "il_" + strings.Repeat("é", 21) + "x",
	} {
		if code := f.refusal(t, raw); code != "token_unknown" {
			t.Errorf("%q: %q", raw, code)
		}
	}
}

func TestTokensOfSuspendedAndClosedAccountsDoNotWork(t *testing.T) {
	f := setup(t)
	made := f.make(t, 0)
	for _, state := range []models.UserState{models.UserSuspended, models.UserClosed} {
		f.set(t, state)
		if code := f.refusal(t, string(made.Secret)); code != "token_account" {
			t.Errorf("%s: %q", state, code)
		}
	}
}

// set puts the account into a state.
func (f fixture) set(t *testing.T, state models.UserState) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), f.dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context()) //nolint:errcheck // the test's own
	if _, err := conn.Exec(t.Context(), `ALTER TABLE users DISABLE TRIGGER users_audited; UPDATE users SET state = '`+string(state)+`'`); err != nil {
		t.Fatal(err)
	}
}

func TestTheSecretIsStoredAsAHashOnly(t *testing.T) {
	f := setup(t)
	made := f.make(t, 0)
	list, err := f.List(t.Context(), f.user)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	row := fmt.Sprintf("%+v", list[0])
	if strings.Contains(row, string(made.Secret)[9:]) || !bytes.Equal(list[0].TokenHash, made.Secret.Hash()) || list[0].Hint != string(made.Secret)[:8] {
		t.Errorf("%s", row)
	}
	if !regexp.MustCompile("^" + tokens.Pattern + "$").MatchString(string(made.Secret)) {
		t.Errorf("%s does not look like %s", made.Secret, tokens.Pattern)
	}
}

func TestLastUsedIsWrittenOnceAMinute(t *testing.T) {
	f := setup(t)
	made := f.make(t, 0)
	used := func() time.Time {
		if code := f.refusal(t, string(made.Secret)); code != "" {
			t.Fatal(code)
		}
		list, err := f.List(t.Context(), f.user)
		if err != nil || list[0].LastUsedAt == nil {
			t.Fatal(list, err)
		}
		return *list[0].LastUsedAt
	}
	first := used()
	f.clock.Advance(59 * time.Second)
	if again := used(); !again.Equal(first) {
		t.Errorf("written again after 59 s")
	}
	f.clock.Advance(time.Second)
	if again := used(); !again.Equal(first.Add(time.Minute)) {
		t.Errorf("%s, first %s", again, first)
	}
}

func TestWhatIsAskedForIsChecked(t *testing.T) {
	f := setup(t)
	for field, in := range map[string]tokens.New{
		"name":   {Name: " ", Scopes: reads},
		"name ":  {Name: strings.Repeat("é", 61), Scopes: reads},
		"scopes": {Name: "x"},
		"scopes ": {
			Name: "x", Scopes: []string{"user.self"},
		},
		"days": {Name: "x", Scopes: reads, Days: 31},
	} {
		_, err := f.Make(t.Context(), actor.User(f.user), in)
		if got := fault.Of(err); got.Kind != fault.Invalid || got.Fields[0].Name != strings.TrimSpace(field) {
			t.Errorf("%+v: %v", in, err)
		}
	}
}

// Fifty, also when many ask at once.
func TestAnAccountHasAtMostFiftyTokens(t *testing.T) {
	f := setup(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	made, full := 0, 0
	for range 60 {
		wg.Go(func() {
			_, err := f.Make(context.WithoutCancel(t.Context()), actor.User(f.user), tokens.New{Name: "x", Scopes: reads})
			mu.Lock()
			defer mu.Unlock()
			switch {
			case err == nil:
				made++
			case fault.Is(err, fault.Conflict):
				full++
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if made != tokens.MaxTokens || full != 10 {
		t.Errorf("%d made, %d refused", made, full)
	}
}

func TestMakingAndRevokingIsAudited(t *testing.T) {
	f := setup(t)
	made := f.make(t, 0)
	if err := f.Revoke(t.Context(), actor.User(f.user), made.Token.ID); err != nil {
		t.Fatal(err)
	}
	err := f.Store.Write(t.Context(), models.Change{Actor: actor.System("x"), Needs: actor.Public, Action: "album.test", Entity: "album", ID: "x"},
		func(tx *models.Tx) error {
			_, err := tx.InsertToken(models.APIToken{ID: "x", UserID: f.user, TokenHash: []byte("x")}, 50)
			return err
		})
	if err == nil {
		t.Error("a token was stored without an entry about its holder")
	}
}

func FuzzParse(f *testing.F) {
	f.Add(string(tokens.NewSecret()))
	f.Add("il_")
	f.Add("il_" + strings.Repeat("_", 43))
	f.Fuzz(func(t *testing.T, raw string) {
		s, ok := tokens.Parse(raw)
		if ok && (string(s) != raw || !regexp.MustCompile("^"+tokens.Pattern+"$").MatchString(raw)) {
			t.Errorf("%q was taken for %q", raw, s)
		}
	})
}

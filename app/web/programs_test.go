package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/tokens"
	"imglink/app/web/kit"
)

// send is a program's request; header is pairs.
func send(t *testing.T, url, method string, body io.Reader, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // only read
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(b)
}

func upload(t *testing.T, base string, header ...string) (*http.Response, string) {
	t.Helper()
	body, kind := picture(t, "file")
	return send(t, base+"/api/v1/images", "POST", body, append([]string{"Content-Type", kind}, header...)...)
}

func problemCode(t *testing.T, body string) string {
	t.Helper()
	var p kit.Problem
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return p.Code
}

// What a program uploads with a token belongs to the account; a token that may not, or that is not good, uploads nothing:
// a program must not believe that it uploaded to an account when it did not.
func TestUploadsWithATokenBelongToItsAccount(t *testing.T) {
	in := apptest.New(t)
	user := in.Account(t)
	good, reader := in.Token(t, user), in.Token(t, user, actor.ImagesRead)
	if res, body := upload(t, in.URL, "Authorization", "Bearer "+good); res.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s", res.StatusCode, body)
	}
	for token, want := range map[string]string{reader: "scope_missing", string(tokens.NewSecret()): "token_unknown", "guest": "token_unknown"} {
		res, body := upload(t, in.URL, "Authorization", "bearer "+token)
		if got := problemCode(t, body); got != want || want == "token_unknown" != (res.Header.Get("WWW-Authenticate") != "") {
			t.Errorf("%d %s, want %s", res.StatusCode, body, want)
		}
	}
	imgs, err := in.Store.ImagesByNumbers(t.Context(), []int64{1, 2, 3})
	if err != nil || len(imgs) != 1 || imgs[0].UserID == nil || *imgs[0].UserID != user {
		t.Errorf("%+v, %v", imgs, err)
	}
}

// Pages of other sites may use a token, and read the answer; without one they are refused, and cookies never count.
func TestPagesOfOtherSitesNeedAToken(t *testing.T) {
	in := apptest.New(t)
	token, evil := in.Token(t, in.Account(t)), []string{"Origin", "https://app.example", "Sec-Fetch-Site", "cross-site"}
	res, body := upload(t, in.URL, append(evil, "Authorization", "Bearer "+token)...)
	if res.StatusCode != http.StatusCreated || res.Header.Get("Access-Control-Allow-Origin") != "*" || res.Header.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("%d %v %s", res.StatusCode, res.Header, body)
	}
	res, body = upload(t, in.URL, evil...)
	if res.StatusCode != http.StatusForbidden || problemCode(t, body) != "csrf" || res.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("a page elsewhere without a token: %d %s", res.StatusCode, body)
	}
	res, _ = send(t, in.URL+"/api/v1/images", "OPTIONS", nil, append(evil, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization")...)
	if h := res.Header; res.StatusCode != http.StatusNoContent || h.Get("Access-Control-Allow-Origin") != "*" || !strings.Contains(h.Get("Access-Control-Allow-Methods"), "POST") ||
		!strings.Contains(h.Get("Access-Control-Allow-Headers"), "Authorization") || h.Get("Access-Control-Allow-Credentials") != "" {
		t.Errorf("preflight: %d %v", res.StatusCode, h)
	}
	for _, path := range []string{"/upload", "/api/v1/none", "/staff/queue", "/"} {
		if res, _ := send(t, in.URL+path, "OPTIONS", nil, append(evil, "Access-Control-Request-Method", "POST")...); res.StatusCode < 400 || res.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s may be asked from elsewhere: %d %v", path, res.StatusCode, res.Header)
		}
	}
}

// Budgets hold across replicas: of a token twice, of an account four times what a guest's address has.
func TestBudgetsAreSharedByReplicas(t *testing.T) {
	const n = 3
	limit := apptest.Env("IMGLINK_UPLOADS_PER_MINUTE=3")
	one := apptest.New(t, limit, apptest.Idle())
	two := apptest.New(t, limit, apptest.Idle(), apptest.Same(one))
	user := one.Account(t)
	replicas := []string{one.URL, two.URL}
	// taken is how many uploads go through before one is refused, in turn by each replica.
	taken := func(header ...string) (count int, refusal string) {
		for ; count <= 5*n; count++ {
			res, body := upload(t, replicas[count%2], header...)
			if res.StatusCode == http.StatusCreated {
				continue
			}
			if res.StatusCode != http.StatusTooManyRequests || res.Header.Get("Retry-After") == "" || res.Header.Get("RateLimit-Remaining") != "0" || !strings.HasSuffix(res.Header.Get("RateLimit-Policy"), ";w=60") {
				t.Fatalf("%d %v %s", res.StatusCode, res.Header, body)
			}
			return count, body
		}
		return count, ""
	}
	for _, step := range []struct {
		who  string
		auth []string
		want int
		says string
	}{
		{"a guest", nil, n, "network"},
		{"a token at a guest's address that is used up", []string{"Authorization", "Bearer " + one.Token(t, user)}, 2 * n, "token"},
		{"another token of the account, where the address has", []string{"Authorization", "Bearer " + one.Token(t, user)}, 4*n - 3*n - 1, "network"},
	} {
		if got, body := taken(step.auth...); got != step.want || !strings.Contains(body, step.says) {
			t.Errorf("%s: %d uploads, want %d; %s", step.who, got, step.want, body)
		}
	}
	one.Clock.Advance(time.Minute)
	if got, _ := taken(); got != n {
		t.Errorf("after a minute a guest may upload %d times, want %d", got, n)
	}
}

// The same key of an account gives the same answer from every address and with each of its tokens, and nobody else's does.
func TestIdempotencyKeysBelongToTheAccount(t *testing.T) {
	in := apptest.New(t)
	user := in.Account(t)
	first, second, other := in.Token(t, user), in.Token(t, user), in.Token(t, in.Account(t))
	_, want := upload(t, in.URL, "Authorization", "Bearer "+first, "Idempotency-Key", "k1")
	res, got := upload(t, in.URL, "Authorization", "Bearer "+second, "Idempotency-Key", "k1")
	if got != want || res.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("%v\n%s\n%s", res.Header, want, got)
	}
	for _, auth := range [][]string{{"Authorization", "Bearer " + other}, nil} {
		if res, got := upload(t, in.URL, append(auth, "Idempotency-Key", "k1")...); got == want || res.StatusCode != http.StatusCreated {
			t.Errorf("%d %s", res.StatusCode, got)
		}
	}
}

package web_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"imglink/app/actor"
	"imglink/app/apptest"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/web/kit"
)

// fetch is the whole answer of a browser's or a program's request.
func fetch(t *testing.T, in *apptest.Instance, who asker, method, path, accept string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, in.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	if who.session != "" {
		req.Header.Set("Cookie", "imglink_session="+string(who.session))
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

func TestErrorPagesKnowWhoAsks(t *testing.T) {
	in := apptest.New(t)
	who := asker{session: signIn(t, in, actor.Analyst, false)}
	res, body := fetch(t, in, who, "GET", "/staff/people", "text/html")
	if res.StatusCode != http.StatusForbidden || !strings.Contains(body, "Your role does not include this page") || !strings.Contains(body, `<body class="staff"`) ||
		!strings.Contains(body, "Ada Lovelace") || strings.Contains(body, "Reload the page") || !strings.Contains(body, `href="/staff"`) {
		t.Errorf("a signed-in person gets %d and\n%s", res.StatusCode, body)
	}
	res, body = fetch(t, in, asker{}, "GET", "/nothing/here", "text/html")
	if res.StatusCode != http.StatusNotFound || strings.Contains(body, `<body class="staff"`) {
		t.Errorf("a visitor gets %d and\n%s", res.StatusCode, body)
	}
}

func TestAnEndedSessionIsSaidToHaveEnded(t *testing.T) {
	in := apptest.New(t)
	for session, ended := range map[ident.Token]bool{"": false, ident.NewToken(): true} {
		res, _ := fetch(t, in, asker{session: session}, "GET", "/staff/people", "text/html")
		to := res.Header.Get("Location")
		if !strings.HasPrefix(to, "/staff/sign-in?next=%2Fstaff%2Fpeople") {
			t.Fatalf("sent to %q", to)
		}
		if _, body := fetch(t, in, asker{}, "GET", to, "text/html"); strings.Contains(body, "You were signed out") != ended {
			t.Errorf("with the session %q the sign-in page says it ended: %v, want %v", session, !ended, ended)
		}
	}
}

func TestTheAPIAnswersProgramsEverywhere(t *testing.T) {
	in := apptest.New(t)
	for _, want := range []struct {
		method, path, code, title, allow string
		status                           int
	}{
		{"GET", "/api/v1/images", "unauthenticated", "Please sign in", "", 401},
		{"PUT", "/api/v1/images", "method_not_allowed", "Method not allowed", "GET, HEAD, POST", 405},
		{"PUT", "/api/v1/images/aaaaaaaaaaaa", "method_not_allowed", "Method not allowed", "DELETE, GET, HEAD, PATCH", 405},
		{"GET", "/api/v2/nothing", "not_found", "Not found", "", 404},
		{"POST", "/api/", "not_found", "Not found", "", 404},
		{"DELETE", "/api/v1/images/", "method_not_allowed", "Method not allowed", "GET, HEAD, POST", 405},
	} {
		res, body := fetch(t, in, asker{}, want.method, want.path, "*/*")
		var p kit.Problem
		if err := json.Unmarshal([]byte(body), &p); err != nil || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s answers %s", want.method, want.path, body)
			continue
		}
		if res.StatusCode != want.status || p.Code != want.code || p.Title != want.title || p.Status != want.status || res.Header.Get("Allow") != want.allow {
			t.Errorf("%s %s: %d %+v, Allow %q", want.method, want.path, res.StatusCode, p, res.Header.Get("Allow"))
		}
	}
}

func TestEveryKindHasATitle(t *testing.T) {
	seen := map[string]bool{}
	for _, k := range fault.Kinds() {
		if title := k.Title(); title == "" || title == k.String() || seen[title] || k.Status() == 0 {
			t.Errorf("the kind %s has the title %q", k, title)
		}
		seen[k.Title()] = true
	}
}

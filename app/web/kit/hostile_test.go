package kit_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/keyring"
	"imglink/app/testdb"
	"imglink/app/web/kit"
)

type frame struct{}

func (frame) ErrorPage(_ *kit.Ctx, f *fault.Error) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error { _, err := io.WriteString(w, f.Code); return err })
}

type lenient struct{}

func (lenient) Hit(context.Context, []byte, time.Duration, int) (int, time.Time, error) {
	return 1, time.Time{}, nil
}

func serve(t *testing.T, method, target string, header http.Header, body []byte) (int, string) {
	t.Helper()
	k := &kit.Kit{Base: "http://example.com", Keys: keyring.New(strings.Repeat("k", 32)), Clock: clock.System{}, Log: testdb.Log(t), Limiter: lenient{}, Frame: frame{}}
	app := fiber.New(fiber.Config{StreamRequestBody: true, DisablePreParseMultipartForm: true})
	echo := func(c *kit.Ctx) error { return c.SendString(c.Text("q")) }
	k.Mount(app, []kit.Route{
		{Method: "GET", Path: "/", Name: "get", Needs: actor.Public, Do: echo},
		{Method: "POST", Path: "/", Name: "post", Needs: actor.Public, Body: kit.FormBody, API: true, Do: echo},
	})
	r := httptest.NewRequest(method, target, bytes.NewReader(body))
	for name, values := range header {
		r.Header[name] = values
	}
	resp, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text)
}

// A compressed body would be inflated without bound by whoever reads the form.
func TestCompressedRequestsAreRefused(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(bytes.Repeat([]byte("q=a&"), 1<<20))
	_ = z.Close()
	code, text := serve(t, "POST", "/", http.Header{"Content-Encoding": {"gzip"}, "Content-Type": {"application/x-www-form-urlencoded"}}, b.Bytes())
	if code != http.StatusUnsupportedMediaType || !strings.Contains(text, "content_encoding") {
		t.Fatalf("got %d %s", code, text)
	}
}

func TestTextMustBeText(t *testing.T) {
	form := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for name, got := range map[string]int{
		"NUL in a query":          first(serve(t, "GET", "/?q=a%00b", nil, nil)),
		"broken UTF-8 in a query": first(serve(t, "GET", "/?q=%ff", nil, nil)),
		"NUL in a form":           first(serve(t, "POST", "/", form, []byte("q=a%00b"))),
		"broken UTF-8 in a form":  first(serve(t, "POST", "/", form, []byte("q=%c3%28"))),
	} {
		if got != http.StatusBadRequest {
			t.Errorf("%s: got %d", name, got)
		}
	}
	if code, text := serve(t, "POST", "/", form, []byte("q=Gr%C3%BC%C3%9Fe")); code != http.StatusOK || text != "Grüße" {
		t.Errorf("honest text: got %d %q", code, text)
	}
}

func first(code int, _ string) int { return code }

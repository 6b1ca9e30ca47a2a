package kit_test

import (
	"net/netip"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"imglink/app/web/kit"
)

// Forwarding headers are written by clients too: only what a trusted proxy added names the client.
func TestClientIP(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("0.0.0.0/32"), netip.MustParsePrefix("203.0.113.0/24")} // a request without a connection comes from 0.0.0.0
	const xff, cf = "X-Forwarded-For", "CF-Connecting-IP"
	for name, c := range map[string]struct {
		proxies []netip.Prefix
		headers [][2]string
		want    string
	}{
		"no proxy is trusted":              {nil, [][2]string{{xff, "198.51.100.7"}, {cf, "198.51.100.7"}}, "0.0.0.0"},
		"nothing is forwarded":             {proxies, nil, "0.0.0.0"},
		"the proxy adds to the line":       {proxies, [][2]string{{xff, "192.0.2.66, 198.51.100.7"}}, "198.51.100.7"},
		"the proxy adds a line":            {proxies, [][2]string{{xff, "192.0.2.66"}, {xff, "198.51.100.7"}}, "198.51.100.7"},
		"trusted hops are passed over":     {proxies, [][2]string{{xff, "198.51.100.7, 203.0.113.9"}}, "198.51.100.7"},
		"a client writes CF-Connecting-IP": {proxies, [][2]string{{xff, "198.51.100.7"}, {cf, "192.0.2.66"}}, "198.51.100.7"},
		"only CF-Connecting-IP":            {proxies, [][2]string{{cf, "198.51.100.7"}}, "198.51.100.7"},
		"not an address":                   {proxies, [][2]string{{xff, "198.51.100.7, unknown"}}, "0.0.0.0"},
		"IPv4 within IPv6":                 {proxies, [][2]string{{xff, "::ffff:198.51.100.7"}}, "198.51.100.7"},
	} {
		app := fiber.New()
		ctx := app.AcquireCtx(&fasthttp.RequestCtx{})
		for _, h := range c.headers {
			ctx.Request().Header.Add(h[0], h[1])
		}
		if got := kit.ClientIP(ctx, c.proxies); got.String() != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		app.ReleaseCtx(ctx)
	}
}

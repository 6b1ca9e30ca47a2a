// Package kit is what every handler shares: the request, the one place that turns errors into pages, sessions, CSRF,
// limits and rendering. Handlers live in web/public, web/staff and web/api; the route table in web lists them.
package kit

import (
	"context"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/utils"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/i18n"
	"imglink/app/keyring"
	"imglink/models"
)

// Route is one line of the route table.
type Route struct {
	Method string
	Path   string
	Name   string           // unique; views take URLs from names
	Needs  actor.Permission // empty panics at start
	Limit  Limit            // per client address; zero means the general limit
	Body   int64            // largest request body in bytes; StreamBody leaves it to the handler, 0 allows none
	API    bool             // answers problem+json; cookies count only with a CSRF token
	Bot    bool             // the page carries Turnstile when it is configured
	Open   bool             // pages of other sites may ask it, with a token for programs: see cors.go
	Fail   Failure          // answers errors in the words of another program's clients; nil: problem+json or a page
	Cheap  bool             // asked for by the dozen: who asks is looked up only when the handler calls Ctx.Identify
	Do     Handler
}

// StreamBody marks routes whose handler reads the body itself, through Ctx.Body.
const StreamBody int64 = -1

// FormBody is enough for every form of the program.
const FormBody int64 = 256 << 10

// Failure answers an error where clients expect a body of their own shape. Headers such as Retry-After are set already.
type Failure func(*Ctx, *fault.Error) error

// Handler parses, calls one thing, renders or redirects, and returns an error.
type Handler func(*Ctx) error

// Principal is who a session belongs to.
type Principal struct {
	SessionID  string
	StaffID    string
	Name       string
	Role       actor.Role
	Stage      string // "full" once the second factor was shown
	VerifiedAt time.Time
	Session    any // what the resolver knows besides, handed on unread
}

// Full reports whether the sign-in is complete.
func (p Principal) Full() bool { return p.Stage == "full" }

// User is the holder of an account on whose behalf a request comes: in person, by session cookie, or a program, by token.
type User struct {
	ID, Username string
	SessionID    string // empty for a token
	TokenID      string // empty for a person
	Scopes       []actor.Permission
	Stage        string // of a session: "full", or "password" while the second factor is due
	Suspended    bool   // the account may be used for nothing but its holder's rights
	VerifiedAt   time.Time
	Locale       string
}

// Full reports whether the sign-in is complete and the account may be used. Tokens need no sign-in.
func (u User) Full() bool { return !u.Suspended && (u.TokenID != "" || u.Stage == "full") }

// Actor is who acts.
func (u User) Actor() actor.Actor {
	if u.TokenID != "" {
		return actor.Token(u.ID, u.Scopes...)
	}
	return actor.User(u.ID)
}

// UserLookup resolves what a user shows: the session cookie, or a token for programs. It returns fault.Unauthenticated for
// what is unknown, expired or revoked.
type UserLookup interface {
	Resolve(ctx context.Context, token string) (User, error)
}

// Sessions resolves session cookies of staff. It returns fault.Unauthenticated for unknown, expired or revoked ones.
type Sessions interface {
	Resolve(ctx context.Context, token string) (Principal, error)
}

// Limiter counts; models.Store is one.
type Limiter interface {
	Hit(ctx context.Context, key []byte, window time.Duration, weight int) (hits int, until time.Time, err error)
}

// Kit is the shared equipment of all requests.
type Kit struct {
	Base     string // public URL without a trailing slash
	Secure   bool   // cookies only over https
	Proxies  []netip.Prefix
	Keys     keyring.Ring
	Clock    clock.Clock
	Log      *slog.Logger
	Limiter  Limiter
	Sessions Sessions
	Users    UserLookup // by session cookie; nil: nobody holds an account
	Tokens   UserLookup // by bearer token; nil: there are none
	Frame    Frame
	BotHost  string // https origin that pages with Bot may load scripts and frames from; empty when none
	routes   map[string]string
	needs    map[string]actor.Permission
	methods  map[string][]string // by path as in the table
	foreign  map[string][]string // the same of Open routes
}

// Ctx is one request.
type Ctx struct {
	*fiber.Ctx
	Kit       *Kit
	Route     *Route
	Actor     actor.Actor
	Principal *Principal // the member of staff; nil for the public
	User      *User      // the holder of an account; nil for guests and staff
	ID        string     // request id
	csrf      string
	body      *paced // once a streaming handler reads it
	cause     error
}

// Context carries the deadline, the request id and the language to everything below.
func (c *Ctx) Context() context.Context { return c.UserContext() }

// Text is a copy of a form or query value, trimmed: fasthttp reuses the memory of the original after the handler.
func (c *Ctx) Text(name string) string {
	v := c.FormValue(name)
	if v == "" {
		v = c.Query(name)
	}
	return clean(utils.CopyString(v))
}

// clean drops what no text holds; multipart fields arrive unchecked.
func clean(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", ""))
}

// Param is a copy of a path parameter.
func (c *Ctx) Param(name string) string { return clean(utils.CopyString(c.Params(name))) }

// Texts is a copy of all values of a repeated form field.
func (c *Ctx) Texts(name string) []string {
	var out []string
	for _, v := range c.Request().PostArgs().PeekMulti(name) {
		out = append(out, strings.TrimSpace(string(v)))
	}
	if form, err := c.MultipartForm(); err == nil && form != nil {
		for _, v := range form.Value[name] {
			out = append(out, strings.TrimSpace(utils.CopyString(v)))
		}
	}
	return out
}

// URL is the path of a named route, its parameters filled in order. An unknown name or a missing parameter panics: a
// test renders every page.
func (k *Kit) URL(name string, params ...string) string {
	path, ok := k.routes[name]
	if !ok {
		panic("kit: no route named " + name)
	}
	var b strings.Builder
	for len(path) > 0 {
		colon := strings.IndexByte(path, ':')
		if colon < 0 {
			b.WriteString(path)
			break
		}
		end := colon + 1
		for end < len(path) && (path[end] == '_' || path[end] >= 'a' && path[end] <= 'z') {
			end++
		}
		if len(params) == 0 {
			panic("kit: route " + name + " needs more parameters")
		}
		b.WriteString(path[:colon])
		b.WriteString(params[0])
		path, params = path[end:], params[1:]
	}
	return b.String()
}

// Abs is the absolute address of a named route.
func (k *Kit) Abs(name string, params ...string) string { return k.Base + k.URL(name, params...) }

// See redirects to a named route after a successful form (303, RFC 9110).
func (c *Ctx) See(name string, params ...string) error {
	return c.Redirect(c.Kit.URL(name, params...), fiber.StatusSeeOther)
}

// Back redirects to a path of this site, or to fallback when the value is anything else.
func (c *Ctx) Back(to, fallback string) error {
	if !LocalPath(to) {
		to = fallback
	}
	return c.Redirect(to, fiber.StatusSeeOther)
}

// LocalPath reports whether to is a path on this site and nothing a browser reads as another.
func LocalPath(to string) bool {
	return strings.HasPrefix(to, "/") && !strings.HasPrefix(to, "//") && !strings.ContainsAny(to, "\\\r\n\t")
}

// apiPath is where the addresses for programs begin.
const apiPath = "/api/"

// WantsJSON reports whether the client asked for JSON rather than a page.
func (c *Ctx) WantsJSON() bool {
	return c.Route != nil && c.Route.API || strings.HasPrefix(c.Path(), apiPath) || strings.Contains(c.Get(fiber.HeaderAccept), "json")
}

// withRequest puts the request's context in place.
func (c *Ctx) withRequest(timeout time.Duration) context.CancelFunc {
	ctx, cancel := context.WithTimeout(models.WithRequestID(context.Background(), c.ID), timeout)
	c.SetUserContext(i18n.With(ctx, c.pageLanguage()))
	return cancel
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

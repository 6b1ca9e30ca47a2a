package kit

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"imglink/app/fault"
)

// Limit is a number of requests per window. Weight-counting handlers may take more themselves.
//
// A guest's request counts against its network address, of which N are allowed. A request on behalf of an account counts
// three times: against its token (2 N, so that one program leaves room for the others), its account (4 N) and its network
// address (4 N, in the same count as the guests there: whoever shares an address with a busy account may have to wait).
// Counters are rows of the database: they hold across replicas, restarts and addresses.
type Limit struct {
	Name string
	N    int
	Per  time.Duration
}

const (
	tokenShare   = 2
	accountShare = 4
)

// generalLimit is for routes that name none: far above what people do, far below what hurts.
var generalLimit = Limit{Name: "general", N: 1200, Per: time.Minute}

// limit counts the request against its route's budget, shared by all replicas.
func (c *Ctx) limit() error {
	l := c.Route.Limit
	if l.N == 0 {
		if c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
			return nil // reads are cheap; a database write for each would not be
		}
		l = generalLimit
	}
	return c.Take(l, 1)
}

// budget is one counter that a request takes from.
type budget struct {
	of, who string
	n       int
	refusal string
}

// budgets are the counters of this request, the narrowest first: what it refuses is not counted against the wider ones.
//
//i18n:keys
func (c *Ctx) budgets(l Limit) []budget {
	network := budget{"", Network(c.IPAddr()), l.N, "Too many requests from your network. Please wait a moment and try again."}
	if c.User == nil || !c.User.Full() {
		return []budget{network}
	}
	network.n *= accountShare
	account := budget{"account", c.User.ID, accountShare * l.N, "Too many requests from your account. Please wait a moment and try again."}
	if c.User.TokenID == "" {
		return []budget{account, network}
	}
	token := budget{"token", c.User.TokenID, tokenShare * l.N, "Too many requests with this token. Please wait a moment and try again."}
	return []budget{token, account, network}
}

// key names the counter. That of a network is what it always was.
func (c *Ctx) key(l Limit, b budget) []byte {
	if b.of == "" {
		return c.Kit.Keys.MAC("limit", l.Name, b.who)
	}
	return c.Kit.Keys.MAC("limit", l.Name, b.of, b.who)
}

// Take counts weight uses against a limit of this client and refuses what is over, saying when to come back. The answer
// tells how much is left of the budget that will be used up first (draft-ietf-httpapi-ratelimit-headers-07).
func (c *Ctx) Take(l Limit, weight int) error {
	left, now := -1, c.Kit.Clock.Now()
	for _, b := range c.budgets(l) {
		hits, until, err := c.Kit.Limiter.Hit(c.Context(), c.key(l, b), l.Per, weight)
		if err != nil {
			return err
		}
		wait := max(until.Sub(now), 0)
		if rest := max(0, b.n-hits); left < 0 || rest < left {
			left = rest
			c.tellLimit(b.n, rest, wait, l.Per)
		}
		if hits > b.n {
			return fault.New(fault.TooMany, "rate_limited", b.refusal).After(max(wait, time.Second))
		}
	}
	return nil
}

func (c *Ctx) tellLimit(n, left int, wait, per time.Duration) {
	c.Set("RateLimit-Limit", strconv.Itoa(n))
	c.Set("RateLimit-Remaining", strconv.Itoa(left))
	c.Set("RateLimit-Reset", strconv.Itoa(seconds(wait)))
	c.Set("RateLimit-Policy", fmt.Sprintf("%d;w=%d", n, seconds(per)))
}

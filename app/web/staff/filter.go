package staff

import (
	"net/url"
	"strconv"
	"strings"

	"imglink/app/moderation"
	"imglink/app/web/kit"
)

// pageSize is how many cases a page of the queue holds: about three screens, thirty pictures of some 4 kB.
const pageSize = 30

// readFilter takes the filters from an address. What is not understood counts as not given: a link cut short still opens.
func readFilter(get func(string) string) moderation.Filter {
	f := moderation.Filter{Reason: get("reason"), Search: get("q"), After: get("after"), Mine: get("mine") == "1", Limit: pageSize}
	switch s := get("state"); s {
	case "open", "escalated", "decided":
		f.State = s
	}
	if n, err := strconv.Atoi(get("severity")); err == nil && n >= 1 && n <= 5 {
		f.Severity = n
	}
	return f
}

// queryFilter reads the filters of the request's own address, never of its body.
func queryFilter(c *kit.Ctx) moderation.Filter {
	return readFilter(func(name string) string { return strings.TrimSpace(strings.Clone(c.Query(name))) })
}

// backFilter reads the filters of the list that a form came from, which it carries in its field back.
func backFilter(c *kit.Ctx) moderation.Filter {
	u, err := url.Parse(c.Text("back"))
	if err != nil {
		return readFilter(func(string) string { return "" })
	}
	return readFilter(u.Query().Get)
}

// query is the address form of a filter, "" or beginning with "?".
func query(f moderation.Filter) string {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("state", f.State)
	set("reason", f.Reason)
	set("q", f.Search)
	set("after", f.After)
	if f.Severity > 0 {
		v.Set("severity", strconv.Itoa(f.Severity))
	}
	if f.Mine {
		v.Set("mine", "1")
	}
	if len(v) == 0 {
		return ""
	}
	return "?" + v.Encode()
}

// narrowed reports whether anything beyond the view is filtered.
func narrowed(f moderation.Filter) bool { return f.Reason != "" || f.Search != "" || f.Severity > 0 }

func (h *Handlers) listURL(c *kit.Ctx, f moderation.Filter) string {
	return c.Kit.URL("staff.reports") + query(f)
}

func (h *Handlers) caseURL(c *kit.Ctx, id string, f moderation.Filter) string {
	return c.Kit.URL("staff.report", id) + query(f)
}

// Package cdn is the port to the cache in front of us: it makes the edge forget an address and looks whether it did.
package cdn

import (
	"context"
	"time"

	"imglink/app/fault"
)

// Purger makes the edge forget. nil means that every copy of every address was dropped or is being dropped within
// seconds; forgetting twice is harmless, so after an error the whole call is repeated.
//
// fault.Unavailable with RetryAfter: later. The code cdn_refused: the operator must mend the token, the zone or the
// addresses first.
type Purger interface {
	Purge(ctx context.Context, urls []string) error
}

// None is the Purger of an installation without a cache in front.
type None struct{}

// Purge has nothing to do.
func (None) Purge(context.Context, []string) error { return nil }

var (
	unavailable = fault.New(fault.Unavailable, "cdn_unavailable", "The content network does not answer. The removal there will be tried again.").After(30 * time.Second)
	refused     = fault.New(fault.Unavailable, "cdn_refused", "The content network refuses to remove copies. An administrator must check its settings.").After(10 * time.Minute)
	badURL      = fault.New(fault.Invalid, "cdn_url", "Only complete http and https addresses can be removed from the content network.")
)

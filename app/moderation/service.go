package moderation

import (
	"context"
	"log/slog"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

// Purger makes caches between us and the visitors forget addresses. Forgetting what they never knew succeeds.
type Purger interface {
	Purge(ctx context.Context, urls []string) error
}

// Prober asks from outside whether an address has stopped answering with the picture. An answer that decides neither way is
// an error.
type Prober interface {
	Probe(ctx context.Context, url string) (gone bool, err error)
}

// Similar finds perceptually similar images, nearest first, without the image itself.
type Similar interface {
	Similar(ctx context.Context, imageID string) ([]Near, error)
}

// Options are what the service stands on. Every field but Hosts and Similar is needed.
type Options struct {
	Store         *models.Store
	BaseURL       string   // of the instance, without a final slash
	Hosts         []string // other hosts (host or host:port) under which our images can be reached
	URLs          func(models.Image) []string
	Zone          *time.Location // the legal time zone
	Purger        Purger
	Prober        Prober
	Similar       Similar
	ComplaintURL  string // where internal complaints are taken (Art. 20 DSA); "" means by the address in the terms
	OutOfCourtURL string // the Commission's list of certified bodies (Art. 21 DSA); "" takes the official address
	Log           *slog.Logger
}

// Service is the capability. It is safe for concurrent use.
type Service struct {
	Options
	hosts   map[string]bool
	reasons atomic.Pointer[reasonSet]
	counts  atomic.Pointer[countSet]
}

// New makes the service.
func New(o Options) *Service {
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	if o.OutOfCourtURL == "" {
		o.OutOfCourtURL = "https://digital-strategy.ec.europa.eu/en/policies/dsa-out-court-dispute-settlement"
	}
	s := &Service{Options: o, hosts: map[string]bool{}}
	for _, h := range o.Hosts {
		s.hosts[strings.ToLower(h)] = true
	}
	if u, err := url.Parse(o.BaseURL); err == nil && u.Host != "" {
		s.hosts[strings.ToLower(u.Host)] = true
	}
	return s
}

// system is the actor of workers.
var system = actor.System("moderation")

var (
	errForbidden = fault.New(fault.Forbidden, "forbidden", "Your role does not allow this.")
	errNoCase    = fault.New(fault.NotFound, "case_unknown", "There is no case at this address.")
)

func (s *Service) now() time.Time { return s.Store.Clock().Now() }

// day is midnight of t's day in the legal time zone.
func (s *Service) day(t time.Time) time.Time {
	y, m, d := t.In(s.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, s.Zone)
}

// pageURL is the page of an image.
func (s *Service) pageURL(imageID string) string { return s.BaseURL + "/" + imageID }

// statusURL is the secret status page of a notice.
func (s *Service) statusURL(token string) string { return s.BaseURL + "/report/status/" + token }

// needs refuses actors without the permission.
func needs(a actor.Actor, p actor.Permission) error {
	if !a.Can(p) {
		return errForbidden
	}
	return nil
}

package moderation

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

// Queue is one page of cases in the order they should be worked on, with the counts beside the filters: four statements,
// whatever the number of cases.
func (s *Service) Queue(ctx context.Context, a actor.Actor, f Filter) (out Queue, err error) {
	defer fault.Wrap(&err, "moderation.Queue")
	if err := needs(a, actor.CaseView); err != nil {
		return out, err
	}
	q, err := s.caseQuery(ctx, a, f)
	if err != nil {
		return out, err
	}
	q.Limit++ // one more tells whether there is a next page
	rows, err := s.Store.Cases(ctx, q)
	if err != nil {
		return out, err
	}
	if len(rows) == q.Limit {
		rows = rows[:q.Limit-1]
		out.Next = cursorOf(rows[len(rows)-1])
	}
	set, err := s.reasonSet(ctx)
	if err != nil {
		return out, err
	}
	if out.Cases, err = s.caseRows(ctx, a, rows, set); err != nil {
		return out, err
	}
	out.Facets, err = s.facets(ctx, a, set)
	return out, err
}

// caseQuery reads the filter. What it does not know it refuses, naming the field.
func (s *Service) caseQuery(ctx context.Context, a actor.Actor, f Filter) (models.CaseQuery, error) {
	q := models.CaseQuery{State: models.CaseState(f.State), Reason: f.Reason, Severity: f.Severity, Limit: f.Limit, Now: s.now()}
	if f.Mine {
		q.Holder = a.ID
	}
	if q.Limit <= 0 {
		q.Limit = 25
	}
	q.Limit = min(q.Limit, PageLimit)
	var c fault.Collect
	c.Check(slices.Contains([]models.CaseState{"", models.CaseOpen, models.CaseEscalated, models.CaseDecided}, q.State), "state", "Choose open, escalated or decided.")
	c.Check(f.Severity >= 0 && f.Severity <= 5, "severity", "Choose a severity from 1 to 5.")
	if f.After != "" {
		after, ok := parseCursor(f.After)
		c.Check(ok, "after", "This page address is damaged. Go back to the first page.")
		q.After = after
	}
	if err := c.Err(); err != nil {
		return q, err
	}
	if text := strings.TrimSpace(f.Search); text != "" {
		if id, ok := ImageIDFromURL(text, s.hosts); ok {
			text = id
		}
		ids, err := s.Store.FindCases(ctx, shorten(text, 100))
		if err != nil {
			return q, err
		}
		q.IDs = ids
	}
	return q, nil
}

type cursor struct {
	Rank int64      `json:"r,omitempty"`
	At   *time.Time `json:"t,omitempty"`
	ID   string     `json:"i"`
}

func cursorOf(r models.CaseListRow) string {
	b, _ := json.Marshal(cursor{Rank: r.Rank, At: r.DecidedAt, ID: r.ID}) // plain fields: cannot fail
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(s string) (models.CaseCursor, bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	var c cursor
	if err != nil || len(s) > 200 || json.Unmarshal(b, &c) != nil || c.ID == "" {
		return models.CaseCursor{}, false
	}
	out := models.CaseCursor{Rank: c.Rank, ID: c.ID}
	if c.At != nil {
		out.At = *c.At
	}
	return out, true
}

// caseRows adds to the stored rows what a list shows beside them.
func (s *Service) caseRows(ctx context.Context, a actor.Actor, rows []models.CaseListRow, set *reasonSet) ([]CaseRow, error) {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ImageID
	}
	found, err := s.Store.ImagesByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]models.Image, len(found))
	for _, img := range found {
		byID[img.ID] = img
	}
	out := make([]CaseRow, len(rows))
	for i, r := range rows {
		out[i] = s.caseRow(a, r, set)
		out[i].Image = byID[r.ImageID]
	}
	return out, nil
}

func (s *Service) caseRow(a actor.Actor, r models.CaseListRow, set *reasonSet) CaseRow {
	row := CaseRow{Case: r.Case, ReasonLabel: set.label(r.ReasonCode), Chips: Explain(r.Case, s.now())}
	if r.LeaseHolder != nil {
		row.Lease = &Lease{CaseID: r.ID, Holder: *r.LeaseHolder, Mine: *r.LeaseHolder == a.ID, Fence: *r.LeaseFence, TakenAt: *r.LeaseTakenAt, Until: *r.LeaseUntil}
		if r.LeaseHolderName != nil {
			row.Lease.HolderName = *r.LeaseHolderName
		}
	}
	if r.StandingID != nil {
		row.Standing = &Standing{ID: *r.StandingID, Action: *r.StandingAction, State: *r.StandingState, By: *r.StandingBy, FinalAt: *r.StandingFinalAt}
	}
	return row
}

// countsKept is how long the counts of a long queue are kept; those of a short one are made anew every time.
const countsKept = 5 * time.Second

type countSet struct {
	at     time.Time
	facets Facets
}

// facets counts the cases behind each filter. Counting to CountBound two dozen times takes longer than the page itself, and
// a few seconds do not show in "1000+": so those counts are kept for a moment.
func (s *Service) facets(ctx context.Context, a actor.Actor, set *reasonSet) (Facets, error) {
	kept, now := s.counts.Load(), s.now()
	if kept == nil || now.Sub(kept.at) >= countsKept || !kept.facets.long() {
		f, err := s.countCases(ctx, set)
		if err != nil {
			return f, err
		}
		kept = &countSet{at: now, facets: f}
		s.counts.Store(kept)
	}
	f := kept.facets
	mine, err := s.Store.CountLeases(ctx, a.ID, now)
	f.Mine = Count{N: mine}
	return f, err
}

// long reports whether a queue is so long that a count has stopped at its bound.
func (f Facets) long() bool {
	for _, n := range f.State {
		if n.More {
			return true
		}
	}
	return false
}

func (s *Service) countCases(ctx context.Context, set *reasonSet) (Facets, error) {
	codes := make([]string, len(set.list))
	for i, r := range set.list {
		codes[i] = r.Code
	}
	rows, err := s.Store.CaseFacets(ctx, codes, CountBound+1)
	f := Facets{State: map[string]Count{}, Reason: map[string]Count{}, Severity: map[int]Count{}}
	for _, r := range rows {
		n := Count{N: min(r.N, CountBound), More: r.N > CountBound}
		switch r.Kind {
		case "state":
			f.State[r.Key] = n
		case "reason":
			f.Reason[r.Key] = n
		case "severity":
			level, _ := strconv.Atoi(r.Key) // from generate_series
			f.Severity[level] = n
		}
	}
	return f, err
}

package moderation

import (
	"context"

	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

var errToken = fault.New(fault.NotFound, "status_token_unknown", "This status link is not valid. Check that it was copied completely.")

// NoticeStatus is what the holder of a notice's secret token may know: the outcomes and the redress, with dates cut to the
// day, and nothing about who decided.
func (s *Service) NoticeStatus(ctx context.Context, token string) (out NoticeStatus, err error) {
	defer fault.Wrap(&err, "moderation.NoticeStatus")
	if len(token) != 32 { // 24 bytes in base64url
		return out, errToken
	}
	n, err := s.Store.NoticeByStatusHash(ctx, ident.Token(token).Hash())
	if fault.Is(err, fault.NotFound) {
		return out, errToken
	}
	if err != nil {
		return out, err
	}
	set, err := s.reasonSet(ctx)
	if err != nil {
		return out, err
	}
	items, err := s.Store.NoticeOutcomes(ctx, n.ID)
	if err != nil {
		return out, err
	}
	out = NoticeStatus{
		Reference: n.Reference, State: n.State, ReasonLabel: set.label(n.ReasonCode), ReceivedOn: s.day(n.CreatedAt), HasContact: n.ContactEmail != "",
	}
	if n.DecidedAt != nil {
		day := s.day(*n.DecidedAt)
		out.DecidedOn = &day
	}
	for _, i := range items {
		out.Items = append(out.Items, s.statusItem(i))
	}
	return out, nil
}

func (s *Service) statusItem(i models.NoticeOutcome) NoticeStatusItem {
	item := NoticeStatusItem{URL: i.URL, Outcome: i.Outcome, Text: outcomes[i.Outcome]}
	if i.Outcome != "" && i.DecidedAt != nil {
		day := s.day(*i.DecidedAt)
		item.DecidedOn, item.Why, item.Redress = &day, i.Explanation, s.redress(*i.DecidedAt)
	}
	return item
}

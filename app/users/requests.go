package users

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// The kinds of requests: a copy of one's data (GDPR Art. 15, 20), the end of the account (Art. 17).
const (
	RequestAccess  = "access"
	RequestErasure = "erasure"
)

// RequestsPage is how many requests one page of the officers' list shows.
const RequestsPage = 50

// Requests lists what the account asked for, newest first.
func (s *Service) Requests(ctx context.Context, who Who) ([]models.DataRequest, error) {
	return s.store.UserDataRequests(ctx, who.UserID)
}

// OpenRequest opens a request; another one of the kind that is open is given back instead. Erasure needs the identity
// confirmed recently.
func (s *Service) OpenRequest(ctx context.Context, who Who, kind, note string) (models.DataRequest, error) {
	note = strings.TrimSpace(note)
	var c fault.Collect
	c.Check(kind == RequestAccess || kind == RequestErasure, "kind", "There is no such request.")
	c.Check(utf8.RuneCountInString(note) <= 1000, "note", "Use at most 1000 characters.")
	if err := c.Err(); err != nil {
		return models.DataRequest{}, err
	}
	if kind == RequestErasure {
		if err := s.needRecent(who); err != nil {
			return models.DataRequest{}, err
		}
	}
	row := models.DataRequest{ID: ident.Public(), Reference: ident.Reference("D"), UserID: who.UserID, Kind: kind, State: "open", Note: note}
	err := s.store.Write(ctx, request(who, "data_request.open", row.ID), func(tx *models.Tx) error {
		tx.Detail("kind", kind)
		tx.Detail("reference", row.Reference)
		return tx.InsertDataRequest(row)
	})
	if errors.Is(err, models.ErrDuplicate) {
		return s.store.OpenDataRequest(ctx, who.UserID, kind)
	}
	return row, err
}

// WithdrawRequest ends an open request of one's own. ErrStale when it is not open any more.
func (s *Service) WithdrawRequest(ctx context.Context, who Who, id string) error {
	return s.store.Write(ctx, request(who, "data_request.withdraw", id), func(tx *models.Tx) error { return tx.WithdrawDataRequest(who.UserID, id) })
}

func request(who Who, action, id string) models.Change {
	return models.Change{Actor: actor.User(who.UserID), Needs: actor.UserRights, Action: action, Entity: "data_request", ID: id}
}

// Waiting lists open requests for the privacy office, the oldest first, after a number. next is where the following page
// begins, 0 on the last.
func (s *Service) Waiting(ctx context.Context, by actor.Actor, after int64) (rows []models.DataRequestRow, next int64, err error) {
	if !by.Can(actor.PrivacyWork) {
		return nil, 0, fault.New(fault.Forbidden, "forbidden", "Your role does not allow this.")
	}
	rows, err = s.store.OpenDataRequests(ctx, after, RequestsPage+1)
	if err == nil && len(rows) > RequestsPage {
		rows = rows[:RequestsPage]
		next = rows[RequestsPage-1].N
	}
	return rows, next, err
}

// WaitingCount is how many requests are open.
func (s *Service) WaitingCount(ctx context.Context) (int, error) {
	return s.store.CountDataRequests(ctx)
}

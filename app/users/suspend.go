package users

import (
	"context"
	"errors"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

// Suspend keeps the holder of an account from using it; lift ends that. Nothing is deleted, and they may still sign in to
// read why and to ask for their data. by needs StaffManage: the command line has it. The account's tokens and sessions stay
// and are not accepted meanwhile.
func (s *Service) Suspend(ctx context.Context, by actor.Actor, username string, lift bool) (models.User, error) {
	u, err := s.store.UserByLogin(ctx, normal(username))
	if err != nil {
		return u, err
	}
	action, from, to := "user.suspend", models.UserActive, models.UserSuspended
	if lift {
		action, from, to = "user.reinstate", to, from
	}
	c := models.Change{Actor: by, Needs: actor.StaffManage, Action: action, Entity: "user", ID: u.ID}
	err = s.store.Write(ctx, c, func(tx *models.Tx) error {
		if err := tx.SetUserState(u.ID, from, to); err != nil {
			return err
		}
		what := tellSuspended
		if lift {
			what = tellReinstated
		}
		return s.tell(tx, u.ID, what)
	})
	if errors.Is(err, models.ErrStale) {
		err = fault.New(fault.Conflict, "not_in_state", "The account is not in a state that this would change.")
	}
	return u, err
}

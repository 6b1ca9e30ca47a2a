package users

import (
	"imglink/app/i18n"
	"imglink/models"
)

// What the holder of an account is told that was changed about it, so that a change they did not expect does not stay
// unseen.
//
//i18n:keys
const (
	tellPassword       = "The password of your account was changed. Every other device was signed out."
	tellPasskeyAdded   = "A passkey was added to your account."     //nolint:gosec // G101: words about a credential, none itself
	tellPasskeyRemoved = "A passkey was removed from your account." //nolint:gosec // G101: words about a credential, none itself
	tellAppSet         = "An authenticator app was set up for your account. Signing in now asks for its code."
	tellAppRemoved     = "The authenticator app was removed from your account."
	tellEmail          = "Your account has moved to another address. Mails about it no longer come here."
	tellRestored       = "Your account has moved back to this address. Every device was signed out."
	tellSuspended      = "Your account was suspended because of how it was used. Sign in to read what you can do."
	tellReinstated     = "Your account can be used again."
)

// tell mails the holder at their present address.
func (s *Service) tell(tx *models.Tx, userID, what string) error {
	u, err := tx.UserByID(tx.Context(), userID)
	if err != nil {
		return err
	}
	return s.tellAt(tx, u, u.Email, what)
}

func (s *Service) tellAt(tx *models.Tx, u models.User, to, what string) error {
	l := s.letter(tx, mailNotice, u.ID, to, u.Locale)
	l.subject = i18n.T(l.ctx, "your account was changed")
	l.say(i18n.T(l.ctx, "Hello %s,", u.Username)).say(i18n.T(l.ctx, what)).
		say(i18n.T(l.ctx, "This happened on %s.", i18n.DateTime(l.ctx, tx.Now.UTC(), i18n.Long)+" UTC")).
		say(i18n.T(l.ctx, "If it was not you, choose a new password at once: %s", s.base+"/reset"))
	return s.queue(tx, l)
}

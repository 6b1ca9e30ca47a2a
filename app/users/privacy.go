package users

import (
	"context"

	"imglink/app/fault"
	"imglink/models"
)

// The purposes that the history of consents tells apart.
const (
	ConsentPolicy    = "policy"      // the terms and the privacy policy, accepted for the contract: no consent, and no choice
	ConsentName      = "public_name" // the display name stands on public albums (GDPR Art. 6(1)(a))
	ConsentAnalytics = "analytics"   // an objection to being counted, and its withdrawal (GDPR Art. 21)
)

// Choices is what somebody decided about their data, with the whole history, newest first.
type Choices struct {
	Objects    bool // to being counted
	PublicName bool // consents to the display name on public albums
	History    []models.UserConsent
}

// Choices reads them.
func (s *Service) Choices(ctx context.Context, who Who) (out Choices, err error) {
	u, err := s.store.UserByID(ctx, who.UserID)
	if err != nil {
		return out, err
	}
	out.Objects = u.AnalyticsObjectedAt != nil
	out.History, err = s.store.UserConsents(ctx, who.UserID)
	out.PublicName = Given(out.History, ConsentName)
	return out, err
}

// Given reports whether the newest entry of a purpose gives consent; history is newest first.
func Given(history []models.UserConsent, purpose string) bool {
	for _, h := range history {
		if h.Purpose == purpose {
			return h.Given
		}
	}
	return false
}

// Choose gives or withdraws a consent, or lifts or makes an objection: one act either way (GDPR Art. 7(3)). A choice that
// stands already adds nothing to the history.
func (s *Service) Choose(ctx context.Context, who Who, purpose string, given bool) error {
	if purpose != ConsentName && purpose != ConsentAnalytics {
		return fault.InvalidField("purpose", "There is no such choice.")
	}
	now, err := s.Choices(ctx, who)
	if err != nil {
		return err
	}
	standing := now.PublicName
	if purpose == ConsentAnalytics {
		standing = !now.Objects
	}
	if standing == given {
		return nil
	}
	return s.store.Write(ctx, own(who.UserID, "user.consent"), func(tx *models.Tx) error {
		tx.Detail("purpose", purpose)
		tx.Detail("given", given)
		if purpose == ConsentAnalytics {
			if err := tx.SetUserObjection(who.UserID, !given); err != nil {
				return err
			}
		}
		return tx.InsertUserConsent(models.UserConsent{UserID: who.UserID, Purpose: purpose, Version: PolicyVersion, Given: given})
	})
}

// Package tokens gives the holder of an account keys for programs: named, limited to scopes, ending, revocable. A token is
// shown once and stored only as a hash.
package tokens

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/models"
)

// MaxTokens is how many tokens an account may have at a time.
const MaxTokens = 50

// maxName is the longest name of a token, in characters.
const maxName = 60

// touch is how exact "last used" is: a busy token costs one write in this time.
const touch = time.Minute

// Service is the capability.
type Service struct {
	Store *models.Store
	Clock clock.Clock
}

// New is what the holder of an account asks for. Days is how long the token works; 0 means until it is revoked.
type New struct {
	Name   string
	Scopes []string
	Days   int
}

// Lifetimes are the days a token may be made for; 0 has no end.
var Lifetimes = []int{30, 90, 365, 0}

// Made is a new token with its secret, which nothing repeats.
type Made struct {
	Secret Secret
	Token  models.APIToken
}

var errFull = fault.New(fault.Conflict, "too_many_tokens", "You have 50 tokens. Revoke one that you no longer use.")

// Make makes a token for the account of by, who must be there in person: a token cannot make another.
func (s *Service) Make(ctx context.Context, by actor.Actor, in New) (_ Made, err error) {
	defer fault.Wrap(&err, "tokens.Make")
	in.Name = strings.TrimSpace(in.Name)
	if err := in.check(); err != nil {
		return Made{}, err
	}
	secret := NewSecret()
	t := models.APIToken{
		ID: ident.Public(), UserID: by.ID, Name: in.Name, Scopes: in.Scopes, TokenHash: secret.Hash(), Hint: secret.Hint(), CreatedAt: s.Clock.Now(),
	}
	if in.Days > 0 {
		end := t.CreatedAt.AddDate(0, 0, in.Days)
		t.ExpiresAt = &end
	}
	err = s.Store.Write(ctx, models.Change{Actor: by, Needs: actor.UserSelf, Action: "user.token_make", Entity: "user", ID: by.ID},
		func(tx *models.Tx) error {
			tx.Detail("token", t.ID)
			tx.Detail("scopes", strings.Join(in.Scopes, " "))
			full, err := tx.InsertToken(t, MaxTokens)
			if full {
				return errFull
			}
			return err
		})
	return Made{Secret: secret, Token: t}, err
}

// check names every wrong answer. Scopes are put in the order of actor.Scopes, each once.
func (in *New) check() error {
	var c fault.Collect
	c.Check(in.Name != "", "name", "Give the token a name, such as the program that will use it.")
	c.Check(utf8.RuneCountInString(in.Name) <= maxName, "name", "The name may have at most 60 characters.")
	c.Check(slices.Contains(Lifetimes, in.Days), "days", "Choose how long the token works from the list.")
	var chosen []string
	for _, p := range actor.Scopes {
		if slices.Contains(in.Scopes, string(p)) {
			chosen = append(chosen, string(p))
		}
	}
	c.Check(len(chosen) > 0, "scopes", "Choose at least one thing that the token may do.")
	for _, p := range in.Scopes {
		if !slices.Contains(actor.Scopes, actor.Permission(p)) {
			c.Add("scopes", "Choose what the token may do from the list.")
			break
		}
	}
	in.Scopes = chosen
	return c.Err()
}

// List is the account's tokens that were not revoked, newest first, expired ones included.
func (s *Service) List(ctx context.Context, userID string) ([]models.APIToken, error) {
	return s.Store.Tokens(ctx, userID)
}

// Revoke ends a token at once, on every replica: each request asks the database. Revoking it again is fault.NotFound.
func (s *Service) Revoke(ctx context.Context, by actor.Actor, id string) (err error) {
	defer fault.Wrap(&err, "tokens.Revoke(%s)", id)
	err = s.Store.Write(ctx, models.Change{Actor: by, Needs: actor.UserSelf, Action: "user.token_revoke", Entity: "user", ID: by.ID},
		func(tx *models.Tx) error {
			tx.Detail("token", id)
			return tx.RevokeToken(by.ID, id)
		})
	if errors.Is(err, models.ErrStale) {
		return models.ErrNotFound
	}
	return err
}

// The reasons why a token is refused. Who shows one holds it, so that saying why betrays nothing.
var (
	errUnknown   = fault.New(fault.Unauthenticated, "token_unknown", "This token is not known here. Check that it was copied completely.")
	errRevoked   = fault.New(fault.Unauthenticated, "token_revoked", "This token was revoked. Make a new one in your settings.")
	errExpired   = fault.New(fault.Unauthenticated, "token_expired", "This token has expired. Make a new one in your settings.")
	errNoAccount = fault.New(fault.Unauthenticated, "token_account", "The account of this token cannot be used at the moment. Sign in to see why.")
)

// Resolve finds what a token stands for. It is looked up by its hash, so that how long the answer takes says nothing about
// the token; a mistyped one is refused by its checksum without asking the database.
func (s *Service) Resolve(ctx context.Context, raw string) (_ models.TokenOwner, err error) {
	defer fault.Wrap(&err, "tokens.Resolve")
	secret, ok := Parse(raw)
	if !ok {
		return models.TokenOwner{}, errUnknown
	}
	t, err := s.Store.TokenByHash(ctx, secret.Hash())
	now := s.Clock.Now()
	switch {
	case errors.Is(err, models.ErrNotFound):
		return models.TokenOwner{}, errUnknown
	case err != nil:
		return models.TokenOwner{}, err
	case t.RevokedAt != nil:
		return models.TokenOwner{}, errRevoked
	case t.ExpiresAt != nil && !now.Before(*t.ExpiresAt):
		return models.TokenOwner{}, errExpired
	case t.State != models.UserActive:
		return models.TokenOwner{}, errNoAccount
	}
	if t.LastUsedAt == nil || now.Sub(*t.LastUsedAt) >= touch {
		err = s.Store.TouchToken(ctx, t.ID)
	}
	return t, err
}

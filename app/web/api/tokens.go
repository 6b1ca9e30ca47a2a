package api

import (
	"context"

	"imglink/app/actor"
	"imglink/app/tokens"
	"imglink/app/web/kit"
)

// Tokens lets requests act for accounts by the tokens of their holders. It implements kit.UserLookup.
type Tokens struct{ Service *tokens.Service }

// Resolve finds whose token it is, and what it may do.
func (t Tokens) Resolve(ctx context.Context, token string) (kit.User, error) {
	owner, err := t.Service.Resolve(ctx, token)
	if err != nil {
		return kit.User{}, err
	}
	u := kit.User{ID: owner.UserID, Username: owner.Username, TokenID: owner.ID, Locale: owner.Locale}
	for _, s := range owner.Scopes {
		u.Scopes = append(u.Scopes, actor.Permission(s))
	}
	return u, nil
}

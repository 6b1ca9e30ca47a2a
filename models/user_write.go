package models

import (
	"context"
	"crypto/rand"

	"gorm.io/gorm"
)

// UserByID finds an account in any state.
func (q Queries) UserByID(ctx context.Context, id string) (User, error) {
	u, err := gorm.G[User](q.db).Where("id = ?", id).Take(ctx)
	return u, dbError(err)
}

// InsertUser opens an account. ErrDuplicate when the name or the address is taken. The handle for passkeys is made here.
func (tx *Tx) InsertUser(u User) error {
	u.WebauthnHandle = make([]byte, 64)
	_, _ = rand.Read(u.WebauthnHandle)
	if u.Preferences == nil {
		u.Preferences = []byte(`{}`)
	}
	u.CreatedAt, u.UpdatedAt = tx.Now, tx.Now
	return dbError(gorm.G[User](tx.db).Create(tx.ctx, &u))
}

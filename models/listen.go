package models

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Listen calls ready once it listens on the channel, then fn with the payload of every notification, until ctx ends or the
// connection is lost. What was announced before ready is for ready to catch up on.
func (s *Store) Listen(ctx context.Context, channel string, ready func() error, fn func(payload string) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return dbError(err)
	}
	c := conn.Hijack()                        // a listening connection must not go back to the pool
	defer c.Close(context.WithoutCancel(ctx)) //nolint:errcheck // the connection is of no more use
	if _, err := c.Exec(ctx, "LISTEN "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return dbError(err)
	}
	if err := ready(); err != nil {
		return err
	}
	for {
		n, err := c.WaitForNotification(ctx)
		if err != nil {
			return dbError(err)
		}
		if err := fn(n.Payload); err != nil {
			return err
		}
	}
}

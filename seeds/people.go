package seeds

import (
	"context"
	"time"

	"imglink/app/actor"
	"imglink/app/uploads"
	"imglink/app/users"
)

// People hold an account in the demo, with the password of its staff.
var People = []users.AddInput{
	{Username: "maya", Email: "maya@demo.example", DisplayName: "Maya Lind", Password: Password},
	{Username: "kofi", Email: "kofi@demo.example", DisplayName: "Kofi Mensah", Password: Password},
	{Username: "elena", Email: "elena@demo.example", DisplayName: "Elena Petrova", Password: Password, Locale: "de"},
}

// people opens the accounts. One of them asked for a copy of her data, so that the privacy office has something to do.
func (s *seeder) people(ctx context.Context) error {
	for _, p := range People {
		u, err := s.Users.Add(ctx, p)
		if err != nil {
			return err
		}
		s.holders = append(s.holders, u.ID)
	}
	return s.Users.Choose(ctx, users.Who{UserID: s.holders[0]}, users.ConsentName, true)
}

// source is who uploads a picture: each fourth one comes from somebody with an account.
func (s *seeder) source(i int, p plan) uploads.Source {
	src := uploads.Source{Actor: actor.Guest(p.guest), Uploader: p.guest, IP: address(p.ip)}
	if i%4 == 1 {
		src.UserID = s.holders[i/4%len(s.holders)]
		src.Actor = actor.User(src.UserID)
	}
	return src
}

// requests is what waits for the privacy office.
func (s *seeder) requests(ctx context.Context) error {
	s.clock.Advance(-6 * 24 * time.Hour)
	_, err := s.Users.OpenRequest(ctx, users.Who{UserID: s.holders[0]}, users.RequestAccess, "I would like the originals too, please.")
	s.clock.Advance(6 * 24 * time.Hour)
	return err
}

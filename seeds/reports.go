package seeds

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"net/netip"
	"sort"
	"time"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/moderation"
	"imglink/models"
)

// address is one of the addresses kept for documentation (RFC 5737).
func address(n byte) netip.Addr { return netip.AddrFrom4([4]byte{203, 0, 113, n}) }

// complaint is what somebody wrote.
type complaint struct{ reason, text string }

var complaints = []complaint{
	{"copyright", "I took this photograph on 3 May and published it on my own site first. I did not allow anybody to use it."},
	{"privacy", "The picture shows the inside of my flat, with my letters on the table. I want it removed."},
	{"spam", "The same advertisement was posted in our forum dozens of times with this picture."},
	{"fraud", "The picture is used in a mail that pretends to come from my bank."},
	{"harassment", "This was made to make fun of a pupil of our school and is being passed around."},
	{"hate", "There is a banned symbol in the lower corner."},
	{"adult", "Shown without a warning on a page for families."},
	{"trademark", "Our logo is used to sell copies of our product."},
	{"gore", "My child saw this. It should at least be behind a warning."},
	{"defamation", "The caption says I stole from my employer. That is not true."},
	{"self_harm", "I worry about the person who uploaded this. It reads like a farewell."},
	{"intimate", "I never agreed that this is shared."},
	{"threat", "The writing on the wall names my street and says what will happen to us on Friday."},
	{"illegal_goods", "A price list for things one may not sell."},
}

var people = []struct{ name, email string }{
	{"Ines Carvalho", "ines@example.org"},
	{"Oskar Lind", "oskar@example.org"},
	{"", ""},
	{"Amara Osei", "amara@example.org"},
	{"Claire Dubois", "claire@example.org"},
	{"", ""},
	{"Marek Nowak", "marek@example.org"},
}

// reports files notices and lets staff work on a part of them, so that every state can be seen.
func (s *seeder) reports(ctx context.Context) error {
	s.clock.Advance(-days * 24 * time.Hour / 3) // reports came in over the last weeks
	notices := s.size.Notices
	pace := days * 24 * time.Hour / 3 / time.Duration(notices+1)
	for i := range notices {
		s.clock.Advance(pace)
		if err := s.report(ctx, i); err != nil {
			return err
		}
		if i%2 == 1 && i < notices*3/4 {
			if err := s.work(ctx, i); err != nil {
				return err
			}
		}
	}
	return s.unfinished(ctx)
}

// report files one notice. Some images are reported again and again, by different people.
func (s *seeder) report(ctx context.Context, i int) error {
	c, who := complaints[i%len(complaints)], people[i%len(people)]
	there := s.uploaded()
	img := there[(i*37+11)%len(there)]
	if i%4 == 3 {
		img = s.reported
	}
	s.reported = img
	key := sha256.Sum256(fmt.Appendf(nil, "demo-reporter-%d", i))
	urls := []string{s.Kit.Abs("image", img.ID)}
	if i%11 == 3 {
		urls = append(urls, s.Kit.Abs("image", there[(i*53+7)%len(there)].ID))
	}
	_, err := s.Moderation.FileNotice(ctx, moderation.NoticeInput{
		URLs: urls, ReasonCode: c.reason, Explanation: c.text, Name: who.name, Email: who.email, GoodFaith: i%9 != 8, Locale: "en",
		ReporterKey: key[:], Verified: i < s.size.Notices-2,
	})
	return err
}

// uploaded are the pictures that are there by now: nobody reports what comes later.
func (s *seeder) uploaded() []models.Image {
	now := s.clock.Now()
	return s.imgs[:sort.Search(len(s.imgs), func(i int) bool { return s.imgs[i].CreatedAt.After(now) })]
}

var actions = []models.Action{models.ActionRemove, models.ActionKeep, models.ActionRestrict, models.ActionRemove, models.ActionDisable}

// work lets a moderator take the next case and decide it.
func (s *seeder) work(ctx context.Context, i int) error {
	who := s.actors[actor.Moderator]
	if i%5 == 0 {
		who = s.actors[actor.Lead]
	}
	lease, err := s.Moderation.Next(ctx, who, moderation.Filter{})
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	s.clock.Advance(3 * time.Minute)
	d, err := s.decide(ctx, who, lease, actions[(i/2)%len(actions)])
	if err != nil {
		return err
	}
	s.clock.Advance(moderation.UndoWindow + time.Second)
	return s.settle(ctx, d)
}

// settle ends the undo window of a decision and sends its letters. What asks the network waits for the running instance.
func (s *seeder) settle(ctx context.Context, d models.Decision) error {
	for _, kind := range []models.EffectKind{models.EffectFinalise, models.EffectMailNotifier} {
		effects, err := s.Store.EffectsOf(ctx, d.ID, kind)
		if err != nil {
			return err
		}
		for _, e := range effects {
			if err := s.Moderation.RunEffect(ctx, e.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *seeder) decide(ctx context.Context, who actor.Actor, lease moderation.Lease, action models.Action) (models.Decision, error) {
	d, err := s.Moderation.Case(ctx, who, lease.CaseID)
	if err != nil {
		return models.Decision{}, err
	}
	reason := d.ReasonCode
	if action == models.ActionRestrict {
		reason = "adult"
	}
	in := moderation.DecisionInput{CaseID: lease.CaseID, Fence: lease.Fence, Action: action, ReasonCode: reason, BlockHash: action == models.ActionRemove}
	if action == models.ActionKeep {
		in.ReasonCode = ""
		in.Explanation = "The picture shows a landscape. Nothing in it supports what the report says, and no right of anybody is visible."
	} else {
		in.Facts = "The report describes what the picture is used for, and the page it was found on confirms it."
		in.Explanation = "The picture is used in the way the report describes. That is what this rule forbids, whatever the picture itself shows."
	}
	return s.Moderation.Decide(ctx, who, in)
}

// unfinished leaves work in the middle: a lease, an escalation, a decision that was undone.
func (s *seeder) unfinished(ctx context.Context) error {
	mod, lead := s.actors[actor.Moderator], s.actors[actor.Lead]
	undone, err := s.Moderation.Next(ctx, lead, moderation.Filter{})
	if err != nil {
		return err
	}
	d, err := s.decide(ctx, lead, undone, models.ActionRemove)
	if err != nil {
		return err
	}
	err = s.Moderation.Undo(ctx, lead, d.ID)
	escalated, nextErr := s.Moderation.Next(ctx, mod, moderation.Filter{})
	if err = errors.Join(err, nextErr); err != nil {
		return err
	}
	if err := s.Moderation.Escalate(ctx, mod, escalated.CaseID, escalated.Fence, "Is this parody? I would like a second look at the context."); err != nil {
		return err
	}
	_, err = s.Moderation.Next(ctx, s.actors[actor.Triage], moderation.Filter{})
	return err
}

// Package seeds fills an instance with a believable demo: staff for every role, people with accounts, two months of uploads with some
// near-duplicates, and reports in every state. It goes through the same capabilities as people do, on a clock of its own.
package seeds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color/palette"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"time"

	"golang.org/x/sync/errgroup"

	"imglink/app"
	"imglink/app/accounts"
	"imglink/app/actor"
	"imglink/app/clock"
	"imglink/app/config"
	"imglink/app/fault"
	"imglink/app/ident"
	"imglink/app/uploads"
	"imglink/models"
	"imglink/seeds/scene"
)

// The demo's staff can be signed in with by anybody who reads this, which is why production refuses the demo.
const (
	Password   = "harbour-lantern-demo"             // of every demo account
	TOTPSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" //nolint:gosec // base32, of every demo account: public on purpose
	days       = 60
)

// Size is how much the demo holds.
type Size struct{ Images, Notices int }

// Full is the demo that `make run DEMO=1` shows.
var Full = Size{Images: 320, Notices: 64}

// Person is a member of the demo's staff.
type Person struct {
	Email, Name string
	Role        actor.Role
}

// Staff is one person for each role.
var Staff = []Person{
	{"triage@demo.example", "Tove Lindqvist", actor.Triage},
	{"moderator@demo.example", "Mira Koch", actor.Moderator},
	{"lead@demo.example", "Jonas Weber", actor.Lead},
	{"privacy@demo.example", "Inês Carvalho", actor.PrivacyOfficer},
	{"auditor@demo.example", "Oskar Lind", actor.Auditor},
	{"analyst@demo.example", "Priya Nair", actor.Analyst},
	{"admin@demo.example", "Tomasz Zieliński", actor.Admin},
}

// ErrNotEmpty is an instance that holds other people's data.
var ErrNotEmpty = errors.New("this instance is not empty: the demo is for empty instances")

// Run seeds the instance of cfg and tells w how it goes. A second run does nothing.
func Run(ctx context.Context, cfg config.Config, size Size, w io.Writer) (err error) {
	if cfg.Production() {
		return errors.New("the demo has well-known passwords: it is refused in production")
	}
	fake := clock.NewFake(clock.System{}.Now().AddDate(0, 0, -days))
	cfg.LogLevel = "error"
	a, err := app.New(ctx, cfg, app.Options{Clock: fake, NoWork: true, NoServe: true})
	defer func() { err = errors.Join(err, a.Close(context.WithoutCancel(ctx))) }()
	if err != nil {
		return err
	}
	s := &seeder{App: a, clock: fake, size: size, r: rand.New(rand.NewPCG(2026, 11))} //nolint:gosec // a demo, not secrets
	switch state, err := s.state(ctx); {
	case err != nil:
		return err
	case state == "seeded":
		return nil
	case state == "used":
		return ErrNotEmpty
	}
	for _, step := range []struct {
		name string
		run  func(context.Context) error
	}{{"staff", s.staff}, {"people", s.people}, {"pictures", s.pictures}, {"reports", s.reports}, {"albums", s.albums}, {"requests", s.requests}} {
		fmt.Fprintf(w, "demo: %s\n", step.name)
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("seeds: %s: %w", step.name, err)
		}
	}
	return nil
}

type seeder struct {
	*app.App
	clock   *clock.Fake
	size    Size
	r       *rand.Rand
	actors  map[actor.Role]actor.Actor
	holders []string       // ids of the accounts of people
	imgs    []models.Image // in the order of their uploads

	reported models.Image // by the notice before
}

// state tells an empty instance from a seeded one and from one in use.
func (s *seeder) state(ctx context.Context) (string, error) {
	last := Staff[len(Staff)-1]
	if _, err := s.Store.StaffByEmail(ctx, last.Email); !fault.Is(err, fault.NotFound) {
		return "seeded", err
	}
	used, err := s.Store.AnyImage(ctx)
	if used {
		return "used", err
	}
	return "empty", err
}

func (s *seeder) staff(ctx context.Context) error {
	s.actors = map[actor.Role]actor.Actor{}
	for _, p := range Staff {
		row, err := s.Accounts.Add(ctx, accounts.AddInput{Email: p.Email, Name: p.Name, Role: p.Role, Password: Password, TOTPSecret: TOTPSecret})
		if err != nil {
			return err
		}
		s.actors[p.Role] = actor.Staff(row.ID, p.Role)
	}
	return nil
}

// plan is one picture to make.
type plan struct {
	kind    string
	seed    uint64
	w, h    int
	format  string
	quality int
	name    string
	guest   string
	ip      byte
}

// pictures uploads two months of pictures. Painting and deriving run in parallel, the clock moves in order.
func (s *seeder) pictures(ctx context.Context) error {
	plans := s.plans()
	blobs := make([][]byte, len(plans))
	g, paint := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for i, p := range plans {
		g.Go(func() (err error) { blobs[i], err = encode(p); return errors.Join(err, paint.Err()) })
	}
	if err := g.Wait(); err != nil {
		return err
	}
	step := time.Duration(days) * 24 * time.Hour / time.Duration(len(plans)+1)
	for i, p := range plans {
		s.clock.Advance(step)
		up, err := s.Uploads.Receive(ctx, s.source(i, p), p.name, bytes.NewReader(blobs[i]))
		if err != nil {
			return err
		}
		s.imgs = append(s.imgs, up.Image)
	}
	return s.derive(ctx)
}

func (s *seeder) derive(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for _, img := range s.imgs {
		g.Go(func() error { return s.Uploads.Derive(ctx, uploads.DeriveJob{ImageID: img.ID}) })
	}
	return g.Wait()
}

var sizes = [][2]int{{960, 640}, {720, 480}, {640, 800}, {720, 720}, {960, 540}}

func (s *seeder) plans() []plan {
	guests := make([]string, 48)
	for i := range guests {
		guests[i] = ident.Public()
	}
	var out []plan
	for i := range s.size.Images {
		size, who := sizes[s.r.IntN(len(sizes))], s.r.IntN(len(guests))
		p := plan{
			kind: scene.Names[i%len(scene.Names)], seed: uint64(i), w: size[0], h: size[1], format: "jpg", quality: 82, //nolint:gosec // small
			guest: guests[who], ip: byte(1 + who),
		}
		switch {
		case i%17 == 5:
			p.format, p.w, p.h = "png", 540, 360
		case i%40 == 11:
			p.format, p.w, p.h = "gif", 320, 214
		case i%13 == 7 && i > 60:
			near := out[i-50] // somebody saved it and sent it again, smaller
			p.kind, p.seed, p.quality, p.w, p.h = near.kind, near.seed, 60, near.w*3/4, near.h*3/4
		}
		p.name = fmt.Sprintf("%s-%03d.%s", p.kind, i+1, p.format)
		if s.r.IntN(3) == 0 {
			p.name = fmt.Sprintf("IMG_%04d.%s", 1000+i*7, p.format)
		}
		out = append(out, p)
	}
	return out
}

func encode(p plan) ([]byte, error) {
	var b bytes.Buffer
	var err error
	switch p.format {
	case "png":
		err = png.Encode(&b, scene.Paint(p.kind, p.seed, p.w, p.h))
	case "gif":
		err = gif.EncodeAll(&b, animate(p))
	default:
		err = jpeg.Encode(&b, scene.Paint(p.kind, p.seed, p.w, p.h), &jpeg.Options{Quality: p.quality})
	}
	return b.Bytes(), err
}

// animate pans across a wide picture.
func animate(p plan) *gif.GIF {
	wide, out := scene.Paint(p.kind, p.seed, p.w*3/2, p.h), &gif.GIF{}
	for i := range 8 {
		frame := image.NewPaletted(image.Rect(0, 0, p.w, p.h), palette.Plan9)
		draw.FloydSteinberg.Draw(frame, frame.Rect, wide, image.Pt(i*p.w/16, 0))
		out.Image, out.Delay = append(out.Image, frame), append(out.Delay, 12)
	}
	return out
}

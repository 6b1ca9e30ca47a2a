package moderation_test

import (
	"flag"
	"testing"
	"time"

	"pgregory.net/rapid"

	"imglink/app/actor"
	"imglink/app/moderation"
	"imglink/models"
)

// world is what we expect of one case, kept beside the database.
type world struct {
	state    models.CaseState
	image    models.ImageState
	standing models.Action // "" when none
	pending  bool
	finalAt  time.Time
	prev     *world // what undo must bring back
	holder   string
	until    time.Time
	waiting  int  // notices without an answer
	since    int  // those of them that came after the last decision and are not its business
	gravest  bool // csam was reported
}

func (w *world) held(now time.Time) bool { return w.holder != "" && now.Before(w.until) }

// machine drives one case through everything that can happen to it and compares after every step.
type machine struct {
	*rig
	img     models.Image
	id      string
	w       world
	people  []actor.Actor
	leases  map[string]moderation.Lease
	last    models.Decision
	by      string
	counter int
}

// Case, decision and undo behave as the model says, whatever the order of events.
func TestCaseModel(t *testing.T) {
	r := newRig(t)
	fewer(t)
	people := []actor.Actor{r.staff[actor.Triage], r.staff[actor.Moderator], r.staff[actor.Lead]}
	rapid.Check(t, func(rt *rapid.T) {
		img, c := r.reported()
		m := &machine{rig: r, img: img, id: c.ID, people: people, leases: map[string]moderation.Lease{}, w: world{state: models.CaseOpen, image: models.ImageLive, waiting: 1}}
		rt.Repeat(map[string]func(*rapid.T){
			"claim": m.claimStep, "decide": m.decideStep, "undo": m.undoStep, "wait": m.waitStep, "escalate": m.escalateStep, "notice": m.noticeStep, "": m.compare,
		})
	})
}

// fewer keeps a check against a real database within seconds, unless the command line asks for more.
func fewer(t *testing.T) {
	f := flag.Lookup("rapid.checks")
	if f.Value.String() != f.DefValue {
		return
	}
	must(t, f.Value.Set("25"))
	t.Cleanup(func() { _ = f.Value.Set(f.DefValue) })
}

func (m *machine) who(t *rapid.T) actor.Actor { return rapid.SampledFrom(m.people).Draw(t, "who") }

func (m *machine) claimStep(t *rapid.T) {
	a, now := m.who(t), m.clock.Now()
	l, err := m.Claim(ctx, a, m.id)
	may := (m.w.state == models.CaseOpen || a.Can(actor.CaseLead)) && (!m.w.held(now) || m.w.holder == a.ID)
	if (err == nil) != may {
		t.Fatalf("claim by %s: %v, model says %v", a.Role, err, may)
	}
	if may {
		m.w.holder, m.w.until = a.ID, now.Add(moderation.LeaseTime)
		m.leases[a.ID] = l
	}
}

func (m *machine) decideStep(t *rapid.T) {
	a, now := m.who(t), m.clock.Now()
	action := rapid.SampledFrom([]models.Action{models.ActionKeep, models.ActionRestrict, models.ActionDisable, models.ActionRemove}).Draw(t, "action")
	hard := action == models.ActionDisable || action == models.ActionRemove
	d, err := m.Decide(ctx, a, input(models.Case{ID: m.id}, m.leases[a.ID], action))
	may := (!hard || a.Can(actor.DecideHard)) && (m.w.state == models.CaseOpen || a.Can(actor.CaseLead)) && m.w.held(now) && m.w.holder == a.ID && !m.w.pending
	if (err == nil) != may {
		t.Fatalf("%s by %s: %v, model says %v (%+v)", action, a.Role, err, may, m.w)
	}
	if !may {
		return
	}
	before := m.w
	m.w.prev, m.w.state, m.w.standing, m.w.pending, m.w.finalAt, m.w.holder, m.w.since = &before, models.CaseDecided, action, true, now.Add(moderation.UndoWindow), "", 0
	m.w.image = map[models.Action]models.ImageState{
		models.ActionKeep: models.ImageLive, models.ActionRestrict: models.ImageRestricted, models.ActionDisable: models.ImageDisabled, models.ActionRemove: models.ImageRemoved,
	}[action]
	m.last, m.by = d, a.ID
}

func (m *machine) undoStep(t *rapid.T) {
	if m.last.ID == "" || !m.w.pending {
		return
	}
	a := m.who(t)
	err := m.Undo(ctx, a, m.last.ID)
	may := (a.ID == m.by || a.Can(actor.CaseLead)) && m.clock.Now().Before(m.w.finalAt)
	if (err == nil) != may {
		t.Fatalf("undo by %s: %v, model says %v", a.Role, err, may)
	}
	if may {
		was, now := *m.w.prev, m.w
		m.w = was
		m.w.waiting, m.w.gravest, m.w.holder, m.w.until = now.waiting, now.gravest, now.holder, now.until
		if now.state != models.CaseDecided { // a notice opened it meanwhile
			m.w.state = now.state
		}
	}
}

func (m *machine) waitStep(t *rapid.T) {
	m.clock.Advance(rapid.SampledFrom([]time.Duration{time.Second, 20 * time.Second, 31 * time.Second, 11 * time.Minute}).Draw(t, "pause"))
	if m.w.pending && !m.clock.Now().Before(m.w.finalAt) {
		m.w.pending = false
		open := 0
		if m.w.state != models.CaseDecided {
			open = m.w.since // what came after the case was opened again still waits
		}
		m.w.waiting = open
	}
	m.settle()
	if err := m.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
}

func (m *machine) escalateStep(t *rapid.T) {
	a := m.who(t)
	err := m.Escalate(ctx, a, m.id, m.leases[a.ID].Fence, "")
	may := m.w.state == models.CaseOpen && m.w.held(m.clock.Now()) && m.w.holder == a.ID
	if (err == nil) != may {
		t.Fatalf("escalate by %s: %v, model says %v", a.Role, err, may)
	}
	if may {
		m.w.state, m.w.holder = models.CaseEscalated, ""
	}
}

// noticeStep repeats what is known (the outcome is shared) or reports the gravest reason (the case opens again).
func (m *machine) noticeStep(t *rapid.T) {
	m.counter++
	grave := rapid.Bool().Draw(t, "grave")
	in := notice("copyright", "ann", m.img.ID)
	in.ReporterKey = key(unique(m.id, m.counter))
	if grave {
		in.ReasonCode = "csam"
	}
	if _, err := m.FileNotice(ctx, in); err != nil {
		t.Fatal(err)
	}
	decided := m.w.state == models.CaseDecided
	switch {
	case !decided, grave && !m.w.gravest:
		if decided {
			m.w.state = models.CaseOpen
		}
		m.w.waiting++
		m.w.since++
	case m.w.pending:
		m.w.waiting++
	}
	m.w.gravest = m.w.gravest || grave
}

func (m *machine) compare(t *rapid.T) {
	c, err := m.store.Case(ctx, m.id)
	if err != nil {
		t.Fatal(err)
	}
	if c.State != m.w.state || m.state(m.img.ID) != m.w.image {
		t.Fatalf("case %s, image %s; model says %s, %s", c.State, m.state(m.img.ID), m.w.state, m.w.image)
	}
	d, err := m.store.StandingDecision(ctx, m.id)
	if err != nil {
		t.Fatal(err)
	}
	got := models.Action("")
	if d != nil {
		got = d.Action
	}
	if got != m.w.standing {
		t.Fatalf("standing decision %q, model says %q", got, m.w.standing)
	}
	_, has, err := m.StatementFor(ctx, m.img.ID)
	if want := m.w.standing != "" && m.w.standing != models.ActionKeep; err != nil || has != want {
		t.Fatalf("statement %v (%v), model says %v", has, err, want)
	}
	if n := m.count(`SELECT count(*) FROM notice_items WHERE case_id = $1 AND outcome = ''`, m.id); n != m.w.waiting {
		t.Fatalf("%d notices wait, model says %d", n, m.w.waiting)
	}
	if n := m.count(`SELECT count(*) FROM (SELECT entity_id, body_text FROM mails WHERE kind = 'notice_decision' GROUP BY 1, 2 HAVING count(*) > 1) x`); n != 0 {
		t.Fatalf("%d letters were sent twice", n)
	}
}

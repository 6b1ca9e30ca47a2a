package moderation

import (
	"context"
	"encoding/json"
	"slices"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/models"
)

// The bounds of the page of a case.
const (
	maxImages     = 50
	maxNotices    = 50
	maxUploads    = 24
	maxRelated    = 200
	maxPrecedents = 20
	maxTimeline   = 100
	maxEffects    = 50
)

// Case is the page of one case: a fixed number of statements, whatever there is to show. Who reported is told only to
// those who may know and hold the case.
func (s *Service) Case(ctx context.Context, a actor.Actor, id string) (d Detail, err error) {
	defer fault.Wrap(&err, "moderation.Case(%s)", id)
	if err := needs(a, actor.CaseView); err != nil {
		return d, err
	}
	set, err := s.reasonSet(ctx)
	if err != nil {
		return d, err
	}
	var near []Near
	var uploads []models.Image
	err = s.Store.Read(ctx, func(q models.Queries) error {
		row, err := q.CaseListed(ctx, id, s.now())
		if err != nil {
			return unknownCase(err)
		}
		d.CaseRow = s.caseRow(a, row, set)
		d.PolicyVersion = set.by[d.ReasonCode].Version
		if err := s.readCase(ctx, q, a, set, &d); err != nil {
			return err
		}
		uploads, err = q.ImagesBySameUploader(ctx, d.Image, maxRelated)
		return err
	})
	if err != nil {
		return d, err
	}
	d.Uploads = otherContent(uploads, d.SHA256, maxUploads)
	if s.Similar != nil {
		if near, err = s.Similar.Similar(ctx, d.ImageID); err != nil {
			return d, err
		}
	}
	if d.Precedents, err = s.precedents(ctx, id, near, uploads, set); err != nil {
		return d, err
	}
	d.May = s.allows(a, d)
	return d, nil
}

// readCase fills in what belongs to the case itself.
func (s *Service) readCase(ctx context.Context, q models.Queries, a actor.Actor, set *reasonSet, d *Detail) error {
	images, err := q.ImagesByContent(ctx, d.SHA256)
	if err != nil {
		return err
	}
	d.Images = images[:min(len(images), maxImages)]
	if d.Image, err = face(ctx, q, d.ImageID, images); err != nil {
		return err
	}
	notices, err := q.CaseNotices(ctx, d.ID, maxNotices)
	if err != nil {
		return err
	}
	identity := a.Can(actor.ReporterView) && d.Lease != nil && d.Lease.Mine
	for _, n := range notices {
		d.Notices = append(d.Notices, noticeRow(n, set, identity))
	}
	decisions, err := q.CaseDecisions(ctx, d.ID, maxPrecedents)
	if err != nil {
		return err
	}
	for _, dec := range decisions {
		d.Decisions = append(d.Decisions, DecisionRow{Decision: dec.Decision, ByName: dec.ByName})
	}
	events, err := q.CaseTimeline(ctx, d.ID, maxTimeline)
	if err != nil {
		return err
	}
	for _, e := range events {
		ev := Event{At: e.At, Kind: e.ActorKind, Actor: e.ActorID, Name: e.Name, Action: e.Action, Reason: e.Reason, Note: e.Note}
		if err := json.Unmarshal(e.Notes, &ev.Notes); err != nil {
			return err
		}
		d.Timeline = append(d.Timeline, ev)
	}
	d.Effects, err = q.CaseEffects(ctx, d.ID, maxEffects)
	return err
}

// face is the image first reported, which its uploader may have deleted since.
func face(ctx context.Context, q models.Queries, id string, images []models.Image) (models.Image, error) {
	if i := slices.IndexFunc(images, func(img models.Image) bool { return img.ID == id }); i >= 0 {
		return images[i], nil
	}
	return q.Image(ctx, id)
}

func noticeRow(n models.CaseNotice, set *reasonSet, identity bool) NoticeRow {
	row := NoticeRow{
		ID: n.ID, Reference: n.Reference, URL: n.URL, ReasonCode: n.ReasonCode, ReasonLabel: set.label(n.ReasonCode), Explanation: n.Explanation,
		GoodFaith: n.GoodFaith, Complete: n.Complete, Intake: n.Intake, Locale: n.Locale, Outcome: n.Outcome, CreatedAt: n.CreatedAt,
		HasContact: n.ContactEmail != "",
	}
	if identity {
		row.Name, row.Email = n.ContactName, n.ContactEmail
	}
	return row
}

// otherContent leaves out further copies of the content itself.
func otherContent(images []models.Image, sha256 []byte, limit int) []models.Image {
	var out []models.Image
	for _, img := range images {
		if len(out) < limit && !slices.Equal(img.SHA256, sha256) {
			out = append(out, img)
		}
	}
	return out
}

// precedents lists what was decided on near-duplicates, nearest first, and then on the same uploader's images, newest first.
func (s *Service) precedents(ctx context.Context, caseID string, near []Near, uploads []models.Image, set *reasonSet) ([]Precedent, error) {
	distance := map[string]int{}
	ids := make([]string, 0, len(near)+len(uploads))
	for _, n := range near[:min(len(near), maxRelated)] {
		distance[n.ImageID] = n.Distance
		ids = append(ids, n.ImageID)
	}
	for _, img := range uploads {
		ids = append(ids, img.ID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := s.Store.Precedents(ctx, ids, caseID, maxRelated)
	if err != nil {
		return nil, err
	}
	var out []Precedent
	for _, r := range rows {
		p := Precedent{
			CaseID: r.CaseID, Reference: r.Reference, ImageID: r.ImageID, Action: r.Action, ReasonCode: r.ReasonCode,
			Label: set.label(r.ReasonCode), DecidedAt: r.DecidedAt, Distance: -1,
		}
		if d, ok := distance[r.ImageID]; ok {
			p.Distance = d
		}
		i := slices.IndexFunc(out, func(o Precedent) bool { return o.CaseID == p.CaseID })
		switch {
		case i < 0:
			out = append(out, p)
		case p.Distance >= 0 && (out[i].Distance < 0 || p.Distance < out[i].Distance):
			out[i] = p
		}
	}
	slices.SortStableFunc(out, func(a, b Precedent) int { return rankDistance(a.Distance) - rankDistance(b.Distance) })
	return out[:min(len(out), maxPrecedents)], nil
}

func rankDistance(d int) int {
	if d < 0 {
		return 257
	}
	return d
}

// allows says what the actor may do with the case as it stands.
func (s *Service) allows(a actor.Actor, d Detail) Allows {
	lead := a.Can(actor.CaseLead)
	open := d.State == models.CaseOpen || lead
	mine := d.Lease != nil && d.Lease.Mine
	m := Allows{
		Claim: open && a.Can(actor.CaseClaim) && d.Lease == nil, Steal: lead && d.Lease != nil && !mine,
		Soft: open && mine && a.Can(actor.DecideSoft), Hard: open && mine && a.Can(actor.DecideHard),
		Escalate: d.State == models.CaseOpen && mine, Reveal: mayReveal(a, d.Severity) != "", Retry: a.Can(actor.EffectRetry), Block: a.Can(actor.BlockEdit),
	}
	if st := d.Standing; st != nil && st.State == models.DecisionPending && s.now().Before(st.FinalAt) && (st.By == a.ID || lead) {
		m.Undo = st.ID
	}
	return m
}

// lowSeverity is what triage may look at.
const lowSeverity = 2

// mayReveal names the permission under which the actor may see a picture of this severity, "" for none.
func mayReveal(a actor.Actor, severity int16) actor.Permission {
	switch {
	case a.Can(actor.ImageReveal):
		return actor.ImageReveal
	case a.Can(actor.ImageRevealLow) && severity <= lowSeverity:
		return actor.ImageRevealLow
	}
	return ""
}

// Reveal opens the picture itself to staff, for a case it belongs to or whose page shows it; each time is in the audit log.
func (s *Service) Reveal(ctx context.Context, a actor.Actor, imageID, caseID string) (img models.Image, err error) {
	defer fault.Wrap(&err, "moderation.Reveal(%s)", imageID)
	if err := needs(a, actor.CaseView); err != nil {
		return img, err
	}
	c, err := s.Store.Case(ctx, caseID)
	if err != nil {
		return img, unknownCase(err)
	}
	found, err := s.Store.Image(ctx, imageID)
	if err != nil {
		return img, err
	}
	p, severity, err := s.revealable(ctx, a, c, found)
	if err != nil {
		return img, err
	}
	change := models.Change{Actor: a, Needs: p, Action: "image.reveal", Entity: "image", ID: imageID, Reason: c.ReasonCode}
	err = s.Store.Write(ctx, change, func(tx *models.Tx) error {
		tx.Detail("case", caseID)
		tx.Detail("severity", severity)
		return nil
	})
	if err != nil {
		return img, err
	}
	return found, nil
}

var errReveal = fault.New(fault.Forbidden, "reveal_forbidden", "Your role may not look at images of this severity. The blurred version is all you need for your work on it.")

// revealable names the permission under which the actor may see the image from the page of the case, and the severity
// that counts: the highest of the case and of the image's own case, so that a harmless case opens no grave picture. Who
// may see low severity only sees only the content of the case: nobody has judged the other pictures its page lists.
func (s *Service) revealable(ctx context.Context, a actor.Actor, c models.Case, img models.Image) (actor.Permission, int16, error) {
	severity := c.Severity
	if !slices.Equal(img.SHA256, c.SHA256) {
		own, err := s.Store.CaseByContent(ctx, img.SHA256)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return "", 0, err
		}
		if err == nil {
			severity = max(severity, own.Severity)
		}
	}
	p := mayReveal(a, severity)
	if p == "" || (p == actor.ImageRevealLow && !slices.Equal(img.SHA256, c.SHA256)) {
		return "", 0, errReveal
	}
	return p, severity, s.related(ctx, c, img)
}

var errNotRelated = fault.New(fault.NotFound, "image_not_in_case", "This image does not belong to the case.")

// related lets through the content of the case, and the same uploader's and similar images that its page shows.
func (s *Service) related(ctx context.Context, c models.Case, img models.Image) error {
	if slices.Equal(img.SHA256, c.SHA256) {
		return nil
	}
	reported, err := s.Store.Image(ctx, c.ImageID)
	if err != nil {
		return err
	}
	same := func(id string) bool { return id == img.ID }
	uploads, err := s.Store.ImagesBySameUploader(ctx, reported, maxRelated)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(uploads, func(u models.Image) bool { return same(u.ID) }) {
		return nil
	}
	if s.Similar == nil {
		return errNotRelated
	}
	near, err := s.Similar.Similar(ctx, c.ImageID)
	if err == nil && !slices.ContainsFunc(near, func(n Near) bool { return same(n.ImageID) }) {
		return errNotRelated
	}
	return err
}

// SafeImage is the image whose blurred grey rendition staff lists show. It is not logged each time.
func (s *Service) SafeImage(ctx context.Context, a actor.Actor, imageID string) (models.Image, error) {
	if err := needs(a, actor.CaseView); err != nil {
		return models.Image{}, err
	}
	return s.Store.Image(ctx, imageID)
}

package moderation_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"imglink/app/actor"
	"imglink/app/fault"
	"imglink/app/moderation"
	"imglink/models"
)

// Whatever is typed into the form: either the decision is refused with the field named, or the statement has every element
// of Art. 17(3), says the same to everybody, and names no notifier.
func TestStatementsAreComplete(t *testing.T) {
	r := newRig(t)
	_, c := r.reported()
	reasons, err := r.Reasons(ctx)
	must(t, err)
	lead := r.staff[actor.Lead]
	r.claim(lead, c.ID) // a statement is issued by the holder only, who may know the notifier
	text := rapid.OneOf(rapid.Just(""), rapid.String(), rapid.StringMatching(`([a-z]{1,12} ){1,40}`), rapid.Just("reported by ann Notifier because of the scan of a novel, all of it"),
		rapid.Just("ANN@mail.example told us that all of this is a scan of a whole novel"))
	rapid.Check(t, func(rt *rapid.T) {
		reason := rapid.SampledFrom(reasons).Draw(rt, "reason")
		in := moderation.DecisionInput{
			CaseID: c.ID, Action: rapid.SampledFrom([]models.Action{"", "restrict", "disable", "remove"}).Draw(rt, "action"), ReasonCode: reason.Code,
			Ground: rapid.SampledFrom([]string{"", "law", "terms", "mood"}).Draw(rt, "ground"), Facts: text.Draw(rt, "facts"),
			Explanation: rapid.OneOf(text, rapid.Just(reason.Reference), rapid.Just(reason.Explanation), rapid.Just(strings.ToUpper(reason.Label))).Draw(rt, "why"),
		}
		if rapid.Bool().Draw(rt, "ends") {
			at := r.clock.Now().Add(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(rt, "in")))
			in.EndsAt = &at
		}
		p, err := r.Preview(ctx, lead, in)
		if err != nil {
			if f := fault.Of(err); f.Kind != fault.Invalid || len(f.Fields) == 0 {
				rt.Fatalf("refused without naming a field: %v", err)
			}
			return
		}
		if err := p.Statement.Check(); err != nil {
			rt.Fatalf("incomplete: %v", err)
		}
		all := strings.ToLower(p.Statement.Text(t.Context()) + p.LetterToUploader.Text)
		raw, _ := json.Marshal(p.Statement)
		all += strings.ToLower(string(raw))
		if strings.Contains(all, "ann notifier") || strings.Contains(all, "ann@mail.example") {
			rt.Fatal("the statement names the notifier")
		}
		if p.Statement.Ground != reason.Ground || p.Statement.AutomatedDetection || p.Statement.AutomatedDecision != "none" || p.Statement.Source != "notice" {
			rt.Fatalf("untrue: %+v", p.Statement)
		}
	})
}

// The one element that is missing is the one that is reported.
func TestCheckFindsEveryGap(t *testing.T) {
	r := newRig(t)
	_, c := r.reported()
	p, err := r.Preview(ctx, r.staff[actor.Lead], input(c, moderation.Lease{}, models.ActionRemove))
	must(t, err)
	must(t, p.Statement.Check())
	early := p.Statement.StartsAt.Add(-time.Second)
	for letter, gaps := range map[string][]func(*moderation.Statement){
		"17(3)(a)": {
			func(s *moderation.Statement) { s.Measure = "" }, func(s *moderation.Statement) { s.Territory = "" },
			func(s *moderation.Statement) { s.Duration = "" }, func(s *moderation.Statement) { s.EndsAt = &early },
		},
		"17(3)(b)":      {func(s *moderation.Statement) { s.Facts = "" }, func(s *moderation.Statement) { s.Source = "" }},
		"17(3)(c)":      {func(s *moderation.Statement) { s.AutomatedText = "" }},
		"17(3)(d), (e)": {func(s *moderation.Statement) { s.Ground = "" }, func(s *moderation.Statement) { s.Reference = "" }, func(s *moderation.Statement) { s.Explanation = s.Reference }},
		"17(3)(f)":      {func(s *moderation.Statement) { s.Redress = s.Redress[:2] }, func(s *moderation.Statement) { s.Redress = nil }},
		"17(2)":         {func(s *moderation.Statement) { s.IssuedAt = s.StartsAt.Add(time.Second) }},
	} {
		for i, gap := range gaps {
			s := p.Statement
			gap(&s)
			if err := s.Check(); err == nil || !strings.Contains(err.Error(), letter) {
				t.Errorf("%s gap %d: %v", letter, i, err)
			}
		}
	}
}

// Six months end on the same day of the month, or on its last (Regulation 1182/71), in the legal time zone.
func TestComplaintPeriod(t *testing.T) {
	r := newRig(t)
	for at, want := range map[string]string{
		"2026-11-24T10:00:00Z": "2027-05-24", "2027-08-31T10:00:00Z": "2028-02-29", "2027-03-30T22:30:00Z": "2027-09-30", "2028-08-31T22:30:00Z": "2029-03-01",
	} {
		now, err := time.Parse(time.RFC3339, at)
		must(t, err)
		r.clock.Advance(now.Sub(r.clock.Now()))
		img, c := r.reported()
		r.decided(r.staff[actor.Moderator], c, models.ActionRemove)
		st, ok, err := r.StatementFor(ctx, img.ID)
		if err != nil || !ok {
			t.Fatalf("statement: %v %v", ok, err)
		}
		if got := st.Redress[0].Until.Format("2006-01-02"); got != want {
			t.Errorf("informed %s: until %s, want %s", at, got, want)
		}
	}
}

// The taxonomy is one the Transparency Database accepts, whole, and installed once however often it is ensured.
func TestReasons(t *testing.T) {
	r := newRig(t)
	must(t, r.EnsureReasons(ctx))
	list, err := r.Reasons(ctx)
	must(t, err)
	if n := r.count(`SELECT count(*) FROM reason_codes`); n != len(moderation.DefaultReasons()) || len(list) != n {
		t.Errorf("%d rows, %d in force, %d wanted", n, len(list), len(moderation.DefaultReasons()))
	}
	categories := " ANIMAL_WELFARE CONSUMER_INFORMATION CYBER_VIOLENCE CYBER_VIOLENCE_AGAINST_WOMEN DATA_PROTECTION_AND_PRIVACY_VIOLATIONS ILLEGAL_OR_HARMFUL_SPEECH INTELLECTUAL_PROPERTY_INFRINGEMENTS NEGATIVE_EFFECTS_ON_CIVIC_DISCOURSE_OR_ELECTIONS NOT_SPECIFIED_NOTICE OTHER_VIOLATION_TC PROTECTION_OF_MINORS RISK_FOR_PUBLIC_SECURITY SCAMS_AND_FRAUD SELF_HARM UNSAFE_AND_PROHIBITED_PRODUCTS VIOLENCE "
	keywords := map[string]string{
		"CYBER_VIOLENCE":                         " CYBER_BULLYING_INTIMIDATION CYBER_HARASSMENT CYBER_INCITEMENT CYBER_STALKING NON_CONSENSUAL_IMAGE_SHARING NON_CONSENSUAL_MATERIAL_DEEPFAKE ",
		"DATA_PROTECTION_AND_PRIVACY_VIOLATIONS": " BIOMETRIC_DATA_BREACH DATA_FALSIFICATION MISSING_PROCESSING_GROUND RIGHT_TO_BE_FORGOTTEN ",
		"ILLEGAL_OR_HARMFUL_SPEECH":              " DEFAMATION DISCRIMINATION HATE_SPEECH ",
		"INTELLECTUAL_PROPERTY_INFRINGEMENTS":    " COPYRIGHT_INFRINGEMENT DESIGN_INFRINGEMENT GEOGRAPHIC_INDICATIONS_INFRINGEMENT PATENT_INFRINGEMENT TRADE_SECRET_INFRINGEMENT TRADEMARK_INFRINGEMENT ",
		"OTHER_VIOLATION_TC":                     " ADULT_SEXUAL_MATERIAL AGE_SPECIFIC_RESTRICTIONS GEOGRAPHICAL_REQUIREMENTS GOODS_SERVICES_NOT_PERMITTED LANGUAGE_REQUIREMENTS NUDITY ",
		"PROTECTION_OF_MINORS":                   " AGE_SPECIFIC_RESTRICTIONS_MINORS CHILD_SEXUAL_ABUSE_MATERIAL CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE GROOMING_SEXUAL_ENTICEMENT_MINORS UNSAFE_CHALLENGES ",
		"RISK_FOR_PUBLIC_SECURITY":               " ILLEGAL_ORGANIZATIONS RISK_ENVIRONMENTAL_DAMAGE RISK_PUBLIC_HEALTH TERRORIST_CONTENT ",
		"SCAMS_AND_FRAUD":                        " IMPERSONATION_ACCOUNT_HIJACKING INAUTHENTIC_ACCOUNTS INAUTHENTIC_LISTINGS INAUTHENTIC_USER_REVIEWS PHISHING PYRAMID_SCHEMES ",
		"SELF_HARM":                              " CONTENT_PROMOTING_EATING_DISORDERS SELF_MUTILATION SUICIDE ",
		"UNSAFE_AND_PROHIBITED_PRODUCTS":         " PROHIBITED_PRODUCTS UNSAFE_PRODUCTS ",
		"VIOLENCE":                               " COORDINATED_HARM INCITEMENT_VIOLENCE_HATRED HUMAN_EXPLOITATION HUMAN_TRAFFICKING TRAFFICKING_WOMEN_GIRLS ",
	}
	for _, reason := range list {
		category := strings.TrimPrefix(reason.TDBCategory, "STATEMENT_CATEGORY_")
		if !strings.Contains(categories, " "+category+" ") {
			t.Errorf("%s: category %s", reason.Code, category)
		}
		for _, k := range reason.TDBKeywords {
			if !strings.Contains(keywords[category], " "+strings.TrimPrefix(k, "KEYWORD_")+" ") {
				t.Errorf("%s: keyword %s does not belong to %s", reason.Code, k, category)
			}
		}
		if (reason.Ground == moderation.GroundTerms) != (reason.Clause != "") || reason.Reference == "" || reason.Description == "" || len([]rune(reason.Explanation)) < moderation.MinWhy {
			t.Errorf("%s is incomplete: %+v", reason.Code, reason)
		}
		if reason.ContactOptional != (reason.Code == "csam") {
			t.Errorf("%s: contact optional %v", reason.Code, reason.ContactOptional)
		}
	}
}

// A text that changes becomes a new version; decisions keep the version they were made under.
func TestReasonsAreVersioned(t *testing.T) {
	r := newRig(t)
	r.exec(`UPDATE reason_codes SET label = 'Old words' WHERE code = 'spam'`)
	must(t, r.EnsureReasons(ctx))
	must(t, r.EnsureReasons(ctx))
	old, err := r.store.ReasonVersion(ctx, "spam", 1)
	must(t, err)
	now, err := r.store.ReasonVersion(ctx, "spam", 2)
	must(t, err)
	if old.Label != "Old words" || old.ValidUntil == nil || now.ValidUntil != nil || now.Label == old.Label || r.count(`SELECT count(*) FROM reason_codes WHERE code = 'spam'`) != 2 {
		t.Errorf("old %+v, now %+v", old, now)
	}
}

func TestImageIDFromURL(t *testing.T) {
	hosts := map[string]bool{"img.example": true, "localhost:8080": true}
	const id = "AbCdEf012345"
	for raw, ok := range map[string]bool{
		id: true, " " + id + ".": true, "https://img.example/" + id: true, "img.example/" + id + "/": true, "//img.example/i/" + id + ".jpg": true,
		"HTTP://IMG.EXAMPLE/t/" + id + ".webp?x=1#y": true, "https://img.example:443/" + id + "/report": true, "http://localhost:8080/i/" + id: true, "<https://img.example/" + id + ">": true,
		"https://other.example/" + id: false, "https://img.example.evil/" + id: false, "https://img.example@evil/" + id: false, "ftp://img.example/" + id: false,
		"https://img.example/": false, "https://img.example/delete/" + id + "x": false, "https://img.example/a/b/" + id: false, "javascript:alert(1)": false, "": false,
		"https://img.example/i/" + id + "/x": false,
	} {
		got, found := moderation.ImageIDFromURL(raw, hosts)
		if found != ok || (ok && got != id) {
			t.Errorf("%q: %q %v, want %v", raw, got, found, ok)
		}
	}
}

func FuzzImageIDFromURL(f *testing.F) {
	for _, s := range []string{"AbCdEf012345", "https://img.example/i/AbCdEf012345.jpg", "//img.example/%41bCdEf012345", "https://img.example:x/", "\x00", "[::1]/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		id, ok := moderation.ImageIDFromURL(raw, map[string]bool{"img.example": true})
		if ok && len(id) != 12 {
			t.Fatalf("%q gives %q", raw, id)
		}
		if again, still := moderation.ImageIDFromURL("https://img.example/"+id, map[string]bool{"img.example": true}); ok && (!still || again != id) {
			t.Fatalf("%q is not stable", id)
		}
	})
}

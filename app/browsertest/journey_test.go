package browsertest

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"imglink/app/actor"
)

// camera is a photograph as a camera wrote it.
const camera = "../imaging/testdata/go/go-turns-two-280x360.jpeg"

// why is what the moderator writes; uploader and reporter read it.
const (
	facts = "Two people hold a cake with the word Go on it."
	why   = "The photographer told us that nobody asked for permission, and we see no exception."
)

// links are what the uploader gets.
type links struct{ page, direct, del string }

// TestFromUploadToTakedown is the main job as people do it, in a browser with scripts.
func TestFromUploadToTakedown(t *testing.T) {
	w, b := begin(t), chromium(t)
	guest := visit(t, b, w.URL)
	guest.open("/")
	l := guest.uploads(camera)
	statusPage := guest.reports(l)
	if strings.Contains(guest.text("main"), "robot check") {
		t.Error("a report with a solved check must not go the slow way")
	}
	w.takesDown(visit(t, b, w.URL), l)
	guest.readsReasons(l)
	guest.open(statusPage)
	guest.says("Removed", "Our decision", why)
	guest.clean("the guest")
	w.wantAudited(visit(t, b, w.URL))
}

// TestFromUploadToTakedownWithoutScripts is the same with plain links and forms alone.
func TestFromUploadToTakedownWithoutScripts(t *testing.T) {
	w, b := begin(t), chromium(t)
	guest := visit(t, b, w.URL).withoutScripts()
	guest.open("/")
	l := guest.uploads(camera)
	statusPage := guest.reports(l)
	guest.says("You sent the report without the robot check")
	w.settle() // such reports wait a little
	mod := visit(t, b, w.URL).withoutScripts()
	w.takesDown(mod, l)
	guest.readsReasons(l)
	guest.open(statusPage)
	guest.says("Removed", "Our decision", why)
	guest.clean("the guest")
	w.wantAudited(visit(t, b, w.URL).withoutScripts())
}

// takesDown removes the reported picture, takes that back, and removes it again.
func (w *world) takesDown(mod *visitor, l links) {
	w.t.Helper()
	mod.signsIn(w, actor.Moderator)
	mod.opensTheCase()
	mod.looks()
	mod.decides()
	mod.says("Removed.", "Undo")
	w.wantImage(l, http.StatusGone)
	mod.follow(".toasts [data-undo] button")
	mod.says("The decision was taken back. The case is open again.")
	w.wantImage(l, http.StatusOK)
	mod.opensTheCase()
	mod.decides()
	w.wantImage(l, http.StatusGone)
	w.settle()
	mod.clean("the moderator")
}

// uploads hands a file to the page and gives its links.
func (v *visitor) uploads(path string) links {
	v.Helper()
	abs, err := filepath.Abs(path)
	must(v.T, err)
	el, err := v.page.Element("#files")
	must(v.T, err)
	must(v.T, el.SetFiles([]string{abs}))
	if v.plain {
		v.follow(".drop button.no-js")
	}
	v.until("the upload", `() => !!document.querySelector('.up.card [data-kind=page] input')?.value`)
	v.says("go-turns-two-280x360", "JPEG, 280 × 360")
	kind := func(k string) string { return v.value(`.up.card [data-kind=` + k + `] input`) }
	l := links{page: kind("page"), direct: kind("direct"), del: kind("delete")}
	for what, link := range map[string]string{"page": l.page, "direct": l.direct, "delete": l.del} {
		if !strings.HasPrefix(link, v.base+"/") {
			v.Fatalf("the %s link is %q", what, link)
		}
	}
	return l
}

// reports goes from the picture's page through the form to the receipt, and gives the secret status page.
func (v *visitor) reports(l links) string {
	v.Helper()
	v.open(l.page)
	v.until("the picture", `() => { const i = document.querySelector('.stage img'); return i.complete && i.naturalWidth === 280 }`)
	v.follow(`a[rel=nofollow][href$="/report"]`)
	if got := strings.TrimSpace(v.value("#urls")); got != l.page {
		v.Errorf("the form is about %q, want %q", got, l.page)
	}
	v.fillsReport()
	if v.plain {
		v.follow("form[data-pow] button[name=slow]")
	} else {
		v.follow("form[data-pow] button.primary")
	}
	v.says("We have your report", "A receipt is on its way to i…@example.org")
	return v.value("#status-url")
}

func (v *visitor) fillsReport() {
	v.Helper()
	v.click(`label:has(input[name=reason][value=copyright])`)
	v.fill("#explanation", "I took this photograph on 3 May and published it on my own site first.")
	v.fill("#name", "Ines Carvalho")
	v.fill("#email", "ines@example.org")
	v.click("label[for=good_faith]")
}

// signsIn goes through password and code to the home page.
func (v *visitor) signsIn(w *world, role actor.Role) {
	v.Helper()
	v.open("/staff/reports")
	v.says("Staff sign in")
	v.fill("#email", address(role))
	v.fill("#password", password)
	v.follow("form button.primary")
	v.fill("#code", w.code())
	v.follow("form:has(#code) button.primary")
	if at := v.at(); at != v.base+"/staff/reports" {
		v.Fatalf("signing in led to %s, want the page that was asked for", at)
	}
}

// opensTheCase claims the only case of the queue.
func (v *visitor) opensTheCase() {
	v.Helper()
	v.open("/staff/reports")
	v.says("Copyright")
	v.goes(".trow .t a")
	v.appears("#detail h2")
	v.until("the address of the case", `() => /\/staff\/reports\/.+/.test(location.pathname)`)
	v.goes("#claim")
	v.appears("#decide")
	v.says("Release", "I took this photograph on 3 May")
}

// looks reveals the picture: held down with scripts, on a page of its own without.
func (v *visitor) looks() {
	v.Helper()
	if v.plain {
		v.follow("[data-hold]")
	} else {
		v.click("[data-keep]")
	}
	v.until("the clear picture", `() => { const i = document.querySelector('.viewer .clear'); return !!i && i.complete && i.naturalWidth === 280 }`)
}

// decides fills the form in, reads what others will read, and sends it.
func (v *visitor) decides() {
	v.Helper()
	v.click("label[for=action-remove]")
	v.choosesReason()
	v.fill("#explanation", why)
	v.goes("#preview-button")
	v.appears("#preview .letter")
	v.says("What people will read", "Statement of reasons", facts, why, "to the uploader")
	v.follow("#submit-decision")
}

// choosesReason takes the ready text of a reason and describes the picture.
func (v *visitor) choosesReason() {
	v.Helper()
	if v.plain {
		v.choose("#reason", "copyright")
		v.fill("#facts", facts)
		v.follow("#fill")
	} else {
		v.choose("#reason", "trademark")
		v.fill("#facts", facts) // while the text of the reason is on its way
		v.until("the text of the reason", `() => document.querySelector('#explanation')?.value.startsWith('The image uses a protected mark')`)
		v.choose("#reason", "copyright")
	}
	v.until("the text of the reason", `() => document.querySelector('#explanation')?.value.startsWith('The image reproduces')`)
	if got := v.value("#facts"); got != facts {
		v.Errorf("what was typed is lost: %q", got)
	}
}

// wantImage checks what everybody gets at the picture's addresses.
func (w *world) wantImage(l links, want int) {
	w.t.Helper()
	for _, at := range []string{l.direct, l.page} {
		if got := status(w.t, at); got != want {
			w.t.Errorf("%s answers %d, want %d", at, got, want)
		}
	}
}

// readsReasons finds the statement where the picture was, and behind the delete link.
func (v *visitor) readsReasons(l links) {
	v.Helper()
	for _, at := range []string{l.page, l.del} {
		v.open(at)
		v.says("410", "This image was removed", "Statement of reasons", facts, why, "If you disagree", "Sections 15, 19a and 97 of the German Copyright Act")
	}
}

// wantAudited reads the audit log as an auditor does.
func (w *world) wantAudited(auditor *visitor) {
	w.t.Helper()
	w.enter(auditor, actor.Auditor)
	auditor.open("/staff/audit")
	log := strings.Join(strings.Fields(auditor.text("main")), " ")
	for _, step := range []string{
		"published image", "filed notice", "Robin Moderator signed in as", "Robin Moderator claimed case", "Robin Moderator looked at image",
		"Robin Moderator decided case", "Robin Moderator removed image", "Robin Moderator took back the decision on case", "Robin Moderator restored image",
		"settled notice",
	} {
		if !strings.Contains(log, step) {
			w.t.Errorf("the audit log does not list %q", step)
		}
	}
	auditor.clean("the audit log")
}

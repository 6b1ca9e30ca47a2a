package browsertest

import (
	"strings"
	"testing"

	"github.com/go-rod/rod/lib/input"
	"github.com/go-rod/rod/lib/proto"

	"imglink/app/actor"
)

// hazards are letters and signs that are shortcuts when nothing is being typed.
const hazards = "jkxo ncse rzpb 1234 g/ quiz of a joke"

// TestCasesWithoutAMouse lets a moderator clear the queue by keyboard alone.
func TestCasesWithoutAMouse(t *testing.T) {
	w := begin(t)
	for i := range 4 {
		w.report("copyright", w.upload(uint64(20+i)))
	}
	v := visit(t, chromium(t), w.URL)
	w.enter(v, actor.Moderator)
	v.open("/staff/reports")
	v.walksTheList()
	v.press('k')
	v.press(input.Enter) // the row is a link
	v.appears("#claim")
	v.press('c')
	v.appears("#decide")
	skipped := v.at()
	v.leaves(func() { v.press('s') })
	v.appears("#decide")
	if v.at() == skipped {
		t.Error("skipping must open another case")
	}
	v.removesByKeyboard()
	v.says("Removed.", "Reports 3 open")
	first := v.at()
	v.removesByKeyboard() // the next case came by itself
	v.leaves(func() { v.press('z') })
	v.says("The decision was taken back")
	if v.at() == first {
		t.Error("the next case must be another one")
	}
	v.leaves(func() { v.press('n') })
	v.keepsByKeyboard()
	v.clean("the keyboard")
}

// walksTheList moves through the rows and the overlay, and comes back to where it was.
func (v *visitor) walksTheList() {
	v.Helper()
	focus := `() => document.activeElement.closest('.trow')?.dataset.row ?? ''`
	v.press('j')
	one := v.js(focus)
	v.press('j')
	two := v.js(focus)
	if one == "" || two == "" || one == two {
		v.Fatalf("j moves from %q to %q", one, two)
	}
	v.wantRing()
	v.press('x')
	v.until("one selected", `() => document.querySelector('#bulk-count').textContent === '1 selected'`)
	v.press('x')
	v.press('?')
	v.appears("#keys[open]")
	v.press('j')
	v.press(input.Escape)
	v.until("the overlay closed", `() => !document.querySelector('#keys').open`)
	if got := v.js(focus); got != two {
		v.Errorf("after the overlay the focus is on %q, want %q", got, two)
	}
}

// removesByKeyboard decides the open case: number, facts, a changed text, Ctrl+Enter.
func (v *visitor) removesByKeyboard() {
	v.Helper()
	v.press('4')
	v.until("the action", `() => document.querySelector('#action-remove').checked`)
	at := v.at()
	v.tabTo("#facts")
	v.press([]input.Key(hazards)...)
	if got := v.value("#facts"); got != hazards {
		v.Errorf("typing %q wrote %q", hazards, got)
	}
	if v.at() != at || v.is(`() => !!document.querySelector('dialog[open]') || !document.querySelector('#action-remove').checked`) {
		v.Error("a shortcut fired while typing")
	}
	v.tabTo("#explanation")
	v.press(input.End)
	v.press([]input.Key(" we saw it.")...)
	v.leaves(func() { v.chord(input.ControlLeft, input.Enter) })
}

// keepsByKeyboard keeps the picture, which needs a reason of its own.
func (v *visitor) keepsByKeyboard() {
	v.Helper()
	v.appears("#decide")
	v.press('1')
	v.until("the action", `() => document.querySelector('#action-keep').checked`)
	v.tabTo("#explanation")
	v.chord(input.ControlLeft, 'a')
	v.press([]input.Key("the picture shows a landscape and nothing in it supports the report.")...)
	v.leaves(func() { v.chord(input.ControlLeft, input.Enter) })
	v.says("Kept")
}

// tabTo presses Tab until the focus is there; every stop on the way must show where it is.
func (v *visitor) tabTo(selector string) {
	v.Helper()
	for range 80 {
		v.press(input.Tab)
		v.wantRing()
		if v.is(`s => document.activeElement.matches(s)`, selector) {
			return
		}
	}
	v.Fatalf("Tab never reaches %s", selector)
}

// wantRing fails unless the focused element, or the label around it, is marked and on the screen.
func (v *visitor) wantRing() {
	v.Helper()
	if !v.is(`() => {
		const e = document.activeElement, marked = s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0 || s.boxShadow !== 'none';
		if (e === document.body) return true;
		const r = e.getBoundingClientRect();
		return r.bottom > 0 && r.top < innerHeight && [e, e.closest('label'), e.closest('.trow')].some(x => x && (marked(getComputedStyle(x)) || marked(getComputedStyle(x, '::after'))));
	}`) {
		v.Errorf("the focus is not to be seen on %s", v.js(`() => document.activeElement.outerHTML.slice(0, 200)`))
	}
}

// chord holds the first key while the second is pressed.
func (v *visitor) chord(hold, key input.Key) {
	v.Helper()
	must(v.T, v.page.KeyActions().Press(hold).Type(key).Do())
}

func TestPaletteAndSwitch(t *testing.T) {
	w := begin(t)
	up := w.upload(30)
	w.report("copyright", up)
	picture := up.Image.ID
	v := visit(t, chromium(t), w.URL)
	w.enter(v, actor.Moderator)
	v.open("/staff/reports")
	v.press('j')
	v.chord(input.ControlLeft, 'k')
	v.appears("#palette[open]")
	v.press(input.Escape)
	v.until("the focus back on the row", `() => !!document.activeElement.closest('.trow')`)
	v.chord(input.ControlLeft, 'k')
	v.appears("#palette[open]")
	v.press([]input.Key("audit")...)
	v.leaves(func() { v.press(input.Enter) })
	v.says("Audit log")
	v.chord(input.ControlLeft, 'k')
	v.appears("#palette[open]")
	v.press([]input.Key(" " + picture)...)
	v.leaves(func() { v.press(input.Enter) })
	if !strings.HasSuffix(v.at(), "/staff/reports?q="+picture) || !v.is(`() => document.querySelectorAll('.trow').length === 1`) {
		t.Errorf("the palette searched for the image at %s", v.at())
	}
	v.leaves(func() { v.press('g', 'r') })
	v.press('?')
	v.appears("#keys[open]")
	v.tabTo("#shortcuts-on")
	v.press(input.Space, input.Escape)
	v.press('j')
	if v.is(`() => !!document.activeElement.closest('.trow')`) {
		t.Error("a key worked although single keys were switched off")
	}
	v.clean("the palette")
}

// TestLessMotionAndForcedColours spot-checks what readers ask of their system.
func TestLessMotionAndForcedColours(t *testing.T) {
	w := begin(t)
	w.report("copyright", w.upload(40))
	v := visit(t, chromium(t), w.URL)
	w.enter(v, actor.Moderator)
	v.open("/staff/reports")
	v.click(".trow .t a")
	v.appears("#claim")
	if moving := v.js(`() => [...document.querySelectorAll('*')].filter(e => { const s = getComputedStyle(e); return parseFloat(s.transitionDuration) > 0 || parseFloat(s.animationDuration) > .001 }).map(e => e.className).join(' ')`); moving != "" {
		t.Errorf("these move although less motion was asked for: %s", moving)
	}
	must(t, proto.EmulationSetEmulatedMedia{Features: []*proto.EmulationMediaFeature{{Name: "forced-colors", Value: "active"}}}.Call(v.page))
	v.until("forced colours", `() => matchMedia('(forced-colors: active)').matches`)
	for _, pair := range [][2]string{{".tabs a[aria-current]", ".tabs a:not([aria-current])"}, {".sidebar nav a[aria-current]", ".sidebar nav a:not([aria-current])"}} {
		if !v.is(`(a, b) => {
			const look = s => { const e = document.querySelector(s); return [null, '::before', '::after'].map(p => { const c = getComputedStyle(e, p); return [c.content, c.backgroundColor, c.borderColor, c.borderWidth, c.borderStyle, c.outline, c.textDecorationLine, c.color].join() }).join() };
			return look(a) !== look(b);
		}`, pair[0], pair[1]) {
			t.Errorf("with forced colours %s looks like the others", pair[0])
		}
	}
	if !v.is(`() => { const c = getComputedStyle(document.querySelector('.trow a[aria-current]')); return c.outlineStyle !== 'none' }`) {
		t.Error("with forced colours the open case is not marked in the list")
	}
}

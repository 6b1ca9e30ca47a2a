// The decision form: Ctrl+Enter sends it, the button says what it will do, and undo counts down the time it has left.
import { $, $$, d } from './core.js';

d.addEventListener('keydown', e => {
  if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey)) return;
  const form = e.target.closest?.('[data-decide]') ?? $('[data-decide]');
  const send = $('[data-submit]');
  if (!form || !send || $('dialog[open]')) return;
  e.preventDefault();
  form.requestSubmit(send);
});

const words = { keep: 'Keep', restrict: 'Restrict', disable: 'Disable', remove: 'Remove' };
d.addEventListener('change', e => {
  if (!e.target.matches('[data-decide] [name=action]')) return;
  const label = $('[data-submit] span');
  if (label?.textContent.endsWith('and next')) label.textContent = `${words[e.target.value]} and next`;
});

// Keeping and acting have different prepared texts: one that nobody has touched gives way to the other.
const same = (a, b) => a.trim().replace(/\s+/g, ' ') === b.trim().replace(/\s+/g, ' ');
d.addEventListener('change', e => {
  if (!e.target.matches('[data-decide] [name=action]')) return;
  const form = e.target.form, why = $('#explanation', form), { textKeep: keep, textMeasure: measure } = form.dataset;
  const [from, to] = e.target.value === 'keep' ? [measure, keep] : [keep, measure];
  if (!from || !same(why.value, from)) return;
  why.value = why.defaultValue = to;
  const box = $('#confirm', form);
  if (box) box.checked = false;
});

// Another reason brings another text, and the whole form with it. What was typed while the server was asked stays.
const typed = () => new Map($$('#decide textarea, #decide input:is([type=date],[type=checkbox])').map(i => [i.id, i.type === 'checkbox' ? i.checked : i.value]));
let asked = new Map(), kept = [], later = null;
d.addEventListener('htmx:beforeRequest', e => { if (e.detail.target?.id === 'decide') asked = typed(); });
// A preview asked for meanwhile waits: it would be drawn into the form that is about to go.
d.addEventListener('htmx:beforeRequest', e => {
  if (e.detail.target?.id !== 'preview' || $('#decide')?.getAttribute('aria-busy') !== 'true') return;
  e.preventDefault();
  later = e.detail.elt;
});
d.addEventListener('htmx:beforeSwap', e => { if (e.detail.target?.id === 'decide') kept = [...typed()].filter(([id, v]) => asked.get(id) !== v); });
d.addEventListener('htmx:afterSwap', () => {
  for (const [id, v] of kept) {
    const i = d.getElementById(id);
    if (i) i[i.type === 'checkbox' ? 'checked' : 'value'] = v;
  }
  kept = [];
  const button = later;
  later = null;
  if (button?.isConnected) setTimeout(() => button.click());
});

// The countdown is for the eye only: a screen reader hears the deadline once, in the text beside the button.
function left(form) {
  form.dataset.started ??= String(Date.now());
  const all = Number(form.dataset.seconds ?? form.closest('[data-toast]')?.dataset.seconds);
  return all ? Math.ceil(all - (Date.now() - Number(form.dataset.started)) / 1000) : NaN;
}
function tick() {
  for (const form of $$('[data-undo]')) {
    const s = left(form);
    if (Number.isNaN(s)) continue;
    if (s <= 0) { form.remove(); continue; }
    const button = $('button', form);
    let clock = $('.left', button);
    if (!clock) {
      clock = d.createElement('span');
      clock.className = 'left';
      clock.setAttribute('aria-hidden', 'true');
      button.append(clock);
    }
    clock.textContent = `${s} s`;
  }
}
tick();
setInterval(tick, 1000);

// A text that was changed needs no confirmation of the prepared one.
d.addEventListener('input', e => {
  if (!e.target.matches('[data-decide] #explanation')) return;
  const box = $('#confirm')?.closest('.field');
  if (box) box.hidden = e.target.value.trim() !== e.target.defaultValue.trim();
});

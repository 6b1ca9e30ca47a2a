// Blurred pictures: hold the button, Space on it, or R to look, release to hide; "Keep clear" pins it. The reveal is posted first
// and the clear picture is fetched only when the server has logged it.
import { $, announce, csrf, d, el, problem, toast } from './core.js';
import { bind } from './shortcuts.js';

// The picture's address is made for this look and this session, and works for two minutes; each look asks anew.
async function clear(v) {
  const r = await fetch(v.dataset.reveal, { method: 'POST', headers: { 'X-CSRF-Token': csrf(), Accept: 'application/json' } });
  if (!r.ok) { toast(`Not revealed: ${(await problem(r)).message}`); return false; }
  const { url } = await r.json();
  if (!$('.clear', v)) $('.frame', v).append(el('img', { className: 'clear', src: url, alt: `${$('.blurred', v).alt}, clear` }));
  return true;
}

async function show(v, on) {
  v.dataset.want = String(on);
  if (on && v.dataset.shown !== 'true' && !await clear(v)) return;
  if (v.dataset.want !== String(on)) return; // released while the server was asked
  v.dataset.shown = String(on || v.dataset.pinned === 'true');
}

function pin(v, button) {
  const on = v.dataset.pinned !== 'true';
  v.dataset.pinned = String(on);
  button.setAttribute('aria-pressed', String(on));
  show(v, on);
  announce(on ? 'Picture shown' : 'Picture blurred');
}

const viewerOf = t => t.closest?.('[data-viewer]');
d.addEventListener('pointerdown', e => { if (e.target.closest('[data-hold]')) show(viewerOf(e.target), true); });
for (const name of ['pointerup', 'pointercancel', 'blur', 'visibilitychange']) {
  addEventListener(name, () => { for (const v of d.querySelectorAll('[data-viewer][data-want=true]')) show(v, false); }, true);
}
d.addEventListener('submit', e => { if (viewerOf(e.target)) e.preventDefault(); });
d.addEventListener('click', e => {
  const keep = e.target.closest('[data-keep]');
  if (keep) pin(viewerOf(keep), keep);
});
// R or Space shows the first viewer in sight while it is held.
function hold(e) {
  const v = viewerOf(d.activeElement) ?? $('[data-viewer]');
  if (!v || !v.dataset.reveal) return false;
  if (!e.repeat) show(v, true);
  return true;
}
bind('r', hold);
// Space keeps its meaning on what it presses by itself
bind(' ', e => (d.activeElement?.closest('a,button,input,[role=option],summary') && !d.activeElement.matches('[data-hold]') ? false : hold(e)));
d.addEventListener('keyup', e => {
  if (e.key !== ' ' && e.key !== 'r') return;
  for (const v of d.querySelectorAll('[data-viewer][data-want=true]')) show(v, v.dataset.pinned === 'true');
});

// Blurred pictures: hold the button or Space to look, release to hide; "Keep clear" pins it. The reveal is posted first
// and the clear picture is fetched only when the server has logged it.
import { $, announce, csrf, d, el, problem, toast } from './core.js';
import { bind } from './shortcuts.js';

async function clear(v) {
  if ($('.clear', v)) return true;
  const r = await fetch(v.dataset.reveal, { method: 'POST', headers: { 'X-CSRF-Token': csrf(), Accept: 'application/json' } });
  if (!r.ok) { toast(`Not revealed: ${(await problem(r)).message}`); return false; }
  if (!$('.clear', v)) {
    $('.frame', v).append(el('img', { className: 'clear', src: v.dataset.clear, alt: `${$('.blurred', v).alt}, clear` }));
  }
  return true;
}

async function show(v, on) {
  v.dataset.want = String(on);
  if (on && !await clear(v)) return;
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
// Space on the focused button, or anywhere on the page for the first viewer in sight
bind(' ', e => {
  if (d.activeElement?.closest('a,button,[role=option],summary') && !d.activeElement.matches('[data-hold]')) return false;
  const v = viewerOf(d.activeElement) ?? $('[data-viewer]');
  if (!v || !v.dataset.reveal) return false;
  if (!e.repeat) show(v, true);
  return true;
});
d.addEventListener('keyup', e => {
  if (e.key !== ' ') return;
  for (const v of d.querySelectorAll('[data-viewer][data-want=true]')) if (v.dataset.pinned !== 'true') show(v, false);
});

// Queue rows: j/k move, o opens, x selects; the bulk count; toasts of the server.
import { $, $$, announce, d, linger, toast } from './core.js';
import { bind } from './shortcuts.js';

const rows = () => $$('.trow').filter(r => r.checkVisibility());
const link = r => r && $('.t a', r);
function at() {
  const list = rows();
  const focused = list.findIndex(r => r.contains(d.activeElement));
  return focused >= 0 ? focused : list.findIndex(r => $('a[aria-current=true]', r));
}
function move(by) {
  const list = rows();
  if (!list.length) return false;
  const from = at();
  const to = from < 0 ? 0 : Math.max(0, Math.min(list.length - 1, from + by));
  link(list[to]).focus();
  list[to].scrollIntoView({ block: 'nearest' });
  return true;
}

bind('j', () => move(1));
bind('k', () => move(-1));
bind('o', () => { const l = link(rows()[at()]); l?.click(); return !!l; });
bind('x', () => { const c = $('.check', rows()[at()] ?? d.createElement('i')); c?.click(); return !!c; });

function count() {
  const out = $('#bulk-count');
  if (!out) return;
  const n = $$('.rows .check:checked').length;
  out.textContent = `${n} selected`;
  announce(`${n} ${out.dataset.noun || ''} selected`);
}
// Only what was seen can be selected, and not more than can be looked at: the picture must have loaded.
function allowed(box) {
  const picture = $('img', box.closest('.trow')), max = Number(box.form?.dataset.bulkMax) || Infinity;
  if (!box.checked) return true;
  if (picture && !(picture.complete && picture.naturalWidth > 0)) { toast('Wait until the picture has loaded.'); return false; }
  if ($$('.rows .check:checked').length > max) { toast(`At most ${max} cases can be decided together.`); return false; }
  return true;
}
d.addEventListener('change', e => {
  if (!e.target.matches('.rows .check')) return;
  if (!allowed(e.target)) e.target.checked = false;
  count();
});

d.addEventListener('click', e => {
  if (!e.target.closest('[data-unselect]')) return;
  for (const c of $$('.rows .check:checked')) c.checked = false;
  count();
});

// A flash with an undo stays exactly as long as the undo is open; another one for ten seconds.
for (const t of $$('[data-toast]')) {
  linger(t, Number(t.dataset.seconds) || 10);
  announce($('span', t).textContent + ($('[data-undo]', t) ? '. Undo is available, press Z.' : ''));
}

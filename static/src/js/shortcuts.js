// Single-key shortcuts. They can be switched off (WCAG 2.1.4), never fire while typing or in a dialog, and only repeat
// what a link or a button on the page does. bind(key, run, when) adds one; g + letter follows a [data-go] link.
import { $, $$, announce, d } from './core.js';
import { anyOpen, open } from './dialogs.js';

const bound = new Map();
const STORE = 'imglink.shortcuts';

export const bind = (key, run) => bound.set(key, run);
export const isOff = () => localStorage.getItem(STORE) === 'off';

const toggle = $('#shortcuts-on');
if (toggle) {
  toggle.checked = !isOff();
  toggle.addEventListener('change', () => localStorage.setItem(STORE, toggle.checked ? 'on' : 'off'));
}

const typing = t => !!t.closest?.('input:not([type=checkbox]):not([type=radio]),textarea,select,[contenteditable]');

let goUntil = 0;
d.addEventListener('keydown', e => {
  if (isOff() || e.metaKey || e.ctrlKey || e.altKey || e.defaultPrevented || anyOpen() || typing(e.target)) return;
  if (Date.now() < goUntil) {
    goUntil = 0;
    const link = $(`[data-go="${CSS.escape(e.key.toLowerCase())}"]`);
    if (link) { e.preventDefault(); link.click(); }
    return;
  }
  const run = bound.get(e.key);
  if (run && run(e) !== false) { e.preventDefault(); return; }
  // a control may name its own key: <button aria-keyshortcuts="a">
  if (/^[a-z0-9]$/.test(e.key)) {
    const own = $$(`[aria-keyshortcuts="${e.key}"]`).find(b => b.checkVisibility());
    if (own) { e.preventDefault(); own.focus(); own.click(); }
  }
});

bind('?', () => open('keys'));
bind('g', () => { goUntil = Date.now() + 900; });
bind('/', () => { const q = $('#q'); if (!q) return false; q.focus(); q.select(); return true; });
bind('z', () => {
  const undo = $('.toasts [data-undo]') ?? $('[data-undo]'); // what was done last comes first
  if (!undo) return false;
  announce('Undoing');
  undo.requestSubmit();
  return true;
});

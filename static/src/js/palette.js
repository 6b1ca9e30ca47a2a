// The command palette: a combobox over the options the server listed, Ctrl/Cmd+K.
import { $, $$, d } from './core.js';
import { onOpen, open } from './dialogs.js';

const palette = $('#palette');
const options = () => $$('[role=option]', palette);
const shown = () => options().filter(o => !o.hidden);

function select(o) {
  for (const p of options()) p.setAttribute('aria-selected', String(p === o));
  $('input', palette).setAttribute('aria-activedescendant', o?.id ?? '');
  o?.scrollIntoView({ block: 'nearest' });
}

// A reference of a case or a notice, in either case, or an image id: the option then searches the reports for it.
function names(o, query) {
  if (!/^([cn]-[2-9a-z]{4}-[2-9a-z]{4}|[0-9a-z]{12})$/i.test(query)) return false;
  const what = query.includes('-') ? query.toUpperCase() : query;
  $('span', o).textContent = `Search reports for ${what}`;
  o.dataset.href = `${o.dataset.search}?q=${encodeURIComponent(what)}`;
  return true;
}

// Every word must occur; matches at the start of the label come first to the eye by being selected.
function filter(query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  for (const o of options()) {
    const text = `${o.textContent} ${o.dataset.words ?? ''}`.toLowerCase();
    o.hidden = 'search' in o.dataset ? !names(o, query.trim()) : !words.every(w => text.includes(w));
  }
  select(shown()[0]);
  $('#palette-empty').hidden = shown().length > 0;
}

function pick(o) {
  if (!o) return;
  palette.close();
  if (o.dataset.href) location.assign(o.dataset.href);
  else if (o.dataset.open) open(o.dataset.open);
  else if (o.dataset.click) $(o.dataset.click)?.click();
}

function keydown(e) {
  const list = shown(), at = list.findIndex(o => o.getAttribute('aria-selected') === 'true');
  if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
    e.preventDefault();
    if (list.length) select(list[(at + (e.key === 'ArrowDown' ? 1 : list.length - 1)) % list.length]);
  } else if (e.key === 'Enter') {
    e.preventDefault();
    pick(list[at]);
  }
}

if (palette) {
  const input = $('input', palette);
  onOpen('palette', () => { input.value = ''; filter(''); input.focus(); });
  input.addEventListener('input', () => filter(input.value));
  input.addEventListener('keydown', keydown);
  palette.addEventListener('click', e => pick(e.target.closest('[role=option]')));
  d.addEventListener('keydown', e => {
    if ((e.metaKey || e.ctrlKey) && e.key.toLowerCase() === 'k') { e.preventDefault(); open('palette'); }
  });
}

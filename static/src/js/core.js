// What both sides share. Progressive enhancement only: every action also works as a plain link or form.
export const d = document, root = d.documentElement;
export const $ = (s, r = d) => r.querySelector(s);
export const $$ = (s, r = d) => [...r.querySelectorAll(s)];
root.classList.add('js');

/** The CSRF token: a meta tag on staff pages, a form field on public ones. */
export const csrf = () => $('meta[name=csrf]')?.content ?? $('[name=_csrf]')?.value ?? '';

const words = JSON.parse($('#live')?.dataset.words || '{}');
/** A text in the reader's language, which the page gives; English pages need none. */
export const say = text => words[text] ?? text;

/** Makes an element: el('span', {className: 'name'}, 'text', child). */
export function el(tag, props = {}, ...kids) {
  const e = Object.assign(d.createElement(tag), props);
  e.append(...kids);
  return e;
}

// The polite live region is in the page from the start; text is set a moment later so that it is announced.
let said = 0;
export function announce(text) {
  const r = $('#live');
  if (!r) return;
  r.textContent = '';
  clearTimeout(said);
  said = setTimeout(() => { r.textContent = text; }, 60);
}

/** Local times: the server renders UTC, the title keeps it. */
export function times(r = d) {
  const f = new Intl.DateTimeFormat(root.lang || 'en', { dateStyle: 'medium', timeStyle: 'short' });
  for (const t of $$('time[data-local]', r)) {
    const at = new Date(t.dateTime);
    if (t.dataset.local === 'done' || Number.isNaN(+at)) continue;
    t.title = t.textContent.trim();
    t.textContent = f.format(at);
    t.dataset.local = 'done';
  }
}

/** Shows a short message; action is {label, run}. It stays while it is pointed at or focused. */
export function toast(text, action, seconds = 10) {
  const box = $('.toasts');
  if (!box) return null;
  const t = el('div', { className: 'toast' }, el('span', {}, text));
  if (action) {
    const b = el('button', { className: 'btn', type: 'button' }, action.label);
    b.addEventListener('click', () => { t.remove(); action.run(); });
    t.append(b);
  }
  box.append(t);
  linger(t, seconds);
  announce(text + (action ? `. ${action.label} is available.` : ''));
  return t;
}

/** Removes a toast after a while, but not while somebody is on it. */
export function linger(t, seconds) {
  let timer = 0;
  const start = () => { timer = setTimeout(() => t.remove(), seconds * 1000); };
  const stop = () => clearTimeout(timer);
  for (const e of ['pointerenter', 'focusin']) t.addEventListener(e, stop);
  for (const e of ['pointerleave', 'focusout']) t.addEventListener(e, start);
  start();
}

/** Reads application/problem+json; anything else becomes a sentence with the status. */
export async function problem(response) {
  try {
    const p = await response.json();
    return { ...p, message: p.fields?.[0]?.message || p.detail || p.title || `Error ${response.status}` };
  } catch {
    return { status: response.status, message: `The server answered ${response.status}.` };
  }
}

/** Puts a text on the clipboard, also without permission or a secure context. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el('textarea', { value: text, className: 'sr', ariaHidden: 'true' });
    const back = d.activeElement;
    d.body.append(area);
    area.select();
    d.execCommand('copy');
    area.remove();
    back?.focus();
  }
}

async function copy(button) {
  const input = d.getElementById(button.dataset.copy);
  if (!input) return;
  await copyText(input.value);
  const label = $('span', button);
  button.classList.add('done');
  label.textContent = say('Copied');
  announce(say('Copied to clipboard'));
  setTimeout(() => { label.textContent = say('Copy'); button.classList.remove('done'); }, 1600);
}

d.addEventListener('click', e => {
  const b = e.target.closest('[data-copy]');
  if (b) copy(b);
});
times();

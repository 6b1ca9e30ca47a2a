// htmx: aria-busy while waiting, the current row, focus on the new heading where it replaces the list, honest errors.
import { $, $$, announce, d, times, toast } from './core.js';
import { watch } from './lease.js';

d.addEventListener('htmx:beforeRequest', e => e.detail.target?.setAttribute('aria-busy', 'true'));
d.addEventListener('htmx:afterRequest', e => e.detail.target?.removeAttribute('aria-busy'));

d.addEventListener('htmx:afterSwap', e => {
  const target = e.detail.target;
  times(target);
  watch(target);
  if (target.id !== 'detail') return;
  $('.queue')?.classList.add('has-detail');
  const id = $('[data-case]', target)?.dataset.case;
  for (const row of $$('.trow[data-row]')) {
    const a = $('.t a', row);
    if (row.dataset.row === id) a.setAttribute('aria-current', 'true');
    else a.removeAttribute('aria-current');
  }
  const h = $('#detail h2');
  if (!h) return;
  h.tabIndex = -1;
  if (!matchMedia('(min-width:64rem)').matches) h.focus();
  announce(`Opened ${h.textContent.trim()}`);
});

// refusals come as problem documents, whose sentence is shown
d.addEventListener('htmx:configRequest', e => { e.detail.headers.Accept = 'text/html, application/problem+json'; });
d.addEventListener('htmx:responseError', e => {
  let message = `That did not work (${e.detail.xhr.status}). Nothing was changed.`;
  try { message = JSON.parse(e.detail.xhr.responseText).detail || message; } catch { /* a page, not a problem document */ }
  toast(message);
});
d.addEventListener('htmx:sendError', () => toast('You appear to be offline. Nothing was changed.'));

// htmx keeps the path of the page in web storage; it names a case, so it goes when the session goes.
d.addEventListener('submit', e => { if (e.target.matches('[data-sign-out]')) sessionStorage.clear(); });

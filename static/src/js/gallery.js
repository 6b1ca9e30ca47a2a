// One's own pictures: selecting ranges, loading more, changing the order of an album. Everything also works as plain forms.
import { $, $$, d, announce } from './core.js';

/** Selecting: the count in words, and shift-click (or shift and the space bar) for a range. */
function picking(form) {
  const boxes = () => $$('.tiles .check', form);
  const count = $('[data-count]', form);
  let last = null;
  form.addEventListener('click', e => {
    const box = e.target.closest('.tiles .check');
    if (!box) return;
    if (e.shiftKey && last) {
      const all = boxes();
      const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
      for (const b of all.slice(from, to + 1)) b.checked = box.checked;
    }
    last = box;
  });
  const tell = () => {
    if (count) count.textContent = count.dataset.count.replace('%s', boxes().filter(b => b.checked).length);
  };
  form.addEventListener('change', tell);
  const pick = checked => { for (const b of boxes()) b.checked = checked; tell(); };
  form.addEventListener('click', e => {
    const button = e.target.closest('[data-pick]');
    if (!button) return;
    pick(button.dataset.pick === 'all');
    if (button.dataset.pick === 'none') boxes()[0]?.focus(); // the bar goes away and must not take the focus along
  });
  form.addEventListener('keydown', e => {
    if (e.key !== 'Escape' || e.target.matches('select')) return;
    const at = e.target.closest('.tiles .check') ?? boxes().find(b => b.checked);
    pick(false);
    at?.focus();
  });
}

/** Loading more: the next page's tiles join this page's. Never by itself, which would keep the foot of the page out of reach. */
function more(box) {
  const grid = $('#tiles');
  const next = () => $('a[rel=next]', box);
  if (!grid || !next()) return;
  box.addEventListener('click', async e => {
    const link = e.target.closest('a[rel=next]');
    if (!link || e.metaKey || e.ctrlKey || link.ariaBusy === 'true') return;
    e.preventDefault();
    link.ariaBusy = 'true';
    announce(box.dataset.busy);
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(answer.status);
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      const tiles = $$('#tiles > .tile', page);
      grid.append(...tiles);
      box.replaceChildren(...$('[data-more]', page).childNodes);
      label(box);
      $('.pic', tiles[0] ?? grid)?.focus();
    } catch {
      location.assign(link.href);
    }
  });
  label(box);
}

function label(box) {
  const link = $('a[rel=next]', box);
  if (link) $('span', link).textContent = box.dataset.moreLabel;
  $('a[rel=prev]', box)?.remove();
}

/** Ordering: a picture is dragged by its handle, with mouse, pen or finger. Each slot has a form for its buttons. */
function ordering(list) {
  const form = $('form', list);
  let dragged = null, from = null;
  list.addEventListener('pointerdown', e => {
    if (!e.target.closest('[data-grip]') || e.button) return;
    dragged = e.target.closest('[data-slot]');
    from = dragged.nextElementSibling;
    dragged.classList.add('dragged');
    list.setPointerCapture(e.pointerId);
    e.preventDefault();
  });
  list.addEventListener('pointermove', e => {
    if (!dragged) return;
    const over = d.elementFromPoint(e.clientX, e.clientY)?.closest('[data-slot]');
    if (e.clientY < 60) scrollBy(0, -12);
    if (e.clientY > innerHeight - 60) scrollBy(0, 12);
    if (!over || over === dragged) return;
    const box = over.getBoundingClientRect();
    over.parentNode.insertBefore(dragged, e.clientY < box.top + box.height / 2 ? over : over.nextElementSibling);
  });
  const drop = async cancelled => {
    if (!dragged) return;
    const slot = dragged, back = from;
    dragged = null;
    slot.classList.remove('dragged');
    if (cancelled) { slot.parentNode.insertBefore(slot, back); return; }
    if (slot.nextElementSibling === back) return;
    const prev = slot.previousElementSibling, next = slot.nextElementSibling;
    const fields = prev ? { do: `after:${slot.dataset.slot}`, after: prev.dataset.slot } : { do: `before:${slot.dataset.slot}`, before: next.dataset.slot };
    await save(slot, back, fields);
  };
  let last = Promise.resolve();
  /** Tells the server, one move after the other; where it refuses, slot goes back in front of what stood after it. */
  const save = (...move) => { last = last.then(() => post(...move)); return last; };
  const post = async (slot, back, fields) => {
    const body = new URLSearchParams({ _csrf: $('[name=_csrf]', form).value, ...fields });
    const answer = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json' } }).catch(() => null);
    if (!answer?.ok) { slot.parentNode.insertBefore(slot, back); announce(list.dataset.orderFailed); return; }
    $$('.place', list).forEach((input, i) => { input.value = i + first; });
    announce(list.dataset.order);
  };
  const first = Number($('.place', list).value); // of this page of the album
  // The buttons move a picture where it stands, so that the focus stays on them; over the edge of a page they load the next.
  list.addEventListener('submit', e => {
    const [way] = e.submitter?.value.split(':') ?? [];
    const slot = e.submitter?.closest('[data-slot]');
    const beside = { earlier: slot?.previousElementSibling, later: slot?.nextElementSibling }[way];
    if (!beside) return;
    e.preventDefault();
    const back = slot.nextElementSibling;
    slot.parentNode.insertBefore(slot, way === 'earlier' ? beside : beside.nextElementSibling);
    e.submitter.focus();
    save(slot, back, { do: e.submitter.value });
  });
  list.addEventListener('pointerup', () => drop(false));
  list.addEventListener('pointercancel', () => drop(true));
}

for (const form of $$('[data-picking]')) picking(form);
for (const box of $$('[data-more]')) more(box);
for (const list of $$('[data-order]')) ordering(list);

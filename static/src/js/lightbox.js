// The lightbox of an album: arrows, Home and End, Escape, swiping. The dialog keeps the focus inside; closing gives it back
// to the picture that was shown last.
import { $, $$, d } from './core.js';

function lightbox(list) {
  const box = d.getElementById(list.dataset.lightbox);
  const links = $$('a[data-full]', list);
  if (!box || !links.length) return;
  const picture = $('.lightbox-stage img', box);
  let at = 0;

  function show(n) {
    at = Math.max(0, Math.min(links.length - 1, n));
    const link = links[at];
    picture.src = link.dataset.full;
    picture.alt = $('img', link).alt;
    $('#lightbox-name', box).textContent = link.dataset.name;
    $('[data-at]', box).textContent = `${at + 1} / ${links.length}`;
    $('[data-link=page]', box).href = link.href;
    const full = $('[data-link=full]', box);
    full.href = link.dataset.full;
    full.download = link.dataset.name;
    const report = $('[data-link=report]', box);
    report.hidden = !link.dataset.report;
    report.href = link.dataset.report || link.href;
    $('[data-step="-1"]', box).disabled = at === 0;
    $('[data-step="1"]', box).disabled = at === links.length - 1;
    // A button that is switched off loses the focus, and the keys with it.
    if (!box.contains(d.activeElement) || d.activeElement.disabled) ($('[data-step]:enabled', box) ?? $('form button', box)).focus();
    for (const near of [links[at + 1], links[at - 1]]) if (near) new Image().src = near.dataset.full;
  }

  list.addEventListener('click', e => {
    const link = e.target.closest('a[data-full]');
    if (!link || e.metaKey || e.ctrlKey || e.shiftKey || e.button) return;
    e.preventDefault();
    box.showModal();
    show(links.indexOf(link));
  });
  box.addEventListener('click', e => {
    const step = e.target.closest('[data-step]');
    if (step) show(at + Number(step.dataset.step));
  });
  const keys = { ArrowLeft: () => at - 1, ArrowRight: () => at + 1, Home: () => 0, End: () => links.length - 1 };
  box.addEventListener('keydown', e => {
    if (!keys[e.key]) return;
    e.preventDefault();
    show(keys[e.key]());
  });
  let start = null;
  box.addEventListener('pointerdown', e => { start = e.pointerType === 'mouse' ? null : e.clientX; });
  box.addEventListener('pointerup', e => {
    if (start !== null && Math.abs(e.clientX - start) > 50) show(at + (e.clientX < start ? 1 : -1));
    start = null;
  });
  box.addEventListener('close', () => { picture.removeAttribute('src'); links[at].focus(); });
}

for (const list of $$('[data-lightbox]')) lightbox(list);

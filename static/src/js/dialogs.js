// Dialogs: data-dialog="id" opens, the backdrop closes; Esc and the cross are the browser's own.
import { $, d } from './core.js';

const openers = new Map();

/** Runs fn(dialog) each time the dialog with this id opens. */
export const onOpen = (id, fn) => openers.set(id, fn);

export function open(id) {
  const x = d.getElementById(id);
  if (!x || x.open) return;
  x.showModal();
  $('[data-focus]', x)?.focus(); // what the dialog asks for, not its cross
  openers.get(id)?.(x);
}

export const anyOpen = () => !!$('dialog[open]');

d.addEventListener('click', e => {
  const o = e.target.closest('[data-dialog]');
  if (o) { open(o.dataset.dialog); return; }
  if (e.target instanceof HTMLDialogElement) e.target.close();
});

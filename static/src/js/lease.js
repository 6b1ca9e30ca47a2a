// A claimed case is kept by a heartbeat: data-lease-url is posted every minute. When the server says the lease is lost,
// the form is locked before somebody works for nothing.
import { $, $$, announce, csrf, d, toast } from './core.js';

const EVERY = 60_000; // ms; a lease lasts ten minutes
let timer = 0;

async function beat(holder) {
  if (!holder.isConnected) { clearInterval(timer); return; }
  try {
    const r = await fetch(holder.dataset.leaseUrl, { method: 'POST', headers: { 'X-CSRF-Token': csrf(), Accept: 'application/json' } });
    if (r.status === 409 || r.status === 423 || r.status === 410) lost(holder);
  } catch { /* offline: the lease outlives some missed beats */ }
}

function lost(holder) {
  clearInterval(timer);
  holder.dataset.leaseLost = 'true';
  for (const b of $$('button[type=submit],button:not([type])', holder)) b.disabled = true;
  toast('Somebody else has this case now. What you typed is still here to copy.', null, 60);
  announce('The claim on this case was lost.');
}

/** Starts the heartbeat of the claimed case in the page, if there is one. */
export function watch(r = d) {
  const holder = r.matches?.('[data-lease-url]') ? r : $('[data-lease-url]', r);
  if (!holder) return;
  clearInterval(timer);
  timer = setInterval(() => beat(holder), EVERY);
}
watch();

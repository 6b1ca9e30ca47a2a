// A claimed case is kept by a heartbeat: data-lease-url is posted every minute. When the server says the lease is lost,
// the page says so before somebody works for nothing.
import { $, csrf, d, problem, toast } from './core.js';

const EVERY = 60_000; // ms; a lease lasts ten minutes
let timer = 0;

async function beat(holder) {
  if (!holder.isConnected) { clearInterval(timer); return; }
  try {
    const r = await fetch(holder.dataset.leaseUrl, { method: 'POST', headers: { 'X-CSRF-Token': csrf(), Accept: 'application/json' } });
    if (r.ok) shown(await r.json());
    else if (r.status === 409 || r.status === 423 || r.status === 410) lost((await problem(r)).message);
  } catch { /* offline: the lease outlives some missed beats */ }
}

function shown({ until, clock }) {
  const t = $('#lease time');
  if (!t) return;
  t.dateTime = until;
  t.textContent = clock;
}

// Nothing is locked: the server refuses a late decision and gives back everything that was typed.
function lost(message) {
  clearInterval(timer);
  $('#lease')?.classList.add('lost');
  toast(`${message} What you typed is kept.`, null, 60);
}

/** Starts the heartbeat of the claimed case in the page, if there is one. */
export function watch(r = d) {
  const holder = r.matches?.('[data-lease-url]') ? r : $('[data-lease-url]', r);
  if (!holder) return;
  clearInterval(timer);
  timer = setInterval(() => beat(holder), EVERY);
}
watch();

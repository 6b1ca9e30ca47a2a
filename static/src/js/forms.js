// Forms on both sides: proof of work, confirm-by-typing, no double submit.
import { $, $$, announce, d, problem, say } from './core.js';

for (const box of $$('[data-confirm]')) {
  const input = $('input', box), button = $('.btn', box);
  const sync = () => button.setAttribute('aria-disabled', String(input.value.trim() !== box.dataset.confirm));
  input.addEventListener('input', sync);
  sync();
}

d.addEventListener('submit', e => {
  const f = e.target, b = e.submitter;
  if (b?.getAttribute('aria-disabled') === 'true') { e.preventDefault(); return; }
  if (f.method === 'dialog' || f.dataset.busy === 'true') { if (f.dataset.busy === 'true') e.preventDefault(); return; }
  if (e.defaultPrevented || f.method === 'get') return;
  f.dataset.busy = 'true';
  b?.setAttribute('aria-busy', 'true');
  setTimeout(() => { delete f.dataset.busy; b?.removeAttribute('aria-busy'); }, 8000); // a download leaves the page in place
});
addEventListener('pageshow', e => { if (e.persisted) for (const f of $$('[data-busy]')) delete f.dataset.busy; });

/** Solves the challenge of one form: {value, expires}, value being base64 JSON for the field "pow". */
export async function solve(form, progress = () => {}) {
  const r = await fetch(form.dataset.pow, { headers: { Accept: 'application/json' }, cache: 'no-store' });
  if (!r.ok) throw new Error((await problem(r)).message);
  const challenge = await r.json();
  const worker = new Worker(form.dataset.powWorker, { type: 'module' });
  try {
    const number = await new Promise((resolve, reject) => {
      worker.addEventListener('message', e => (e.data.found === undefined ? progress(e.data.tried / challenge.max) : resolve(e.data.found)));
      worker.addEventListener('error', () => reject(new Error(say('The check could not run in this browser.'))));
      worker.postMessage(challenge);
    });
    return { value: btoa(JSON.stringify({ ...challenge, number })), expires: challenge.expires };
  } finally {
    worker.terminate();
  }
}

const SPARE = 15_000; // ms an answer must still be good for when the form is sent

function guard(form) {
  const box = $('[data-pow-status]', form), bar = $('progress', box), text = $('[data-pow-text]', box), field = $('[name=pow]', form);
  let work = null, goodUntil = 0;
  const run = () => {
    work ??= solve(form, p => { bar.value = p; }).then(({ value, expires }) => {
      field.value = value;
      goodUntil = expires * 1000 - SPARE;
      bar.value = 1;
      box.dataset.state = 'done';
      text.textContent = say('Check passed. You can send the form.');
    }).catch(err => {
      work = null;
      box.dataset.state = 'failed';
      text.textContent = `${err.message} ${say('You can still send the form without the check; your report then joins the others a few minutes later.')}`;
      throw err;
    });
    return work;
  };
  // begin when the reader starts to fill the form in, not for everybody who only looks
  form.addEventListener('focusin', () => run().catch(() => {}), { once: true });
  form.addEventListener('submit', e => {
    if (e.submitter?.name === 'slow' || (field.value && Date.now() < goodUntil)) return;
    e.preventDefault();
    if (field.value) { field.value = ''; work = null; } // a long letter: the answer has expired
    text.textContent = say('Checking. The form is sent as soon as this is done.');
    announce(say('Checking that you are not a robot. The form is sent as soon as this is done.'));
    run().then(() => form.requestSubmit(e.submitter)).catch(() => announce(text.textContent));
  });
}
for (const form of $$('form[data-pow]')) guard(form);

// Turnstile may be blocked or unreachable; then the slow way is offered.
const TURNSTILE_WAIT = 8_000; // ms
const widget = $('.cf-turnstile');
if (widget) {
  setTimeout(() => {
    if (widget.querySelector('iframe,input')) return;
    widget.closest('.bot').dataset.state = 'failed';
    announce(say('The robot check could not be loaded. You can send the form without it.'));
  }, TURNSTILE_WAIT);
}

// Passkeys: the two ceremonies of WebAuthn, and printing recovery codes. The server makes and judges every challenge.
import { $, $$, announce, csrf, d, problem } from './core.js';

const bytes = s => Uint8Array.from(atob(s.replace(/-/g, '+').replace(/_/g, '/')), c => c.charCodeAt(0));
const text = b => btoa(String.fromCharCode(...new Uint8Array(b))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

async function post(url, body) {
  const r = await fetch(url, {
    method: 'POST', credentials: 'same-origin', cache: 'no-store', body: JSON.stringify(body ?? {}),
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRF-Token': csrf() },
  });
  if (r.ok) return r.json();
  throw await problem(r);
}

// Options as in the JSON forms of WebAuthn Level 3, 5.1.8 and 5.1.9, decoded by hand where the browser cannot.
function creation(o) {
  const P = window.PublicKeyCredential;
  if (P.parseCreationOptionsFromJSON) return P.parseCreationOptionsFromJSON(o);
  const ids = (o.excludeCredentials ?? []).map(c => ({ ...c, id: bytes(c.id) }));
  return { ...o, challenge: bytes(o.challenge), user: { ...o.user, id: bytes(o.user.id) }, excludeCredentials: ids };
}

function request(o) {
  const P = window.PublicKeyCredential;
  if (P.parseRequestOptionsFromJSON) return P.parseRequestOptionsFromJSON(o);
  return { ...o, challenge: bytes(o.challenge), allowCredentials: (o.allowCredentials ?? []).map(c => ({ ...c, id: bytes(c.id) })) };
}

function plain(c) {
  if (c.toJSON) return c.toJSON();
  const r = c.response, out = { clientDataJSON: text(r.clientDataJSON) };
  if (r.attestationObject) Object.assign(out, { attestationObject: text(r.attestationObject), transports: r.getTransports?.() ?? [] });
  else Object.assign(out, { authenticatorData: text(r.authenticatorData), signature: text(r.signature), userHandle: r.userHandle ? text(r.userHandle) : undefined });
  return { id: c.id, rawId: text(c.rawId), type: c.type, response: out, clientExtensionResults: c.getClientExtensionResults(), authenticatorAttachment: c.authenticatorAttachment ?? undefined };
}

function words(err) {
  if (err.message && !(err instanceof DOMException)) return err.message;
  switch (err.name) {
    case 'NotAllowedError': return 'Nothing was confirmed. Try again, or use another way.';
    case 'InvalidStateError': return 'This device holds a passkey for your account already.';
    case 'SecurityError': return 'Passkeys do not work at this address. Open the site by its name, for example localhost instead of 127.0.0.1.';
    default: return 'The passkey could not be used. Try again, or use another way.';
  }
}

async function run(box) {
  const { publicKey } = await post(box.dataset.begin);
  if (box.dataset.passkey === 'create') {
    const credential = plain(await navigator.credentials.create({ publicKey: creation(publicKey) }));
    return post(box.dataset.finish, { name: $('[name=passkey_name]', box).value, credential });
  }
  const credential = plain(await navigator.credentials.get({ publicKey: request(publicKey) }));
  return post(box.dataset.finish, { next: box.dataset.next, credential });
}

for (const box of $$('[data-passkey]')) {
  const button = $('#passkey', box), error = $('[data-passkey-error]', box);
  const say = message => { error.textContent = message; error.hidden = !message; };
  if (!window.PublicKeyCredential) {
    say('This browser has no passkeys.');
    button.hidden = true;
    continue;
  }
  const start = async e => {
    e.preventDefault();
    if (button.getAttribute('aria-busy') === 'true') return;
    button.setAttribute('aria-busy', 'true');
    say('');
    announce('Follow the steps of your browser.');
    try {
      location.assign((await run(box)).next);
    } catch (err) {
      if (err.code === 'confirm_identity' && box.dataset.confirmAt) location.assign(box.dataset.confirmAt);
      else say(words(err));
    } finally {
      button.removeAttribute('aria-busy');
    }
  };
  if (box.tagName === 'FORM') box.addEventListener('submit', start);
  else button.addEventListener('click', start);
}

d.addEventListener('click', e => { if (e.target.closest('[data-print]')) print(); });

// An upload in pieces (tus 1.0.0): it goes on after a lost connection, a restart of the server, and, when the same file is
// chosen again, after a reload of the page. For that the address of an unfinished upload is kept in sessionStorage, which
// ends with the tab; it is removed as soon as the upload ends.
import { request, refusal, waitOf } from './request.js';

const CHUNK = 16 << 20, TRIES = 12, PREFIX = 'imglink-upload:';
const TUS = { 'Tus-Resumable': '1.0.0' };
const sleep = seconds => new Promise(done => { setTimeout(done, seconds * 1000); });

/** Names of files whose upload was interrupted in this tab. */
export function interrupted() {
  try {
    return Object.keys(sessionStorage).filter(k => k.startsWith(PREFIX)).map(k => k.slice(k.indexOf(' ') + 1));
  } catch { return []; } // storage is switched off: uploads then go on only while the page is open
}

export class Resumable {
  /** progress(sent), state('sending' | 'offline' | 'finishing') are told how it goes. */
  constructor({ endpoint, csrf, file, say, progress, state }) {
    Object.assign(this, { endpoint, csrf, file, say, progress, state });
    this.key = `${PREFIX}${file.size}-${file.lastModified} ${file.name}`;
    this.url = this.stored();
  }

  stored(url) {
    try {
      if (url === undefined) return sessionStorage.getItem(this.key);
      if (url) sessionStorage.setItem(this.key, url);
      else sessionStorage.removeItem(this.key);
    } catch { /* as in interrupted() */ }
    return url;
  }

  forget() { this.url = this.stored(null); }

  /** Gives the picture once it is online. */
  async run() {
    for (this.failures = 0; ;) {
      await this.resumed;
      if (this.cancelled) throw new DOMException('cancelled', 'AbortError');
      try {
        if (await this.step()) return await this.result();
      } catch (err) {
        if (this.cancelled) throw err;
        if (err.name === 'AbortError') continue; // paused
        if (!err.again || err.status === 429 || ++this.failures > TRIES) throw err;
        await this.pauseFor(err);
        this.offset = undefined; // the server knows
      }
    }
  }

  /** Asks, or sends one chunk; true when everything has arrived. */
  async step() {
    this.url ??= await this.create();
    if (this.offset === undefined) {
      const x = await this.ask('HEAD');
      if (x.status === 404 || x.status === 410) { this.forget(); return false; }
      if (x.status !== 200) throw await this.explained(x);
      this.arrived(x);
    }
    if (this.offset >= this.file.size) return true;
    this.state('sending');
    const chunk = this.file.slice(this.offset, this.offset + CHUNK), from = this.offset;
    const x = await this.ask('PATCH', chunk, { 'Upload-Offset': from, 'Content-Type': 'application/offset+octet-stream' }, e => {
      this.progress(from + e.loaded);
      if (from + e.loaded >= this.file.size) this.state('finishing');
    });
    if (x.status !== 204) throw refusal(x, this.say);
    this.arrived(x);
    return this.offset >= this.file.size;
  }

  /** Takes over how much the server has. As long as that grows, failures do not add up. */
  arrived(x) {
    this.offset = Number(x.getResponseHeader('Upload-Offset'));
    if (this.offset > (this.best ?? 0)) { this.best = this.offset; this.failures = 0; }
    this.progress(this.offset);
  }

  ask(method, body, headers, progress) {
    return request({ method, url: this.url, body, headers: { ...TUS, ...headers }, say: this.say, progress, began: x => { this.request = x; } });
  }

  async create() {
    const name = btoa(String.fromCharCode(...new TextEncoder().encode(this.file.name)));
    const x = await request({
      method: 'POST', url: this.endpoint, say: this.say, began: r => { this.request = r; },
      headers: { ...TUS, 'Upload-Length': this.file.size, 'Upload-Metadata': `filename ${name}`, 'X-CSRF-Token': this.csrf },
    });
    if (x.status !== 201) throw Object.assign(refusal(x, this.say), { unsupported: [404, 405, 501].includes(x.status) });
    this.offset = 0;
    return this.stored(new URL(x.getResponseHeader('Location'), location.href).pathname);
  }

  /** A refusal to HEAD has no body: GET says why. */
  async explained(x) { return refusal(await this.ask('GET').catch(() => x), this.say); }

  async result() {
    this.state('finishing');
    const x = await this.ask('GET');
    const image = x.status === 200 && JSON.parse(x.responseText).image;
    if (image || x.status !== 200) this.forget();
    if (!image) throw refusal(x, this.say);
    return image;
  }

  /** Waits as long as the server says, twice as long each time when it says nothing, and until there is a connection. */
  async pauseFor(err) {
    if (err.lost) this.state('offline');
    const wait = Math.min(30, Math.max(waitOf(this.request), 2 ** (this.failures - 2)));
    if (!navigator.onLine) await Promise.race([sleep(60), new Promise(back => { addEventListener('online', back, { once: true }); })]);
    await sleep(navigator.onLine ? wait : 0);
  }

  pause() {
    this.resumed = new Promise(go => { this.go = go; });
    this.offset = undefined;
    this.request?.abort();
  }

  resume() { this.go?.(); this.resumed = undefined; }

  cancel() {
    this.cancelled = true;
    this.resume();
    this.request?.abort();
    if (this.url) this.remove(this.url);
    this.forget();
  }

  /** Removes what arrived, as soon as the server has noticed that nobody sends any more. What stays goes within a day. */
  async remove(url) {
    for (let n = 0; n < 5; n++) {
      const res = await fetch(url, { method: 'DELETE', headers: TUS, keepalive: true }).catch(() => null);
      if (res?.status !== 423) return;
      await sleep(Number(res.headers.get('Retry-After')) || 1);
    }
  }
}

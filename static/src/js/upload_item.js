// One upload: its row in the list, its request, its links.
import { $, $$, announce, el } from './core.js';

/** Bytes in words, in the same binary units as the pages. */
export function human(n) {
  if (n >= 1048576) return `${(n / 1048576).toFixed(1)} MiB`;
  return `${Math.max(1, Math.round(n / 1024))} KiB`;
}

let serial = 0;

export class Item {
  /** what is {file, convert} or {url}. */
  constructor(rules, what) {
    Object.assign(this, { rules, ...what });
    this.name = this.file?.name || (this.url ? lastPart(this.url) : 'image');
    this.prefix = `u${++serial}-`;
    this.key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`; // the same for every retry, so that a lost answer stores nothing twice
    this.root = $('#upload-template').content.firstElementChild.cloneNode(true);
    this.meta = $('.meta', this.root);
    this.bar = $('progress', this.root);
    $('.name', this.root).textContent = this.name;
    this.bar.setAttribute('aria-label', `Uploading ${this.name}`);
    this.cancelButton = $('[data-cancel]', this.root);
    this.retryButton = $('[data-retry]', this.root);
    $('.sr', this.cancelButton).textContent = `Cancel ${this.name}`;
    this.cancelButton.addEventListener('click', () => this.cancel());
    this.retryButton.addEventListener('click', () => { this.reset(); this.onRetry(); });
    this.preview();
  }

  preview() {
    const img = $('.thumb', this.root);
    if (!this.file) { img.remove(); this.root.classList.add('no-thumb'); return; }
    const url = URL.createObjectURL(this.file);
    img.addEventListener('load', () => URL.revokeObjectURL(url), { once: true });
    img.addEventListener('error', () => { URL.revokeObjectURL(url); img.remove(); this.root.classList.add('no-thumb'); }, { once: true });
    img.src = url;
  }

  /** Why this file cannot be sent, or an empty string. The server looks again, at the content. */
  check() {
    const { file, rules } = this;
    if (!file) return '';
    if (file.size === 0) return 'This file is empty.';
    if (rules.convertible.includes(file.type)) return '';
    if (file.type && !rules.types.includes(file.type)) return `Not a type we take. Use ${rules.typesText}.`;
    if (file.size > rules.max) return `${human(file.size)} is too large. The limit is ${rules.maxText}.`;
    return '';
  }

  cancel() {
    this.cancelled = true;
    this.request?.abort();
    this.onCancel?.();
    this.root.remove();
    announce(`${this.name} cancelled`);
  }

  reset() {
    this.root.classList.remove('failed');
    this.retryButton.hidden = true;
    this.bar.hidden = false;
    this.bar.value = 0;
    this.meta.className = 'meta';
    this.meta.textContent = 'Waiting';
  }

  fail(message, again = true) {
    this.root.classList.add('failed');
    this.bar.hidden = true;
    this.meta.className = 'meta bad';
    this.meta.textContent = message;
    this.retryButton.hidden = !again;
    $('.sr', this.cancelButton).textContent = `Remove ${this.name} from the list`;
    announce(`${this.name}: ${message}`);
  }

  async send() {
    if (this.cancelled) return;
    try {
      if (this.file && this.rules.convertible.includes(this.file.type)) {
        this.meta.textContent = 'Converting to JPEG';
        this.file = await this.convert(this.file);
        const reason = this.check();
        if (reason) { this.fail(reason, false); return; }
      }
      this.done(await this.post());
    } catch (err) {
      if (!this.cancelled) this.fail(err.message, err.again !== false);
    }
  }

  /** XMLHttpRequest, because fetch cannot tell how much was sent. */
  post() {
    const body = new FormData();
    if (this.file) body.append('file', this.file, this.file.name);
    else body.append('url', this.url);
    return new Promise((resolve, reject) => {
      const x = this.request = new XMLHttpRequest();
      x.open('POST', this.rules.api);
      x.responseType = 'text';
      x.setRequestHeader('Accept', 'application/json');
      x.setRequestHeader('X-CSRF-Token', this.rules.csrf);
      x.setRequestHeader('Idempotency-Key', this.key);
      x.upload.addEventListener('progress', e => this.progress(e));
      x.addEventListener('load', () => (x.status === 201 ? resolve(JSON.parse(x.responseText).images[0]) : reject(refusal(x))));
      x.addEventListener('error', () => reject(new Error('The connection was lost. Try again.')));
      x.addEventListener('timeout', () => reject(new Error('The server did not answer in time. Try again.')));
      this.meta.textContent = this.file ? 'Starting' : 'Fetching';
      if (!this.file) this.bar.removeAttribute('value');
      x.send(body);
    });
  }

  progress(e) {
    if (!e.lengthComputable || !this.file) return;
    this.bar.value = e.loaded / e.total;
    this.meta.textContent = e.loaded < e.total ? `${human(e.loaded)} of ${human(e.total)}` : 'Removing metadata';
  }

  done(image) {
    this.root.classList.add('done');
    this.bar.hidden = true;
    this.cancelButton.hidden = true;
    const kind = image.mime.replace('image/', '').toUpperCase();
    this.meta.textContent = `${kind}, ${image.width} × ${image.height}, ${human(image.bytes)}`;
    $('.name', this.root).replaceChildren(el('a', { href: image.page_url, target: '_blank', rel: 'noopener', title: 'Opens in a new tab' }, image.file_name || this.name));
    if (!$('.thumb', this.root)) {
      this.root.classList.remove('no-thumb');
      this.root.prepend(el('img', { className: 'thumb', src: image.thumb_url, alt: '', width: 80, height: 80 }));
    }
    this.links(image);
    announce(`${this.name} is online. Its links are ready.`);
  }

  links(image) {
    const values = {
      page: image.page_url, direct: image.image_url, markdown: `![](${image.image_url})`,
      html: `<img src="${image.image_url}" alt="">`, bbcode: `[img]${image.image_url}[/img]`, delete: image.delete_url,
    };
    for (const row of $$('.copy', this.root)) {
      const id = this.prefix + row.dataset.kind, input = $('input', row), label = $('label', row);
      Object.assign(input, { id, value: values[row.dataset.kind] });
      label.htmlFor = id;
      $('button', row).dataset.copy = id;
    }
    $('.links', this.root).hidden = false;
  }
}

/** Turns a problem document into an error people can act on; again is false when trying again cannot help. */
function refusal(x) {
  let p = {};
  try { p = JSON.parse(x.responseText); } catch { /* a proxy answered with a page */ }
  const wait = Number(p.retry_after ?? x.getResponseHeader('Retry-After'));
  let text = p.fields?.[0]?.message || p.detail || p.title || `The server answered ${x.status}.`;
  if ((x.status === 429 || x.status === 503) && wait > 0) text += ` You can try again ${inWords(wait)}.`;
  const err = new Error(text);
  err.again = x.status >= 500 || x.status === 429 || x.status === 408 || x.status === 403;
  return err;
}

function inWords(seconds) {
  const f = new Intl.RelativeTimeFormat('en', { numeric: 'always' });
  return seconds < 90 ? f.format(Math.ceil(seconds), 'second') : f.format(Math.ceil(seconds / 60), 'minute');
}

function lastPart(address) {
  try { return decodeURIComponent(new URL(address).pathname.split('/').pop()) || address; } catch { return address; }
}

// One upload: its row in the list, its request, its links.
import { $, $$, announce, el } from './core.js';
import { refusal, request } from './request.js';
import { Resumable } from './resumable.js';
import { human } from './words.js';

let serial = 0;

export class Item {
  /** what is {file, convert} or {url}. */
  constructor(rules, what) {
    Object.assign(this, { rules, say: rules.say, ...what });
    this.name = this.file?.name || (this.url ? lastPart(this.url) : 'image');
    this.options = $$('[data-options] select').filter(s => s.selectedIndex > 0).map(s => [s.name, s.value]); // as chosen when it was added
    this.prefix = `u${++serial}-`;
    this.key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`; // the same for every retry, so that a lost answer stores nothing twice
    this.root = $('#upload-template').content.firstElementChild.cloneNode(true);
    this.meta = $('.meta', this.root);
    this.bar = $('progress', this.root);
    $('.name', this.root).textContent = this.name;
    this.bar.setAttribute('aria-label', this.say('uploading', this.name));
    this.cancelButton = $('[data-cancel]', this.root);
    this.retryButton = $('[data-retry]', this.root);
    this.pauseButton = $('[data-pause]', this.root);
    $('.sr', this.cancelButton).textContent = this.say('cancelName', this.name);
    $('.sr', this.pauseButton).textContent = `${this.say('pause')}: ${this.name}`;
    this.pauseButton.addEventListener('click', () => this.pause());
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
    const { file, rules, say } = this;
    if (!file) return '';
    if (file.size === 0) return say('empty');
    if (rules.convertible.includes(file.type)) return '';
    if (file.type && !rules.types.includes(file.type)) return say('type', rules.typesText);
    if (file.size > rules.max) return say('tooLarge', human(file.size), rules.maxText);
    return '';
  }

  cancel() {
    this.cancelled = true;
    this.transfer?.cancel();
    this.request?.abort();
    this.onCancel?.();
    this.root.remove();
    announce(this.say('cancelled', this.name));
  }

  reset() {
    this.root.classList.remove('failed');
    this.retryButton.hidden = true;
    this.bar.hidden = false;
    this.bar.value = 0;
    this.meta.className = 'meta';
    this.meta.textContent = this.say('waiting');
  }

  fail(message, again = true) {
    this.root.classList.add('failed');
    this.bar.hidden = true;
    this.meta.className = 'meta bad';
    this.meta.textContent = message;
    this.retryButton.hidden = !again;
    this.pauseButton.hidden = true;
    $('.sr', this.cancelButton).textContent = this.say('removeName', this.name);
    announce(`${this.name}: ${message}`);
  }

  async send() {
    if (this.cancelled) return;
    try {
      if (this.file && this.rules.convertible.includes(this.file.type)) {
        this.meta.textContent = this.say('converting');
        this.file = await this.convert(this.file, this.say);
        const reason = this.check();
        if (reason) { this.fail(reason, false); return; }
      }
      this.done(await this.deliver());
    } catch (err) {
      if (!this.cancelled) this.fail(err.message, err.again !== false);
    }
  }

  /** Large files go in pieces. Where that is not spoken, such as behind an old proxy, they go in one like the others. */
  async deliver() {
    if (!this.file || !this.rules.tus || this.file.size <= this.rules.resumeFrom || this.options.length) return this.post();
    this.transfer = new Resumable({
      endpoint: this.rules.tus, csrf: this.rules.csrf, file: this.file, say: this.say,
      progress: sent => this.progress(sent, this.file.size), state: state => this.state(state),
    });
    this.pauseButton.hidden = false;
    try {
      return await this.transfer.run();
    } catch (err) {
      if (!err.unsupported) throw err;
      return await this.post();
    } finally {
      this.pauseButton.hidden = true;
      this.transfer = undefined;
    }
  }

  state(state) {
    if (state === 'offline') this.meta.textContent = this.say('offline');
    if (state === 'finishing') { this.meta.textContent = this.say('cleaning'); this.pauseButton.hidden = true; }
  }

  pause() {
    this.paused = !this.paused;
    const word = this.say(this.paused ? 'resume' : 'pause');
    $('.sr', this.pauseButton).textContent = `${word}: ${this.name}`;
    this.pauseButton.classList.toggle('paused', this.paused);
    if (this.paused) {
      this.transfer.pause();
      this.meta.textContent = this.say('paused', human(this.bar.value * this.file.size));
    } else this.transfer.resume();
    announce(this.paused ? this.meta.textContent : this.say('uploading', this.name));
  }

  async post() {
    const body = new FormData();
    for (const [name, value] of this.options) body.append(name, value); // before the file: they count for what follows
    if (this.file) body.append('file', this.file, this.file.name);
    else body.append('url', this.url);
    this.meta.textContent = this.say(this.file ? 'starting' : 'fetching');
    if (!this.file) this.bar.removeAttribute('value');
    const x = await request({
      method: 'POST', url: this.rules.api, body, say: this.say, began: r => { this.request = r; },
      headers: { 'X-CSRF-Token': this.rules.csrf, 'Idempotency-Key': this.key },
      progress: e => { if (e.lengthComputable && this.file) this.progress(e.loaded, e.total); },
    });
    if (x.status !== 201) throw refusal(x, this.say);
    return JSON.parse(x.responseText).images[0];
  }

  progress(sent, total) {
    if (this.paused) return;
    this.bar.value = Math.min(1, sent / total);
    this.meta.textContent = sent < total ? this.say('progress', human(sent), human(total)) : this.say('cleaning');
  }

  done(image) {
    this.root.classList.add('done');
    this.bar.hidden = true;
    this.cancelButton.hidden = true;
    const kind = image.mime.replace('image/', '').toUpperCase();
    this.meta.textContent = `${kind}, ${image.width} × ${image.height}, ${human(image.bytes)}`;
    $('.name', this.root).replaceChildren(el('a', { href: image.page_url, target: '_blank', rel: 'noopener', title: this.say('newTab') }, image.file_name || this.name));
    if (!$('.thumb', this.root)) {
      this.root.classList.remove('no-thumb');
      this.root.prepend(el('img', { className: 'thumb', src: image.thumb_url, alt: '', width: 80, height: 80 }));
    }
    this.links(image);
    announce(this.say('online', this.name));
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

function lastPart(address) {
  try { return decodeURIComponent(new URL(address).pathname.split('/').pop()) || address; } catch { return address; }
}

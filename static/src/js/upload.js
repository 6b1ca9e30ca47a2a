// The uploader: drop, paste, choose or photograph; three files at a time; each can be cancelled and tried again.
import { $, $$, announce, copyText } from './core.js';
import { convert } from './convert.js';
import { shared } from './installed.js';
import { interrupted } from './resumable.js';
import { Item } from './upload_item.js';
import { sayings } from './words.js';

const PARALLEL = 3;
const form = $('form[data-upload]');
if (form) start(form);

function start(form) {
  const say = sayings(form);
  const rules = {
    say, api: form.dataset.upload, tus: form.dataset.tus, resumeFrom: Number(form.dataset.resumeFrom), csrf: $('[name=_csrf]', form).value, max: Number(form.dataset.max), maxText: form.dataset.maxText,
    files: Number(form.dataset.files) || 20, types: form.dataset.types.split(','), typesText: form.dataset.typesText,
    convertible: form.dataset.convert.split(',').filter(Boolean),
  };
  const list = $('#uploads'), waiting = [];
  let running = 0;

  const pump = () => {
    while (running < PARALLEL && waiting.length) {
      const item = waiting.shift();
      running++;
      item.send().finally(() => { running--; bar(list, say); pump(); });
    }
  };
  const enqueue = item => {
    item.onRetry = () => { waiting.push(item); pump(); };
    item.onCancel = () => { const at = waiting.indexOf(item); if (at >= 0) waiting.splice(at, 1); };
    list.append(item.root);
    const reason = item.check();
    if (reason) item.fail(reason, false);
    else waiting.push(item);
  };
  const take = files => {
    const all = [...files];
    if (!all.length) return;
    for (const f of all.slice(0, rules.files)) enqueue(new Item(rules, { file: f, convert }));
    if (all.length > rules.files) announce(say('firstFiles', rules.files));
    else announce(all.length === 1 ? say('uploading', all[0].name) : say('files', all.length));
    pump();
    list.firstElementChild?.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
  };

  for (const input of $$('input[type=file]', form)) {
    input.addEventListener('change', () => { take(input.files); input.value = ''; });
  }
  form.addEventListener('submit', e => {
    const url = $('#url', form);
    e.preventDefault();
    if (!url.value.trim() || !url.reportValidity()) return;
    enqueue(new Item(rules, { url: url.value.trim() }));
    url.value = '';
    pump();
  });
  listen(form, take);
  const left = interrupted();
  if (left.length) Object.assign($('#interrupted'), { hidden: false, textContent: say('interrupted', left.join(', ')) });
  shared().then(files => ask(files, say, take));
  if (/Mac|iPhone|iPad/.test(navigator.platform)) for (const k of $$('[data-mod]')) k.textContent = '⌘';
}

/** Pictures shared from another app are uploaded when the person here says so: any site can pretend to share. */
function ask(files, say, take) {
  if (!files.length) return;
  const box = $('#shared');
  $('p', box).textContent = say('shared', files.map(f => f.name).join(', '));
  $('[data-shared=yes]', box).addEventListener('click', () => { box.hidden = true; take(files); });
  $('[data-shared=no]', box).addEventListener('click', () => { box.hidden = true; });
  box.hidden = false;
  $('[data-shared=yes]', box).focus();
}

/** Dropping works anywhere on the page, and so does pasting. */
function listen(form, take) {
  let depth = 0;
  const over = on => form.classList.toggle('over', on);
  const files = e => [...(e.dataTransfer?.types ?? [])].includes('Files');
  addEventListener('dragenter', e => { if (files(e)) { e.preventDefault(); depth++; over(true); } });
  addEventListener('dragleave', () => { depth = Math.max(0, depth - 1); if (!depth) over(false); });
  addEventListener('dragover', e => { if (files(e)) e.preventDefault(); });
  addEventListener('drop', e => {
    if (!files(e)) return;
    e.preventDefault();
    depth = 0;
    over(false);
    take(e.dataTransfer.files);
  });
  addEventListener('paste', e => {
    const pasted = [...(e.clipboardData?.files ?? [])];
    if (pasted.length) { e.preventDefault(); take(pasted); }
  });
}

/** With two finished uploads or more, one button copies every page link. */
function bar(list, say) {
  const pages = () => $$('.up.done [data-kind=page] input', list).map(i => i.value);
  if (pages().length < 2 || $('.up-bar', list)) return;
  const b = $('#upload-bar').content.firstElementChild.cloneNode(true);
  $('[data-copy-all]', b).addEventListener('click', async () => {
    await copyText(pages().join('\n'));
    announce(say('linksCopied', pages().length));
  });
  list.prepend(b);
}


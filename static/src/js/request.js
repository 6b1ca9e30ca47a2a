// One request of the uploader. XMLHttpRequest, because fetch cannot tell how much was sent.
import { inWords } from './words.js';

/**
 * Sends a request and gives the finished XMLHttpRequest, whatever its status; a lost connection is an error with again set.
 * began is called with the request, which can be aborted: that rejects with an error named AbortError.
 */
export function request({ method, url, headers = {}, body = null, say, began, progress }) {
  return new Promise((resolve, reject) => {
    const x = new XMLHttpRequest();
    const lost = word => reject(Object.assign(new Error(say(word)), { again: true, lost: true }));
    x.open(method, url);
    x.responseType = 'text';
    x.setRequestHeader('Accept', 'application/json');
    for (const [name, value] of Object.entries(headers)) x.setRequestHeader(name, value);
    if (progress) x.upload.addEventListener('progress', progress);
    x.addEventListener('load', () => resolve(x));
    x.addEventListener('error', () => lost('lost'));
    x.addEventListener('timeout', () => lost('slow'));
    x.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
    began?.(x);
    x.send(body);
  });
}

/** Seconds that the server asks to wait; 0 when it does not say. */
export const waitOf = x => Number(x.getResponseHeader('Retry-After')) || 0;

/** Turns a problem document into an error people can act on; again is false when trying again cannot help. */
export function refusal(x, say) {
  let p = {};
  try { p = JSON.parse(x.responseText); } catch { /* a proxy answered with a page */ }
  const wait = Number(p.retry_after) || waitOf(x);
  let text = p.fields?.[0]?.message || p.detail || p.title || say('answered', x.status);
  if ((x.status === 429 || x.status === 503) && wait > 0) text += ` ${say('again', inWords(wait))}`;
  return Object.assign(new Error(text), { again: x.status >= 500 || [403, 408, 409, 423, 429].includes(x.status), status: x.status });
}

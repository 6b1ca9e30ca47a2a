// Texts that the page hands to its scripts in a data attribute, in the reader's language.
import { root } from './core.js';

/** Gives a function that fills the named text: say('progress', '1 MiB', '3 MiB'). "%[2]s" takes the second value. */
export function sayings(element) {
  const words = JSON.parse(element.dataset.words);
  return (name, ...values) => {
    let next = 0;
    return words[name].replace(/%(?:\[(\d)\])?s/g, (_, at) => values[at ? at - 1 : next++]);
  };
}

const number = digits => new Intl.NumberFormat(root.lang || 'en', { minimumFractionDigits: digits, maximumFractionDigits: digits });

/** Bytes in words, in the same binary units as the pages. */
export function human(n) {
  if (n >= 1048576) return `${number(1).format(n / 1048576)} MiB`;
  return `${number(0).format(Math.max(1, n / 1024))} KiB`;
}

/** A wait in words: "in 20 seconds". */
export function inWords(seconds) {
  const f = new Intl.RelativeTimeFormat(root.lang || 'en', { numeric: 'always' });
  return seconds < 90 ? f.format(Math.ceil(seconds), 'second') : f.format(Math.ceil(seconds / 60), 'minute');
}

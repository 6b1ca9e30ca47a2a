// Worker: finds the number whose SHA-256(salt + number) equals the challenge. A plain implementation over one reused
// block is several times faster here than a promise per hash from crypto.subtle.
import { Hasher } from './sha256.js';

const REPORT = 20_000; // tries between two progress messages

addEventListener('message', ({ data: { challenge, salt, max, algorithm } }) => {
  if (algorithm !== 'SHA-256') throw new Error(`unknown algorithm ${algorithm}`);
  const hasher = new Hasher(salt, challenge);
  for (let n = 0; n <= max; n++) {
    if (hasher.matches(n)) { postMessage({ found: n }); return; }
    if (n % REPORT === 0) postMessage({ tried: n });
  }
  throw new Error('the challenge has no solution in its range');
});

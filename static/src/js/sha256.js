// SHA-256 (FIPS 180-4) of salt + decimal number, compared with a wanted digest. The blocks that hold only salt are
// hashed once.
const K = new Uint32Array(64), H0 = new Uint32Array(8);
{ // the constants are the fractional parts of the cube and square roots of the first primes
  const frac = x => ((x - Math.floor(x)) * 4294967296) | 0;
  let n = 0;
  for (let c = 2; n < 64; c++) {
    let prime = true;
    for (let f = 2; f * f <= c; f++) if (c % f === 0) { prime = false; break; }
    if (!prime) continue;
    if (n < 8) H0[n] = frac(Math.sqrt(c));
    K[n++] = frac(Math.cbrt(c));
  }
}

const W = new Int32Array(64);

function compress(h, bytes, at) {
  for (let i = 0; i < 16; i++, at += 4) W[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
  for (let i = 16; i < 64; i++) {
    const x = W[i - 15], y = W[i - 2];
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
    W[i] = (W[i - 16] + s0 + W[i - 7] + s1) | 0;
  }
  let [a, b, c, e4, e, f, g, hh] = h;
  for (let i = 0; i < 64; i++) {
    const S1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
    const t1 = (hh + S1 + ((e & f) ^ (~e & g)) + K[i] + W[i]) | 0;
    const S0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
    const t2 = (S0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    hh = g; g = f; f = e; e = (e4 + t1) | 0; e4 = c; c = b; b = a; a = (t1 + t2) | 0;
  }
  h[0] += a; h[1] += b; h[2] += c; h[3] += e4; h[4] += e; h[5] += f; h[6] += g; h[7] += hh;
}

export class Hasher {
  constructor(salt, wantedHex) {
    const bytes = new TextEncoder().encode(salt);
    this.whole = bytes.length - (bytes.length % 64);
    this.start = H0.slice();
    for (let at = 0; at < this.whole; at += 64) compress(this.start, bytes, at);
    this.tail = bytes.subarray(this.whole);
    this.saltLength = bytes.length;
    this.block = new Uint8Array(128);
    this.h = new Uint32Array(8);
    this.want = new Uint32Array(8);
    for (let i = 0; i < 8; i++) this.want[i] = parseInt(wantedHex.slice(i * 8, i * 8 + 8), 16);
  }

  matches(number) {
    const { block, h, tail } = this, digits = String(number);
    block.fill(0);
    block.set(tail);
    let at = tail.length;
    for (let i = 0; i < digits.length; i++) block[at++] = digits.charCodeAt(i);
    block[at++] = 0x80;
    const size = at + 8 > 64 ? 128 : 64;
    const bits = (this.saltLength + digits.length) * 8;
    for (let i = 0; i < 4; i++) block[size - 1 - i] = bits >>> (8 * i);
    h.set(this.start);
    compress(h, block, 0);
    if (size === 128) compress(h, block, 64);
    for (let i = 0; i < 8; i++) if (h[i] !== this.want[i]) return false;
    return true;
  }
}

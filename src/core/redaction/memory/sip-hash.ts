// SipHash-2-4: a keyed hash of short texts. Without the key nobody can tell which text a hash is of, nor try texts out.
//
// WHY NOT HMAC: it lives in `node:crypto`, which core must not import. WHY NOT BigInt: thirty times slower.

/** 128 bits, as four words of 32 bits, lowest first. */
export type SipKey = readonly [number, number, number, number];

/** Reads 32 hex digits. */
export function sipKeyOf(hex: string): SipKey {
  const word = (index: number) => Number.parseInt(hex.slice(8 * index, 8 * index + 8), 16) >>> 0;
  return [word(0), word(1), word(2), word(3)];
}

/** Eight 32-bit words: v0 to v3, the low half of each before its high half. */
type State = Uint32Array;

/**
 * The hash of a text's UTF-16 units, each as two bytes, low byte first.
 *
 * @returns 64 bits: the low and the high 32
 * @see Aumasson and Bernstein, SipHash: a fast short-input PRF, 2012
 */
export function sipHash(key: SipKey, text: string): readonly [low: number, high: number] {
  const state = begin(key);
  const units = text.length;
  const whole = units - (units % 4);
  for (let at = 0; at < whole; at += 4) absorb(state, pair(text, at), pair(text, at + 2));
  const low = whole < units ? pair(text, whole) : 0;
  const last = whole + 2 < units ? text.charCodeAt(whole + 2) : 0;
  absorb(state, low, (last | (((2 * units) & 0xff) << 24)) >>> 0);
  state[4] = state[4]! ^ 0xff;
  for (let round = 0; round < 4; round++) mix(state);
  const [a, b, c, d, e, f, g, h] = state as unknown as number[];
  return [(a! ^ c! ^ e! ^ g!) >>> 0, (b! ^ d! ^ f! ^ h!) >>> 0];
}

function pair(text: string, at: number): number {
  const second = at + 1 < text.length ? text.charCodeAt(at + 1) : 0;
  return (text.charCodeAt(at) | (second << 16)) >>> 0;
}

function begin([k0, k1, k2, k3]: SipKey): State {
  return Uint32Array.of(
    k0 ^ 0x70736575,
    k1 ^ 0x736f6d65,
    k2 ^ 0x6e646f6d,
    k3 ^ 0x646f7261,
    k0 ^ 0x6e657261,
    k1 ^ 0x6c796765,
    k2 ^ 0x79746573,
    k3 ^ 0x74656462,
  );
}

function absorb(state: State, low: number, high: number): void {
  state[6] = state[6]! ^ low;
  state[7] = state[7]! ^ high;
  mix(state);
  mix(state);
  state[0] = state[0]! ^ low;
  state[1] = state[1]! ^ high;
}

function mix(state: State): void {
  add(state, 0, 2);
  rotate(state, 2, 13);
  xor(state, 2, 0);
  rotate(state, 0, 32);
  add(state, 4, 6);
  rotate(state, 6, 16);
  xor(state, 6, 4);
  add(state, 0, 6);
  rotate(state, 6, 21);
  xor(state, 6, 0);
  add(state, 4, 2);
  rotate(state, 2, 17);
  xor(state, 2, 4);
  rotate(state, 4, 32);
}

/** `to += from`, of 64 bits each. */
function add(state: State, to: number, from: number): void {
  const low = state[to]! + state[from]!;
  state[to + 1] = state[to + 1]! + state[from + 1]! + (low > 0xffffffff ? 1 : 0);
  state[to] = low;
}

function xor(state: State, to: number, from: number): void {
  state[to] = state[to]! ^ state[from]!;
  state[to + 1] = state[to + 1]! ^ state[from + 1]!;
}

function rotate(state: State, at: number, bits: number): void {
  const [low, high] = [state[at]!, state[at + 1]!];
  if (bits === 32) {
    state[at] = high;
    state[at + 1] = low;
    return;
  }
  state[at] = (low << bits) | (high >>> (32 - bits));
  state[at + 1] = (high << bits) | (low >>> (32 - bits));
}

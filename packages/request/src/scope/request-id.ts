/** The id that a request is known by: the one it brings along where that is trusted and safe, else a new one. */

const SAFE = /^[\w.:@/+=-]{1,128}$/;

/** Letters, digits and `_ . : @ / + = -`, at most 128 of them: nothing that could end a header or a line of a log. */
export function isSafeRequestId(id: string): boolean {
  return SAFE.test(id);
}

/** @returns what a request brings as its id, if it is a safe one */
export function safeRequestId(brought: unknown): string | undefined {
  return typeof brought === 'string' && isSafeRequestId(brought) ? brought : undefined;
}

// On Node the global is a getter.
const { crypto } = globalThis;

const LENGTH = 36;
/** Where the two digits of each byte stand. */
const DIGITS_AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const digits = new TextEncoder().encode('0123456789abcdef');
const decoder = new TextDecoder();

/** Asked for a thousand ids at a time: a call takes 2 to 30 µs, however few they are. */
const random = new Uint8Array(16 * 1024);
let used = random.length;

/** Whoever keeps an id keeps the text of its batch, so a batch is small. */
const letters = new Uint8Array(16 * LENGTH).fill('-'.charCodeAt(0));
let batch = '';
let next = 0;

/**
 * A random UUID (RFC 9562, version 4). They are made in batches: on Node one takes 70 to 90 ns, and 200 to 280 ns by
 * `crypto.randomUUID()`, whose text is in pieces that the first look at all of it must join.
 */
export function newRequestId(): string {
  if (next === batch.length) makeBatch();
  const id = batch.slice(next, next + LENGTH);
  next += LENGTH;
  return id;
}

function makeBatch(): void {
  for (let at = 0; at < letters.length; at += LENGTH) writeUuid(at);
  batch = decoder.decode(letters);
  next = 0;
}

function writeUuid(at: number): void {
  if (used === random.length) {
    crypto.getRandomValues(random);
    used = 0;
  }
  random[used + 6] = ((random[used + 6] as number) & 0x0f) | 0x40;
  random[used + 8] = ((random[used + 8] as number) & 0x3f) | 0x80;
  for (const place of DIGITS_AT) {
    const byte = random[used++] as number;
    letters[at + place] = digits[byte >> 4] as number;
    letters[at + place + 1] = digits[byte & 0x0f] as number;
  }
}

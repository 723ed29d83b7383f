/** Request ids: a new random one, or the one that the request carries if that one is trusted and safe. */

const SAFE_ID = /^[\w.:@/+=-]{1,128}$/;

/**
 * Whether an id has at most 128 characters, all of them letters, digits or one of `_ . : @ / + = -`. No such id can end
 * a header or a log line.
 */
export function isSafeRequestId(id: string): boolean {
  return SAFE_ID.test(id);
}

/** @returns the value if it is a safe request id, otherwise undefined */
export function asSafeRequestId(value: unknown): string | undefined {
  return typeof value === 'string' && isSafeRequestId(value) ? value : undefined;
}

const UUID_LENGTH = 36;
/** The two hexadecimal digits of each byte, as characters. */
const digits = Uint8Array.from(
  Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0')).join(''),
  (digit) => digit.charCodeAt(0),
);
/** The same, both digits in one number, in the byte order of the processor. */
const digitPairs = new Uint16Array(digits.buffer);
/** The environment of jsdom in Jest has no `TextDecoder`. Without it, a batch takes 50 µs instead of 0.5 µs. */
const decoder = typeof TextDecoder === 'function' ? new TextDecoder() : undefined;

/** Random bytes for a thousand ids: one call of `getRandomValues` takes 2 to 30 µs, however few bytes it returns. */
const randomBytes = new Uint8Array(16 * 1024);
let randomOffset = randomBytes.length;

/** A retained id retains the text of its whole batch, so a batch is small. */
const batchBytes = new Uint8Array(16 * UUID_LENGTH).fill('-'.charCodeAt(0));
/** The same memory. */
const batchPairs = new Uint16Array(batchBytes.buffer);
let batch = '';
let batchOffset = 0;

/**
 * Creates a random UUID (version 4). UUIDs are created in batches: on Node, one takes 30 ns that way. With
 * `crypto.randomUUID()` it takes 120 to 280 ns, because that text consists of pieces that the first read of the whole
 * text must join. Benchmark: npm run bench -- --requests
 * @see https://www.rfc-editor.org/rfc/rfc9562.html#section-5.4
 */
export function newRequestId(): string {
  if (batchOffset === batch.length) fillBatch();
  const id = batch.slice(batchOffset, batchOffset + UUID_LENGTH);
  batchOffset += UUID_LENGTH;
  return id;
}

function fillBatch(): void {
  for (let offset = 0; offset < batchBytes.length; offset += UUID_LENGTH) writeUuid(offset);
  batch = decoder?.decode(batchBytes) ?? String.fromCharCode(...batchBytes);
  batchOffset = 0;
}

/** Writes `00000000-0000-4000-8000-000000000000` with random digits. */
function writeUuid(offset: number): void {
  if (randomOffset === randomBytes.length) {
    // On Node, this is a getter, which loads 20 modules when it is called for the first time. That takes 3 to 5 ms, so it
    // is left to the first request.
    globalThis.crypto.getRandomValues(randomBytes);
    randomOffset = 0;
  }
  const source = randomOffset;
  randomOffset += 16;
  // The version (4) and the variant.
  randomBytes[source + 6] = ((randomBytes[source + 6] as number) & 0x0f) | 0x40;
  randomBytes[source + 8] = ((randomBytes[source + 8] as number) & 0x3f) | 0x80;
  writePairs(offset, source, 4);
  writeDigits(offset + 9, source + 4);
  writePairs(offset + 14, source + 6, 2);
  writeDigits(offset + 19, source + 8);
  writePairs(offset + 24, source + 10, 6);
}

/** Writes the digits of random bytes at an even offset, two at once. */
function writePairs(offset: number, source: number, byteCount: number): void {
  const target = offset / 2;
  for (let index = 0; index < byteCount; index++) {
    batchPairs[target + index] = digitPairs[randomBytes[source + index] as number] as number;
  }
}

/** Writes the digits of two random bytes at an odd offset. */
function writeDigits(offset: number, source: number): void {
  const first = (randomBytes[source] as number) * 2;
  const second = (randomBytes[source + 1] as number) * 2;
  batchBytes[offset] = digits[first] as number;
  batchBytes[offset + 1] = digits[first + 1] as number;
  batchBytes[offset + 2] = digits[second] as number;
  batchBytes[offset + 3] = digits[second + 1] as number;
}

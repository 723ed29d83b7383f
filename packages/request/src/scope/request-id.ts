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
/** The offsets of the two hexadecimal digits of each byte in a UUID. */
const DIGIT_OFFSETS = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;
const hexDigits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** The environment of jsdom in Jest has no `TextDecoder`. Without it, a batch takes 50 µs instead of 0.5 µs. */
const decoder = typeof TextDecoder === 'function' ? new TextDecoder() : undefined;

/** Random bytes for a thousand ids: one call of `getRandomValues` takes 2 to 30 µs, however few bytes it returns. */
const randomBytes = new Uint8Array(16 * 1024);
let randomOffset = randomBytes.length;

/** A retained id retains the text of its whole batch, so a batch is small. */
const batchBytes = new Uint8Array(16 * UUID_LENGTH).fill('-'.charCodeAt(0));
let batch = '';
let batchOffset = 0;

/**
 * Creates a random UUID (version 4). UUIDs are created in batches: on Node, one takes 70 to 90 ns that way. With
 * `crypto.randomUUID()` it takes 200 to 280 ns, because that text consists of pieces that the first read of the whole
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

function writeUuid(uuidOffset: number): void {
  if (randomOffset === randomBytes.length) {
    // On Node, this is a getter, which loads 20 modules when it is called for the first time. That takes 3 to 5 ms, so it
    // is left to the first request.
    globalThis.crypto.getRandomValues(randomBytes);
    randomOffset = 0;
  }
  // The version (4) and the variant.
  randomBytes[randomOffset + 6] = ((randomBytes[randomOffset + 6] as number) & 0x0f) | 0x40;
  randomBytes[randomOffset + 8] = ((randomBytes[randomOffset + 8] as number) & 0x3f) | 0x80;
  for (const offset of DIGIT_OFFSETS) {
    const byte = randomBytes[randomOffset++] as number;
    batchBytes[uuidOffset + offset] = hexDigits[byte >> 4] as number;
    batchBytes[uuidOffset + offset + 1] = hexDigits[byte & 0x0f] as number;
  }
}

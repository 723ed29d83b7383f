/**
 * The body of a `Request`, which can be read once, kept for the case that the request is redirected.
 *
 * A copy of the stream that is read later would hold everything that the first reader has read: the whole of an upload of
 * any size. So the copy is read at once, and given up beyond a limit.
 */

/** The most bytes that are kept. */
const MAX_KEPT_BYTES = 1_048_576;

/** A copy of a body, up to a size. */
export class KeptBody {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #bytes: Promise<Uint8Array<ArrayBuffer> | undefined>;

  /** @param copy the body of `request.clone()` */
  constructor(copy: ReadableStream<Uint8Array>) {
    this.#reader = copy.getReader();
    // A body that fails, such as that of a request that is aborted, cannot be sent again.
    this.#bytes = this.#readAll().catch(() => undefined);
  }

  /** Returns the bytes, or undefined if there are more than can be kept. */
  read(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    return this.#bytes;
  }

  /** Gives up the copy, once it is known that it is not needed. */
  discard(): void {
    this.#reader.cancel().catch(() => {});
  }

  async #readAll(): Promise<Uint8Array<ArrayBuffer> | undefined> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) return joined(chunks, size);
      size += value.byteLength;
      if (size > MAX_KEPT_BYTES) {
        this.discard();
        return undefined;
      }
      chunks.push(value);
    }
  }
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

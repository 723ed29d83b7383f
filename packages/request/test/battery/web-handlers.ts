/** The parts of the battery's route handlers that use web streams and `FormData`. */
import type { Recorder } from './recorded-reads.js';

const encoder = new TextEncoder();

/** Creates a stream that produces each chunk when it is pulled. */
export function streamFrom(chunks: AsyncGenerator<string | Uint8Array>): ReadableStream<Uint8Array> {
  let pending: Promise<IteratorResult<string | Uint8Array>> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      pending = chunks.next();
      const { done, value } = await pending;
      if (done) controller.close();
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
    },
    async cancel() {
      // On Deno and workerd, a call to a generator that is still running is executed later, in a frame other than the
      // caller's.
      await pending;
      await chunks.return(undefined);
    },
  });
}

/** Reads a request body that may never end. The checkpoint `upload ended` is always recorded. */
export async function readWebUpload(body: ReadableStream<Uint8Array> | null, record: Recorder): Promise<void> {
  const reader = body?.getReader();
  try {
    while (reader !== undefined && !(await reader.read()).done) record('data');
  } catch {
    // Reading the body fails if the client disconnects.
  } finally {
    record('upload ended');
  }
}

/** The text of the file that was uploaded as the field `file`. */
export async function uploadedFileText(form: FormData): Promise<string | undefined> {
  const file = form.get('file');
  return file instanceof File ? file.text() : (file ?? undefined);
}

/** The field `text` of a form. */
export function formFieldText(form: FormData): string | undefined {
  const text = form.get('text');
  return typeof text === 'string' ? text : undefined;
}

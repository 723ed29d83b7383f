/** The bodies of the battery as web streams. */
import type { Note } from './recorded-reads.js';

const encoder = new TextEncoder();

/** A stream that makes each piece when it is asked for it. */
export function streamOf(pieces: AsyncGenerator<string | Uint8Array>): ReadableStream<Uint8Array> {
  let making: Promise<IteratorResult<string | Uint8Array>> | undefined;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      making = pieces.next();
      const { done, value } = await making;
      if (done) controller.close();
      else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
    },
    async cancel() {
      // What is asked of a generator while it is busy is done in another frame by Deno and workerd.
      await making;
      await pieces.return(undefined);
    },
  });
}

/** Reads a body that may never end: the step `upload ended` comes either way. */
export async function readBody(body: ReadableStream<Uint8Array> | null, note: Note): Promise<void> {
  const reader = body?.getReader();
  try {
    while (reader !== undefined && !(await reader.read()).done) note('data');
  } catch {
    // A client that goes away is an error of its body.
  } finally {
    note('upload ended');
  }
}

/** The text of what was uploaded as the field `file`. */
export async function fileText(form: FormData): Promise<string | undefined> {
  const file = form.get('file');
  return file instanceof File ? file.text() : (file ?? undefined);
}

/** The field `text` of a form. */
export function fieldText(form: FormData): string | undefined {
  const text = form.get('text');
  return typeof text === 'string' ? text : undefined;
}

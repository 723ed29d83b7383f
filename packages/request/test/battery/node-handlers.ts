/** What the handlers of the battery's servers do with Node's own requests and answers. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Note } from './recorded-reads.js';

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** Reads in the listeners of the answer's end. */
export function noteEnd(response: Response, note: Note): void {
  response.on('finish', () => note('finish'));
  response.on('close', () => note('close'));
}

/** Writes the pieces of an answer, and waits where it is told to. */
export async function writeAll(
  response: Response,
  pieces: AsyncIterable<string | Uint8Array>,
  note: Note,
): Promise<void> {
  response.on('drain', () => note('drain'));
  for await (const piece of pieces) {
    // The types of the two kinds of answer have nothing in common to call.
    const answer = response as ServerResponse;
    if (answer.write(piece) || isOver(response)) continue;
    await writable(answer);
    note('after drain');
  }
  response.end();
}

function isOver(response: Response): boolean {
  return 'stream' in response ? response.stream.destroyed : response.destroyed;
}

/** Waits until more can be written, or nobody is there any more. */
function writable(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go);
      response.off('close', go);
      resolve();
    };
    response.on('drain', go);
    response.on('close', go);
  });
}

/** Reads a body that may never end: the step `upload ended` comes either way. */
export async function readUpload(request: Request, note: Note): Promise<void> {
  request.on('data', () => note('data'));
  try {
    await once(request, 'end');
  } catch {
    // A client that goes away is an error of the request.
  } finally {
    note('upload ended');
  }
}

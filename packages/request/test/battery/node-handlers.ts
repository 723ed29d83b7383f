/** The parts of the battery's route handlers that use the requests and responses of Node's own servers. */
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2';
import type { Recorder } from './recorded-reads.js';

type NodeRequest = IncomingMessage | Http2ServerRequest;
type NodeResponse = ServerResponse | Http2ServerResponse;

/** Reads the scope in the listeners for the end of a response. */
export function recordResponseEnd(response: NodeResponse, record: Recorder): void {
  response.on('finish', () => record('finish'));
  response.on('close', () => record('close'));
}

/** Writes the chunks of a response, and waits for `drain` after a write that returned false. */
export async function writeChunks(
  response: NodeResponse,
  chunks: AsyncIterable<string | Uint8Array>,
  record: Recorder,
): Promise<void> {
  response.on('drain', () => record('drain'));
  for await (const chunk of chunks) {
    // The types of the two classes have no call signature of `write` in common.
    const writable = response as ServerResponse;
    if (writable.write(chunk) || isDestroyed(response)) continue;
    await drainOrClose(writable);
    record('after drain');
  }
  response.end();
}

function isDestroyed(response: NodeResponse): boolean {
  return 'stream' in response ? response.stream.destroyed : response.destroyed;
}

/** Waits until more can be written or the client has disconnected. */
function drainOrClose(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const proceed = () => {
      response.off('drain', proceed);
      response.off('close', proceed);
      resolve();
    };
    response.on('drain', proceed);
    response.on('close', proceed);
  });
}

/** Reads a request body that may never end. The checkpoint `upload ended` is always recorded. */
export async function readNodeUpload(request: NodeRequest, record: Recorder): Promise<void> {
  request.on('data', () => record('data'));
  try {
    await once(request, 'end');
  } catch {
    // The request emits an error if the client disconnects.
  } finally {
    record('upload ended');
  }
}

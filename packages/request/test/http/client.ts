/** The battery's client: one call over a socket of its own, HTTP/1.1 or HTTP/2, with every step in the caller's hands. */
import { once } from 'node:events';
import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, constants } from 'node:http2';
import type { Readable, Writable } from 'node:stream';
import type { ServerAddress } from './server.js';

/** What is sent. */
export interface Outgoing {
  readonly path: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** A connection pool to use; without one, each call has a connection of its own. HTTP/1.1 alone. */
  readonly agent?: Agent;
}

/** What comes back before the body. */
export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

export interface Answer extends Omit<Head, 'body'> {
  readonly body: string;
}

/** A call under way. */
export interface Call {
  /** The request's body: `end` it. */
  readonly upload: Writable;
  head(): Promise<Head>;
  /** Goes away, as a client does whose page was closed. */
  abort(): void;
}

export function call(server: ServerAddress, outgoing: Outgoing): Call {
  return server.protocol === 'http2' ? callHttp2(server.port, outgoing) : callHttp(server.port, outgoing);
}

/** Makes a call and gives the whole answer. */
export async function ask(
  server: ServerAddress,
  outgoing: Outgoing,
  upload: (body: Writable) => void | Promise<void> = (body) => void body.end(),
): Promise<Answer> {
  const asked = call(server, outgoing);
  try {
    const head = asked.head();
    const [{ status, headers, body }] = await Promise.all([head, upload(asked.upload)]);
    return { status, headers, body: await text(body) };
  } finally {
    // A connection of a pool is the pool's.
    if (outgoing.agent === undefined || server.protocol === 'http2') asked.abort();
  }
}

export async function text(body: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of body) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

function callHttp(port: number, { path, method = 'GET', headers, agent }: Outgoing): Call {
  const outgoing = Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
  const request = httpRequest({ host: '127.0.0.1', port, path, method, headers: outgoing, agent: agent ?? false });
  // Whoever waits for the head is told; a call that was aborted is nobody's error.
  request.on('error', () => {});
  const head = once(request, 'response');
  head.catch(() => {});
  return {
    upload: request,
    head: async () => {
      const [response]: IncomingMessage[] = await head;
      if (response === undefined) throw new Error('the server sent no answer');
      return { status: response.statusCode ?? 0, headers: response.headers, body: response };
    },
    abort: () => request.destroy(),
  };
}

function callHttp2(port: number, { path, method = 'GET', headers }: Outgoing): Call {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const stream = session.request({ ...headers, ':method': method, ':path': path });
  stream.on('error', () => {});
  const head = once(stream, 'response');
  head.catch(() => {});
  return {
    upload: stream,
    head: async () => {
      const [received] = await head;
      return { status: Number(received[':status']), headers: received, body: stream };
    },
    abort: () => {
      if (stream.closed) {
        session.destroy();
      } else {
        stream.once('close', () => session.destroy());
        stream.close(constants.NGHTTP2_CANCEL);
      }
    },
  };
}

/**
 * The client of the tests, for HTTP/1.1 and HTTP/2. `sendRequest()` sends a request and reads the whole response.
 * `openRequest()` leaves each step to the caller: writing the body, reading the response, disconnecting.
 */
import { once } from 'node:events';
import { type Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, constants } from 'node:http2';
import type { Readable, Writable } from 'node:stream';
import type { ServerAddress } from './server.js';

export interface RequestOptions {
  readonly path: string;
  /** Default: `GET`. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** The connection pool, for HTTP/1.1 only. Default: none, so that each request has its own connection. */
  readonly agent?: Agent;
}

/** A response whose body has not been read yet. */
export interface StreamedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** A response whose body has been read as text. */
export interface TextResponse extends Omit<StreamedResponse, 'body'> {
  readonly body: string;
}

/** A request that is in progress. */
export interface OpenRequest {
  /** The body of the request. The caller must end it. */
  readonly upload: Writable;
  /** Resolves when the headers of the response have arrived. */
  response(): Promise<StreamedResponse>;
  /** Disconnects, as a browser does when its page is closed. */
  abort(): void;
}

export function openRequest(server: ServerAddress, options: RequestOptions): OpenRequest {
  return server.protocol === 'http2' ? openHttp2Request(server.port, options) : openHttpRequest(server.port, options);
}

/**
 * Sends a request and reads the whole response.
 * @param writeBody writes and ends the body of the request; default: an empty body
 */
export async function sendRequest(
  server: ServerAddress,
  options: RequestOptions,
  writeBody: (upload: Writable) => void | Promise<void> = (upload) => void upload.end(),
): Promise<TextResponse> {
  const request = openRequest(server, options);
  try {
    const [{ status, headers, body }] = await Promise.all([request.response(), writeBody(request.upload)]);
    return { status, headers, body: await readText(body) };
  } finally {
    // A connection that belongs to a pool stays open.
    if (options.agent === undefined || server.protocol === 'http2') request.abort();
  }
}

export async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

/** The first cookie that a response sets, as the value of a `cookie` header. */
export function cookieOf({ headers }: Pick<StreamedResponse, 'headers'>): string {
  return String(headers['set-cookie']).split(';', 1)[0] ?? '';
}

function openHttpRequest(port: number, { path, method = 'GET', headers, agent }: RequestOptions): OpenRequest {
  const outgoingHeaders = Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
  const request = httpRequest({
    host: '127.0.0.1',
    port,
    path,
    method,
    headers: outgoingHeaders,
    agent: agent ?? false,
  });
  // response() rejects with an error of the request. The error that abort() causes is not a failure.
  request.on('error', () => {});
  const arrival = once(request, 'response');
  arrival.catch(() => {});
  return {
    upload: request,
    response: async () => {
      const [response]: IncomingMessage[] = await arrival;
      if (response === undefined) throw new Error('The server sent no response.');
      return { status: response.statusCode ?? 0, headers: response.headers, body: response };
    },
    abort: () => request.destroy(),
  };
}

function openHttp2Request(port: number, { path, method = 'GET', headers }: RequestOptions): OpenRequest {
  const session = connect(`http://127.0.0.1:${port}`);
  session.on('error', () => {});
  const stream = session.request({ ...headers, ':method': method, ':path': path });
  // response() rejects with an error of the stream. The error that abort() causes is not a failure.
  stream.on('error', () => {});
  const arrival = once(stream, 'response');
  arrival.catch(() => {});
  return {
    upload: stream,
    response: async () => {
      const [responseHeaders] = await arrival;
      return { status: Number(responseHeaders[':status']), headers: responseHeaders, body: stream };
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

/**
 * `x-request-id` in an answer of Node's.
 *
 * It is put among the headers when they are written. Setting it before would make Node take apart the headers that
 * `writeHead` is given and check each anew, which costs a third more of all that a scope costs; and an error answer, for
 * which frameworks remove all headers, would be without it.
 */
import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import type { NodeResponse } from './request-response.js';
import { scopeOf, unscopedPrototypeOf } from './scoped-emitter.js';

const HEADER = 'x-request-id';

interface Answer {
  writeHead: WriteHead;
  setHeader(name: string, value: string): unknown;
  hasHeader(name: string): boolean;
}

/** The reason may be left out, and so may the headers: an object or a list. */
type WriteHead = (status: number, reason?: unknown, headers?: unknown) => unknown;

/** Has an answer that stands for a request carry the id of its scope, unless the application sets another one itself. */
export function addRequestIdHeader(response: NodeResponse): void {
  if (response.headersSent) return;
  // The types of the two kinds of answers have overloads for every shape of the arguments.
  const answer = response as unknown as Answer;
  answer.writeHead = Object.hasOwn(answer, 'writeHead') ? wrapped(answer.writeHead) : writeHeadHere;
}

/** One function for all answers: one made for each request takes longer, and so does one more property. */
function writeHeadHere(this: Answer, status: number, reason?: unknown, headers?: unknown): unknown {
  return writeWithId(this, unscopedPrototypeOf(this).writeHead, status, reason, headers);
}

/** For an answer whose `writeHead` somebody has replaced already. */
function wrapped(writeHead: WriteHead): WriteHead {
  return function (this: Answer, status, reason, headers) {
    return writeWithId(this, writeHead, status, reason, headers);
  };
}

function writeWithId(answer: Answer, writeHead: WriteHead, status: number, reason: unknown, headers: unknown): unknown {
  const id = scopeOf(answer)?.id;
  if (id === undefined) return writeHead.call(answer, status, reason, headers);
  return typeof reason === 'string'
    ? writeHead.call(answer, status, reason, withId(answer, id, headers))
    : writeHead.call(answer, status, withId(answer, id, headers ?? reason));
}

function withId(answer: Answer, id: string, headers: unknown): unknown {
  if (answer.hasHeader(HEADER) || namesRequestId(headers)) return headers;
  if (Array.isArray(headers)) return [...headers, ...(Array.isArray(headers[0]) ? [[HEADER, id]] : [HEADER, id])];
  if (typeof headers === 'object' && headers !== null) return { ...headers, [HEADER]: id };
  answer.setHeader(HEADER, id);
  return headers;
}

/**
 * Whether headers say what the id is, in whatever case.
 * @param headers as Node takes them: an object, a list of pairs, or one of names and values in turn
 */
function namesRequestId(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null) return false;
  if (Array.isArray(headers)) {
    return headers.some((item, index) => isName(Array.isArray(item) ? item[0] : index % 2 === 0 && item));
  }
  for (const name in headers) if (isName(name)) return true;
  return false;
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && name.length === HEADER.length && name.toLowerCase() === HEADER;
}

/** Has a stream of http2 carry an id in the headers that it responds with, unless they name another one. */
export function addRequestIdHeaderToStream(stream: ServerHttp2Stream, id: string): void {
  const respond = stream.respond.bind(stream);
  const withFile = stream.respondWithFile.bind(stream);
  const withDescriptor = stream.respondWithFD.bind(stream);
  const added = (headers: OutgoingHttpHeaders | undefined) =>
    namesRequestId(headers) ? headers : { [HEADER]: id, ...headers };
  stream.respond = (headers, options) => {
    if (!isList(headers)) respond(added(headers), options);
    else respond(namesRequestId(headers) ? headers : [HEADER, id, ...headers], options);
  };
  stream.respondWithFile = (path, headers, options) => withFile(path, added(headers), options);
  stream.respondWithFD = (descriptor, headers, options) => withDescriptor(descriptor, added(headers), options);
}

function isList(headers: OutgoingHttpHeaders | readonly string[] | undefined): headers is readonly string[] {
  return Array.isArray(headers);
}

/**
 * The header `x-request-id` of a response.
 *
 * The id takes one path into the response: it is a property of the scope, the scope is a property of the response
 * (scoped-emitter.ts), and `writeHead` reads it from there and adds the header to those that it writes.
 *
 * The header is not set earlier, for two reasons. `setHeader` would make Node take apart the headers that `writeHead`
 * is given and check each one again, which costs a third of the total cost of a scope. And an error response, for which
 * frameworks remove all headers, would lack it. Benchmark: npm run bench -- --requests
 */
import type { OutgoingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { scopeOf } from '../scope/scope-of.js';
import type { NodeResponse } from './request-response.js';
import { unscopedPrototypeOf } from './scoped-emitter.js';

const HEADER = 'x-request-id';

interface HeaderWriter {
  writeHead: WriteHead;
  setHeader(name: string, value: string): unknown;
  hasHeader(name: string): boolean;
}

/** The reason phrase is optional, and so are the headers: an object or a list. */
type WriteHead = (status: number, reason?: unknown, headers?: unknown) => unknown;

/** Makes a response carry the id of its scope, unless the application sets another id. */
export function addRequestIdHeader(response: NodeResponse): void {
  if (response.headersSent) return;
  // The types of the two kinds of response have different overloads. The arguments are passed on unchanged.
  const writer = response as unknown as HeaderWriter;
  const { writeHead } = writer;
  // Whether the response has a `writeHead` of its own is only asked for one that the last response did not inherit.
  const isInherited = writeHead === lastInheritedWriteHead || !Object.hasOwn(writer, 'writeHead');
  writer.writeHead = isInherited ? writeHeadWithId : wrapWriteHead(writeHead);
}

/** The `writeHead` that the last response inherited. It is nearly always Node's. */
let lastInheritedWriteHead: WriteHead | undefined;

/**
 * The `writeHead` of all responses that inherited theirs: a closure or one more property for each request takes longer.
 */
function writeHeadWithId(this: HeaderWriter, status: number, reason?: unknown, headers?: unknown): unknown {
  let { writeHead }: HeaderWriter = Object.getPrototypeOf(this);
  if (writeHead !== lastInheritedWriteHead) {
    writeHead = unscopedPrototypeOf(this).writeHead;
    lastInheritedWriteHead = writeHead;
  }
  return callWithId(this, writeHead, status, reason, headers);
}

/** For a response whose `writeHead` user code has already replaced. */
function wrapWriteHead(writeHead: WriteHead): WriteHead {
  return function (this: HeaderWriter, status, reason, headers) {
    return callWithId(this, writeHead, status, reason, headers);
  };
}

function callWithId(
  writer: HeaderWriter,
  writeHead: WriteHead,
  status: number,
  reason: unknown,
  headers: unknown,
): unknown {
  const id = scopeOf(writer)?.id;
  if (id === undefined) return writeHead.call(writer, status, reason, headers);
  return typeof reason === 'string'
    ? writeHead.call(writer, status, reason, withId(writer, id, headers))
    : writeHead.call(writer, status, withId(writer, id, headers ?? reason));
}

function withId(writer: HeaderWriter, id: string, headers: unknown): unknown {
  if (writer.hasHeader(HEADER)) return headers;
  if (Array.isArray(headers)) {
    if (hasRequestId(headers)) return headers;
    return [...headers, ...(Array.isArray(headers[0]) ? [[HEADER, id]] : [HEADER, id])];
  }
  if (typeof headers === 'object' && headers !== null) return objectWithId(headers as Record<string, unknown>, id);
  writer.setHeader(HEADER, id);
  return headers;
}

/**
 * Returns a copy of the headers with the id, or the headers if they contain an id. Not `{ ...headers, [HEADER]: id }`: Node
 * 20 needs 0.75 µs more to write an object that gets a property after it was spread, and with the id before the spread,
 * Node 26 needs 0.15 µs more.
 */
function objectWithId(headers: Record<string, unknown>, id: string): Record<string, unknown> {
  const copy: Record<string, unknown> = { [HEADER]: id };
  for (const name in headers) {
    // Node ignores what the object inherits.
    if (!Object.hasOwn(headers, name)) continue;
    if (isRequestIdName(name)) return headers;
    // An assignment would set the prototype of the copy.
    if (name === '__proto__') Object.defineProperty(copy, name, { value: headers[name], enumerable: true });
    else copy[name] = headers[name];
  }
  return copy;
}

/** Makes a stream of http2 carry an id in the headers that it responds with, unless they contain another id. */
export function addRequestIdHeaderToStream(stream: ServerHttp2Stream, id: string): void {
  const respond = stream.respond.bind(stream);
  const respondWithFile = stream.respondWithFile.bind(stream);
  const respondWithFD = stream.respondWithFD.bind(stream);
  const withIdHeader = (headers: OutgoingHttpHeaders | undefined) =>
    hasRequestId(headers) ? headers : { [HEADER]: id, ...headers };
  stream.respond = (headers, options) => {
    if (!isList(headers)) respond(withIdHeader(headers), options);
    else respond(hasRequestId(headers) ? headers : [HEADER, id, ...headers], options);
  };
  stream.respondWithFile = (path, headers, options) => respondWithFile(path, withIdHeader(headers), options);
  stream.respondWithFD = (descriptor, headers, options) => respondWithFD(descriptor, withIdHeader(headers), options);
}

function isList(headers: OutgoingHttpHeaders | readonly string[] | undefined): headers is readonly string[] {
  return Array.isArray(headers);
}

/**
 * Whether headers contain a request id, in upper or lower case.
 * @param headers any form that Node accepts: an object, a list of pairs, or a list of alternating names and values
 */
function hasRequestId(headers: unknown): boolean {
  if (typeof headers !== 'object' || headers === null) return false;
  if (Array.isArray(headers)) {
    return headers.some((item, index) => isRequestIdName(Array.isArray(item) ? item[0] : index % 2 === 0 && item));
  }
  return Object.keys(headers).some(isRequestIdName);
}

function isRequestIdName(name: unknown): boolean {
  return typeof name === 'string' && name.length === HEADER.length && name.toLowerCase() === HEADER;
}

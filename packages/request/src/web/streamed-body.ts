/**
 * A streamed response body whose source runs in the scope.
 *
 * A server reads the body long after the handler has returned. On Node, and on every runtime for a stream made from an
 * async generator, the source then runs in the frame of the reader. The body is therefore read through a stream of this
 * package, in the scope.
 *
 * Nothing distinguishes a body that was a string from one that streams, and reading `response.body` is the expensive
 * part: servers send a string on a fast path until `body` is read. A response whose content type is typical of text is
 * therefore left alone. Only the responses of @hono/node-server show what they were created from.
 *
 * @see https://fetch.spec.whatwg.org/#concept-body
 */
import { type Scope, scopeStorage } from '../scope/request-scope.js';

const USUAL_FOR_TEXT = /^(text\/(plain|html|css|javascript)|application\/(json|javascript))\b/i;

/** Is notified when the reading of a body ends, and how. */
export interface BodyObserver {
  /** The reader has canceled the body, because the client has disconnected. `markClosed()` follows. */
  markClientGone(): void;
  /** Nothing more will be read. */
  markClosed(): void;
}

/**
 * Creates the same response with a body that is read in the scope.
 * @param observer if given, the body is read regardless of its content type
 * @returns undefined if the response has no body that may stream, or one that is already being read
 */
export function responseInScope(response: Response, scope: Scope, observer?: BodyObserver): Response | undefined {
  const unreadBody = unreadHonoBody(response);
  // Nearly always a string. Reading even the headers of such a response would disable the fast path.
  if (unreadBody !== undefined && !(unreadBody instanceof ReadableStream)) return undefined;
  const { status, headers } = response;
  if (unreadBody !== undefined) {
    // Reading more of the response would create another response from the stream.
    return unreadBody.locked ? undefined : new Response(bodyInScope(unreadBody, scope, observer), { status, headers });
  }
  const body = observer !== undefined || mayStream(headers) ? response.body : null;
  if (body === null || body.locked) return undefined;
  const { statusText } = response;
  return new Response(bodyInScope(body, scope, observer), { status, statusText, headers });
}

/** Whether a response may have a body that its handler streams, judging by its headers alone. */
function mayStream(headers: Headers): boolean {
  const type = headers.get('content-type');
  if (type !== null && USUAL_FOR_TEXT.test(type) && !headers.has('transfer-encoding')) return false;
  // With a known length or an encoding, the stream is the runtime's own, which it sends faster than a wrapped one.
  return !headers.has('content-length') && !headers.has('content-encoding');
}

/**
 * Returns what a response of @hono/node-server was created from. Until `body` is read, it keeps the status, the body
 * and the headers in an array under its own symbol.
 * @returns undefined for any other response
 */
function unreadHonoBody(response: Response): unknown {
  let parts = partsUnder(lastPartsSymbol, response);
  if (parts !== undefined) return parts[1];
  for (const symbol of Object.getOwnPropertySymbols(response)) {
    parts = partsUnder(symbol, response);
    if (parts === undefined) continue;
    lastPartsSymbol = symbol;
    return parts[1];
  }
  return undefined;
}

/** The symbol that was found last: looking for it takes 0.2 µs. */
let lastPartsSymbol = Symbol();

function partsUnder(symbol: symbol, response: Response): unknown[] | undefined {
  const { [symbol]: parts } = response as unknown as Record<symbol, unknown>;
  return Array.isArray(parts) && parts.length === 3 && parts[0] === response.status ? parts : undefined;
}

/**
 * Creates a stream of the same bytes, read in the scope, each chunk when it is requested.
 * @param body must not be locked
 */
export function bodyInScope(
  body: ReadableStream<Uint8Array>,
  scope: Scope,
  observer?: BodyObserver,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await scopeStorage.run(scope, () => reader.read());
          if (done) {
            controller.close();
            observer?.markClosed();
          } else {
            controller.enqueue(value);
          }
        } catch (error) {
          controller.error(error);
          observer?.markClosed();
        }
      },
      cancel(reason) {
        return scopeStorage.run(scope, () => {
          observer?.markClientGone();
          observer?.markClosed();
          return reader.cancel(reason);
        });
      },
    },
    // Nothing is read in advance.
    { highWaterMark: 0 },
  );
}

/**
 * A streamed body whose source runs in the scope.
 *
 * A server reads a body when the handler has long returned, and on Node, and wherever a stream is made of an async
 * generator, the source then runs in the frame of the reader. So the body is read through a stream of ours, in the scope.
 *
 * Nothing tells a body that was text from one that streams, and to ask for `body` is what costs most: the servers send
 * text the short way for as long as nobody has asked. A response whose type is usual for text is therefore left alone. Only
 * the responses of @hono/node-server show what they were made of.
 */
import { type OpenScope, scopeStorage } from '../scope/request-scope.js';

const USUAL_FOR_TEXT = /^(text\/(plain|html|css|javascript)|application\/(json|javascript))\b/i;

/**
 * The same response with its body read in the scope.
 * @param end is told of the body's end; then a body is asked for whatever its type
 * @returns undefined where there is no stream
 */
export function streamInScope(response: Response, scope: OpenScope, end?: BodyEnd): Response | undefined {
  const kept = keptBody(response);
  // A text, nearly always: to ask such a response for its headers, even, would end the short way.
  if (kept !== undefined && !(kept instanceof ReadableStream)) return undefined;
  const { status, headers } = response;
  if (kept !== undefined) {
    // To ask it for more would make another response of the stream.
    return kept.locked ? undefined : new Response(bodyInScope(kept, scope, end), { status, headers });
  }
  const body = end !== undefined || mayStream(headers) ? response.body : null;
  if (body === null || body.locked) return undefined;
  const { statusText } = response;
  return new Response(bodyInScope(body, scope, end), { status, statusText, headers });
}

/** Whether a response may be a stream that its handler feeds, from its headers alone. */
function mayStream(headers: Headers): boolean {
  const type = headers.get('content-type');
  if (type !== null && USUAL_FOR_TEXT.test(type) && !headers.has('transfer-encoding')) return false;
  // Of known length, or encoded: the runtime's own streams, which it sends faster than we could.
  return !headers.has('content-length') && !headers.has('content-encoding');
}

/**
 * @hono/node-server keeps status, body and headers in an array under a symbol of its own for as long as nobody has asked for
 * `body`.
 */
function keptBody(response: Response): unknown {
  let kept = keptUnder(keptSymbol, response);
  if (kept !== undefined) return kept[1];
  for (const symbol of Object.getOwnPropertySymbols(response)) {
    kept = keptUnder(symbol, response);
    if (kept === undefined) continue;
    keptSymbol = symbol;
    return kept[1];
  }
  return undefined;
}

/** Where it was last found: to look for it takes 0.2 µs. */
let keptSymbol = Symbol();

function keptUnder(symbol: symbol, response: Response): unknown[] | undefined {
  const kept: unknown = Reflect.get(response, symbol);
  return Array.isArray(kept) && kept.length === 3 && kept[0] === response.status ? kept : undefined;
}

/** What is told of a body. */
export interface BodyEnd {
  /** Nobody reads it any more. */
  gone(): void;
  /** There is nothing more to read. */
  close(): void;
}

/**
 * The same bytes, read in the scope, as they are asked for.
 * @param body not locked
 */
export function bodyInScope(
  body: ReadableStream<Uint8Array>,
  scope: OpenScope,
  end?: BodyEnd,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await scopeStorage.run(scope, () => reader.read());
          if (done) {
            controller.close();
            end?.close();
          } else {
            controller.enqueue(value);
          }
        } catch (error) {
          controller.error(error);
          end?.close();
        }
      },
      cancel(reason) {
        return scopeStorage.run(scope, () => {
          end?.gone();
          end?.close();
          return reader.cancel(reason);
        });
      },
    },
    // Nothing is read that nobody has asked for.
    { highWaterMark: 0 },
  );
}

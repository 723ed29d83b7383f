/**
 * Rules 3 and 4, for the sockets, pipes, servers and parsers of Node's modules in Deno. As in Node, each has a handle, an
 * object with native methods. Deno calls most callbacks of a handle in the root, or in the frame that the callback before
 * has entered:
 *
 *     callback of a handle        frame of                                   set when
 *     oncomplete of a request     the call that starts the request           connect, write, shutdown
 *     onconnection                the call of listen()                       listen
 *     onread, onmessage, ...      the creation of the handle                 readStart, recvStart, start
 *     the argument of close()     the creation of the handle                 close
 *     the callbacks of a parser   the call of initialize()                   initialize
 *
 * A handle is first seen in `getAsyncId()`, which every socket and server calls when it is created, and which also
 * reveals the class of the handle. So none of Node's modules is loaded before the program uses it. The handles of
 * accepted sockets have no frame: nothing in this process has caused what their peers send. When an agent gives a socket
 * to the next request, it calls `asyncReset()`, which is then the creation of the handle.
 */
import type { OpaqueFrame } from '../engine/engine.js';
import { patchProperty } from '../web/patch.js';
import { bindIfFunction, bindToFrame, type FrameAccess } from './frame-access.js';

type Handle = Record<string, unknown>;
type Method = (this: Handle, ...args: unknown[]) => unknown;

/** The classes of the handles, as `process.binding()` returns them. */
interface Bindings {
  async_wrap?: { AsyncWrap?: { prototype: object } };
  http_parser?: { HTTPParser?: { prototype: object } };
}

/** Methods whose first argument is a request, an object with the method `oncomplete`. */
const REQUEST_METHODS = [
  'connect',
  'connect6',
  'shutdown',
  'writeBuffer',
  'writev',
  'writeUtf8String',
  'writeAsciiString',
  'writeLatin1String',
  'writeUcs2String',
];

/** Methods after which Deno calls these callbacks of the handle. */
const STARTERS: Readonly<Record<string, readonly string[]>> = {
  readStart: ['onread'],
  recvStart: ['onmessage'],
  start: ['onhandshakestart', 'onhandshakedone', 'onerror', 'onread'],
};

/** The number of callbacks of an HTTP parser. They are properties whose names are numbers. */
const PARSER_CALLBACKS = 8;

export function patchDenoHandles(frames: FrameAccess): void {
  const { runInFrame } = frames;
  /** The frame of each handle, and of each parser. */
  const creationFrames = new WeakMap<object, OpaqueFrame | undefined>();
  /** The callbacks of this module. */
  const boundCallbacks = new WeakSet<object>();
  const patchedClasses = new WeakSet<object>();

  /** Replaces a method of a class of handles. `prepare` is called before it, with the same arguments. */
  const patch = (prototype: object, name: string, prepare: (handle: Handle, args: unknown[]) => void) => {
    if (!Object.hasOwn(prototype, name)) return;
    patchProperty(prototype, name, `handle.${name}`, ({ value: native }) => {
      if (typeof native !== 'function') return undefined;
      return {
        value(this: Handle, ...args: unknown[]): unknown {
          prepare(this, args);
          return Reflect.apply(native as Method, this, args);
        },
      };
    });
  };

  /**
   * Makes Deno call a callback of a handle in the frame of the handle. The frame is looked up in each call: parsers are
   * used again, and sockets too.
   */
  const bindToHandle = (handle: Handle, name: string | number) => {
    const callback = handle[name];
    if (typeof callback !== 'function' || boundCallbacks.has(callback)) return;
    const callInFrame = function (this: Handle, ...args: unknown[]): unknown {
      return runInFrame(creationFrames.get(handle), callback as Method, this, args);
    };
    boundCallbacks.add(callInFrame);
    handle[name] = callInFrame;
  };

  const bindRequest = (_handle: Handle, [request]: unknown[]) => {
    if (typeof request !== 'object' || request === null) return;
    const { oncomplete } = request as { oncomplete?: unknown };
    (request as { oncomplete?: unknown }).oncomplete = bindIfFunction(frames, oncomplete);
  };

  const bindListener = (server: Handle) => {
    const { onconnection } = server;
    if (typeof onconnection !== 'function' || boundCallbacks.has(onconnection)) return;
    const bound = bindToFrame(frames, frames.getCurrentFrame(), onconnection as Method);
    boundCallbacks.add(bound);
    server.onconnection = bound;
  };

  /** The callback of `close()` of a server runs in the frame of the call: Deno calls it in a timer of the system. */
  const patchServerClass = (handle: Handle) => {
    for (const symbol of Object.getOwnPropertySymbols(handle)) {
      const server: unknown = Reflect.get(handle, symbol);
      if (typeof server !== 'object' || server === null || !('_emitCloseIfDrained' in server)) continue;
      let prototype: object | null = server;
      while (prototype !== null && !Object.hasOwn(prototype, '_emitCloseIfDrained')) {
        prototype = Reflect.getPrototypeOf(prototype);
      }
      if (prototype === null || patchedClasses.has(prototype)) continue;
      patchedClasses.add(prototype);
      patch(prototype, 'close', (_server, args) => {
        if (args.length > 0) args.push(bindIfFunction(frames, args.pop()));
      });
    }
  };

  const patchClasses = (handle: object) => {
    for (
      let prototype: object | null = Reflect.getPrototypeOf(handle);
      prototype !== null && prototype !== Object.prototype && !patchedClasses.has(prototype);
      prototype = Reflect.getPrototypeOf(prototype)
    ) {
      patchedClasses.add(prototype);
      for (const name of REQUEST_METHODS) patch(prototype, name, bindRequest);
      patch(prototype, 'close', (closed, args) => {
        const callback = args.at(-1);
        if (typeof callback !== 'function') return;
        args[args.length - 1] = bindToFrame(frames, creationFrames.get(closed), callback as Method);
      });
      for (const [name, callbacks] of Object.entries(STARTERS)) {
        patch(prototype, name, (started) => {
          for (const callback of callbacks) bindToHandle(started, callback);
        });
      }
      patch(prototype, 'asyncReset', (reset) => void creationFrames.set(reset, frames.getCurrentFrame()));
      patch(prototype, 'accept', (_server, [client]) => {
        if (typeof client === 'object' && client !== null) creationFrames.set(client, undefined);
      });
      patch(prototype, 'listen', (server) => {
        patchServerClass(server);
        bindListener(server);
      });
    }
  };

  const { async_wrap, http_parser } = readBindings();
  if (async_wrap?.AsyncWrap !== undefined) {
    patch(async_wrap.AsyncWrap.prototype, 'getAsyncId', (handle) => {
      if (creationFrames.has(handle)) return;
      creationFrames.set(handle, frames.getCurrentFrame());
      patchClasses(handle);
    });
  }
  if (http_parser?.HTTPParser !== undefined) {
    patch(http_parser.HTTPParser.prototype, 'initialize', (parser) => {
      creationFrames.set(parser, frames.getCurrentFrame());
      for (let index = 0; index < PARSER_CALLBACKS; index++) bindToHandle(parser, index);
    });
    for (const name of ['free', 'remove', 'close']) {
      patch(http_parser.HTTPParser.prototype, name, (parser) => void creationFrames.delete(parser));
    }
  }
}

function readBindings(): Bindings {
  const { process } = globalThis as { process?: { binding?(name: string): object } };
  try {
    return {
      async_wrap: process?.binding?.('async_wrap') ?? {},
      http_parser: process?.binding?.('http_parser') ?? {},
    };
  } catch {
    // A future version of Deno may not have them. Then the callbacks run in the root.
    return {};
  }
}

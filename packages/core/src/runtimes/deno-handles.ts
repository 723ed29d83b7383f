/**
 * Rules 3 and 4, for the sockets, pipes, servers and parsers of Node's modules in Deno. As in Node, each has a handle, an
 * object with native methods. Deno calls most callbacks of a handle in the root:
 *
 *     callback of a handle        frame of                                   set when
 *     oncomplete of a request     the call that starts the request           connect, write, shutdown
 *     the argument of close()     the call of close()                        close
 *     onread, onmessage, ...      the creation of the handle                 readStart, recvStart, start
 *     the callbacks of a parser   the call of initialize()                   initialize
 *
 * A handle is first seen in `getAsyncId()`, which every socket and server calls when it is created, and which also
 * reveals the class of the handle. So none of Node's modules is loaded before the program uses it. The handles of
 * accepted sockets have no frame: nothing in this process has caused what their peers send.
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

  /** Makes Deno call a callback of a handle in a frame. */
  const bindCallback = (handle: Handle, name: string, frame: OpaqueFrame | undefined) => {
    const callback = handle[name];
    if (typeof callback !== 'function' || boundCallbacks.has(callback)) return;
    const bound = bindToFrame(frames, frame, callback as Method);
    boundCallbacks.add(bound);
    handle[name] = bound;
  };

  const bindRequest = (_handle: Handle, [request]: unknown[]) => {
    if (typeof request !== 'object' || request === null) return;
    const { oncomplete } = request as { oncomplete?: unknown };
    (request as { oncomplete?: unknown }).oncomplete = bindIfFunction(frames, oncomplete);
  };

  const bindLastArgument = (_handle: Handle, args: unknown[]) => {
    if (args.length > 0) args.push(bindIfFunction(frames, args.pop()));
  };

  /** The callback of `close()` of a server: Deno calls it in a timer of the system. */
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
      patch(prototype, 'close', bindLastArgument);
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
      patch(prototype, 'close', bindLastArgument);
      for (const [name, callbacks] of Object.entries(STARTERS)) {
        patch(prototype, name, (started) => {
          const frame = creationFrames.get(started);
          if (frame === undefined) return;
          for (const callback of callbacks) bindCallback(started, callback, frame);
        });
      }
      patch(prototype, 'accept', (_server, [client]) => {
        if (typeof client === 'object' && client !== null) creationFrames.set(client, undefined);
      });
      patch(prototype, 'listen', patchServerClass);
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
      for (let index = 0; index < PARSER_CALLBACKS; index++) {
        const callback = parser[index];
        if (typeof callback !== 'function' || boundCallbacks.has(callback)) continue;
        // Parsers are reused, so the frame is looked up in each call.
        const callInFrame = function (this: Handle, ...args: unknown[]): unknown {
          return runInFrame(creationFrames.get(this), callback as Method, this, args);
        };
        boundCallbacks.add(callInFrame);
        parser[index] = callInFrame;
      }
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

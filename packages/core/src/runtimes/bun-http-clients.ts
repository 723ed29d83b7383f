/**
 * Rules 3 and 4, for the clients of `node:http` and `node:http2` in Bun:
 *
 *     listeners of an HTTP/2 stream           the frame of the call of request(); Bun runs some in the root
 *     callbacks of end(), ping(), settings()  the frame of the call; Bun runs some in the root
 *     error of a request that is aborted      the frame of the call of abort() or destroy(); Bun: of the request
 *
 * The classes are patched when the first of their objects gets a listener, so that neither module is loaded before the
 * program uses it. The constructor of an HTTP/2 stream adds the first listener itself.
 */
import type { OpaqueFrame } from '../engine/engine.js';
import { patchProperty } from '../web/patch.js';
import { bindIfFunction, type FrameAccess } from './frame-access.js';

type Method = (this: object, ...args: unknown[]) => unknown;

export function patchBunHttpClients(frames: FrameAccess): void {
  const { getCurrentFrame, runInFrame } = frames;
  const streamFrames = new WeakMap<object, OpaqueFrame | undefined>();
  const abortFrames = new WeakMap<object, OpaqueFrame | undefined>();

  /** Replaces a method of a class, also if the class inherits it. */
  const override = (prototype: object, name: string, make: (native: Method) => Method) => {
    const native: unknown = Reflect.get(prototype, name);
    if (typeof native !== 'function') return;
    Object.defineProperty(prototype, name, { value: make(native as Method), writable: true, configurable: true });
  };

  const bindLastArgument = (native: Method): Method =>
    function (...args) {
      if (args.length > 0) args.push(bindIfFunction(frames, args.pop()));
      return Reflect.apply(native, this, args);
    };

  const rememberAbort = (native: Method): Method =>
    function (...args) {
      if (!abortFrames.has(this)) abortFrames.set(this, getCurrentFrame());
      return Reflect.apply(native, this, args);
    };

  const patchers: Readonly<Record<string, (prototype: object) => void>> = {
    ClientHttp2Session(prototype) {
      override(prototype, 'ping', bindLastArgument);
      override(prototype, 'settings', bindLastArgument);
    },
    ClientHttp2Stream(prototype) {
      override(prototype, 'end', bindLastArgument);
      override(
        prototype,
        'emit',
        (emit) =>
          function (...args) {
            // A listener that user code calls in a flow runs in this flow.
            return getCurrentFrame() === undefined && streamFrames.has(this)
              ? runInFrame(streamFrames.get(this), emit, this, args)
              : Reflect.apply(emit, this, args);
          },
      );
    },
    ClientRequest(prototype) {
      override(prototype, 'abort', rememberAbort);
      override(prototype, 'destroy', rememberAbort);
      override(
        prototype,
        'emit',
        (emit) =>
          function (...args) {
            return args[0] === 'error' && abortFrames.has(this)
              ? runInFrame(abortFrames.get(this), emit, this, args)
              : Reflect.apply(emit, this, args);
          },
      );
    },
  };

  const knownClasses = new WeakSet<object>();
  let streamClass: object | undefined;
  const observe = (emitter: object) => {
    const prototype = Reflect.getPrototypeOf(emitter);
    if (prototype === null) return;
    if (!knownClasses.has(prototype)) {
      knownClasses.add(prototype);
      const name: unknown = prototype.constructor?.name;
      if (typeof name === 'string' && Object.hasOwn(patchers, name)) {
        patchers[name]?.(prototype);
        if (name === 'ClientHttp2Stream') streamClass = prototype;
      }
    }
    if (prototype === streamClass && !streamFrames.has(emitter)) streamFrames.set(emitter, getCurrentFrame());
  };

  const EventEmitter = process.getBuiltinModule?.('node:events')?.EventEmitter;
  patchProperty(EventEmitter?.prototype, 'on', 'EventEmitter.prototype.on', ({ value: native }) => ({
    value(this: object, ...args: unknown[]): unknown {
      observe(this);
      return Reflect.apply(native as Method, this, args);
    },
  }));
}

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
import { bindIfFunction, type FrameAccess } from './frame-access.js';
import { type Method, overrideMethod } from './override-method.js';

export function patchBunHttpClients(frames: FrameAccess): void {
  const { getCurrentFrame, runInFrame } = frames;
  const streamFrames = new WeakMap<object, OpaqueFrame | undefined>();
  const abortFrames = new WeakMap<object, OpaqueFrame | undefined>();

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
      overrideMethod(prototype, 'ping', bindLastArgument);
      overrideMethod(prototype, 'settings', bindLastArgument);
    },
    ClientHttp2Stream(prototype) {
      overrideMethod(prototype, 'end', bindLastArgument);
      overrideMethod(
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
      overrideMethod(prototype, 'abort', rememberAbort);
      overrideMethod(prototype, 'destroy', rememberAbort);
      overrideMethod(
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
      const name = classNameOf(prototype);
      if (name !== undefined && Object.hasOwn(patchers, name) && isBuiltIn(name, prototype)) {
        patchers[name]?.(prototype);
        if (name === 'ClientHttp2Stream') streamClass = prototype;
      }
    }
    if (prototype === streamClass && !streamFrames.has(emitter)) streamFrames.set(emitter, getCurrentFrame());
  };

  const EventEmitter = process.getBuiltinModule?.('node:events')?.EventEmitter;
  let on: Method | undefined;
  // Both are the same function, and remain so.
  for (const name of ['on', 'addListener']) {
    overrideMethod(EventEmitter?.prototype, name, (native) => {
      on ??= function (...args) {
        observe(this);
        return Reflect.apply(native, this, args);
      };
      return on;
    });
  }
}

/** Reads no accessor, which could be user code. */
function classNameOf(prototype: object): string | undefined {
  const classFunction: unknown = Reflect.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof classFunction !== 'function') return undefined;
  const name: unknown = Reflect.getOwnPropertyDescriptor(classFunction, 'name')?.value;
  return typeof name === 'string' ? name : undefined;
}

/** User code may have a class of this name as well. The class for HTTP/2 streams is not exported. */
function isBuiltIn(name: string, prototype: object): boolean {
  if (name === 'ClientHttp2Stream') return true;
  const module = process.getBuiltinModule(name === 'ClientRequest' ? 'node:http' : 'node:http2');
  const exported: unknown = Reflect.get(module, name);
  return typeof exported === 'function' && exported.prototype === prototype;
}

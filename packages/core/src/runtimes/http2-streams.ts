/**
 * Rules 3 and 4, for `node:http2` in Bun and Deno:
 *
 *     listeners of the stream of a client     the frame of the call of request()
 *     listeners of the session of a server    the frame of the call of listen(), in which the session is created
 *     callbacks of end(), ping(), settings()  the frame of the call
 *
 * Both runtimes run some of them in the root or in the frame in which the session was connected. Nothing distinguishes
 * the calls of `emit()` that the runtime makes from those of user code, which therefore run in the same frame.
 */
import type { OpaqueFrame } from '../engine/engine.js';
import type { EmitterClass } from './emitter-classes.js';
import { bindIfFunction, type FrameAccess } from './frame-access.js';
import { type Method, overrideMethod } from './override-method.js';

export function http2Classes(frames: FrameAccess): Readonly<Record<string, EmitterClass>> {
  const creationFrames = new WeakMap<object, OpaqueFrame | undefined>();

  const rememberFrame = (emitter: object) => {
    if (!creationFrames.has(emitter)) creationFrames.set(emitter, frames.getCurrentFrame());
  };
  const emitInCreationFrame = (emit: Method): Method =>
    function (...args) {
      return creationFrames.has(this)
        ? frames.runInFrame(creationFrames.get(this), emit, this, args)
        : Reflect.apply(emit, this, args);
    };
  const bindLastArgument = (native: Method): Method =>
    function (...args) {
      if (args.length > 0) args.push(bindIfFunction(frames, args.pop()));
      return Reflect.apply(native, this, args);
    };

  return {
    ClientHttp2Session: {
      patch(prototype) {
        overrideMethod(prototype, 'ping', bindLastArgument);
        overrideMethod(prototype, 'settings', bindLastArgument);
      },
    },
    ClientHttp2Stream: {
      patch(prototype) {
        overrideMethod(prototype, 'end', bindLastArgument);
        overrideMethod(prototype, 'emit', emitInCreationFrame);
      },
      observe: rememberFrame,
    },
    ServerHttp2Session: {
      patch(prototype) {
        overrideMethod(prototype, 'emit', emitInCreationFrame);
      },
      observe: rememberFrame,
    },
  };
}

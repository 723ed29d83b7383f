/**
 * Rule 4, for the requests of `node:http` clients in Bun: the error of a request that is aborted is reported in the frame
 * of the call of `abort()` or `destroy()`. Bun reports it in the frame of the request.
 */
import type { OpaqueFrame } from '../engine/engine.js';
import type { EmitterClass } from './emitter-classes.js';
import type { FrameAccess } from './frame-access.js';
import { type Method, overrideMethod } from './override-method.js';

export function bunHttpClasses({ getCurrentFrame, runInFrame }: FrameAccess): Readonly<Record<string, EmitterClass>> {
  const abortFrames = new WeakMap<object, OpaqueFrame | undefined>();

  const rememberFrame = (native: Method): Method =>
    function (...args) {
      if (!abortFrames.has(this)) abortFrames.set(this, getCurrentFrame());
      return Reflect.apply(native, this, args);
    };

  return {
    ClientRequest: {
      patch(prototype) {
        overrideMethod(prototype, 'abort', rememberFrame);
        overrideMethod(prototype, 'destroy', rememberFrame);
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
      // User code may have a class of this name.
      isBuiltIn: (prototype) => process.getBuiltinModule('node:http').ClientRequest.prototype === prototype,
    },
  };
}

/**
 * Rule 9, for the source of a `ReadableStream` in Bun: `pull()` runs in the frame of the `read()` that causes it, and
 * `cancel()` in the frame of the call of `cancel()`. Bun runs both in the frame in which the stream was created, and this
 * remains so for calls that no method causes which user code can call, such as those of a pipe.
 */
import type { OpaqueFrame } from '../engine/engine.js';
import { type NativeFunction, patchMethod, patchProperty } from '../web/patch.js';
import type { FrameAccess } from './frame-access.js';

/** The frames of calls that may call a method of the source. */
interface Causes {
  /** The last `read()` since the last `pull()`. */
  read?: { readonly frame: OpaqueFrame | undefined } | undefined;
  /** The running `cancel()`. */
  cancel?: { readonly frame: OpaqueFrame | undefined } | undefined;
}

export function patchBunReadableStreams(frames: FrameAccess): void {
  const causesOf = new WeakMap<object, Causes>();
  const streamOf = new WeakMap<object, object>();

  /** Calls a method of the source in the frame of its cause, if there is one. */
  const wrapMethod = (source: object, name: 'pull' | 'cancel', takeCause: () => Causes['read']) => {
    const method: unknown = Reflect.get(source, name);
    if (typeof method !== 'function') return {};
    const value = (...args: unknown[]): unknown => {
      const cause = takeCause();
      return cause === undefined
        ? Reflect.apply(method, source, args)
        : frames.runInFrame(cause.frame, method as NativeFunction, source, args);
    };
    return { [name]: { value, enumerable: true } };
  };

  patchProperty(globalThis, 'ReadableStream', 'ReadableStream', ({ value: native }) => {
    if (typeof native !== 'function') return undefined;
    const observed: unknown = new Proxy(native, {
      construct(target, [source, ...rest], newTarget) {
        // The controller of a direct stream is another one, whose `pull()` writes the whole stream.
        if (typeof source !== 'object' || source === null || Reflect.get(source, 'type') === 'direct') {
          return Reflect.construct(target, [source, ...rest], newTarget);
        }
        const causes: Causes = {};
        const takeRead = () => {
          const cause = causes.read;
          causes.read = undefined;
          return cause;
        };
        const wrapped = Object.create(source, {
          ...wrapMethod(source, 'pull', takeRead),
          ...wrapMethod(source, 'cancel', () => causes.cancel),
        });
        const stream: object = Reflect.construct(target, [wrapped, ...rest], newTarget);
        causesOf.set(stream, causes);
        return stream;
      },
    });
    patchProperty(native.prototype, 'constructor', 'ReadableStream.prototype.constructor', () => ({ value: observed }));
    return { value: observed };
  });

  patchMethod(
    'ReadableStream.prototype',
    'getReader',
    (native) =>
      ({
        getReader(this: object, ...args: unknown[]): unknown {
          const reader: object = Reflect.apply(native, this, args);
          if (causesOf.has(this)) streamOf.set(reader, this);
          return reader;
        },
      }).getReader,
  );
  const causesOfReader = (reader: object) => causesOf.get(streamOf.get(reader) ?? reader);
  for (const className of ['ReadableStreamDefaultReader', 'ReadableStreamBYOBReader']) {
    patchMethod(
      `${className}.prototype`,
      'read',
      (native) =>
        ({
          read(this: object, ...args: unknown[]): unknown {
            const causes = causesOfReader(this);
            if (causes !== undefined) causes.read = { frame: frames.getCurrentFrame() };
            return Reflect.apply(native, this, args);
          },
        }).read,
    );
  }
  for (const className of ['ReadableStream', 'ReadableStreamDefaultReader', 'ReadableStreamBYOBReader']) {
    patchMethod(
      `${className}.prototype`,
      'cancel',
      (native) =>
        ({
          cancel(this: object, ...args: unknown[]): unknown {
            const causes = causesOfReader(this);
            if (causes === undefined) return Reflect.apply(native, this, args);
            causes.cancel = { frame: frames.getCurrentFrame() };
            try {
              return Reflect.apply(native, this, args);
            } finally {
              causes.cancel = undefined;
            }
          },
        }).cancel,
    );
  }
}

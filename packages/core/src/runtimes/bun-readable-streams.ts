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

  /** An object whose methods call those of the source, with the source as `this`, each in the frame of its cause. */
  const substitute = (source: object, type: unknown, causes: Causes): object => {
    const takeCause = (name: PropertyKey) => {
      if (name === 'cancel') return causes.cancel;
      if (name !== 'pull') return undefined;
      const cause = causes.read;
      causes.read = undefined;
      return cause;
    };
    // The target is not the source: if that is frozen, its members cannot be replaced.
    return new Proxy(
      {},
      {
        get: (_, name) => {
          const member: unknown = name === 'type' ? type : Reflect.get(source, name);
          if (typeof member !== 'function') return member;
          return (...args: unknown[]): unknown => {
            const cause = takeCause(name);
            return cause === undefined
              ? Reflect.apply(member, source, args)
              : frames.runInFrame(cause.frame, member as NativeFunction, source, args);
          };
        },
        has: (_, name) => Reflect.has(source, name),
      },
    );
  };

  patchProperty(globalThis, 'ReadableStream', 'ReadableStream', ({ value: native }) => {
    if (typeof native !== 'function') return undefined;
    const observed: unknown = new Proxy(native, {
      construct(target, [source, ...rest], newTarget) {
        if (typeof source !== 'object' || source === null)
          return Reflect.construct(target, [source, ...rest], newTarget);
        const type: unknown = Reflect.get(source, 'type');
        // The controller of a direct stream is another one, whose `pull()` writes the whole stream.
        if (type === 'direct') return Reflect.construct(target, [source, ...rest], newTarget);
        const causes: Causes = {};
        const stream: object = Reflect.construct(target, [substitute(source, type, causes), ...rest], newTarget);
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

/**
 * Rule 4, for `AbortSignal.timeout()`: the listeners run in the frame in which the signal was created, and so do those of
 * a signal of `AbortSignal.any()` that this signal aborts. Bun, Deno and workerd run them in the root.
 *
 * The signal remains the runtime's own. A signal of a controller in its place would have to be aborted by a listener, which
 * keeps the process of Deno running, and the frame in memory, until the time is over.
 */
import type { OpaqueFrame } from '../engine/engine.js';
import { patchMethod } from '../web/patch.js';
import { runListenersInFrame } from './event-listeners.js';
import type { FrameAccess } from './frame-access.js';

export function patchAbortSignalTimeout(frames: FrameAccess): void {
  /** The frame of each signal that was created in one. */
  const creationFrames = new WeakMap<object, OpaqueFrame>();
  /** The signals with a frame that may abort a signal of `any()`. */
  const sourcesOf = new WeakMap<object, readonly AbortSignal[]>();

  const sourcesOfEach = (signal: AbortSignal) =>
    creationFrames.has(signal) ? [signal] : (sourcesOf.get(signal) ?? []);

  patchMethod(
    'AbortSignal',
    'timeout',
    (native) =>
      ({
        timeout(this: unknown, ...args: unknown[]): AbortSignal {
          const signal: AbortSignal = Reflect.apply(native, this, args);
          const frame = frames.getCurrentFrame();
          if (frame !== undefined) creationFrames.set(signal, frame);
          return signal;
        },
      }).timeout,
  );
  patchMethod(
    'AbortSignal',
    'any',
    (native) =>
      ({
        any(this: unknown, ...args: unknown[]): AbortSignal {
          // The signals may come from an iterator, which can be read only once.
          const signals: unknown = args[0];
          if (typeof signals === 'object' && signals !== null && Symbol.iterator in signals) {
            args[0] = [...(signals as Iterable<unknown>)];
          }
          const signal: AbortSignal = Reflect.apply(native, this, args);
          const sources = (args[0] as AbortSignal[]).flatMap(sourcesOfEach);
          if (sources.length > 0) sourcesOf.set(signal, sources);
          return signal;
        },
      }).any,
  );

  /** The signal whose time being over has aborted this one. */
  const findSource = (signal: object): object | undefined => {
    if (creationFrames.has(signal)) return signal;
    const { reason } = signal as AbortSignal;
    return sourcesOf.get(signal)?.find((source) => source.aborted && source.reason === reason);
  };
  runListenersInFrame({
    className: 'AbortSignal',
    handlers: ['onabort'],
    isConcerned: (signal) => creationFrames.has(signal) || sourcesOf.has(signal),
    callInFrame(signal, fn) {
      const source = findSource(signal);
      return source === undefined ? fn() : frames.runInFrame(creationFrames.get(source), fn, undefined, []);
    },
  });
}

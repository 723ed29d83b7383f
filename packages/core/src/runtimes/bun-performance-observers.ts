/**
 * Rule 5, for `PerformanceObserver` in Bun: as in Node, the callback runs in the frame of the first entry that it
 * receives. Bun runs it in the root. Only marks and measures have a frame; all other entries are the runtime's.
 */
import type { OpaqueFrame } from '../engine/engine.js';
import { patchMethod, patchProperty } from '../web/patch.js';
import type { FrameAccess } from './frame-access.js';

type Callback = (list: PerformanceObserverEntryList, ...rest: unknown[]) => unknown;

export function patchBunPerformanceObservers({ getCurrentFrame, runInFrame }: FrameAccess): void {
  const entryFrames = new WeakMap<object, OpaqueFrame | undefined>();
  for (const name of ['mark', 'measure']) {
    patchMethod(
      'Performance.prototype',
      name,
      (native) =>
        ({
          [name](this: unknown, ...args: unknown[]): unknown {
            const entry: unknown = Reflect.apply(native, this, args);
            const frame = getCurrentFrame();
            if (frame !== undefined && typeof entry === 'object' && entry !== null) entryFrames.set(entry, frame);
            return entry;
          },
        })[name] as typeof native,
    );
  }
  patchProperty(globalThis, 'PerformanceObserver', 'PerformanceObserver', ({ value: native }) => {
    if (typeof native !== 'function') return undefined;
    const observed: unknown = new Proxy(native, {
      construct(target, [callback, ...rest], newTarget) {
        if (typeof callback !== 'function') return Reflect.construct(target, [callback, ...rest], newTarget);
        const callInFrame = function (this: unknown, ...args: Parameters<Callback>): unknown {
          const [first] = args[0].getEntries();
          return runInFrame(first && entryFrames.get(first), callback as Callback, this, args);
        };
        return Reflect.construct(target, [callInFrame, ...rest], newTarget);
      },
    });
    return { value: observed };
  });
}

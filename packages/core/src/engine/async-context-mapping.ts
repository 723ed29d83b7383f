/**
 * How Deno carries frames. Deno keeps the values of all its storages in one object, the async context mapping, which V8
 * passes on to everything that code starts. The frame is a property of this object, next to the entries of Deno's own
 * storages, which are copied. Deno's own class copies the mapping as well, and adds an entry to a WeakMap for each `run`.
 *
 * The two functions that read and replace the mapping are not public. If they are missing or do not behave as expected,
 * `isAvailable` is false, and native.ts does the same with public API.
 */
import { AsyncResource } from 'node:async_hooks';
import type { CallInContext, OpaqueFrame } from './engine.js';
import { createRuntimeStorage } from './runtime-storage.js';

export { share } from './per-copy-state.js';
export { AsyncResource };

/**
 * The property of the mapping. Each copy of this package has its own frames, and so its own property. It is not a symbol,
 * because Deno considers a mapping without strings empty, and does not replace it when another callback begins.
 */
const FRAME = `throughline.${Math.random()}`;

interface Mapping {
  readonly [name: string]: OpaqueFrame | undefined;
}

interface DenoCore {
  getAsyncContext(): Mapping | undefined;
  setAsyncContext(mapping: Mapping | undefined): void;
}

/** A mapping whose only property is the frame. Its class makes it faster than an object with a null prototype. */
class FrameMapping implements Mapping {
  [name: string]: OpaqueFrame | undefined;

  constructor(frame: OpaqueFrame | undefined) {
    this[FRAME] = frame;
  }
}

function findCore(): DenoCore | undefined {
  try {
    // If this is not Deno, or if a property is missing, this throws.
    const { Deno } = globalThis as unknown as { Deno: Record<PropertyKey, unknown> };
    const { core } = Deno[Deno.internal as symbol] as { core?: Partial<DenoCore> };
    if (typeof core?.getAsyncContext !== 'function' || typeof core.setAsyncContext !== 'function') return undefined;
    return behavesAsExpected(core as DenoCore) ? (core as DenoCore) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a mapping of ours is current and captured, and Deno's own storages keep their values next to the frame. */
function behavesAsExpected(core: DenoCore): boolean {
  const outer = core.getAsyncContext();
  const probe = createRuntimeStorage<number>();
  const frame: OpaqueFrame = { tag: {} };
  try {
    core.setAsyncContext(new FrameMapping(frame));
    const resource = new AsyncResource('throughline.probe');
    return probe.run(1, () => {
      const mapping = core.getAsyncContext();
      if (mapping?.[FRAME] !== frame || probe.getStore() !== 1) return false;
      core.setAsyncContext({ ...mapping, [FRAME]: undefined });
      if (probe.getStore() !== 1) return false;
      return resource.runInAsyncScope(
        () => core.getAsyncContext()?.[FRAME] === frame && probe.getStore() === undefined,
      );
    });
  } finally {
    core.setAsyncContext(outer);
  }
}

const availableCore = findCore();
export const isAvailable = availableCore !== undefined;
// If the functions were not found, deno.ts selects another mechanism, and no function below is called.
const { getAsyncContext, setAsyncContext } = (availableCore ?? {}) as DenoCore;

/** Does nothing, because Deno always carries the mapping. */
export function follow(): void {}

export function noteValue(): void {}

type Holder = Mapping | undefined;

export function getHolder(): Holder {
  return getAsyncContext();
}

export function getFrame(holder: Holder): OpaqueFrame | undefined {
  return holder === undefined ? undefined : holder[FRAME];
}

export function pushFrame(holder: Holder, frame: OpaqueFrame | undefined): Holder {
  const inner = withFrame(holder, frame);
  setAsyncContext(inner);
  return inner;
}

export function popFrame(holder: Holder, inner: Holder, outer: OpaqueFrame | undefined): void {
  const current = getAsyncContext();
  // If the mapping was replaced in between, another storage was entered in the scope, and keeps its value.
  setAsyncContext(current === inner ? holder : withFrame(current, outer));
}

/**
 * Deno restores its own mapping when the running job, tick or timer ends, but not after the callbacks that it calls from
 * native code. runtimes/ does so for the callbacks of handles and of `Deno.serve()`.
 */
export function enterFrame(holder: Holder, frame: OpaqueFrame | undefined): void {
  pushFrame(holder, frame);
}

/** The code that called the running callback restores the mapping. */
export function restoreAtJobEnd(): void {}

function withFrame(holder: Holder, frame: OpaqueFrame | undefined): Mapping {
  return holder === undefined || holder instanceof FrameMapping
    ? new FrameMapping(frame)
    : { ...holder, [FRAME]: frame };
}

export function runInFrame<A extends unknown[], R>(
  frame: OpaqueFrame | undefined,
  fn: (...args: A) => R,
  thisArg: unknown,
  args: A,
): R {
  const outer = getAsyncContext();
  setAsyncContext(withFrame(outer, frame));
  try {
    return Reflect.apply(fn, thisArg, args);
  } finally {
    setAsyncContext(outer);
  }
}

/** Captures the mapping, which holds the values of all storages. */
export function captureContext(_type: string): CallInContext {
  const mapping = getAsyncContext();
  return (fn, thisArg, args) => {
    const outer = getAsyncContext();
    setAsyncContext(mapping);
    try {
      return Reflect.apply(fn, thisArg, args);
    } finally {
      setAsyncContext(outer);
    }
  };
}

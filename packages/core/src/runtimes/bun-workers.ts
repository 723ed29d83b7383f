/**
 * Rule 4, for workers in Bun: their listeners run in the frame in which the worker was created. Bun runs them in the
 * root. The `Worker` of `node:worker_threads` listens to a web worker, to which its constructor adds the listeners.
 */
import type { OpaqueFrame } from '../engine/engine.js';
import { runListenersInFrame } from './event-listeners.js';
import type { FrameAccess } from './frame-access.js';
import { observeGlobalConstructor } from './observe-global-constructor.js';
import { overrideMethod } from './override-method.js';

export function patchBunWorkers(frames: FrameAccess): void {
  const creationFrames = new WeakMap<object, OpaqueFrame | undefined>();
  observeGlobalConstructor('Worker', (worker) => creationFrames.set(worker, frames.getCurrentFrame()));
  runListenersInFrame({
    className: 'Worker',
    handlers: ['onmessage', 'onmessageerror', 'onerror'],
    callInFrame: (worker, fn) => frames.runInFrame(creationFrames.get(worker), fn, undefined, []),
  });
  const { Worker } = globalThis as { Worker?: { prototype: object } };
  overrideMethod(
    Worker?.prototype,
    'addEventListener',
    (native) =>
      function (...args) {
        // The constructor of `node:worker_threads` does not call the one of the global object.
        if (!creationFrames.has(this)) {
          creationFrames.set(this, frames.getCurrentFrame());
          patchNodeWorkers(frames);
        }
        return Reflect.apply(native, this, args);
      },
  );
}

let isNodeWorkerPatched = false;

/** Bun reports messages without an event. The frame of a worker is known from the event before: it is online. */
function patchNodeWorkers(frames: FrameAccess): void {
  if (isNodeWorkerPatched) return;
  isNodeWorkerPatched = true;
  const workerFrames = new WeakMap<object, OpaqueFrame | undefined>();
  overrideMethod(
    process.getBuiltinModule?.('node:worker_threads')?.Worker?.prototype,
    'emit',
    (emit) =>
      function (...args) {
        if (args[0] === 'online') workerFrames.set(this, frames.getCurrentFrame());
        return args[0] === 'message' && workerFrames.has(this)
          ? frames.runInFrame(workerFrames.get(this), emit, this, args)
          : Reflect.apply(emit, this, args);
      },
  );
}

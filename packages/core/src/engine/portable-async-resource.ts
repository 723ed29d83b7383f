/**
 * Node's AsyncResource for runtimes other than Node.
 * https://nodejs.org/api/async_context.html#class-asyncresource
 */
import type { AsyncResource as NodeAsyncResource } from 'node:async_hooks';
import { invalidArgType, invalidAsyncId } from '../errors.js';
import { current, runInFrame } from './current.js';
import type { OpaqueFrame } from './engine.js';

type Callback = (this: unknown, ...args: never[]) => unknown;

/** Node assigns id 1 to the initial execution of the program. There are no hooks that could report the ids. */
let lastId = 1;

const implementation = class AsyncResource {
  readonly #frame: OpaqueFrame | undefined = current.frame;
  readonly #asyncId = ++lastId;
  readonly #triggerAsyncId: number;

  constructor(type: string, options: number | { triggerAsyncId?: number } = {}) {
    if (typeof type !== 'string') throw invalidArgType('type', 'string', type);
    const triggerAsyncId = typeof options === 'number' ? options : (options?.triggerAsyncId ?? 1);
    if (!Number.isSafeInteger(triggerAsyncId) || triggerAsyncId < -1) {
      throw invalidAsyncId('triggerAsyncId', triggerAsyncId);
    }
    this.#triggerAsyncId = triggerAsyncId;
  }

  static bind<F extends Callback>(fn: F, type?: string, thisArg?: unknown): F {
    if (typeof fn !== 'function') throw invalidArgType('fn', 'function', fn);
    return new AsyncResource(type || fn.name || 'bound-anonymous-fn').bind(fn, thisArg);
  }

  runInAsyncScope<A extends unknown[], R>(fn: (...args: A) => R, thisArg?: unknown, ...args: A): R {
    return runInFrame(this.#frame, fn, thisArg, args);
  }

  bind<F extends Callback>(fn: F, thisArg?: unknown): F {
    if (typeof fn !== 'function') throw invalidArgType('fn', 'function', fn);
    const resource = this;
    function bound(this: unknown, ...args: never[]): unknown {
      return resource.runInAsyncScope(
        fn as (...args: never[]) => unknown,
        thisArg === undefined ? this : thisArg,
        ...args,
      );
    }
    Object.defineProperty(bound, 'length', { value: fn.length });
    // The parameters and the result are those of `fn`; only `this` differs.
    return bound as unknown as F;
  }

  emitDestroy(): this {
    return this;
  }

  asyncId(): number {
    return this.#asyncId;
  }

  triggerAsyncId(): number {
    return this.#triggerAsyncId;
  }
};

// Bundlers rename a class whose name occurs in another of their modules, and minifiers rename any class.
export const AsyncResource = /* @__PURE__ */ Object.defineProperty(implementation, 'name', {
  value: 'AsyncResource',
  configurable: true,
  // Node's types describe the same `bind` differently.
}) as unknown as typeof NodeAsyncResource;

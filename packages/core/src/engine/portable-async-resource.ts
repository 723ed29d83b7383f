/** Node's AsyncResource where there is no Node. https://nodejs.org/api/async_context.html#class-asyncresource */
import type { AsyncResource as NodeAsyncResource } from 'node:async_hooks';
import { invalidArgType, invalidAsyncId } from '../errors.js';
import type { Frame } from '../frame.js';
import { current } from './current.js';

type Callback = (this: unknown, ...args: never[]) => unknown;

/** The ids of Node count from the program's first code. There is no hook that could tell of them. */
let lastId = 1;

const implementation = class AsyncResource {
  readonly #frame: Frame | undefined = current.frame;
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
    const before = current.frame;
    current.frame = this.#frame;
    try {
      return Reflect.apply(fn, thisArg, args);
    } finally {
      current.frame = before;
    }
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
    // The same parameters and result, another `this`.
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

// Bundlers rename a class whose name is taken in another of their modules, and minifiers any class.
Object.defineProperty(implementation, 'name', { value: 'AsyncResource', configurable: true });

// Node's types say the same of `bind` in other words.
export const AsyncResource = implementation as unknown as typeof NodeAsyncResource;

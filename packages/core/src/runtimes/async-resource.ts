/**
 * Node's AsyncResource for runtimes whose own class is incomplete: a subclass, so that it captures everything that the
 * runtime carries. Deno does not validate the arguments of its constructor, and has no `triggerAsyncId()`; `emitDestroy()`
 * of Bun and workerd returns nothing; `bind()` of workerd does not pass the `this` value of the caller.
 * https://nodejs.org/api/async_context.html#class-asyncresource
 */
import { AsyncResource as RuntimeAsyncResource } from 'node:async_hooks';
import { invalidArgType, invalidAsyncId } from '../errors.js';

type Callback = (this: unknown, ...args: never[]) => unknown;

interface Options {
  readonly triggerAsyncId?: number;
}

/** What the classes of all runtimes have in common. */
interface Resource {
  asyncId?(): unknown;
  emitDestroy?(): unknown;
  runInAsyncScope<R>(fn: (...args: never[]) => R, thisArg: unknown, ...args: unknown[]): R;
}

const Base = RuntimeAsyncResource as unknown as new (type: string, options: number | Options) => Resource;

/** Used where the runtime assigns no ids. Node assigns id 1 to the initial execution of the program. */
let lastId = 1;

const implementation = class AsyncResource extends Base {
  readonly #asyncId: number;
  readonly #triggerAsyncId: number;

  constructor(type: string, options: number | Options = {}) {
    if (typeof type !== 'string') throw invalidArgType('type', 'string', type);
    const triggerAsyncId = typeof options === 'number' ? options : (options?.triggerAsyncId ?? 1);
    if (!Number.isSafeInteger(triggerAsyncId) || triggerAsyncId < -1) {
      throw invalidAsyncId('triggerAsyncId', triggerAsyncId);
    }
    // workerd rejects the option.
    super(type, {});
    const id: unknown = super.asyncId?.();
    this.#asyncId = typeof id === 'number' && id > 0 ? id : ++lastId;
    this.#triggerAsyncId = triggerAsyncId;
  }

  static override bind<F extends Callback>(fn: F, type?: string, thisArg?: unknown): F {
    if (typeof fn !== 'function') throw invalidArgType('fn', 'function', fn);
    return new AsyncResource(type || fn.name || 'bound-anonymous-fn').bind(fn, thisArg);
  }

  bind<F extends Callback>(fn: F, thisArg?: unknown): F {
    if (typeof fn !== 'function') throw invalidArgType('fn', 'function', fn);
    const resource = this;
    function bound(this: unknown, ...args: never[]): unknown {
      return resource.runInAsyncScope(fn, thisArg === undefined ? this : thisArg, ...args);
    }
    Object.defineProperty(bound, 'length', { value: fn.length });
    // The parameters and the result are those of `fn`; only `this` differs.
    return bound as unknown as F;
  }

  override emitDestroy(): this {
    super.emitDestroy?.();
    return this;
  }

  override asyncId(): number {
    return this.#asyncId;
  }

  triggerAsyncId(): number {
    return this.#triggerAsyncId;
  }
};

// Bundlers rename a class whose name occurs in another of their modules, and minifiers rename any class.
Object.defineProperty(implementation, 'name', { value: 'AsyncResource', configurable: true });

// Node's types describe the same `bind` differently.
export const AsyncResource = implementation as unknown as typeof RuntimeAsyncResource;

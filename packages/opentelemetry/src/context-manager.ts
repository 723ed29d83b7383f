/** OpenTelemetry's context manager. A storage of Throughline holds the active context. */
import { type Context, type ContextManager, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorage } from 'throughline';
import { bindEventEmitter, isEventEmitter } from './bind-event-emitter.js';
import { bindEventTarget, isEventTarget } from './bind-event-target.js';

const createStorage = () =>
  new AsyncLocalStorage<Context, Context>({ defaultValue: ROOT_CONTEXT, name: 'OpenTelemetry' });

/**
 * A context manager that follows each flow on Node, Bun, Deno and workerd, and in browsers, where it needs neither
 * zone.js nor a build that removes native `async` functions.
 *
 * @example
 * import { context, createContextKey } from '@opentelemetry/api';
 * import { ThroughlineContextManager } from '@throughline/opentelemetry';
 *
 * context.setGlobalContextManager(new ThroughlineContextManager());
 *
 * const USER = createContextKey('user');
 * await context.with(context.active().setValue(USER, 'ada'), async () => {
 *   await null;
 *   console.log(context.active().getValue(USER)); // ada
 * });
 * @see https://opentelemetry.io/docs/specs/otel/context/
 */
export class ThroughlineContextManager implements ContextManager {
  #storage = createStorage();
  readonly #boundTargets = new WeakSet<object>();

  /**
   * Returns the active context.
   * @returns the context of the innermost `with()` in this flow; `ROOT_CONTEXT` if there is none
   */
  active(): Context {
    // A caller without types may have passed no context to with().
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  /**
   * Calls a function with a context active, for the call and everything that it starts.
   * @param context the context
   * @param fn the function
   * @param thisArg the `this` value of the call
   * @param args the arguments of the call
   * @returns what `fn` returns
   * @throws what `fn` throws
   */
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: Context,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    if (thisArg !== undefined && thisArg !== null) {
      return this.#storage.run(context, () => Reflect.apply(fn, thisArg, args) as ReturnType<F>);
    }
    // Without arguments, a spread of them takes 5 of 60 ns on Node 20. Benchmark: npm run bench -- --contexts --only with
    if (args.length === 0) return this.#storage.run(context, fn as () => ReturnType<F>);
    return this.#storage.run(context, fn, ...args);
  }

  /**
   * Binds a function to a context, or an object to the listeners of which the context belongs.
   * @param context the context in which the function or the listeners run
   * @param target a function; an `EventEmitter` or `EventTarget`, whose listeners that are added from now on run in the
   * context; anything else is returned unchanged
   * @returns a function that calls `target` in the context with the caller's `this` and arguments; otherwise `target`
   * itself. An emitter that is already bound keeps its first context
   * @example
   * import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
   * import { ThroughlineContextManager } from '@throughline/opentelemetry';
   *
   * const manager = new ThroughlineContextManager();
   * const USER = createContextKey('user');
   * const read = manager.bind(ROOT_CONTEXT.setValue(USER, 'ada'), () => manager.active().getValue(USER));
   * console.log(read()); // ada
   */
  bind<T>(context: Context, target: T): T {
    if (typeof target === 'function') return this.#bindFunction(context, target as T & Callback);
    // Node's MessagePort is both.
    const isEmitter = isEventEmitter(target);
    const isTarget = isEventTarget(target);
    if ((!isEmitter && !isTarget) || this.#boundTargets.has(target)) return target;
    this.#boundTargets.add(target);
    const bindListener = (listener: Callback) => this.#bindFunction(context, listener);
    if (isEmitter) bindEventEmitter(target, bindListener);
    if (isTarget) bindEventTarget(target, bindListener);
    return target;
  }

  #bindFunction<F extends Callback>(context: Context, target: F): F {
    const manager = this;
    function bound(this: unknown, ...args: unknown[]): unknown {
      return manager.#storage.run(context, () => Reflect.apply(target, this, args) as unknown);
    }
    Object.defineProperty(bound, 'length', { value: target.length, configurable: true });
    return bound as unknown as F;
  }

  /**
   * Makes a context active until the returned token is disposed of, for code that cannot be called by `with()`.
   * `@opentelemetry/api` calls it as `context.attach()` since 1.10. Prefer `with()`, which restores the context by
   * itself: an async function that attaches a context before its first `await` attaches it for its caller too.
   * @param context the context
   * @returns a token, whose `dispose()` makes the previous context active again; it does nothing where another context
   * is active, so that a token that reaches another flow cannot change the context of that flow
   * @throws {Error} on workerd, which cannot set a context without a call, and on Node 20 and 22 in a frozen or sealed
   * async resource
   * @example
   * import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
   * import { ThroughlineContextManager } from '@throughline/opentelemetry';
   *
   * const manager = new ThroughlineContextManager();
   * const USER = createContextKey('user');
   * const token = manager.attach(ROOT_CONTEXT.setValue(USER, 'ada'));
   * console.log(manager.active().getValue(USER)); // ada
   * token.dispose();
   * console.log(manager.active().getValue(USER)); // undefined
   */
  attach(context: Context): { dispose(): void } {
    const storage = this.#storage;
    const attached = context ?? ROOT_CONTEXT;
    const previous = storage.getStore();
    storage.enterWith(attached);
    let isAttached = true;
    return {
      dispose() {
        if (!isAttached || storage.getStore() !== attached) return;
        isAttached = false;
        storage.enterWith(previous);
      },
    };
  }

  /**
   * Does nothing: the manager is always enabled.
   * @returns the manager
   */
  enable(): this {
    return this;
  }

  /**
   * Makes `ROOT_CONTEXT` active in all flows. The next `with()` sets a context again.
   * @returns the manager
   * @example
   * import { ROOT_CONTEXT } from '@opentelemetry/api';
   * import { ThroughlineContextManager } from '@throughline/opentelemetry';
   *
   * const manager = new ThroughlineContextManager();
   * manager.with(ROOT_CONTEXT.setValue(Symbol(), 1), () => {
   *   manager.disable();
   *   console.log(manager.active() === ROOT_CONTEXT); // true
   * });
   */
  disable(): this {
    // disable() of the storage would affect the current flow only.
    this.#storage = createStorage();
    return this;
  }
}

type Callback = (...args: never[]) => unknown;

/** What was read from a carrier. */
import { invalidArgType } from './errors.js';
import { type ScopeFields, scopeOpener } from './request-scopes.js';
import { type Deadline, type DeclaredValue, shared, UNSET } from './shared-state.js';
import type { Propagated } from './values/propagated.js';
import { type Context, openTelemetry } from './wire/trace-context.js';

/** What `extract()` has read. */
export interface ExtractedParts {
  readonly values: Map<DeclaredValue, unknown>;
  deadline: Deadline | undefined;
  readonly cancellation: AbortSignal | undefined;
  /** OpenTelemetry's context for the work; undefined without OpenTelemetry. */
  trace: Context | undefined;
  readonly scope: ScopeFields | false | undefined;
}

/**
 * What `extract()` has read from a carrier: the values that are believed, the deadline and the trace.
 * @example
 * import { extract, Propagated } from '@throughline/propagation';
 *
 * const tenant = new Propagated('tenant');
 * const received = extract({ baggage: 'tenant=acme' }, { trust: true });
 * console.log(received.get(tenant), received.run(() => tenant.get())); // acme acme
 */
export class Extracted {
  readonly #parts: ExtractedParts;

  /** @internal */
  constructor(parts: ExtractedParts) {
    this.#parts = parts;
  }

  /**
   * Aborts when the deadline of the caller passes, and when the caller cancels if the transport can tell. `undefined` if
   * there is neither.
   */
  get signal(): AbortSignal | undefined {
    return this.#parts.deadline?.signal ?? this.#parts.cancellation;
  }

  /** The time until the deadline in milliseconds, 0 once it has passed, `undefined` if there is none. */
  get remaining(): number | undefined {
    return this.#parts.deadline?.remaining;
  }

  /**
   * Returns a value that the carrier has, without running anything.
   * @param value the declared value
   * @returns what was decoded; `undefined` if the carrier lacks it, or if it was dropped
   * @example
   * import { extract, Propagated } from '@throughline/propagation';
   *
   * const tenant = new Propagated('tenant');
   * console.log(extract({}).get(tenant)); // undefined
   */
  get<T>(value: Propagated<T>): T | undefined {
    const declared = shared.values.get(value.name);
    return declared === undefined ? undefined : (this.#parts.values.get(declared) as T | undefined);
  }

  /**
   * Calls a function with what was read, for the call and everything that it starts.
   *
   * Declared values that the carrier lacks have no value in it, and no deadline holds if the carrier has none: what the
   * flow has that happens to run this code, such as the loop of a worker, belongs to other work. So does OpenTelemetry's
   * active span, unless it belongs to the trace of the carrier. Storages that are not declared keep their values. If `@throughline/request` is in the process, the function runs in a request scope of its
   * own, whose `signal` is `signal` of this object.
   * @param fn the function
   * @param args the arguments of the function
   * @returns what `fn` returns
   * @throws {TypeError} `ERR_INVALID_ARG_TYPE` if `fn` is not a function
   * @throws what `fn` throws
   * @example
   * import { extract, Propagated } from '@throughline/propagation';
   *
   * const tenant = new Propagated('tenant');
   * const work = async (job) => `${job} of ${tenant.get()}`;
   * console.log(await extract({ baggage: 'tenant=acme' }, { trust: true }).run(work, 'invoice')); // invoice of acme
   */
  run<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R {
    if (typeof fn !== 'function') throw invalidArgType('run(fn): fn', 'a function', fn);
    const { values, deadline, trace } = this.#parts;
    const pairs: [DeclaredValue, unknown][] = [];
    for (const value of shared.values.values()) {
      const content = values.has(value) ? values.get(value) : UNSET;
      if (value.storage.getStore() !== content) pairs.push([value, content]);
    }
    const call = () => this.#openScope(() => fn(...args));
    const context = trace === undefined ? undefined : openTelemetry()?.context;
    const callInTrace = () =>
      context === undefined || trace === undefined || context.active() === trace ? call() : context.with(trace, call);
    const enter = (index: number): R => {
      const pair = pairs[index];
      return pair === undefined ? callInTrace() : pair[0].storage.run(pair[1], enter, index + 1);
    };
    return shared.deadlines.getStore() === deadline ? enter(0) : shared.deadlines.run(deadline, enter, 0);
  }

  #openScope<R>(fn: () => R): R {
    const { scope } = this.#parts;
    const open = scope === false ? undefined : scopeOpener();
    if (open === undefined) return fn();
    const hasSignal = this.#parts.deadline !== undefined || this.#parts.cancellation !== undefined;
    return open(scope || {}, hasSignal ? () => this.signal as AbortSignal : undefined, fn);
  }
}

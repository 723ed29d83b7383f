/**
 * Two implementations as one: each operation is performed on both, and each `getStore()` compares the two on the spot.
 * The events of a program then have the same order for both, even if that order depends on timing.
 *
 * The pair has one blind spot: only one of the two can bind a function. The runtime's own class binds it here, and has
 * to carry the frames of ours as well. For this reason, ordered programs also run on the two implementations in turn.
 */
import { formatValue } from './program.js';
import type { ProgramApi, Storage } from './program-api.js';

const MISMATCH_MARK = '≠';

export function pairImplementations(native: ProgramApi, ours: ProgramApi): ProgramApi {
  let storageCount = 0;

  class PairedStorage implements Storage {
    /**
     * Every second pair is nested in the opposite order, because neither implementation may depend on being the outer
     * one.
     */
    readonly #outer: Storage;
    readonly #inner: Storage;
    readonly #native: Storage;
    readonly #ours: Storage;

    static bind<F extends (...args: never[]) => unknown>(fn: F): F {
      return native.AsyncLocalStorage.bind(fn);
    }

    static snapshot(): <R>(fn: () => R) => R {
      return native.AsyncLocalStorage.snapshot();
    }

    constructor(options?: { defaultValue: unknown }) {
      this.#native = new native.AsyncLocalStorage(options);
      this.#ours = new ours.AsyncLocalStorage(options);
      const isEven = storageCount++ % 2 === 0;
      this.#outer = isEven ? this.#native : this.#ours;
      this.#inner = isEven ? this.#ours : this.#native;
    }

    run<R>(value: unknown, fn: () => R): R {
      return this.#outer.run(value, () => this.#inner.run(value, fn));
    }

    exit<R>(fn: () => R): R {
      return this.#outer.exit(() => this.#inner.exit(fn));
    }

    getStore(): unknown {
      const native = this.#native.getStore();
      const ours = this.#ours.getStore();
      return Object.is(native, ours) ? native : new Mismatch(native, ours);
    }

    enterWith(value: unknown): void {
      this.#outer.enterWith(value);
      this.#inner.enterWith(value);
    }

    disable(): void {
      this.#outer.disable();
      this.#inner.disable();
    }

    withScope(value: unknown): Disposable {
      const outer = this.#outer.withScope(value);
      const inner = this.#inner.withScope(value);
      return {
        [Symbol.dispose]() {
          inner[Symbol.dispose]();
          outer[Symbol.dispose]();
        },
      };
    }
  }

  return { AsyncLocalStorage: PairedStorage, AsyncResource: native.AsyncResource };
}

/** Replaces a value in a trace if the two implementations have different values. */
class Mismatch {
  readonly label: string;

  constructor(native: unknown, ours: unknown) {
    this.label = `native ${formatValue(native)} ${MISMATCH_MARK} ours ${formatValue(ours)}`;
  }
}

/** Returns whether an entry of a trace contains a mismatch. */
export function hasMismatch(traceEntry: string): boolean {
  return traceEntry.includes(MISMATCH_MARK);
}

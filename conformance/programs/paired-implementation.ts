/**
 * Two implementations as one: each operation is done on both, and each look compares the two on the spot. Whatever order
 * the events of a program come in, it is the same for both.
 *
 * It is blind in one place, which is why programs are also run on the two in turn: a bound function has to be bound by
 * one of the two. It is the runtime's own that binds here, which has to carry the frames of ours with it.
 */
import type { Api, Storage } from './api.js';
import { describeValue } from './program.js';

const MARK = '≠';

export function paired(native: Api, ours: Api): Api {
  let made = 0;

  class PairedStorage implements Storage {
    /** Every second pair the other way round: none may depend on being the outer one. */
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
      const isEven = made++ % 2 === 0;
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
      return Object.is(native, ours) ? native : new Difference(native, ours);
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

/** Stands in a trace where a value would stand. */
class Difference {
  readonly label: string;

  constructor(native: unknown, ours: unknown) {
    this.label = `native ${describeValue(native)} ${MARK} ours ${describeValue(ours)}`;
  }
}

export function isDifferent(look: string): boolean {
  return look.includes(MARK);
}

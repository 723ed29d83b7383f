/**
 * In place of `throughline` in the mode that shows a plain global: every reader gets the value that was written last.
 *
 * A real storage is kept next to it, so that the picture knows to which flow each read belongs.
 */
import { AsyncLocalStorage as RealStorage } from 'throughline';
import { readAs } from './observed-values.js';

interface Options<T> {
  readonly name?: string;
  readonly defaultValue?: T;
}

class GlobalStorage<T> {
  #value: T | undefined;
  readonly #real: RealStorage<T>;

  constructor(options: Options<T> = {}) {
    this.#value = options.defaultValue;
    this.#real = new RealStorage<T>({ name: options.name ?? 'a global variable' });
  }

  get name(): string {
    return this.#real.name;
  }

  run<R, A extends unknown[]>(value: T, fn: (...args: A) => R, ...args: A): R {
    this.#value = value;
    return this.#real.run(value, fn, ...args);
  }

  enterWith(value: T): void {
    this.#value = value;
    this.#real.enterWith(value);
  }

  withScope(value: T): { dispose(): void; [Symbol.dispose](): void } {
    const previous = this.#value;
    const scope = this.#real.withScope(value);
    this.#value = value;
    const dispose = () => {
      scope.dispose();
      this.#value = previous;
    };
    return { dispose, [Symbol.dispose]: dispose };
  }

  disable(): void {
    this.#value = undefined;
    this.#real.disable();
  }

  exit<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R {
    this.#value = undefined;
    return this.#real.exit(fn, ...args);
  }

  getStore(): T | undefined {
    return readAs(this.#value, () => this.#real.getStore());
  }
}

/** A variable cannot be bound to a function, so that `bind()` and `snapshot()` keep nothing. */
export class AsyncLocalStorage<T> extends GlobalStorage<T> {
  static override bind = <F>(fn: F): F => fn;

  static snapshot() {
    return <R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R => fn(...args);
  }
}

class Variable<T> extends GlobalStorage<T> {
  get(): T | undefined {
    return this.getStore();
  }
}

class Snapshot {
  static wrap<F>(fn: F): F {
    return fn;
  }

  run<R, A extends unknown[]>(fn: (...args: A) => R, ...args: A): R {
    return fn(...args);
  }
}

export const AsyncContext = { Variable, Snapshot };

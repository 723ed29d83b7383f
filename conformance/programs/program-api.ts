/** The part of an implementation that programs use, so that a flawed implementation for a test need not be complete. */
import type { AsyncResource } from 'throughline';

export interface Storage {
  run<R>(value: unknown, fn: () => R): R;
  exit<R>(fn: () => R): R;
  getStore(): unknown;
  enterWith(value: unknown): void;
  disable(): void;
  withScope(value: unknown): Disposable;
}

export interface StorageClass {
  new (options?: { defaultValue: unknown }): Storage;
  bind<F extends (...args: never[]) => unknown>(fn: F): F;
  snapshot(): <R>(fn: () => R) => R;
}

export interface ProgramApi {
  readonly AsyncLocalStorage: StorageClass;
  readonly AsyncResource: typeof AsyncResource;
}

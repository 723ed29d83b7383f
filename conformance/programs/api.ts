import type { AsyncResource } from 'throughline';

/** As much of a storage as a program uses. */
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

/** As much of an implementation as a program uses, so that what tests the tests need not be a whole one. */
export interface Api {
  readonly AsyncLocalStorage: StorageClass;
  readonly AsyncResource: typeof AsyncResource;
}

/** What of the two implementations is to be compared. */
export interface Features {
  readonly defaultValue: boolean;
  readonly withScope: boolean;
  readonly disable: boolean;
  readonly exit: boolean;
  /** `enterWith` in a resource that runs more than once, and a resource that runs inside itself. */
  readonly enterInResource: boolean;
}

/**
 * Throughline follows Node 26 on every runtime. Where the own class is built on async hooks (Node 20 and 22, and newer
 * ones with `--no-async-context-frame`) it differs. There `disable()` switches the storage off for every flow there is,
 * and `exit(fn)` does so while `fn` runs, so that a `run` in `fn` switches it on again and leaves the outer value behind.
 * The `defaultValue`, where there is one, is gone once a value was set and left. What is entered in a resource is there
 * again the next time that the resource runs, and what `run` has set when it runs inside itself.
 */
export function featuresOf(native: Api, ours: Api): Features {
  const storage = new native.AsyncLocalStorage({ defaultValue: true });
  const hasFrames = !('kResourceStore' in storage);
  return {
    defaultValue: hasFrames && storage.getStore() === true,
    withScope: hasFrames && 'withScope' in storage,
    disable: hasFrames,
    exit: hasFrames,
    enterInResource: keepsValuesInResources(native) === keepsValuesInResources(ours),
  };
}

function keepsValuesInResources({ AsyncLocalStorage, AsyncResource }: Api): boolean {
  const storage = new AsyncLocalStorage();
  const resource = new AsyncResource('RandomProgram');
  resource.runInAsyncScope(() => storage.enterWith(true));
  const keeps = resource.runInAsyncScope(() => storage.getStore() === true);
  storage.disable();
  return keeps;
}

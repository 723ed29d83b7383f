/**
 * `throughline/register` puts this package's class in place of the runtime's own, so that every `AsyncLocalStorage` that
 * is created from then on, by the application or by a library, is a storage of this package.
 *
 *     node --import throughline/register app.js
 *
 *     who asks                                                before register         after register
 *     require('node:async_hooks'), process.getBuiltinModule   Node's class            this package's class
 *     import, import * as, the default export                 Node's class            this package's class
 *     code that has taken the class earlier                   Node's class            Node's class
 *
 * Storages of both classes work beside each other. Those of Node's class are instances of the new class, and those of
 * the new class are instances of Node's, so that no check with `instanceof` depends on the order of loading.
 */
import type * as AsyncHooks from 'node:async_hooks';
import { AsyncResource, executionAsyncResource } from 'node:async_hooks';
import { types } from 'node:util';
import { updateImports } from '#imports';
import { AsyncLocalStorage, replacement } from './async-local-storage.js';
import { REPLACEMENT, RuntimeAsyncLocalStorage, replacementOf, storage } from './engine/runtime-storage.js';
import { sharedState } from './frame.js';
import { isObject } from './is-object.js';

/** The storages of a process, as `report()` counts them. */
export interface RegisterReport {
  /** How many storages of this package exist, those of `AsyncContext.Variable` included. */
  readonly throughline: number;
  /**
   * How many storages of the runtime's own class hold a value in the current flow. `undefined` on Bun and Deno, which do
   * not show it.
   */
  readonly native: number | undefined;
  /** If `native` is not 0: why, and what to change. */
  readonly warning: string | undefined;
}

/** The object that `require('node:async_hooks')` returns, whose properties the module of `import` copies. */
const asyncHooks = process.getBuiltinModule('node:async_hooks') as typeof AsyncHooks;

const isInstance = Function.prototype[Symbol.hasInstance] as (this: unknown, value: unknown) => boolean;

/**
 * Counts the storages of this process. With two copies of this package, the one that has replaced the class counts.
 * @returns the counts, and a warning if storages of the runtime's own class hold values
 * @example
 * import { report } from 'throughline/register';
 *
 * console.log(report()); // { throughline: 0, native: 0, warning: undefined }
 */
export function report(): RegisterReport {
  // Other code may have replaced the class since.
  return (replacementOf(asyncHooks.AsyncLocalStorage)?.report() as RegisterReport | undefined) ?? countStorages();
}

function countStorages(): RegisterReport {
  const native = countNativeValues();
  const warning =
    native === undefined || native === 0
      ? undefined
      : `${native} AsyncLocalStorage ${native === 1 ? 'object' : 'objects'} of the runtime's own class ` +
        `${native === 1 ? 'holds a value' : 'hold values'} in this flow. The class was taken from node:async_hooks before ` +
        'throughline/register was loaded. Load it first: put --import throughline/register (or -r) before every other ' +
        '--import and -r.';
  return { throughline: sharedState.slotCount - sharedState.freeSlots.length, native, warning };
}

/**
 * Node keeps the values in a Map of which each async resource has a reference. With async hooks, it keeps them in
 * properties of the resources or, since Node 24, of an object that is a property of the resource.
 */
function countNativeValues(): number | undefined {
  if ('kResourceStore' in storage) return countStoreProperties(executionAsyncResource(), true);
  if (process.versions.bun !== undefined || process.versions.deno !== undefined) return undefined;
  const resource: object = new AsyncResource('throughline.report');
  for (const symbol of Object.getOwnPropertySymbols(resource)) {
    const value: unknown = Reflect.get(resource, symbol);
    if (!types.isMap(value)) continue;
    // A storage that has been set stays in the Map, if only with the value undefined.
    return [...value].filter(([key, held]) => key !== storage && held !== undefined).length;
  }
  return 0;
}

function countStoreProperties(owner: object, isResource: boolean): number {
  let count = 0;
  for (const symbol of Object.getOwnPropertySymbols(owner)) {
    const value: unknown = Reflect.get(owner, symbol);
    if (symbol.description === 'kResourceStore') count += value === undefined ? 0 : 1;
    else if (isResource && isObject(value) && Object.getPrototypeOf(value) === null) {
      count += countStoreProperties(value, false);
    }
  }
  return count;
}

function replaceClass(): void {
  // Since Node 22, the property has only a getter.
  const replaced = Object.getOwnPropertyDescriptor(asyncHooks, 'AsyncLocalStorage') as PropertyDescriptor;
  Object.defineProperty(asyncHooks, 'AsyncLocalStorage', {
    value: AsyncLocalStorage,
    writable: true,
    enumerable: true,
    configurable: true,
  });
  try {
    updateImports(asyncHooks);
  } catch (error) {
    Object.defineProperty(asyncHooks, 'AsyncLocalStorage', replaced);
    throw error;
  }
  Object.defineProperty(AsyncLocalStorage, REPLACEMENT, {
    value: { replacedClass: RuntimeAsyncLocalStorage, report: countStorages },
  });
  Object.defineProperty(AsyncLocalStorage, Symbol.hasInstance, {
    value(this: unknown, value: unknown) {
      if (isInstance.call(this, value)) return true;
      return this === AsyncLocalStorage && value instanceof RuntimeAsyncLocalStorage;
    },
  });
  Object.setPrototypeOf(AsyncLocalStorage.prototype, RuntimeAsyncLocalStorage.prototype);
  adaptToRuntime();
}

/** Lets subclasses that were written for the class of an older Node do what they do there. */
function adaptToRuntime(): void {
  replacement.callsOverrides = !('kResourceStore' in storage);
  if ('name' in RuntimeAsyncLocalStorage.prototype) return;
  replacement.acceptsAnyOptions = true;
  Object.defineProperty(AsyncLocalStorage.prototype, 'name', {
    ...Object.getOwnPropertyDescriptor(AsyncLocalStorage.prototype, 'name'),
    set(this: object, value: unknown) {
      Object.defineProperty(this, 'name', { value, writable: true, enumerable: true, configurable: true });
    },
  });
}

if (replacementOf(asyncHooks.AsyncLocalStorage) === undefined) replaceClass();

/**
 * In place of runtime/runtime-class.ts in a page: the class of Throughline, which installs its patches before the first
 * storage is created. As in a page without the doctor, they do not intercept `await` unless they do so already.
 */
import { AsyncLocalStorage } from 'throughline';
import { install } from 'throughline/web';

/** Whether native `await` is intercepted, or will be from the first value on: then the global `Promise` is an accessor. */
export const IS_AWAIT_INTERCEPTED: boolean = Object.getOwnPropertyDescriptor(globalThis, 'Promise')?.get !== undefined;

install(IS_AWAIT_INTERCEPTED ? {} : { await: false });

export const RuntimeAsyncLocalStorage: typeof AsyncLocalStorage = AsyncLocalStorage;

/** No class replaces it. */
export const ReplacingClass = undefined;

/**
 * The runtime's own class, even if `throughline/register` was loaded before and replaced it. The replacing class then
 * refers to the one that it replaces under a registered symbol (`Symbol.for()`).
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const replacement: { replacedClass: typeof AsyncLocalStorage } | undefined = Reflect.get(
  AsyncLocalStorage,
  Symbol.for('throughline.replacement.1'),
);

export const RuntimeAsyncLocalStorage = replacement?.replacedClass ?? AsyncLocalStorage;

/** The class that is in place of the runtime's own; undefined if none is. */
export const ReplacingClass = replacement === undefined ? undefined : AsyncLocalStorage;

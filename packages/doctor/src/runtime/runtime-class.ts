/**
 * The runtime's own class, also if `throughline/register` was loaded before and has put its class in place of it. That
 * class then has a reference to the one that it replaces, under a symbol of the registry.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const replacement: { replacedClass: typeof AsyncLocalStorage } | undefined = Reflect.get(
  AsyncLocalStorage,
  Symbol.for('throughline.replacement.1'),
);

export const RuntimeAsyncLocalStorage = replacement?.replacedClass ?? AsyncLocalStorage;

/** The class that is in place of the runtime's own; undefined if none is. */
export const ReplacingClass = replacement === undefined ? undefined : AsyncLocalStorage;

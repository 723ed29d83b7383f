/**
 * In place of runtime/origins.ts in a page: the origin of the running code is a value of a storage, which follows the code
 * as the values of the application do. It is set at the places where Throughline captures a frame for a callback.
 *
 *     setTimeout(poll) at poller.js:9      the callback runs with the origin [a timer, poller.js:9]
 *
 * Registering a listener captures nothing, so the origin of a listener is the event that is being dispatched.
 */
import { type Origin, placeOfNow, withMaking } from '../runtime/making.js';
import { isSamePlace } from '../runtime/stack.js';
import type { Frame } from '../runtime/stack-frame.js';
import { page } from './page-globals.js';
import { RuntimeAsyncLocalStorage } from './page-storage-class.js';

/** Stands for the place of a listener that is not known. */
const UNKNOWN: Frame = { file: undefined, line: 0, column: 0, isAsync: false };

const storage = new RuntimeAsyncLocalStorage<Origin>();
const { run, getStore, enterWith } = storage;
// The class is watched later. Own properties are not replaced, so these calls open no scope.
Object.assign(storage, { run, getStore, enterWith });

/** Where listeners were added, by target and type; null if there are several places. */
const listenerPlaces = new WeakMap<EventTarget, Map<string, Frame | null>>();

const SCHEDULERS: Readonly<Record<string, string>> = {
  setTimeout: 'a timer',
  setInterval: 'a timer',
  queueMicrotask: 'queueMicrotask()',
  requestAnimationFrame: 'an animation frame',
  requestIdleCallback: 'an idle callback',
};

export function recordOrigins(): void {
  for (const [name, type] of Object.entries(SCHEDULERS)) {
    const native: unknown = Reflect.get(globalThis, name);
    if (typeof native !== 'function') continue;
    const replacement = function __tdReplacement(this: unknown, ...args: unknown[]): unknown {
      return storage.run(withMaking(originOfNow(), type), () => Reflect.apply(native, this, args));
    };
    replaceFunction(globalThis, name, native, replacement);
  }
  const { prototype } = EventTarget;
  const { addEventListener } = prototype;
  const replacement = function __tdReplacement(this: EventTarget | undefined, ...args: unknown[]): unknown {
    noteListener(this ?? (globalThis as unknown as EventTarget), args);
    return Reflect.apply(addEventListener, this, args);
  };
  replaceFunction(prototype, 'addEventListener', addEventListener, replacement);
}

export function originOfNow(): Origin {
  const { event } = page;
  const origin = storage.getStore() ?? [];
  if (event === undefined) return origin;
  const { type, currentTarget } = event;
  const frame = currentTarget === null ? undefined : listenerPlaces.get(currentTarget)?.get(type);
  return [{ type: `a listener of '${type}'`, frame: frame ?? UNKNOWN }, ...origin];
}

function noteListener(target: EventTarget, [type, listener]: readonly unknown[]): void {
  const frame = placeOfNow();
  if (frame === undefined || typeof type !== 'string' || listener == null) return;
  const places = listenerPlaces.get(target) ?? new Map<string, Frame | null>();
  listenerPlaces.set(target, places);
  const known = places.get(type);
  places.set(type, known === undefined || (known !== null && isSamePlace(known, frame)) ? frame : null);
}

/** Chromium shows the replacement by the name of the function that it replaces, and Firefox by its own. */
function replaceFunction(owner: object, name: string, native: unknown, replacement: unknown): void {
  Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(native as object));
  Reflect.set(owner, name, replacement);
}

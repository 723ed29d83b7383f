/**
 * Hooks that V8 calls for each promise, in windows of time: they slow down every promise of the program.
 *
 *     program starts ─▶│ open: the first promises │ closed │ open │ closed │ open │ …
 *
 * The first window is as long as a session of development, or a test. Later ones are a sample of a server under load,
 * whose requests repeat what they do.
 *
 * A promise is known in the window in which it was made, because its settling would be missed between two windows.
 */
import { promiseHooks } from 'node:v8';
import { setTimeout } from './real-time.js';

/** Promises of the first window, and of each later one. */
const FIRST_WINDOW = 50_000;
const LATER_WINDOW = 5_000;
/** Milliseconds between two windows, and between two looks at whether a window is over. */
const PAUSE = 10_000;
const LOOK = 100;

/** What is called for each promise, as by `v8.promiseHooks`. */
export interface PromiseObserver {
  made(promise: object, parent: object | undefined): void;
  /** A reaction, or the rest of an async function, begins or ends. */
  began?(promise: object): void;
  ended?(): void;
  settled?(promise: object): void;
}

const observers: PromiseObserver[] = [];
let promisesLeft = 0;
let closeWindow: (() => void) | undefined;
let windowNumber = 0;

/** The number of the window; 0 between two windows. */
export function windowOfNow(): number {
  return closeWindow === undefined ? 0 : windowNumber;
}

export function observePromises(observer: PromiseObserver): void {
  // Bun has the function, but it throws an error.
  if (process.versions.bun !== undefined) return;
  observers.push(observer);
  closeWindow?.();
  openWindow(FIRST_WINDOW);
  if (observers.length === 1) setTimeout(look, LOOK).unref();
}

function openWindow(promises: number): void {
  windowNumber++;
  promisesLeft = promises;
  const init = bothOf(observers.map((observer) => observer.made));
  closeWindow = promiseHooks.createHook({
    init(promise, parent) {
      promisesLeft--;
      init(promise, parent);
    },
    ...only(
      'before',
      observers.flatMap(({ began }) => began ?? []),
    ),
    ...only(
      'after',
      observers.flatMap(({ ended }) => ended ?? []),
    ),
    ...only(
      'settled',
      observers.flatMap(({ settled }) => settled ?? []),
    ),
  }) as () => void;
}

function only(name: 'before' | 'after' | 'settled', functions: ((promise: object) => void)[]): object {
  return functions.length === 0 ? {} : { [name]: bothOf(functions) };
}

type Hook = (promise: object, parent?: object) => void;

function bothOf(functions: readonly Hook[]): Hook {
  const [first = () => undefined, second] = functions;
  return second === undefined
    ? first
    : (promise, parent) => {
        first(promise, parent);
        second(promise, parent);
      };
}

/** A timer closes the windows, because V8 calls the hooks while it works on promises. */
function look(): void {
  if (closeWindow === undefined) openWindow(LATER_WINDOW);
  else if (promisesLeft <= 0) {
    closeWindow();
    closeWindow = undefined;
    for (const { ended } of observers) ended?.();
  }
  setTimeout(look, closeWindow === undefined ? PAUSE : LOOK).unref();
}
